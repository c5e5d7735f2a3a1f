"""Wanted facts → spans of drives in which all of them hold, by the events of the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.index.columns import bits_of, sides_of, subject_of
from crossmodal_narrator.bags.index.loaded import Ints, Loaded, Mask
from crossmodal_narrator.language.searching import Topic, Wanted
from crossmodal_narrator.language.searching.understanding import lookalikes

SLACK_US = 2_000_000  # we brake a moment before, or after, somebody crosses
_MOST_EVENTS = 20_000  # of one fact, where it must meet another; the weightiest
_MOST_SPANS = 300
_TOLD = ("topic", "value", "label", "colour", "trend", "subject_kind")
_SAME_GAP_NS = 1_500_000_000
_SURROUNDINGS = (Topic.LIGHT, Topic.WEATHER, Topic.PLACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of a drive that may be an answer, from one of the three ways to look for it."""

    run: int
    begin_ns: int
    end_ns: int
    weight: float
    subjects: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    text: str = ""

    def overlap_ns(self, other: Span) -> int:
        """How long both are there; negative: the gap between them."""
        return min(self.end_ns, other.end_ns) - max(self.begin_ns, other.begin_ns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Together:
    """Row k: events that hold together, each by its row, and the time in which they do."""

    rows: Ints  # (spans, facts)
    begin_us: Ints
    end_us: Ints
    weight: NDArray[np.float64]

    def taken(self, picked: Ints) -> _Together:
        return _Together(
            rows=self.rows[picked],
            begin_us=self.begin_us[picked],
            end_us=self.end_us[picked],
            weight=self.weight[picked],
        )


def spans_of(
    loaded: Loaded, wanted: Sequence[Wanted], event: Sequence[Wanted], admitted: Mask | None
) -> tuple[list[Span], bool]:
    """The weightiest first, and whether all that was wanted holds in them; `event` holds in all of them.

    Where nothing shows all of it, kinds that detectors confuse will do, then any side, then the first fact alone, and
    at last `event` alone.
    """
    for attempt, facts in enumerate(_ever_looser(wanted)):
        found = _spans(loaded, (*event, *facts), admitted)
        if found:
            return found, attempt == 0
    return [], False


def _ever_looser(wanted: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
    yield wanted
    if wanted:
        alike = [replace(one, labels=lookalikes(one.labels)) for one in wanted]
        anywhere = [replace(one, sides=frozenset(), in_path=False, colour="") for one in alike]
        yield from (alike, anywhere, anywhere[:1], ())


def _spans(loaded: Loaded, wanted: Sequence[Wanted], admitted: Mask | None) -> list[Span]:
    """Light, weather and place hold for long: beside other facts they only say at which moments."""
    around = [one for one in wanted if one.topic in _SURROUNDINGS]
    facts = [one for one in wanted if one.topic not in _SURROUNDINGS] or around
    for one in around if facts is not around else ():
        fitting = loaded.any_of(loaded.moments[one.topic.value], one.values)
        admitted = fitting if admitted is None else admitted & fitting
    if not facts:
        return []
    found = _together(loaded, facts, admitted)
    said = tuple(f"{one.topic.value} = {'|'.join(sorted(one.values))}" for one in around if facts is not around)
    return _merged(_span(loaded, found, k, said) for k in range(len(found.weight)))


def _together(loaded: Loaded, facts: Sequence[Wanted], admitted: Mask | None) -> _Together:
    """The weightiest, of which all facts hold; the rarest fact first, so that the least must be compared."""
    rows = sorted((_rows(loaded, one, admitted) for one in facts), key=len)
    most = _MOST_EVENTS if len(rows) > 1 else _MOST_SPANS
    found, *others = [_alone(loaded, _weightiest(loaded.events["weight"][of], of, most)) for of in rows]
    for other in others:
        found = _meeting(found, other)
    order = np.lexsort((found.begin_us, -found.weight))[:_MOST_SPANS]
    return found.taken(order)


def _rows(loaded: Loaded, wanted: Wanted, admitted: Mask | None) -> Ints:
    rows = loaded.by_topic.get(loaded.code(wanted.topic.value), np.empty(0, np.int64))
    for column, values in (("value", wanted.values), ("label", wanted.labels)):
        if values:
            rows = rows[loaded.any_of(loaded.events[column][rows], values)]
    if wanted.sides:
        rows = rows[(loaded.events["sides"][rows] & bits_of(wanted.sides)) != 0]
    if wanted.colour:
        rows = rows[loaded.events["colour"][rows] == loaded.code(wanted.colour)]
    if wanted.topic is Topic.SOUND:
        rows = rows[loaded.events["trend"][rows] == loaded.code(wanted.trend)]  # with a trend it is there once more
    if wanted.in_path:
        rows = rows[loaded.events["in_path"][rows]]
    return rows if admitted is None else rows[loaded.touches(admitted, rows)]


def _weightiest(weights: NDArray[np.float32], rows: Ints, most: int) -> Ints:
    if len(rows) <= most:
        return rows
    return rows[np.sort(np.argpartition(-weights, most)[:most])]


def _alone(loaded: Loaded, rows: Ints) -> _Together:
    weight = loaded.events["weight"][rows].astype(np.float64)
    return _Together(rows=rows[:, None], begin_us=loaded.begin_us[rows], end_us=loaded.end_us[rows], weight=weight)


def _meeting(ones: _Together, others: _Together) -> _Together:
    """Each pair that meets, cut to the time in which both hold; where one follows the other, with both."""
    others = others.taken(np.argsort(others.begin_us, kind="stable"))
    # `others` begin in order, but do not end in order: up to which one all have ended does.
    ended = np.maximum.accumulate(others.end_us)
    low = np.searchsorted(ended, ones.begin_us - SLACK_US, side="left")
    high = np.searchsorted(others.begin_us, ones.end_us + SLACK_US, side="right")
    counts = np.maximum(high - low, 0)
    one = np.repeat(np.arange(len(counts)), counts)
    other = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
    meets = others.end_us[other] >= ones.begin_us[one] - SLACK_US
    one, other = one[meets], other[meets]
    late, early = (
        np.maximum(ones.begin_us[one], others.begin_us[other]),
        np.minimum(ones.end_us[one], others.end_us[other]),
    )
    is_both = late <= early
    return _Together(
        rows=np.hstack([ones.rows[one], others.rows[other]]),
        begin_us=np.where(is_both, late, np.minimum(ones.begin_us[one], others.begin_us[other])),
        end_us=np.where(is_both, early, np.maximum(ones.end_us[one], others.end_us[other])),
        weight=ones.weight[one] * others.weight[other],
    )


def _span(loaded: Loaded, found: _Together, k: int, said: tuple[str, ...]) -> Span:
    rows = found.rows[k].tolist()
    first = rows[0]
    begin_ns = int(loaded.events["begin_ns"][first]) + 1000 * int(found.begin_us[k] - loaded.begin_us[first])
    told = [_told(loaded, row) for row in rows]
    return Span(
        run=loaded.runs[int(loaded.event_run[first])],
        begin_ns=begin_ns,
        end_ns=begin_ns + 1000 * int(found.end_us[k] - found.begin_us[k]),
        weight=float(found.weight[k]),
        subjects=tuple(dict.fromkeys(subject for subject, _ in told)),
        claims=(*dict.fromkeys(claim for _, claim in told), *said),
    )


def _told(loaded: Loaded, row: int) -> tuple[str, str]:
    """The subject of an event, and the event as it is shown."""
    events = loaded.events
    topic, value, label, colour, trend, kind = (loaded.names[int(events[name][row])] for name in _TOLD)
    where = "/".join(side.value for side in sides_of(int(events["sides"][row])))
    told = [word for word in (colour, label, trend, where) if word]
    subject = subject_of(kind, int(events["track"][row]))
    return subject, f"{topic}({subject}) = {value}" + (f": {', '.join(told)}" if told else "")


def _merged(spans: Iterable[Span]) -> list[Span]:
    """What follows on without a break about the same subjects is one; the weightiest first."""
    kept: dict[tuple[int, tuple[str, ...]], list[Span]] = {}
    for span in sorted(spans, key=lambda s: s.begin_ns):
        row = kept.setdefault((span.run, span.subjects), [])
        if row and row[-1].overlap_ns(span) >= -_SAME_GAP_NS:
            row[-1] = _one_of(row[-1], span)
        else:
            row.append(span)
    return sorted((s for row in kept.values() for s in row), key=lambda s: (-s.weight, s.run, s.begin_ns, s.subjects))


def _one_of(one: Span, other: Span) -> Span:
    return replace(
        one,
        begin_ns=min(one.begin_ns, other.begin_ns),
        end_ns=max(one.end_ns, other.end_ns),
        weight=max(one.weight, other.weight),
        claims=tuple(dict.fromkeys((*one.claims, *other.claims))),
    )
