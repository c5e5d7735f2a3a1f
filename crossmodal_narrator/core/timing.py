"""How long each stage took, by a clock that is handed in; the core itself never asks what time it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

NowNs = Callable[[], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    stage: str
    ms: float


class StageTimer:
    """Collects stage times until they are drained. Threads may share one; drain it when they are done."""

    def __init__(self, now_ns: NowNs) -> None:
        self._now_ns = now_ns
        self._times: list[StageTime] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start_ns = self._now_ns()
        try:
            yield
        finally:
            self._times.append(StageTime(stage=name, ms=(self._now_ns() - start_ns) / 1e6))

    def drain(self) -> tuple[StageTime, ...]:
        times, self._times = tuple(self._times), []
        return times
