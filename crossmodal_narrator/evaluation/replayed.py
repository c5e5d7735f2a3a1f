"""What a replay wrote, read again: the lines of its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.bags.records import (
    REFUSALS_FILE,
    SCENES_FILE,
    TIMINGS_FILE,
    TRANSCRIPT_FILE,
    Record,
    read_records,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The records of a file, read anew by each who asks: none is held.

    Raises:
        BagError: as `read_records`, while they are read.
    """

    path: Path
    needed: tuple[str, ...]

    def __iter__(self) -> Iterator[Record]:
        return read_records(self.path, self.needed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replayed:
    """`scenes` and `times` are many, `times` empty where a replay kept none; `refusals` are None where it kept none."""

    scenes: Iterable[Record]
    transcript: tuple[Record, ...]
    times: Iterable[Record] = ()
    refusals: Iterable[Record] | None = None


def read_replayed(folder: Path) -> Replayed:
    """The files of a folder that `replay` wrote, of which the transcript alone is held.

    Raises:
        BagError: the transcript is absent, or has a line that is of another form.
    """
    return Replayed(
        scenes=Lines(path=folder / SCENES_FILE, needed=("stamp_ns", "objects")),
        transcript=tuple(read_records(folder / TRANSCRIPT_FILE, ("stamp_ns", "language", "text", "claims"))),
        times=times_of(folder),
        refusals=refusals_of(folder),
    )


def times_of(folder: Path) -> Iterable[Record]:
    path = folder / TIMINGS_FILE
    return Lines(path=path, needed=("stage", "ms")) if path.is_file() else ()


def refusals_of(folder: Path) -> Iterable[Record] | None:
    path = folder / REFUSALS_FILE
    needed = ("stamp_ns", "fate", "reason", "detail", "topic", "claims")
    return Lines(path=path, needed=needed) if path.is_file() else None
