"""What a replay wrote, read again: the lines of its three files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.bags.records import SCENES_FILE, TIMINGS_FILE, TRANSCRIPT_FILE, Record, read_records


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
    timings = folder / TIMINGS_FILE
    return Replayed(
        scenes=tuple(read_records(folder / SCENES_FILE, ("stamp_ns", "objects"))),
        transcript=tuple(read_records(folder / TRANSCRIPT_FILE, ("stamp_ns", "language", "text", "claims"))),
        times=tuple(read_records(timings, ("stage", "ms"))) if timings.is_file() else (),
    )
