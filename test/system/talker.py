"""Everything around the display node, as a process of its own for test_page_live.py. It does what is written to it:

    bring_up NAME             configure and activate a node
    pause NAME                deactivate it, and activate it again
    show                      publish scenes of a bus behind us, ten a second, from now on
    say NUMBER EVERY_S TEXT   publish so many sentences, so far apart; `{k}` in the text is the sentence's number
    end

Each is answered by a line of JSON; of `say`, the wall clock when each sentence was handed to DDS.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from typing import Any

import rclpy
from lifecycle_msgs.srv import ChangeState
from passenger import street
from rclpy.node import Node

from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, Narration, Urgency
from crossmodal_narrator.nodes import qos
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.wire import narration_to_message, scene_to_message


class Talker:
    def __init__(self) -> None:
        self.node: Node = rclpy.create_node("talker")
        self.types = message_types()
        self.scenes = self.node.create_publisher(self.types.Scene, "perception/scene", qos.SCENE)
        self.narrations = self.node.create_publisher(self.types.Narration, "narrator/narration", qos.SAID)
        self.said = 0

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
        for _ in range(20):
            future = client.call_async(request)
            rclpy.spin_until_future_complete(self.node, future, timeout_sec=2.0)
            if future.done():
                return bool(future.result().success)
        return False

    def show(self) -> bool:
        self.node.create_timer(0.1, self._show)
        return True

    def say(self, number: int, every_s: float, text: str) -> list[float]:
        at_s = []
        for _ in range(number):
            due_s = time.monotonic() + every_s
            now_ns = self.node.get_clock().now().nanoseconds
            evidence = (Evidence(modality=Sense.LIDAR, stamp_ns=now_ns, detail="drawn"),)
            claim = Claim(predicate="exists", subject="track:2", value="bus", confidence=0.9, evidence=evidence)
            narration = Narration(
                stamp_ns=now_ns,
                language="en",
                text=text.format(k=self.said),
                claims=(claim,),
                urgency=Urgency.NOTABLE,
                trigger="test",
            )
            self.said += 1
            at_s.append(time.time())
            self.narrations.publish(narration_to_message(narration, self.types))
            while time.monotonic() < due_s:
                rclpy.spin_once(self.node, timeout_sec=0.01)
        return at_s

    def _show(self) -> None:
        self.scenes.publish(scene_to_message(street(self.node.get_clock().now().nanoseconds), self.types))


def main() -> None:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: [lines.put(line) for line in sys.stdin], daemon=True).start()
    rclpy.init()
    talker = Talker()
    while True:
        try:
            verb, *rest = lines.get_nowait().split(maxsplit=3)
        except queue.Empty:
            rclpy.spin_once(talker.node, timeout_sec=0.02)
            continue
        if verb == "end":
            break
        answer: object
        if verb == "bring_up":
            answer = talker.bring_up(rest[0])
        elif verb == "pause":
            answer = talker.pause(rest[0])
        elif verb == "show":
            answer = talker.show()
        else:
            answer = talker.say(int(rest[0]), float(rest[1]), rest[2].strip())
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    talker.node.destroy_node()
    rclpy.try_shutdown()


main()
