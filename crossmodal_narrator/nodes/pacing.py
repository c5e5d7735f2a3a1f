"""Time for what is played: when a stamp is due on the wall, and /clock that runs meanwhile."""

from __future__ import annotations

import threading
import time

from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from crossmodal_narrator.nodes import qos

CLOCK_PERIOD_NS = 10_000_000


class Pacer:
    """Plays time from `start_ns` on, and publishes it as /clock at 100 Hz of its own time."""

    def __init__(self, node: Node, start_ns: int) -> None:
        """Announce /clock, so that subscribers can match before time begins."""
        self._publisher = node.create_publisher(Clock, "/clock", qos.CLOCK)
        self._start_ns = self._clock_ns = start_ns
        self.start(1.0, threading.Event())

    def start(self, rate: float, stop: threading.Event) -> None:
        """Now is `start_ns`. `rate` 2 is twice as fast as the wall clock; `stop` ends every waiting."""
        self._rate, self._stop = rate, stop
        self._started_ns = time.monotonic_ns()

    def until(self, stamp_ns: int) -> bool:
        """Wait until `stamp_ns` is due; False if the playing was stopped meanwhile."""
        while self._clock_ns <= stamp_ns:
            if self._waited(self._clock_ns):
                return False
            self._publish(self._clock_ns)
            self._clock_ns += CLOCK_PERIOD_NS
        return not self._waited(stamp_ns)

    def forgive_lateness(self, stamp_ns: int) -> float:
        """Where `stamp_ns` was due before now, let time stand still instead of hurrying; how long, in seconds."""
        late_ns = time.monotonic_ns() - self._due_ns(stamp_ns)
        if late_ns <= 0:
            return 0.0
        self._started_ns += late_ns
        return late_ns / 1e9

    def _due_ns(self, stamp_ns: int) -> int:
        return self._started_ns + round((stamp_ns - self._start_ns) / self._rate)

    def _waited(self, stamp_ns: int) -> bool:
        left_ns = self._due_ns(stamp_ns) - time.monotonic_ns()
        return self._stop.wait(left_ns / 1e9) if left_ns > 0 else self._stop.is_set()

    def _publish(self, stamp_ns: int) -> None:
        tick = Clock()
        tick.clock.sec, tick.clock.nanosec = divmod(stamp_ns, 1_000_000_000)
        self._publisher.publish(tick)
