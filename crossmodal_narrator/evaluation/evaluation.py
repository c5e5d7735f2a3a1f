"""What an evaluation found, and its file: evaluation.json, which reports and comparisons read.

    {"format": 1,
     "figures": {name: number or null},                        flat, sorted; the unit ends the name: _m, _s, _deg
     "tables": {name: {"columns": [...], "rows": [[...]]}},    sorted by name; rows keep their order
     "events": [{"stamp_ns", "kind", "text", "subject", "language"}]}   in the order of time

A figure that could not be had is null; `events` of the kind `note` say why.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.whole_file import write_whole

FORMAT = 1
EVALUATION_FILE = "evaluation.json"
NOTE = "note"
_DIGITS = 6

Number = int | float | None
Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of figures that belong together. Each row has a cell for each column.

    Raises:
        ValueError: a row has another length than `columns`.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} cells under {len(self.columns)} columns: {row}")
            for cell in row:
                _check_value(cell, text=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing to look at. `kind` groups them (missed, invented, wrong_claim, note …); stamp 0: of the whole drive."""

    stamp_ns: int
    kind: str
    text: str
    subject: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All figures, tables and events of one replay.

    Raises:
        ValueError: a number that is not finite.
    """

    figures: Mapping[str, Number]
    tables: Mapping[str, Table] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        for value in self.figures.values():
            _check_value(value, text=False)

    def to_json(self) -> str:
        """The text of the file: the same values give the same bytes."""
        document = {
            "format": FORMAT,
            "figures": {name: _rounded(self.figures[name]) for name in sorted(self.figures)},
            "tables": {name: _table_entry(self.tables[name]) for name in sorted(self.tables)},
            "events": [_event_entry(e) for e in sorted(self.events, key=_order)],
        }
        return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Evaluation:
        """Read what `to_json` wrote.

        Raises:
            BagError: it is not of that form, or of another format.
        """
        try:
            document = json.loads(text)
            found = document["format"]
            if found != FORMAT:
                raise BagError(f"an evaluation of format {found}", remedy=f"evaluate anew: format {FORMAT} is read")
            return cls(
                figures=dict(document["figures"]),
                tables={name: _table(entry) for name, entry in document["tables"].items()},
                events=tuple(_event(entry) for entry in document["events"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BagError(f"not an evaluation: {error!r}", remedy="run `crossmodal-narrator evaluate` anew") from error


def merged(parts: Iterable[Evaluation]) -> Evaluation:
    """All parts as one.

    Raises:
        ValueError: two parts have a figure or a table of one name.
    """
    figures: dict[str, Number] = {}
    tables: dict[str, Table] = {}
    events: list[Event] = []
    for part in parts:
        twice = (figures.keys() & part.figures.keys()) | (tables.keys() & part.tables.keys())
        if twice:
            raise ValueError(f"found twice: {', '.join(sorted(twice))}")
        figures.update(part.figures)
        tables.update(part.tables)
        events += part.events
    return Evaluation(figures=figures, tables=tables, events=tuple(events))


def note(text: str) -> Event:
    """Why something could not be had."""
    return Event(stamp_ns=0, kind=NOTE, text=text)


def read_evaluation(path: Path) -> Evaluation:
    """Read an evaluation.json.

    Raises:
        BagError: the file is absent, or not of that form.
    """
    try:
        return Evaluation.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BagError(f"{path}: {error}", remedy="run `crossmodal-narrator evaluate DIR` first") from error
    except BagError as error:
        raise BagError(f"{path}: {error.what}", remedy=error.remedy) from error


def write_evaluation(evaluation: Evaluation, path: Path) -> None:
    """Write the file, which is there as a whole, or as it was before.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(path, evaluation.to_json().encode())


def _check_value(value: Any, *, text: bool) -> None:
    """Bool is no number here: it would read as 1."""
    known = (int, float, type(None), *((str,) if text else ()))
    if isinstance(value, bool) or not isinstance(value, known):
        raise ValueError(f"{value!r} is not a {'cell' if text else 'figure'}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not finite: a figure that could not be had is None")


def _rounded(value: Cell) -> Cell:
    return round(value, _DIGITS) + 0.0 if isinstance(value, float) else value  # the sum turns -0.0 into 0.0


def _order(event: Event) -> tuple[int, str, str, str, str]:
    return event.stamp_ns, event.kind, event.subject, event.language, event.text


def _table_entry(table: Table) -> dict[str, Any]:
    return {"columns": list(table.columns), "rows": [[_rounded(cell) for cell in row] for row in table.rows]}


def _table(entry: Mapping[str, Any]) -> Table:
    return Table(columns=tuple(map(str, entry["columns"])), rows=tuple(tuple(row) for row in entry["rows"]))


def _event_entry(event: Event) -> dict[str, Any]:
    return {
        "stamp_ns": event.stamp_ns,
        "kind": event.kind,
        "text": event.text,
        "subject": event.subject,
        "language": event.language,
    }


def _event(entry: Mapping[str, Any]) -> Event:
    texts = {key: str(entry[key]) for key in ("kind", "text", "subject", "language")}
    return Event(stamp_ns=int(entry["stamp_ns"]), **texts)
