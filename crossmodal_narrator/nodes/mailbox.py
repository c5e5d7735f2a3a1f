"""Between the callbacks and the worker: bounded, the latest wins, and what is dropped is counted."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Letter:
    """One message, where it came from, and when by a clock that only measures."""

    topic: str
    message: Any
    arrival_ns: int


class Mailbox:
    """Many callbacks put, one worker takes. A topic that is full gives up its oldest message."""

    def __init__(self, capacities: Mapping[str, int], now_ns: Callable[[], int]) -> None:
        """`capacities`: how many messages of each topic may wait."""
        self._now_ns = now_ns
        self._capacities = dict(capacities)
        self._letters: deque[Letter] = deque()
        self._waiting = dict.fromkeys(capacities, 0)
        self.dropped = dict.fromkeys(capacities, 0)
        self._ready = threading.Condition()
        self._is_closed = False

    @property
    def waiting(self) -> int:
        """How many messages nobody has looked at yet."""
        return len(self._letters)

    def put(self, topic: str, message: Any) -> None:
        """Never blocks for longer than it takes to drop one message."""
        with self._ready:
            if self._is_closed:
                return
            if self._waiting[topic] >= self._capacities[topic]:
                self._drop_oldest(topic)
            self._letters.append(Letter(topic=topic, message=message, arrival_ns=self._now_ns()))
            self._waiting[topic] += 1
            self._ready.notify()

    def take(self) -> Letter | None:
        """The oldest message; waits for one. None when the box was closed, and everything in it let go."""
        with self._ready:
            while not self._letters and not self._is_closed:
                self._ready.wait()
            if self._is_closed:
                return None
            letter = self._letters.popleft()
            self._waiting[letter.topic] -= 1
            return letter

    def close(self) -> None:
        with self._ready:
            self._is_closed = True
            self._letters.clear()
            self._ready.notify_all()

    def _drop_oldest(self, topic: str) -> None:
        for k, letter in enumerate(self._letters):
            if letter.topic == topic:
                del self._letters[k]
                break
        self._waiting[topic] -= 1
        self.dropped[topic] += 1
