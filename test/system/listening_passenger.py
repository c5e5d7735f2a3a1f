"""Scenes for a narrator node, and what it says of them, as a process of its own for test_rewriting_live.py.

It prints as JSON, of each part of the drive: what came, how long after its scene, and how urgent it is.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import rclpy
import scripted_scenes as scripts
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.srv import ChangeState
from rclpy.node import Node
from rclpy.qos import QoSProfile

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.wire import narration_from_message, scene_to_message

CONFIGURE, CLEANUP, ACTIVATE, DEACTIVATE = 1, 2, 3, 4
UNTIL_STANDING = 4  # scenes, until it is said that we stand
RELIABLE = QoSProfile(depth=50)


class Passenger:
    def __init__(self) -> None:
        self.node: Node = rclpy.create_node("passenger")
        self.types = message_types()
        self.scenes = self.node.create_publisher(self.types.Scene, "perception/scene", RELIABLE)
        self.node.create_subscription(self.types.Narration, "narrator/narration", self._hear, RELIABLE)
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self._see, RELIABLE)
        self.shown_s: dict[int, float] = {}  # by stamp
        self.heard: list[dict[str, Any]] = []
        self.health: dict[str, str] = {}

    def change(self, transition: int) -> float:
        """How long it took."""
        client = self.node.create_client(ChangeState, "narrator/change_state")
        if not client.wait_for_service(30.0):
            raise SystemExit("the narrator does not appear")
        began_s = time.monotonic()
        request = ChangeState.Request()
        request.transition.id = transition
        future = client.call_async(request)
        rclpy.spin_until_future_complete(self.node, future, timeout_sec=20.0)
        if future.result() is None or not future.result().success:
            raise SystemExit(f"the narrator refuses transition {transition}")
        return time.monotonic() - began_s

    def spin(self, seconds: float) -> None:
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0.0:
            rclpy.spin_once(self.node, timeout_sec=left_s)

    def until_ready(self) -> None:
        """Wait until the model is asked, as the diagnostics tell."""
        self.health, end_s = {}, time.monotonic() + 10.0
        while self.health.get("ready") != "true" and time.monotonic() < end_s:
            rclpy.spin_once(self.node, timeout_sec=0.1)

    def show(self, scenes: Iterator[SceneState], hz: float, seconds_after: float) -> list[dict[str, Any]]:
        """Publish them at this rate; what is said until `seconds_after` the last one."""
        self.heard = []
        for scene in scenes:
            self.shown_s[scene.stamp_ns] = time.monotonic()
            self.scenes.publish(scene_to_message(scene, self.types))
            self.spin(1.0 / hz)
        self.spin(seconds_after)
        return self.heard

    def _hear(self, message: Any) -> None:
        told = narration_from_message(message)
        after_s = time.monotonic() - self.shown_s[told.stamp_ns]
        self.heard.append(
            {
                "text": told.text,
                "after_s": round(after_s, 3),
                "urgency": told.urgency.value,
                "claims": sorted(f"{c.predicate} {c.value}" for c in told.claims if not isinstance(c.value, float)),
                "evidence": all(c.evidence for c in told.claims if c.subject != "ego"),
            }
        )

    def _see(self, message: Any) -> None:
        for status in message.status:
            if status.name == "narrator: rewriting":
                self.health = {pair.key: pair.value for pair in status.values}


def later(script: scripts.Script, seconds: float) -> Iterator[SceneState]:
    """The same some time later, so that the stamps go on; or earlier, and all is forgotten."""
    return replace(script, start_ns=script.start_ns + round(seconds * 1e9)).scenes()


def bus_and_pedestrian() -> scripts.Script:
    """A bus that is told of calmly, and someone who steps out right after it."""
    bus = scripts.Actor(track_id=9, label=scripts.BUS, x=34.0, y=4.0)
    script = scripts.stepping_out()
    return replace(script, actors=[bus, *script.actors])


def main() -> int:
    rclpy.init()
    passenger = Passenger()
    passenger.change(CONFIGURE)
    passenger.change(ACTIVATE)
    passenger.until_ready()
    told: dict[str, Any] = {"calm": passenger.show(scripts.pulling_away().scenes(), 10.0, 0.5)}
    passenger.until_ready()
    told["urgent"] = passenger.show(later(bus_and_pedestrian(), 20.0), 100.0, 0.6)
    passenger.until_ready()
    told["health"] = passenger.health
    passenger.show(islice(later(scripts.pulling_away(), -40.0), UNTIL_STANDING), 50.0, 0.0)
    told["end_s"] = passenger.change(DEACTIVATE)
    passenger.spin(0.8)
    told["deactivated"] = passenger.heard
    passenger.change(ACTIVATE)
    told["again"] = passenger.show(later(scripts.pulling_away(), 60.0), 50.0, 1.0)
    passenger.change(DEACTIVATE)
    passenger.change(CLEANUP)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    passenger.node.destroy_node()
    rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
