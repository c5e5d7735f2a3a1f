"""Moments and events as columns: a run's are one piece of bytes each, read and compared without a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.index.events import Event
from crossmodal_narrator.bags.index.run import Moment, Run
from crossmodal_narrator.bags.index.view import View
from crossmodal_narrator.core.scene import Side

Records = NDArray[np.void]
Code = Callable[[str], int]  # the number of a word

# A number that is not known is NaN, a word that is not known has the number of "".
MOMENT = np.dtype(
    [("stamp_ns", "<i8"), *((name, "<f4") for name in ("speed_mps", "x_m", "y_m"))]
    + [(name, "<u2") for name in ("light", "weather", "place")]
)
# `first` and `last`: the run's moments that it lies at, the last excluded. `sides` has a bit for each Side.
EVENT = np.dtype(
    [("begin_ns", "<i8"), ("end_ns", "<i8"), ("first", "<u4"), ("last", "<u4"), ("weight", "<f4")]
    + [(name, "<u2") for name in ("topic", "value", "label", "colour", "trend", "subject_kind")]
    + [("track", "<i4"), ("sides", "u1"), ("in_path", "?")]
)
NEAR_NS = 600_000_000  # moments are a second apart
_BITS = {side: 1 << k for k, side in enumerate(Side)}
_NO_TRACK = -1


def bits_of(sides: Iterable[Side]) -> int:
    return sum(_BITS[side] for side in set(sides))


def sides_of(bits: int) -> tuple[Side, ...]:
    return tuple(side for side, bit in _BITS.items() if bits & bit)


def moments_of(run: Run, view: View, code: Code) -> Records:
    table = np.zeros(len(run.moments), MOMENT)
    for k, moment in enumerate(run.moments):
        table[k] = _moment(moment, view, code)
    return table


def _moment(moment: Moment, view: View, code: Code) -> tuple[float, ...]:
    x_m, y_m = view.place_at(moment.stamp_ns) or (np.nan, np.nan)
    speed = np.nan if moment.speed_mps is None else moment.speed_mps
    return (moment.stamp_ns, speed, x_m, y_m, code(moment.light), code(moment.weather), code(moment.place))


def events_of(run: Run, code: Code) -> Records:
    table = np.zeros(len(run.events), EVENT)
    for k, event in enumerate(run.events):
        table[k] = _event(event, code)
    stamps = np.array([moment.stamp_ns for moment in run.moments], np.int64)
    table["first"] = np.searchsorted(stamps, table["begin_ns"] - NEAR_NS, side="left")
    table["last"] = np.searchsorted(stamps, table["end_ns"] + NEAR_NS, side="right")
    return table


def _event(event: Event, code: Code) -> tuple[float, ...]:
    kind, _, number = event.subject.partition(":")
    is_track = kind == "track"
    words = (event.topic.value, event.value, event.label, event.colour, event.trend)
    return (
        *(event.begin_ns, event.end_ns, 0, 0, event.weight),
        *(code(word) for word in words),
        *(code(kind if is_track else event.subject), int(number) if is_track else _NO_TRACK),
        *(bits_of(event.sides), event.in_path),
    )


def subject_of(kind: str, track: int) -> str:
    return kind if track == _NO_TRACK else f"{kind}:{track}"


def joined(pieces: Sequence[bytes], dtype: np.dtype[np.void]) -> Records:
    return np.concatenate([np.empty(0, dtype), *(np.frombuffer(piece, dtype) for piece in pieces)])
