"""How often something happens, and how long it takes, over the last seconds."""

from __future__ import annotations

import threading
from collections import deque

WINDOW_NS = 3_000_000_000
KEPT = 600


class Rate:
    """Events a second over the last three seconds."""

    def __init__(self) -> None:
        self._at_ns: deque[int] = deque(maxlen=KEPT)
        self.total = 0

    def count(self, now_ns: int) -> None:
        self._at_ns.append(now_ns)
        self.total += 1

    def per_s(self, now_ns: int) -> float:
        recent = [t for t in tuple(self._at_ns) if now_ns - t <= WINDOW_NS]
        return len(recent) / (WINDOW_NS / 1e9)

    def silent_s(self, now_ns: int) -> float | None:
        """Since the last one; None when there has been none."""
        newest = tuple(self._at_ns)[-1:]
        return (now_ns - newest[0]) / 1e9 if newest else None


class Latencies:
    """The last values of each stage, in milliseconds. One thread adds, another reads."""

    def __init__(self) -> None:
        self._values: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def add(self, stage: str, ms: float) -> None:
        with self._lock:
            self._values.setdefault(stage, deque(maxlen=KEPT)).append(ms)

    def quantiles(self) -> dict[str, tuple[float, float]]:
        """By stage: the median, and what 99 of 100 stay below."""
        with self._lock:
            ordered = {stage: sorted(values) for stage, values in self._values.items()}
        return {stage: (v[len(v) // 2], v[min(len(v) - 1, int(0.99 * len(v)))]) for stage, v in ordered.items()}
