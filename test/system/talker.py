"""Everything around the display node, as a process of its own for test_page_live.py. It does what is written to it:

    bring_up NAME             configure and activate a node
    pause NAME                deactivate it, and activate it again
    show                      publish scenes of a bus behind us, ten a second, from now on
    film                      publish a camera's images, ten a second, as the node `perception` whose camera it is
    point TEXT                publish a sentence about the newest image
    cameras                   how many subscribe to the images
    onlook                    from now on remember each narration, and when it was published
    onlooked                  those that were remembered: text, language and when by the wall clock
    sounds                    the topics of sound that the display publishes
    say NUMBER EVERY_S TEXT   publish so many sentences, so far apart; `{k}` in the text is the sentence's number
    end

Each is answered by a line of JSON; of `say`, the wall clock when each sentence was handed to DDS.
"""

from __future__ import annotations

import array
import json
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from typing import Any

import rclpy
from lifecycle_msgs.srv import ChangeState
from passenger import street
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.pictured import pictured
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, Narration, Urgency
from crossmodal_narrator.nodes import qos
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.wire import narration_to_message, scene_to_message
from crossmodal_narrator.wire.scene import time_to_message

WIDE, HIGH = 320, 180
PIXELS = bytes(range(256)) * (WIDE * HIGH * 3 // 256)


class Talker:
    def __init__(self) -> None:
        self.node: Node = rclpy.create_node("talker")
        self.types = message_types()
        self.scenes = self.node.create_publisher(self.types.Scene, "perception/scene", qos.SCENE)
        self.narrations = self.node.create_publisher(self.types.Narration, "narrator/narration", qos.SAID)
        self.said = 0
        self.filmed_ns = 0
        self.onlooking: Any = None
        self.spinning: threading.Thread | None = None
        self.onlooked: list[list[Any]] = []

    def bring_up(self, name: str) -> bool:
        return self._lead(name, (1, 3))  # configure, activate

    def pause(self, name: str) -> bool:
        return self._lead(name, (4, 3))  # deactivate, activate

    def _lead(self, name: str, transitions: tuple[int, ...]) -> bool:
        client = self.node.create_client(ChangeState, f"{name}/change_state")
        return all(self._change(client, transition) for transition in transitions)

    def _change(self, client: Any, transition: int) -> bool:
        """Asked again until the node hears it: one that was killed is taken for a living one for a while."""
        request = ChangeState.Request()
        request.transition.id = transition
        for _ in range(6):
            future = client.call_async(request)
            rclpy.spin_until_future_complete(self.node, future, timeout_sec=8.0)
            if future.done():
                return bool(future.result().success)
        return False

    def show(self) -> bool:
        self.node.create_timer(0.1, self._show)
        return True

    def film(self) -> bool:
        self.perception = rclpy.create_node("perception")
        self.perception.declare_parameter("cameras", ["rear"])
        self.images = self.perception.create_publisher(Image, "camera/rear/image", qos.SENSOR)
        self.perception.create_timer(0.1, self._film)
        self.other = SingleThreadedExecutor()
        self.other.add_node(self.perception)
        self.spinning = threading.Thread(target=self._spin, daemon=True)
        self.spinning.start()
        return True

    def _spin(self) -> None:
        while rclpy.ok():
            with suppress(ExternalShutdownException):
                self.other.spin_once(timeout_sec=0.1)

    def _film(self) -> None:
        image = Image(height=HIGH, width=WIDE, encoding="rgb8", step=3 * WIDE)
        image.header.frame_id = "rear_optical"
        self.filmed_ns = self.node.get_clock().now().nanoseconds
        image.header.stamp = time_to_message(self.filmed_ns, self.types)
        image.data = array.array("B", PIXELS)
        self.images.publish(image)

    def point(self, text: str) -> bool:
        box = PixelBox(x0=0.4 * WIDE, y0=0.4 * HIGH, x1=0.6 * WIDE, y1=0.7 * HIGH)
        found = Evidence(modality=Sense.CAMERA, stamp_ns=self.filmed_ns, detail=pictured("rear", "bus 0.91", box))
        self._publish(text, found)
        return True

    def onlook(self) -> bool:
        self.onlooked = []

        def look(message: Any, about: Any) -> None:
            self.onlooked.append([message.text, message.language, about["source_timestamp"] / 1e9])

        if self.onlooking is not None:
            self.node.destroy_subscription(self.onlooking)
        self.onlooking = self.node.create_subscription(self.types.Narration, "narrator/narration", look, qos.NARRATION)
        return True

    def sounds(self) -> list[str]:
        topics = self.node.get_publisher_names_and_types_by_node("display", "/")
        return [topic for topic, kinds in topics if any("Audio" in kind for kind in kinds)]

    def say(self, number: int, every_s: float, text: str) -> list[float]:
        at_s = []
        for _ in range(number):
            due_s = time.monotonic() + every_s
            now_ns = self.node.get_clock().now().nanoseconds
            at_s.append(time.time())
            self._publish(text.format(k=self.said), Evidence(modality=Sense.LIDAR, stamp_ns=now_ns, detail="drawn"))
            self.said += 1
            while time.monotonic() < due_s:
                rclpy.spin_once(self.node, timeout_sec=0.01)
        return at_s

    def _publish(self, text: str, evidence: Evidence) -> None:
        claim = Claim(predicate="exists", subject="track:2", value="bus", confidence=0.9, evidence=(evidence,))
        narration = Narration(
            stamp_ns=self.node.get_clock().now().nanoseconds,
            language="en",
            text=text,
            claims=(claim,),
            urgency=Urgency.NOTABLE,
            trigger="test",
        )
        self.narrations.publish(narration_to_message(narration, self.types))

    def _show(self) -> None:
        self.scenes.publish(scene_to_message(street(self.node.get_clock().now().nanoseconds), self.types))


def main() -> None:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: [lines.put(line) for line in chain(sys.stdin, ("end",))], daemon=True).start()
    rclpy.init()
    talker = Talker()
    verbs: dict[str, Callable[..., object]] = {
        "bring_up": talker.bring_up,
        "pause": talker.pause,
        "show": talker.show,
        "film": talker.film,
        "point": lambda *words: talker.point(" ".join(words)),
        "cameras": lambda: talker.images.get_subscription_count(),
        "onlook": talker.onlook,
        "onlooked": lambda: talker.onlooked,
        "sounds": talker.sounds,
        "say": lambda number, every_s, text: talker.say(int(number), float(every_s), text.strip()),
    }
    while True:
        try:
            verb, *rest = lines.get_nowait().split(maxsplit=3)
        except queue.Empty:
            rclpy.spin_once(talker.node, timeout_sec=0.02)
            continue
        if verb == "end":
            break
        sys.stdout.write(json.dumps(verbs[verb](*rest)) + "\n")
        sys.stdout.flush()
    talker.node.destroy_node()
    rclpy.try_shutdown()
    if talker.spinning is not None:
        talker.spinning.join()


main()
