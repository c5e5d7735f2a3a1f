"""The voice node over real DDS: it speaks what is narrated, hears what is asked, and keeps the cabin to itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("hibari", reason="the voice's packages are not installed: run `make setup`")

pytestmark = [pytest.mark.alone, pytest.mark.ros]

NODE = [sys.executable, "-m", "crossmodal_narrator", "node"]
CHUNK = "crossmodal_narrator_msgs/msg/AudioChunk"
Case = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the node's files would lie, if it wrote any."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def live(ros_environment: dict[str, str], repository: Path, home: Path) -> Iterator[Case]:
    """Plays a case to the node, which is configured and cleaned up again by each."""
    places = {"HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    environment = {**ros_environment, **places, "ROS_LOG_DIR": str(home / "ros_log")}
    node = subprocess.Popen([*NODE, "voice"], env=environment, cwd=home, stderr=subprocess.PIPE, text=True)

    def play(name: str) -> dict[str, Any]:
        command = [sys.executable, str(repository / "test" / "system" / "passenger.py"), name]
        done = subprocess.run(command, env=ros_environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        played: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return played

    yield play
    node.terminate()
    _, words = node.communicate(timeout=20)
    assert node.returncode == 0, words
    assert "a mistake in the narrator itself" not in words


def spoken_s(played: dict[str, Any]) -> float:
    return sum(length for _, length, loud in played["speech"] if loud > 0.0)


def test_a_narration_is_heard_at_once_and_as_long_as_it_takes(live: Case) -> None:
    played = live("narrated")
    narrated_s = played["events"][0][1]
    assert played["speech"][0][0] - narrated_s < 0.5
    assert 1.2 < spoken_s(played) < 3.0


def test_a_question_becomes_text_and_its_answer_is_heard(live: Case) -> None:
    played = live("asked")
    (utterance,) = played["utterances"]
    assert utterance["text"] == "Is it safe to get out on the left?"
    assert utterance["language"] == "en"
    assert utterance["at_s"] - played["ends_s"][0] < 1.0
    assert played["speech"][0][0] - played["ends_s"][0] < 1.5
    assert spoken_s(played) > 1.0


def test_a_passenger_who_speaks_silences_the_narrator(live: Case) -> None:
    played = live("barge_in")
    begun_s, silent_s = played["speech"][0][0], played["speech"][-1][0]
    assert begun_s < 2.0
    assert 2.5 < silent_s < 3.6  # the passenger begins at 2.5 s, and the whole sentence takes six
    assert [u["text"] for u in played["utterances"]] == ["Is it safe to get out on the left?"]


def test_what_is_urgent_breaks_off_what_is_calm(live: Case) -> None:
    played = live("urgent")
    warned_s = played["events"][1][1]
    before = [at for at, _, _ in played["speech"] if at < warned_s]
    after = [(at, length) for at, length, _ in played["speech"] if at >= warned_s]
    assert before
    assert after[0][0] - warned_s < 0.3
    assert 1.0 < sum(length for _, length in after) < 3.5  # the calm one does not go on


def test_a_microphone_that_lies_does_not_deafen_for_long_and_nothing_of_the_cabin_leaves_the_process(
    live: Case, home: Path
) -> None:
    """What it publishes is text, its own speech, and how it is; while nothing is narrated there is no speech at all."""
    played = live("hostile")
    sound = [topic for topic, kinds in played["publishers"].items() if CHUNK in kinds]
    assert [u["text"] for u in played["utterances"]] == ["Is it safe to get out on the left?"]
    assert played["speech"] == []
    assert sound == ["/voice/speech"]
    assert {kind for kinds in played["publishers"].values() for kind in kinds} == {
        CHUNK,
        "crossmodal_narrator_msgs/msg/Utterance",
        "diagnostic_msgs/msg/DiagnosticArray",
        "lifecycle_msgs/msg/TransitionEvent",
        "rcl_interfaces/msg/Log",
        "rcl_interfaces/msg/ParameterEvent",
    }
    assert [path for path in home.rglob("*") if path.is_file() and "ros_log" not in path.parts] == []


def test_what_is_asked_aloud_is_answered_aloud_and_what_is_typed_as_text(
    live: Case, ros_environment: dict[str, str]
) -> None:
    """By the dialogue node, from the scene: the question's end to the first sound of its answer."""
    dialogue = subprocess.Popen([*NODE, "dialogue"], env=ros_environment, stderr=subprocess.PIPE, text=True)
    try:
        played = live("talk")
    finally:
        dialogue.terminate()
        _, words = dialogue.communicate(timeout=20)
    assert dialogue.returncode == 0, words
    assert [u["text"] for u in played["utterances"]] == ["Is there a bus behind us?"]
    assert played["speech"][0][0] - played["ends_s"][0] < 1.5
    assert spoken_s(played) > 1.0
    assert played["typed"] == ["zh", "有。后方8米停着一辆公交车。", "exists(bus, behind)"]
    assert played["evidence"] == ["lidar"]
    assert [stage for stage, _ in played["stages"]] == ["looking", "answering"]
    assert played["stages"][-1][1] == played["typed"][1]
    assert played["late"] == [[6, ""]], "a question that nobody waits for any more is aborted"
