"""A drive as a simulator would publish it, to living nodes, and the scenes that come of it: `… PROFILE DRIVE`.

DRIVE is a folder with bag and truth.json. With `--is-up` the nodes are brought up by somebody else, as by
`crossmodal-narrator run`. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from profile_shapes import Shaper, Step, header, read_drive
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock

from crossmodal_narrator.evaluation import TrueScene, read_truth
from crossmodal_narrator.evaluation.truth import Kind
from crossmodal_narrator.nodes import qos
from crossmodal_narrator.nodes.profile import Stream, load_profile
from crossmodal_narrator.wire import scene_from_message
from crossmodal_narrator_msgs.msg import Scene

PATIENCE_S, DISCOVERY_S, SCENE_S = 45.0, 8.0, 1.5
NEAR_M, IN_VIEW_RAD, LEAST_POINTS = 25.0, math.radians(22.0), 100  # of the vehicles that both senses must see


class Drive:
    """Publishes with the profile's QoS, and listens."""

    def __init__(self, profile_name: str, drive: Path) -> None:
        self.profile = load_profile(profile_name)
        self.recorded = read_drive(drive / "bag")
        self.truth = {scene.stamp_ns: scene for scene in read_truth(drive / "truth.json")}
        self.shaper = Shaper(self.profile, self.recorded)
        self.node = rclpy.create_node("simulator")
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.scenes: list[dict[str, Any]] = []
        self.diagnostics: dict[str, str] = {}
        self.newest_ns = 0
        self.node.create_subscription(Scene, "perception/scene", self.on_scene, qos.SCENE)
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self.on_diagnostics, qos.DIAGNOSTICS)
        self.clock = self.node.create_publisher(Clock, "/clock", 1)
        self.publishers: dict[str, Any] = {}
        self.drive = list(self._shaped())

    def _shaped(self) -> Any:
        for step in self.recorded.steps:
            yield step, self.shaper.messages(step)

    def run(self, *, is_up: bool) -> dict[str, Any]:
        latched = self.shaper.latched()
        for name, message in {**self.drive[0][1], **latched}.items():
            stream = self.profile.streams[name]
            self.publishers[name] = self.node.create_publisher(type(message), stream.topic, qos_of(stream))
        for name, message in latched.items():
            self.publishers[name].publish(message)
        if is_up:
            self.until_active()
        else:
            self.change(Transition.TRANSITION_CONFIGURE)
            self.change(Transition.TRANSITION_ACTIVATE)
        end_s = time.monotonic() + DISCOVERY_S
        while time.monotonic() < end_s and any(not p.get_subscription_count() for p in self.publishers.values()):
            self.executor.spin_once(timeout_sec=0.05)
        self.spin(0.3)
        unheard = [name for name, publisher in self.publishers.items() if not publisher.get_subscription_count()]
        for step, messages in self.drive:
            self.clock.publish(Clock(clock=header("", step.stamp_ns).stamp))
            for name, message in messages.items():
                self.publishers[name].publish(message)
            # The node may take its time: only stamps count. What it would drop for lack of it says nothing.
            self.spin(SCENE_S, step.stamp_ns)
        diagnostics = dict(self.diagnostics)  # before the silence
        self.spin(SCENE_S)
        return {
            "unheard": unheard,
            "scenes": self.scenes,
            "steps": [told(step, self.truth[step.recorded_ns]) for step in self.recorded.steps],
            "diagnostics": diagnostics,
        }

    def spin(self, seconds: float, until_ns: int | None = None) -> None:
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s and (until_ns is None or self.newest_ns < until_ns):
            self.executor.spin_once(timeout_sec=0.02)

    def change(self, transition: int) -> None:
        request = ChangeState.Request(transition=Transition(id=transition))
        if not self.answer(ChangeState, "perception/change_state", request).success:
            raise SystemExit(f"perception refuses transition {transition}")

    def until_active(self) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            answer = self.answer(GetState, "perception/get_state", GetState.Request())
            if answer.current_state.id == State.PRIMARY_STATE_ACTIVE:
                return
            self.spin(0.2)
        raise SystemExit("perception does not become active")

    def answer(self, service: Any, name: str, request: Any) -> Any:
        client = self.node.create_client(service, name)
        if not client.wait_for_service(PATIENCE_S):
            raise SystemExit(f"{name} does not appear")
        future = client.call_async(request)
        self.executor.spin_until_future_complete(future, PATIENCE_S)
        if future.result() is None:
            raise SystemExit(f"{name} does not answer")
        return future.result()

    def on_scene(self, message: Any) -> None:
        scene = scene_from_message(message)
        self.newest_ns = scene.stamp_ns
        self.scenes.append(
            {
                "stamp_ns": scene.stamp_ns,
                "frame": message.header.frame_id,
                "speed_mps": None if scene.ego is None else scene.ego.speed_mps,
                "degraded": [f"{d.sense.value} {d.trouble.value}: {d.remedy}" for d in scene.degraded],
                "objects": [
                    {
                        "label": o.label.value,
                        "senses": sorted({e.modality.value for e in o.evidence}),
                        "position_m": None if o.position_m is None else o.position_m[:2],
                    }
                    for o in scene.objects
                ],
            }
        )

    def on_diagnostics(self, message: Any) -> None:
        for status in message.status:
            self.diagnostics[status.name] = status.message


def told(step: Step, truth: TrueScene) -> dict[str, Any]:
    """What is true at a step: the ego's speed, and where the vehicles stand that camera and LiDAR see well."""
    vehicles = [
        o.position_m[:2]
        for o in truth.objects
        if o.kind is Kind.VEHICLE and o.range_m < NEAR_M and o.lidar_points >= LEAST_POINTS
    ]
    in_view = [(x, y) for x, y in vehicles if abs(math.atan2(y, x)) < IN_VIEW_RAD]
    return {"stamp_ns": step.stamp_ns, "speed_mps": step.ego.speed_mps, "vehicles_m": in_view}


def qos_of(stream: Stream) -> QoSProfile:
    reliability, durability, depth = stream.qos
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy[reliability.upper()],
        durability=DurabilityPolicy[durability.upper()],
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("profile")
    parser.add_argument("drive", type=Path)
    parser.add_argument("--is-up", action="store_true")
    args = parser.parse_args()
    rclpy.init()
    sys.stdout.write(json.dumps(Drive(args.profile, args.drive).run(is_up=args.is_up)) + "\n")
    rclpy.shutdown()


if __name__ == "__main__":
    main()
