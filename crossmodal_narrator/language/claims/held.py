"""How long a value has been what it is: nothing is spoken that has only flickered."""

from __future__ import annotations

from typing import Generic, TypeVar

V = TypeVar("V")


class Held(Generic[V]):
    """The current value, and since when it has been that."""

    __slots__ = ("since_ns", "value")

    def __init__(self, value: V, stamp_ns: int) -> None:
        self.value = value
        self.since_ns = stamp_ns

    def update(self, value: V, stamp_ns: int) -> None:
        if value != self.value:
            self.value, self.since_ns = value, stamp_ns

    def held_s(self, stamp_ns: int) -> float:
        return (stamp_ns - self.since_ns) / 1e9


class Settled(Generic[V]):
    """A value that changes only after the new one has held for `hold_s` without a break (hysteresis in time)."""

    __slots__ = ("_challenger", "_hold_s", "since_ns", "value")

    def __init__(self, value: V, stamp_ns: int, hold_s: float) -> None:
        self.value = value
        self.since_ns = stamp_ns
        self._hold_s = hold_s
        self._challenger = Held(value, stamp_ns)

    def update(self, value: V, stamp_ns: int) -> None:
        self._challenger.update(value, stamp_ns)
        if value != self.value and self._challenger.held_s(stamp_ns) >= self._hold_s:
            self.value, self.since_ns = value, stamp_ns

    def held_s(self, stamp_ns: int) -> float:
        return (stamp_ns - self.since_ns) / 1e9
