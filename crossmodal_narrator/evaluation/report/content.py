"""Sentences, lanes, pictures and errors as the page's script reads them. Times are seconds from the first scene."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Event, Number, Table
from crossmodal_narrator.evaluation.refusing import Refused
from crossmodal_narrator.evaluation.report.errors_by_range import ErrorsByRange
from crossmodal_narrator.evaluation.report.lanes import Bar, Lane
from crossmodal_narrator.evaluation.report.pictures import Picture
from crossmodal_narrator.evaluation.report.sentences import Sentence


class Clock:
    """Stamps as seconds from the first scene: a stamp in nanoseconds is more than a script's numbers can hold."""

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns

    def s(self, stamp_ns: int) -> float:
        return round((stamp_ns - self.start_ns) / 1e9, 3)


class EvidenceList:
    """Each piece of evidence once: claims of one sentence share it, and sentences share it."""

    def __init__(self) -> None:
        self.listed: list[list[str]] = []
        self._places: dict[tuple[str, str, str], int] = {}

    def place(self, evidence: Mapping[str, Any]) -> int:
        key = (str(evidence["modality"]), str(evidence["stamp_ns"]), str(evidence["detail"]))
        if key not in self._places:
            self._places[key] = len(self.listed)
            self.listed.append(list(key))
        return self._places[key]


def sentence_entry(
    sentence: Sentence, clock: Clock, evidence: EvidenceList, pictures: Mapping[int, int]
) -> dict[str, Any]:
    return {
        "t": clock.s(sentence.stamp_ns),
        "stamp": str(sentence.stamp_ns),
        "kind": sentence.kind,
        "trigger": sentence.trigger,
        "urgency": sentence.urgency,
        "texts": dict(sentence.texts),
        "claims": [_claim(claim, evidence) for claim in sentence.claims],
        "picture": pictures.get(sentence.stamp_ns),
    }


def _claim(claim: Record, evidence: EvidenceList) -> dict[str, Any]:
    return {
        "predicate": str(claim["predicate"]),
        "subject": str(claim["subject"]),
        "value": claim["value"],
        "confidence": claim.get("confidence"),
        "evidence": [evidence.place(one) for one in claim.get("evidence", ())],
    }


def lane_entry(lane: Lane, clock: Clock) -> dict[str, Any]:
    return {
        "kind": lane.kind,
        "name": lane.name,
        "left_out": lane.left_out,
        "rows": [[_bar(bar, clock) for bar in row] for row in lane.rows],
    }


def _bar(bar: Bar, clock: Clock) -> list[Any]:
    return [clock.s(bar.from_ns), clock.s(bar.to_ns), bar.track_id, int(bar.is_told)]


def picture_entry(picture: Picture, clock: Clock) -> dict[str, Any]:
    return {
        "src": "data:image/jpeg;base64," + base64.b64encode(picture.jpeg).decode(),
        "camera": picture.camera,
        "t": clock.s(picture.stamp_ns),
        "width": picture.width,
        "height": picture.height,
        "outlines": [[outline.track_id, [*map(list, outline.segments)]] for outline in picture.outlines],
    }


def table_entries(tables: Mapping[str, Table]) -> list[dict[str, Any]]:
    return [
        {"name": name, "columns": list(table.columns), "rows": [list(row) for row in table.rows]}
        for name, table in tables.items()
    ]


def figure_text(value: Number) -> str | None:
    """A count as it is, a measure with so many decimals as its size asks for: 1.000 is no count. None stays None."""
    if value is None or isinstance(value, int):
        return None if value is None else str(value)
    size = abs(value)
    return f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2 if size >= 2 else 3}f}"


def event_entries(events: Iterable[Event], clock: Clock) -> list[list[Any]]:
    """Each as second (null: of the whole drive), kind, text, subject, language."""
    return [
        [clock.s(event.stamp_ns) if event.stamp_ns else None, event.kind, event.text, event.subject, event.language]
        for event in events
    ]


def refusal_entries(refused: Iterable[Refused], clock: Clock) -> list[list[Any]]:
    """Each as seconds from and to, how often, fate, reason, detail, what, its subjects, language."""
    return [
        [
            clock.s(r.from_ns),
            clock.s(r.to_ns),
            r.times,
            *(str(r.record[key]) for key in ("fate", "reason", "detail")),
            r.about,
            ",".join(dict.fromkeys(str(claim["subject"]) for claim in r.record["claims"])),
            str(r.record.get("language", "")),
        ]
        for r in refused
    ]


def error_entry(errors: ErrorsByRange) -> dict[str, Any] | None:
    """None where no track met a labelled thing."""
    if not errors.pairs:
        return None
    return {
        "pairs": errors.pairs,
        "points": [[round(r, 1), round(e, 2), kind] for r, e, kind in errors.points()],
        "bins": [[b.from_m, b.to_m, b.pairs, round(b.median_m, 2), round(b.p90_m, 2)] for b in errors.bins()],
    }


def evenly(items: Sequence[Any], most: int) -> list[Any]:
    """At most so many of them, evenly."""
    return list(items) if len(items) <= most else [items[k * len(items) // most] for k in range(most)]
