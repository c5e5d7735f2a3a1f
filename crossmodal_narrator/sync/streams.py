"""One stream of stamped frames: kept in the order of their stamps, whatever the order of arrival."""

from __future__ import annotations

import bisect
import statistics
from typing import Generic, Protocol, TypeVar


class Stamped(Protocol):
    @property
    def stamp_ns(self) -> int: ...


F = TypeVar("F", bound=Stamped)

CAPACITY = 64
STAMPS_FOR_PERIOD = 8
# A frame may come so much earlier than the usual period says; until then none is expected.
JITTER = 0.2


class Stream(Generic[F]):
    """Frames by stamp, bounded, with the stream's own period measured from its stamps."""

    def __init__(self) -> None:
        self._stamps_ns: list[int] = []
        self._frames: list[F] = []
        self._recent_ns: list[int] = []  # outlives the frames, for the period
        self._first_ns: int | None = None
        self.dropped = 0

    @property
    def newest_ns(self) -> int | None:
        return self._recent_ns[-1] if self._recent_ns else None

    def push(self, frame: F) -> None:
        """Insert by stamp. A second frame of the same stamp replaces the first."""
        k = bisect.bisect_left(self._stamps_ns, frame.stamp_ns)
        if k < len(self._stamps_ns) and self._stamps_ns[k] == frame.stamp_ns:
            self._frames[k] = frame
            return
        self._stamps_ns.insert(k, frame.stamp_ns)
        self._frames.insert(k, frame)
        self.note(frame.stamp_ns)
        if len(self._frames) > CAPACITY:
            del self._stamps_ns[0], self._frames[0]
            self.dropped += 1

    def note(self, stamp_ns: int) -> None:
        """Take a stamp into the measure of the period."""
        self._first_ns = stamp_ns if self._first_ns is None else min(self._first_ns, stamp_ns)
        bisect.insort(self._recent_ns, stamp_ns)
        del self._recent_ns[:-STAMPS_FOR_PERIOD]

    def may_still_come(self, until_ns: int) -> bool:
        """Whether a frame stamped at or before `until_ns` can still be on its way."""
        if not self._recent_ns:
            return False
        newest = self._recent_ns[-1]
        if newest >= until_ns:
            return False
        steps = [b - a for a, b in zip(self._recent_ns, self._recent_ns[1:], strict=False)]
        if not steps:
            return True
        return newest + statistics.median(steps) * (1.0 - JITTER) <= until_ns

    def begins_after(self, stamp_ns: int) -> bool:
        """Whether frames came, and none of them at or before `stamp_ns`."""
        return self._first_ns is not None and self._first_ns > stamp_ns

    def after(self, stamp_ns: int) -> F | None:
        """The earliest frame later than `stamp_ns`."""
        k = bisect.bisect_right(self._stamps_ns, stamp_ns)
        return self._frames[k] if k < len(self._frames) else None

    def newest_until(self, stamp_ns: int) -> F | None:
        """The newest frame not later than `stamp_ns`."""
        k = bisect.bisect_right(self._stamps_ns, stamp_ns)
        return self._frames[k - 1] if k else None

    def take_until(self, stamp_ns: int) -> tuple[F, ...]:
        """Remove and return all frames not later than `stamp_ns`, the oldest first."""
        k = bisect.bisect_right(self._stamps_ns, stamp_ns)
        taken = tuple(self._frames[:k])
        del self._stamps_ns[:k], self._frames[:k]
        return taken
