"""Hears what the nodes say, for the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.speech import Narration as Spoken
from crossmodal_narrator.core.speech import Reply as Answered
from crossmodal_narrator.nodes import qos
from crossmodal_narrator.nodes.rates import Latencies
from crossmodal_narrator.wire import narration_from_message, reply_from_message
from crossmodal_narrator.wire.headers import stamp_ns
from crossmodal_narrator_msgs.msg import Narration, Reply, Scene


@dataclass(frozen=True, slots=True)
class Complaint:
    """A status of /diagnostics that is not well; a higher level is worse."""

    level: int
    message: str


class Listener:
    """`on_narration` hears each sentence, and when the drive began; `on_reply` what is asked and answered. The rest is
    counted here, to be looked at.
    """

    def __init__(
        self,
        node: Node,
        on_narration: Callable[[Spoken, int | None], None],
        on_reply: Callable[[Answered, int | None], None],
    ) -> None:
        self._node = node
        self._on_narration, self._on_reply = on_narration, on_reply
        self.first_ns: int | None = None
        self.scenes = 0
        self.newest_scene_s = 0.0  # by time.monotonic
        self.degraded: dict[str, str] = {}
        self.troubles: dict[str, Complaint] = {}  # by the status' name, which begins with its node's
        self.ages = Latencies()
        node.create_subscription(Narration, "narrator/narration", self._narration, qos.NARRATION)
        node.create_subscription(Reply, "dialogue/reply", self._reply, qos.NARRATION)
        node.create_subscription(Scene, "perception/scene", self._scene, qos.SCENE)
        node.create_subscription(DiagnosticArray, "/diagnostics", self._diagnostics, qos.DIAGNOSTICS)

    def _narration(self, message: Any) -> None:
        with self._refusing("narrator/narration"):
            self._on_narration(narration_from_message(message), self.first_ns)

    def _reply(self, message: Any) -> None:
        with self._refusing("dialogue/reply"):
            self._on_reply(reply_from_message(message), self.first_ns)

    @contextmanager
    def _refusing(self, topic: str) -> Iterator[None]:
        """Whoever publishes what cannot be read does not end who only listens."""
        try:
            yield
        except FrameError as error:
            self._node.get_logger().warning(f"{topic}: {error}", throttle_duration_sec=5.0)

    def _scene(self, message: Any) -> None:
        self.scenes += 1
        self.newest_scene_s = time.monotonic()
        stamp = stamp_ns(message.header.stamp)
        self.first_ns = stamp if self.first_ns is None else self.first_ns
        now_ns = self._node.get_clock().now().nanoseconds
        age_ms = (now_ns - stamp) / 1e6
        if -100.0 < age_ms < 10_000.0:  # else the clocks are not the same, and their difference says nothing
            self.ages.add("age", age_ms)
        self.degraded = {f"{d.sense} {d.source}": d.trouble for d in message.degraded}

    def _diagnostics(self, message: Any) -> None:
        """A node tells everything each time: what it no longer says is over."""
        nodes = {status.name.partition(":")[0] for status in message.status}
        self.troubles = {k: v for k, v in self.troubles.items() if k.partition(":")[0] not in nodes}
        for status in message.status:
            if status.level in (DiagnosticStatus.WARN, DiagnosticStatus.ERROR):
                self.troubles[status.name] = Complaint(status.level[0], status.message)
