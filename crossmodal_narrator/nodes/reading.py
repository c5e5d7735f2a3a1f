"""A thread that reads what some sensors publish. Whatever a message does, the next one is read."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable

from rclpy.node import Node

from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.core.frames import SensorFrame
from crossmodal_narrator.nodes.mailbox import Letter
from crossmodal_narrator.nodes.subscriptions import SensorSubscriptions
from crossmodal_narrator.wire import Intake, TopicMap

ENDS_WITHIN_S = 10.0  # what is done with a frame may take its time
TOLD_EVERY_S = 5.0


class SensorReader:
    """Subscribes from its birth on; `take` is called in the thread. `stop` before the node goes."""

    def __init__(self, node: Node, topics: TopicMap, take: Callable[[SensorFrame], None], name: str) -> None:
        self._node, self._take = node, take
        self._intake = Intake(topics)
        self.sensors = SensorSubscriptions(node, topics)
        self.refused = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.sensors.close()
        self._thread.join(ENDS_WITHIN_S)

    def _run(self) -> None:
        while (letter := self.sensors.mailbox.take()) is not None:
            self._read(letter)

    def _read(self, letter: Letter) -> None:
        try:
            for frame in self._intake.frames(letter.topic, letter.message):
                self._take(frame)
        except NarratorError as error:
            self.refused += 1
            self._node.get_logger().warning(f"{letter.topic}: {error}", throttle_duration_sec=TOLD_EVERY_S)
        except Exception:  # noqa: BLE001 - it is told, and the next one is read
            told = f"a mistake in the narrator itself; please report it\n{traceback.format_exc()}"
            self._node.get_logger().error(told, throttle_duration_sec=TOLD_EVERY_S)
