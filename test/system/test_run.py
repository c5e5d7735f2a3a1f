"""`run` and `play` as a person uses them: a drive is narrated, ends by itself, survives a death, and leaves nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from children import children_of
from waiting import until

from crossmodal_narrator.nodes.shared_memory import orphans, segments_of
from crossmodal_narrator.simulation.drive import build_drive
from crossmodal_narrator.simulation.recording import record

pytestmark = [pytest.mark.alone, pytest.mark.ros, pytest.mark.slow]

RUN = [sys.executable, "-m", "crossmodal_narrator", "run"]
DEMO = [*RUN[:-1], "demo", "--seconds", "4", "--language", "en"]


@pytest.fixture
def environment(ros_environment: dict[str, str]) -> dict[str, str]:
    """As a user's: without a domain, `run` takes one of its own."""
    return {name: value for name, value in ros_environment.items() if not name.startswith("ROS_")}


@pytest.fixture(scope="module")
def street_drive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of the simulated street: we stand behind a white car, which pulls away."""
    drive = build_drive("street", seconds=5.0)
    return record(drive, tmp_path_factory.mktemp("simulated") / "drive")


class Running:
    """A run whose words are read as they come."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path) -> None:
        self.output = folder / "output.txt"
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                command, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )

    def said(self, pattern: str) -> bool:
        return re.search(pattern, self.output.read_text(encoding="utf-8")) is not None


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[list[str]], Running]]:
    begun: list[Running] = []

    def starting(command: list[str]) -> Running:
        begun.append(Running(command, environment, tmp_path))
        return begun[-1]

    yield starting
    for running in begun:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def test_a_bag_is_narrated_in_both_languages_and_the_run_ends_by_itself(
    environment: dict[str, str], street_drive: Path
) -> None:
    command = [*RUN, "--bag", str(street_drive), "--language", "en,zh", "--exit-at-end"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
    lines = result.stdout.splitlines()

    assert result.returncode == 0, result.stderr
    assert any(re.match(r" +\d+\.\d s  \[en\] .*white car", line) for line in lines)
    assert any(re.match(r" +\d+\.\d s  \[zh\] .*白色", line) for line in lines)
    assert re.match(r"\d+ sentences, \d+ scenes in \d+ s; from sensor to scene", lines[-1])


def test_a_node_that_is_killed_is_started_again_and_the_narration_goes_on(
    start: Callable[[list[str]], Running], street_drive: Path
) -> None:
    running = start([*RUN, "--bag", str(street_drive), "--rate", "0.4", "--exit-at-end"])
    until(lambda: running.said(r"\[en\]"), 40)
    os.kill(children_of(running.process.pid)["perception"], signal.SIGKILL)

    assert running.process.wait(timeout=80) == 0
    assert running.said(r"perception was killed by signal 9; starting it again in 0.5 s \(1 of 5\)")
    assert running.said(r"perception is active again\n(.*\n)*.*\[en\]")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_when_it_is_interrupted_all_of_it_ends_and_nothing_is_left(
    number: signal.Signals, start: Callable[[list[str]], Running], street_drive: Path
) -> None:
    running = start([*RUN, "--bag", str(street_drive), "--exit-at-end"])
    until(lambda: "play" in children_of(running.process.pid), 40)
    children = children_of(running.process.pid)
    until(lambda: all(segments_of(pid) for pid in children.values()), 20)
    segments = {path for pid in (running.process.pid, *children.values()) for path in segments_of(pid)}
    running.process.send_signal(number)

    assert running.process.wait(timeout=20) == 0
    assert set(children) == {"perception", "narrator", "play"}
    assert not [name for name, pid in children.items() if Path(f"/proc/{pid}").exists()]
    assert orphans(segments) == frozenset()


def test_when_the_runner_itself_is_killed_its_nodes_end_too(start: Callable[[list[str]], Running]) -> None:
    running = start([*RUN])
    until(lambda: len(children_of(running.process.pid)) == 2, 40)
    children = children_of(running.process.pid)
    time.sleep(3.0)  # until they have begun to watch their runner
    running.process.kill()
    running.process.wait()

    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children.values()), 15)


def test_a_parameter_that_is_not_right_ends_the_run_with_file_key_and_range(
    environment: dict[str, str], street_drive: Path, tmp_path: Path
) -> None:
    params = tmp_path / "mine.yaml"
    params.write_text("perception: {ros__parameters: {engine: {threads: 1000}}}\n")
    command = [*RUN, "--bag", str(street_drive), "--params", str(params), "--exit-at-end"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert result.returncode != 0
    assert f"{params}: engine.threads = 1000 is out of range — allowed: 1 to 64" in result.stderr


def test_a_bag_that_is_not_there_is_refused_before_anything_starts(environment: dict[str, str]) -> None:
    command = [*RUN, "--bag", "/nowhere"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert result.returncode == 2
    assert "/nowhere" in result.stderr


def first_sentence(address: str) -> str:
    """What a page is told that is opened there, until the first sentence."""
    sync = pytest.importorskip("websockets.sync.client", reason="the page's packages are not installed")
    with sync.connect(f"{address.replace('http', 'ws')}talk", origin=address.rstrip("/"), compression=None) as page:
        page.send(json.dumps({"kind": "hello", "token": "", "seat": "0" * 32, "board": "", "after": 0}))
        while True:
            message = json.loads(page.recv(timeout=60))
            if message["kind"] == "said":
                return str(message["text"])


def page_of(demo: Running) -> str:
    """Its address. The drive is made first, where the cache does not have it."""
    until(lambda: demo.said(r"the passengers' page: http") or demo.process.poll() is not None, 400)
    told = re.search(r"the passengers' page: (http\S+)", demo.output.read_text(encoding="utf-8"))
    assert told is not None, demo.output.read_text(encoding="utf-8")
    return told[1]


def test_the_demo_shows_a_sentence_on_its_page_and_ends_with_its_drive(start: Callable[[list[str]], Running]) -> None:
    demo = start(DEMO)
    address = page_of(demo)
    children = children_of(demo.process.pid)

    assert first_sentence(address)
    assert demo.process.wait(timeout=60) == 0
    assert {"perception", "narrator", "dialogue", "display"} <= set(children)
    assert not [name for name, pid in children.items() if Path(f"/proc/{pid}").exists()]
    assert demo.said(r"\d+ sentences, \d+ scenes in \d+ s")


def test_a_demo_that_stays_keeps_its_page_until_it_is_interrupted(start: Callable[[list[str]], Running]) -> None:
    """Its usual port is taken: it serves at another."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody else has taken it already
            taken.bind(("127.0.0.1", 8480))
            taken.listen()
        demo = start([*DEMO, "--stay"])
        address = page_of(demo)
    until(lambda: "play" in children_of(demo.process.pid), 40)
    until(lambda: "play" not in children_of(demo.process.pid), 60)
    children = children_of(demo.process.pid)
    demo.process.send_signal(signal.SIGINT)

    assert not address.endswith(":8480/")
    assert demo.process.wait(timeout=20) == 0
    assert not [name for name, pid in children.items() if Path(f"/proc/{pid}").exists()]
