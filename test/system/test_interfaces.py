"""The compiled interfaces carry a scene from one process to another over DDS, and nothing of it is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.scene import Motion, Side
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.core.speech import Urgency

pytestmark = pytest.mark.ros

# As rosbag2 recorded the official tf2_msgs: the same hash means the same fields, in the same order.
TF_MESSAGE_HASH = "RIHS01_e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087"

CONSTANTS = """
import json
from crossmodal_narrator_msgs.msg import Degradation, Evidence, Narration, Relation, SceneObject, TrafficSignal
kinds = {
    "ObjectClass": (SceneObject, "LABEL_"), "Motion": (SceneObject, "MOTION_"), "Side": (Relation, "SIDE_"),
    "SignalState": (TrafficSignal, "STATE_"), "Sense": (Evidence, "MODALITY_"), "Trouble": (Degradation, "TROUBLE_"),
    "Urgency": (Narration, "URGENCY_"),
}
def constants(message, prefix):
    return {n.removeprefix(prefix): getattr(message, n) for n in dir(type(message)) if n.startswith(prefix)}
print(json.dumps({kind: constants(*where) for kind, where in kinds.items()}))
"""


@pytest.fixture
def environment(ros_environment: dict[str, str], repository: Path) -> dict[str, str]:
    return {**ros_environment, "PYTHONPATH": str(repository / "test" / "unit" / "wire")}


@pytest.fixture
def exchange(environment: dict[str, str], repository: Path) -> Iterator[list[str]]:
    """The receiver's command, while a sender runs."""
    script = str(repository / "test" / "system" / "scene_exchange.py")
    sender = subprocess.Popen([sys.executable, script, "send"], env=environment)
    yield [sys.executable, script, "receive"]
    sender.terminate()
    sender.wait(timeout=10)


def test_a_scene_survives_the_trip(exchange: list[str], environment: dict[str, str]) -> None:
    received = subprocess.run(exchange, env=environment, capture_output=True, text=True, timeout=60, check=False)
    sent = """
from crossmodal_narrator.wire.records import scene_record, to_json_line
from full_scene import SCENE
print(to_json_line(scene_record(SCENE)), end="")
"""
    expected = subprocess.run([sys.executable, "-c", sent], env=environment, capture_output=True, text=True, check=True)

    assert received.stderr == ""
    assert json.loads(received.stdout) == json.loads(expected.stdout)


def test_every_word_of_the_core_is_a_constant(ros_environment: dict[str, str]) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", CONSTANTS], env=ros_environment, capture_output=True, text=True, check=True
    )
    constants = json.loads(printed.stdout)

    for kind in (ObjectClass, Motion, Side, SignalState, Sense, Trouble, Urgency):
        assert constants[kind.__name__] == {member.name: member.value for member in kind}


def test_our_tf_message_is_the_official_one() -> None:
    share = Path(sys.prefix) / "share" / "tf2_msgs" / "msg" / "TFMessage.json"
    if not share.is_file():
        pytest.skip("tf2_msgs comes from a sourced ROS 2")
    hashes = {entry["type_name"]: entry["hash_string"] for entry in json.loads(share.read_text())["type_hashes"]}

    assert hashes["tf2_msgs/msg/TFMessage"] == TF_MESSAGE_HASH
