"""One end of a topic, as a process of its own: `scene_exchange.py send | receive`, for test_interfaces.py.

The sender repeats one scene until it is told to stop; the receiver prints what came, in the words of scenes.jsonl.
"""

from __future__ import annotations

import importlib
import sys
import time
from types import SimpleNamespace

import rclpy
from full_scene import SCENE
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

from crossmodal_narrator.wire.records import scene_record, to_json_line
from crossmodal_narrator.wire.scene import SCENE_TYPES, scene_from_message, scene_to_message
from crossmodal_narrator_msgs.msg import Scene

_PATIENCE_S = 20.0


def main() -> int:
    rclpy.init()
    node = rclpy.create_node(f"interfaces_{sys.argv[1]}")
    return send(node) if sys.argv[1] == "send" else receive(node)


def send(node: Node) -> int:
    publisher = node.create_publisher(Scene, "scene", 1)
    transforms = node.create_publisher(TFMessage, "/tf", 1)
    types = SimpleNamespace(**{name: message_class(full) for name, full in SCENE_TYPES.items()})
    message = scene_to_message(SCENE, types)
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        publisher.publish(message)
        transforms.publish(TFMessage())
        time.sleep(0.1)
    return 0


def receive(node: Node) -> int:
    scenes: list[Scene] = []
    transforms: list[TFMessage] = []
    node.create_subscription(Scene, "scene", scenes.append, 1)
    node.create_subscription(TFMessage, "/tf", transforms.append, 1)
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and not (scenes and transforms):
        rclpy.spin_once(node, timeout_sec=0.1)
    if not (scenes and transforms):
        sys.stderr.write(f"{len(scenes)} scenes and {len(transforms)} transforms came\n")
        return 1
    sys.stdout.write(to_json_line(scene_record(scene_from_message(scenes[0]))))
    return 0


def message_class(full: str) -> type:
    package, _, name = full.split("/")
    found: type = getattr(importlib.import_module(f"{package}.msg"), name)
    return found


if __name__ == "__main__":
    sys.exit(main())
