"""A drive with a fault, published to living nodes, and all that they say of it: `fault_drive.py BAG FAULT…`.

Each fault gets nodes that were just activated. One JSON object a line tells what was heard.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from faults import FAULTS, TF_STATIC, Sent
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.nodes import qos
from crossmodal_narrator.nodes.player import names_of_the_nodes
from crossmodal_narrator.nodes.types import message_class
from crossmodal_narrator_msgs.msg import Narration, Scene
from crossmodal_narrator_msgs.srv import Describe

PATIENCE_S = 30.0
DISCOVERY_S = 3.0
LISTEN_AFTER_S = 1.0
NODES = ("perception", "narrator")


class Bench:
    """Publishes, listens, and drives the nodes' lifecycle."""

    def __init__(self, bag: Path) -> None:
        self.node = rclpy.create_node("bench")
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.states = {name: self.node.create_client(ChangeState, f"{name}/change_state") for name in NODES}
        self.describe = self.node.create_client(Describe, "narrator/describe")
        self.parameters = self.node.create_client(SetParameters, "perception/set_parameters")
        self.drive, self.roles = read_drive(bag)
        self.started_s = 0.0
        self.heard: dict[str, Any] = {}
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self.on_diagnostics, qos.DIAGNOSTICS)
        self.node.create_subscription(Scene, "perception/scene", self.on_scene, qos.SCENE)
        self.node.create_subscription(Narration, "narrator/narration", self.on_narration, qos.NARRATION)

    def run(self, fault: str) -> dict[str, Any]:
        self.heard = {"fault": fault, "diagnostics": {}, "degraded": [], "narrations": [], "scenes": []}
        self.started_s = time.monotonic()
        self.change("narrator", Transition.TRANSITION_ACTIVATE)
        self.change("perception", Transition.TRANSITION_ACTIVATE)
        drive = list(FAULTS[fault](self.drive))
        publishers = self.announce({sent.topic for sent in drive}, with_wrong_qos=fault == "wrong_qos")
        self.started_s = time.monotonic()
        for sent in drive:
            self.spin_until(self.started_s + sent.at_s)
            publishers[sent.topic].publish(sent.raw)
        self.spin_until(time.monotonic() + LISTEN_AFTER_S)
        self.heard["described"] = [self.ask(subject) for subject in ("", "track:4000000000")]
        self.heard["while_active"] = self.set_threads()
        self.change("perception", Transition.TRANSITION_DEACTIVATE)
        self.spin_until(time.monotonic() + LISTEN_AFTER_S)
        self.change("narrator", Transition.TRANSITION_DEACTIVATE)
        for publisher in publishers.values():
            self.node.destroy_publisher(publisher)
        return self.heard

    def ask(self, subject: str) -> dict[str, Any]:
        answer = self.answer(self.describe, Describe.Request(subject=subject))
        texts = [narration.text for narration in answer.narrations]
        return {"success": answer.success, "reason": answer.reason, "texts": texts}

    def set_threads(self) -> dict[str, Any]:
        """What a node says to a parameter that is changed under way."""
        value = ParameterValue(type=ParameterType.PARAMETER_INTEGER, integer_value=1)
        request = SetParameters.Request(parameters=[Parameter(name="engine.threads", value=value)])
        result = self.answer(self.parameters, request).results[0]
        return {"success": result.successful, "reason": result.reason}

    def answer(self, client: Any, request: Any) -> Any:
        if not client.wait_for_service(PATIENCE_S):
            raise SystemExit(f"{client.srv_name} does not appear")
        future = client.call_async(request)
        self.executor.spin_until_future_complete(future, PATIENCE_S)
        if future.result() is None:
            raise SystemExit(f"{client.srv_name} does not answer")
        return future.result()

    def announce(self, topics: set[str], *, with_wrong_qos: bool) -> dict[str, Any]:
        """Publishers, once the nodes have matched all that they want: without weights they do not want the camera."""
        publishers: dict[str, Any] = {}
        for topic in sorted(topics):
            role, msgtype = self.roles[topic]
            is_wrong = with_wrong_qos and topic == TF_STATIC
            profile = (
                QoSProfile(depth=10) if is_wrong else qos.of_player(role.kind, is_static=role.is_static, offered="")
            )
            publishers[topic] = self.node.create_publisher(message_class(msgtype), topic, profile)
        wanted = [publishers[topic] for topic in topics if not (with_wrong_qos and topic == TF_STATIC)]
        end_s = time.monotonic() + DISCOVERY_S
        while any(p.get_subscription_count() == 0 for p in wanted) and time.monotonic() < end_s:
            self.executor.spin_once(timeout_sec=0.05)
        self.spin_until(time.monotonic() + 0.3)
        return publishers

    def change(self, name: str, transition: int) -> None:
        if not self.answer(self.states[name], ChangeState.Request(transition=Transition(id=transition))).success:
            raise SystemExit(f"{name} refuses transition {transition}")

    def spin_until(self, end_s: float) -> None:
        while (left_s := end_s - time.monotonic()) > 0:
            self.executor.spin_once(timeout_sec=min(left_s, 0.05))

    def on_diagnostics(self, message: Any) -> None:
        at_s = time.monotonic() - self.started_s
        for status in message.status:
            told = self.heard.get("diagnostics", {}).setdefault(status.name, [])
            level = status.level[0] if isinstance(status.level, bytes) else int(status.level)
            if not told or (told[-1]["level"], told[-1]["message"]) != (level, status.message):
                told.append({"at_s": at_s, "level": level, "message": status.message, "values": {}})
            told[-1]["values"] = {pair.key: pair.value for pair in status.values}  # the newest figures

    def on_scene(self, message: Any) -> None:
        self.heard["scenes"].append(message.header.stamp.sec + message.header.stamp.nanosec / 1e9)
        for one in message.degraded:
            told = {"sense": one.sense, "trouble": one.trouble, "remedy": one.remedy}
            if told not in self.heard["degraded"]:
                self.heard["degraded"].append(told)

    def on_narration(self, message: Any) -> None:
        stamp_s = message.stamp.sec + message.stamp.nanosec / 1e9
        self.heard["narrations"].append({"stamp_s": stamp_s, "text": message.text, "trigger": message.trigger})


def read_drive(path: Path) -> tuple[list[Sent], dict[str, Any]]:
    """The messages by the nodes' own names, and the role of each topic."""
    bag = open_bag(path)
    recorded, names = names_of_the_nodes(bag)
    types = {topic.name: topic.msgtype for topic in bag.topics}
    roles = {names[topic]: (role, types[topic]) for topic, role in recorded.roles.items()}
    drive = [
        Sent(at_s=(m.log_time_ns - bag.start_ns) / 1e9, topic=names[m.topic], msgtype=m.msgtype, raw=m.raw)
        for m in bag.messages(names)
    ]
    return drive, roles


def main(arguments: Sequence[str]) -> None:
    rclpy.init()
    bench = Bench(Path(arguments[0]))
    for name in NODES:
        bench.change(name, Transition.TRANSITION_CONFIGURE)
    for fault in arguments[1:]:
        sys.stdout.write(json.dumps(bench.run(fault)) + "\n")
        sys.stdout.flush()
    rclpy.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
