"""What a replay wrote, read again: the lines of its three files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation.detection import Record

_REMEDY = "run `crossmodal-narrator replay BAG --out DIR` first"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replayed:
    """`times` are empty where a replay kept none."""

    scenes: tuple[Record, ...]
    transcript: tuple[Record, ...]
    times: tuple[Record, ...] = ()

    @property
    def start_ns(self) -> int:
        return int(self.scenes[0]["stamp_ns"]) if self.scenes else 0

    @property
    def length_s(self) -> float:
        return (int(self.scenes[-1]["stamp_ns"]) - self.start_ns) / 1e9 if self.scenes else 0.0


def read_replayed(folder: Path) -> Replayed:
    """Read scenes.jsonl, transcript.jsonl and, where there is one, timings.jsonl.

    Raises:
        BagError: one is absent, or has a line that is of another form.
    """
    timings = folder / "timings.jsonl"
    return Replayed(
        scenes=_lines(folder / "scenes.jsonl", ("stamp_ns", "objects")),
        transcript=_lines(folder / "transcript.jsonl", ("stamp_ns", "language", "text", "claims")),
        times=_lines(timings, ("stage", "ms")) if timings.is_file() else (),
    )


def _lines(path: Path, needed: tuple[str, ...]) -> tuple[Record, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BagError(f"{path}: {error}", remedy=_REMEDY) from error
    return tuple(_record(line, needed, f"{path}, line {number}") for number, line in enumerate(lines, start=1))


def _record(line: str, needed: tuple[str, ...], where: str) -> Record:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise BagError(f"{where}: {error}", remedy=_REMEDY) from error
    if not isinstance(record, dict) or not all(key in record for key in needed):
        raise BagError(f"{where}: no object with {', '.join(needed)}", remedy=_REMEDY)
    return record
