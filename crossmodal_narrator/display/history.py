"""What was said, numbered, so that a page which was away hears all of it and nothing twice."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`json` lacks how long ago it was. `seat`: the only page that it is for; None: it is for all."""

    number: int
    json: str
    at_s: float
    seat: str | None

    def text(self, now_s: float) -> str:
        """Ready to be sent: a page shows and announces as of now only what is."""
        return f'{self.json[:-1]},"ago_s":{max(0.0, now_s - self.at_s):.2f}}}'


class History:
    """The last `kept` sentences, and as many answers for single pages, which push nobody's sentences out.

    One thread adds, another reads.
    """

    def __init__(self, kept: int, now_s: Callable[[], float]) -> None:
        self._for_all: deque[Entry] = deque(maxlen=kept)
        self._for_one: deque[Entry] = deque(maxlen=kept)
        self._lock, self._now_s = threading.Lock(), now_s
        self.newest = 0
        self._let_go = 0  # the newest that was for all and is no longer kept

    def add(self, kind: str, record: Mapping[str, Any], *, seat: str | None = None, ago_s: float = 0.0) -> None:
        """`ago_s`: what was latched was said before it came."""
        with self._lock:
            self.newest += 1
            text = to_json({"kind": kind, "number": self.newest, **record})
            entry = Entry(number=self.newest, json=text, at_s=self._now_s() - ago_s, seat=seat)
            if seat is not None:
                self._for_one.append(entry)
                return
            if len(self._for_all) == self._for_all.maxlen:
                self._let_go = self._for_all[0].number
            self._for_all.append(entry)

    def after(self, number: int, seat: str) -> tuple[tuple[Entry, ...], bool]:
        """What `seat` has not heard yet, in order; and whether something between is no longer kept."""
        with self._lock:
            if number >= self.newest:
                return (), False
            found = [e for e in self._for_all if e.number > number]
            found += [e for e in self._for_one if e.number > number and e.seat == seat]
            is_cut = number < self._let_go
        return tuple(sorted(found, key=lambda entry: entry.number)), is_cut


def to_json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
