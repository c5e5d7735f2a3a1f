"""Wanted facts → spans of drives in which all of them hold, by the events of the store."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from crossmodal_narrator.bags.index.asked import Filters
from crossmodal_narrator.bags.index.store import DriveStore, bits_of
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.searching import Topic, Wanted
from crossmodal_narrator.language.searching.understanding import lookalikes

MOST = 1000  # events of one fact are looked at, the weightiest first
SLACK_NS = 2_000_000_000  # we brake a moment before, or after, somebody crosses
NEAR_NS = 600_000_000  # moments are a second apart
_SAME_GAP_NS = 1_500_000_000
_SIDES = tuple(Side)


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


def spans_of(store: DriveStore, wanted: Sequence[Wanted], filters: Filters) -> tuple[list[Span], bool]:
    """The weightiest first, and whether all that was wanted holds in them.

    Where nothing shows all of it, kinds that detectors confuse will do, then any side, then the first fact alone.
    """
    for attempt, facts in enumerate(_ever_looser(wanted) if wanted else [[]]):
        found = _joined(store, (*filters.event, *facts), filters)
        if found:
            return found, attempt == 0
    return [], False


def _ever_looser(wanted: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
    yield wanted
    alike = [replace(one, labels=lookalikes(one.labels)) for one in wanted]
    anywhere = [replace(one, sides=frozenset(), in_path=False, colour="") for one in alike]
    yield alike
    yield anywhere
    yield anywhere[:1]


def _joined(store: DriveStore, wanted: Sequence[Wanted], filters: Filters) -> list[Span]:
    if not wanted:
        return []
    found = [_events(store, one, filters) for one in wanted]
    base = min(range(len(found)), key=lambda k: len(found[k]))
    spans = found[base]
    for k, one in enumerate(wanted):
        if k == base or not spans:
            continue
        others = found[k]
        if len(others) == MOST:  # there are more: those of the drives in question count
            others = _events(store, one, filters, {span.run for span in spans})
        spans = _meeting(spans, others)
    return _merged(spans)


def _events(store: DriveStore, wanted: Wanted, filters: Filters, runs: Iterable[int] | None = None) -> list[Span]:
    parts, bindings = _condition(wanted)
    if runs is not None:
        parts.append("run IN (SELECT value FROM json_each(?))")
        bindings.append(json.dumps(sorted(runs)))
    moments, moment_bindings = filters.of_moments
    if moments:
        parts.append(f"EXISTS ({IN_MOMENTS} AND {moments})")
        bindings += moment_bindings
    limit = "" if runs is not None else f" LIMIT {MOST}"
    sql = "SELECT run, begin_ns, end_ns, weight, subject, topic, value, label, sides, trend, colour FROM event e"
    rows = store.rows(f"{sql} WHERE {' AND '.join(parts)} ORDER BY weight DESC, event{limit}", bindings)
    return [_span(row) for row in rows]


def _condition(wanted: Wanted) -> tuple[list[str], list[object]]:
    parts: list[str] = ["topic = ?"]
    bindings: list[object] = [wanted.topic.value]
    for column, values in (("value", wanted.values), ("label", wanted.labels)):
        if values:
            parts.append(f"{column} IN ({', '.join('?' * len(values))})")
            bindings += sorted(values)
    for test, value in (
        ("sides & ?", bits_of(wanted.sides)),
        ("colour = ?", wanted.colour),
        ("trend = ?", wanted.trend),
    ):
        if value:
            parts.append(test)
            bindings.append(value)
    if wanted.in_path:
        parts.append("in_path")
    if wanted.topic is Topic.SOUND and not wanted.trend:
        parts.append("trend = ''")  # the same sound once more, by whether it comes closer
    return parts, bindings


IN_MOMENTS = (
    f"SELECT 1 FROM moment m WHERE m.run = e.run AND m.stamp_ns BETWEEN e.begin_ns - {NEAR_NS} AND e.end_ns + {NEAR_NS}"
)


def _span(row: Sequence[object]) -> Span:
    run, begin_ns, end_ns, weight, subject, topic, value, label, sides, trend, colour = row
    assert isinstance(run, int)
    assert isinstance(begin_ns, int)
    assert isinstance(end_ns, int)
    assert isinstance(weight, float)
    assert isinstance(sides, int)
    where = "/".join(side.value for k, side in enumerate(_SIDES) if sides >> k & 1)
    told = [str(word) for word in (colour, label, trend, where) if word]
    claim = f"{topic}({subject}) = {value}" + (f": {', '.join(told)}" if told else "")
    return Span(run=run, begin_ns=begin_ns, end_ns=end_ns, weight=weight, subjects=(str(subject),), claims=(claim,))


def _meeting(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Those of `spans` that meet one of `others`, both cut to the time in which both hold."""
    by_run: dict[int, list[Span]] = {}
    for other in sorted(others, key=lambda s: s.begin_ns):
        by_run.setdefault(other.run, []).append(other)
    return [met for span in spans for met in _met(span, by_run.get(span.run, []))]


def _met(span: Span, others: list[Span]) -> Iterator[Span]:
    last = bisect_right(others, span.end_ns + SLACK_NS, key=lambda s: s.begin_ns)
    for other in others[:last]:
        if span.overlap_ns(other) < -SLACK_NS:
            continue
        begins, ends = (span.begin_ns, other.begin_ns), (span.end_ns, other.end_ns)
        is_both = max(begins) <= min(ends)  # else one follows the other, and the two together are the answer
        yield Span(
            run=span.run,
            begin_ns=max(begins) if is_both else min(begins),
            end_ns=min(ends) if is_both else max(ends),
            weight=span.weight * other.weight,
            subjects=_both(span.subjects, other.subjects),
            claims=_both(span.claims, other.claims),
        )


def _merged(spans: Sequence[Span]) -> list[Span]:
    """What follows on without a break about the same subjects is one; the weightiest first."""
    kept: dict[tuple[int, tuple[str, ...]], list[Span]] = {}
    for span in sorted(spans, key=lambda s: s.begin_ns):
        row = kept.setdefault((span.run, span.subjects), [])
        if row and row[-1].overlap_ns(span) >= -_SAME_GAP_NS:
            row[-1] = _together(row[-1], span)
        else:
            row.append(span)
    return sorted((s for row in kept.values() for s in row), key=lambda s: (-s.weight, s.run, s.begin_ns, s.subjects))


def _together(one: Span, other: Span) -> Span:
    return replace(
        one,
        begin_ns=min(one.begin_ns, other.begin_ns),
        end_ns=max(one.end_ns, other.end_ns),
        weight=max(one.weight, other.weight),
        subjects=_both(one.subjects, other.subjects),
        claims=_both(one.claims, other.claims),
    )


def _both(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
