"""All moments and events of a store, side by side in memory: 170 bytes a moment with its vector, 50 an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.index.asked import MPS_PER_KMH, Filters
from crossmodal_narrator.bags.index.columns import EVENT, MOMENT, NEAR_NS, Records, joined
from crossmodal_narrator.bags.index.run import Floats

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
# Times of all runs on one line, in microseconds: runs lie eleven days apart, so that none reaches into the next.
_RUN_US = 1_000_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    run: int
    begin_ns: int
    dimensions: int
    moments: bytes
    events: bytes
    vectors: bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loaded:
    """Row k of `moments` and `vectors`, and of `events`, belongs to run `runs[moment_run[k]]`, `runs[event_run[k]]`."""

    words: Mapping[str, int]  # word → its number in the columns
    names: Mapping[int, str]  # and back
    runs: Sequence[int]
    numbers: Mapping[int, int]  # run → its place in `runs`
    begins_ns: Ints  # of each run
    moments: Records
    moment_run: Ints
    vectors: Mapping[int, tuple[Ints, Floats]]  # by length: rows of moments, and their vectors
    events: Mapping[str, NDArray[Any]]  # by column, each by itself: that is compared four times as fast
    by_topic: Mapping[int, Ints]  # rows of events
    event_run: Ints
    first: Ints  # rows of the moments of each event, the last excluded
    last: Ints
    begin_us: Ints  # of each event, on the line of all runs
    end_us: Ints

    def any_of(self, codes: NDArray[np.uint16], words: Iterable[str]) -> Mask:
        """Which of these numbers stand for one of the words."""
        known = np.zeros(max(self.names, default=0) + 1, np.bool_)
        known[[self.words[word] for word in words if word in self.words]] = True
        fitting: Mask = known[codes]
        return fitting

    def code(self, word: str) -> int:
        """The number of a word; -1, which no column holds, where no run has it."""
        return self.words.get(word, -1)

    def admitted(self, filters: Filters) -> Mask | None:
        """Moments that the filters admit; None where they admit all."""
        masks = [*self._by_words(filters), *self._by_numbers(filters)]
        return np.logical_and.reduce(masks) if masks else None

    def _by_words(self, filters: Filters) -> list[Mask]:
        asked = {"light": filters.light, "weather": filters.weather, "place": filters.place}
        return [self.moments[name] == self.code(word) for name, word in asked.items() if word]

    def _by_numbers(self, filters: Filters) -> list[Mask]:
        table, masks = self.moments, []
        if filters.after_ns is not None:
            masks.append(table["stamp_ns"] >= filters.after_ns)
        if filters.before_ns is not None:
            masks.append(table["stamp_ns"] <= filters.before_ns)
        if filters.speed_kmh is not None:
            speed, (low, high) = np.abs(table["speed_mps"]), filters.speed_kmh
            masks.append((speed >= low * MPS_PER_KMH) & (speed <= high * MPS_PER_KMH))
        if filters.near_m is not None:
            x, y, reach = filters.near_m
            masks.append(np.hypot(table["x_m"] - x, table["y_m"] - y) <= reach)
        return masks

    def touches(self, admitted: Mask, rows: Ints) -> Mask:
        """Which of these events lie at an admitted moment."""
        before = np.concatenate([[0], np.cumsum(admitted)])
        return before[self.last[rows]] > before[self.first[rows]]

    def is_admitted(self, admitted: Mask, run: int, begin_ns: int, end_ns: int) -> bool:
        """Whether an admitted moment of the run lies in that time."""
        of_run = slice(*np.searchsorted(self.moment_run, (k := self.numbers[run], k + 1)))
        stamps = self.moments["stamp_ns"][of_run]
        near = (stamps >= begin_ns - NEAR_NS) & (stamps <= end_ns + NEAR_NS)
        return bool(admitted[of_run][near].any())


def load(rows: Sequence[RunRow], words: Mapping[str, int]) -> Loaded:
    """Put the columns of all runs one after the other."""
    moments, events = joined([r.moments for r in rows], MOMENT), joined([r.events for r in rows], EVENT)
    counts = np.array([len(r.moments) // MOMENT.itemsize for r in rows], np.int64)
    event_counts = np.array([len(r.events) // EVENT.itemsize for r in rows], np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    begins_ns = np.array([r.begin_ns for r in rows], np.int64)
    event_run = np.repeat(np.arange(len(rows)), event_counts)
    base_us = event_run * _RUN_US - begins_ns[event_run] // 1000
    return Loaded(
        words=words,
        names={number: word for word, number in words.items()},
        runs=[r.run for r in rows],
        numbers={r.run: k for k, r in enumerate(rows)},
        begins_ns=begins_ns,
        moments=moments,
        moment_run=np.repeat(np.arange(len(rows)), counts),
        vectors=_vectors(rows, offsets, counts),
        events={name: np.ascontiguousarray(events[name]) for name in EVENT.names or ()},
        by_topic={int(topic): np.flatnonzero(events["topic"] == topic) for topic in np.unique(events["topic"])},
        event_run=event_run,
        first=events["first"] + offsets[event_run],
        last=events["last"] + offsets[event_run],
        begin_us=base_us + events["begin_ns"] // 1000,
        end_us=base_us + events["end_ns"] // 1000,
    )


def _vectors(rows: Sequence[RunRow], offsets: Ints, counts: Ints) -> dict[int, tuple[Ints, Floats]]:
    found: dict[int, tuple[Ints, Floats]] = {}
    for length in sorted({row.dimensions for row in rows} - {0}):
        of_length = [k for k, row in enumerate(rows) if row.dimensions == length]
        pieces = [np.frombuffer(rows[k].vectors, "<f4").reshape(-1, length) for k in of_length]
        numbers = [np.arange(offsets[k], offsets[k] + counts[k]) for k in of_length]
        found[length] = np.concatenate(numbers), np.concatenate(pieces)
    return found
