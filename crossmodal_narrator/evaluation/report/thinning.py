"""Which scenes and pictures of a drive a page keeps: those at sentences, and as many between as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.evaluation.report.sentences import Sentence

_URGENCIES = ("urgent", "notable", "calm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How large a page may become. Half an hour of driving is about 10 MB with these."""

    scenes: int = parameter(2400, help="scenes on a page at most", low=1, high=100_000)
    scenes_per_s: float = parameter(10.0, help="scenes a second at most", unit="1/s", low=0.1, high=100.0)
    pictures: int = parameter(160, help="camera pictures on a page at most", low=0, high=5_000)
    picture_width_px: int = parameter(640, help="width of a picture", unit="px", low=64, high=4_096)
    picture_quality: int = parameter(70, help="quality of a picture's JPEG", low=1, high=100)
    seen_m: float = parameter(70.0, help="what is further away is on no view from above", unit="m", low=5.0, high=500.0)


def kept_stamps(stamps_ns: Sequence[int], sentences: Sequence[Sentence], room: Room) -> frozenset[int]:
    """The scenes to keep. At sentences first, the urgent ones before the calm; then evenly in time."""
    known = frozenset(stamps_ns)
    kept = {s.stamp_ns for s in _most_urgent(sentences, room.scenes) if s.stamp_ns in known}
    left = room.scenes - len(kept)
    length_ns = stamps_ns[-1] - stamps_ns[0] if stamps_ns else 0
    if left <= 0 or not stamps_ns:
        return frozenset(kept)
    # A little less than the step that was asked for: stamps of sensors jitter.
    step_ns = max(0.9e9 / room.scenes_per_s, length_ns / left)
    next_ns = float(stamps_ns[0])
    for stamp_ns in stamps_ns:
        if stamp_ns >= next_ns:
            kept.add(stamp_ns)
            next_ns = stamp_ns + step_ns
    return frozenset(kept)


def pictured(sentences: Sequence[Sentence], room: Room) -> tuple[int, ...]:
    """The stamps of the sentences that get a picture, in the order of time."""
    return tuple(sorted({s.stamp_ns for s in _most_urgent(sentences, room.pictures)}))


def _most_urgent(sentences: Sequence[Sentence], most: int) -> list[Sentence]:
    """`most` moments: all of one urgency before any of the next, and of the last that finds room evenly many."""
    taken: list[Sentence] = []
    moments: set[int] = set()
    for urgency in _URGENCIES:
        alike = [s for s in sentences if s.urgency == urgency or (urgency == "calm" and s.urgency not in _URGENCIES)]
        fresh = list({s.stamp_ns: s for s in alike if s.stamp_ns not in moments}.values())
        left = most - len(moments)
        if len(fresh) > left:
            fresh = [fresh[k * len(fresh) // left] for k in range(left)] if left > 0 else []
        taken += fresh
        moments |= {s.stamp_ns for s in fresh}
    return taken
