"""What lasts in a drive: tracks, sounds and senses that fail, as bars on the lanes of a timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.evaluation.detection import Record

JOINED_NS = 500_000_000  # what is silent for no longer than this goes on
SHORTEST_NS = 1_000_000_000  # a track that nobody spoke of and that lived no longer gets no bar
MOST_ROWS = 6  # of a class
NAMELESS_ROWS = 3
# Those who are not protected by steel stand first, what has no name stands last.
_ORDER = [c.value for c in sorted(ObjectClass, key=lambda c: (c is ObjectClass.OBSTACLE, not c.is_vulnerable, c.value))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Something that lasted. `is_told`: a sentence was about it."""

    from_ns: int
    to_ns: int
    track_id: int | None = None
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Bars of one kind in rows that do not overlap. `left_out`: how many bars found no room."""

    kind: str  # objects, sounds or senses
    name: str
    rows: tuple[tuple[Bar, ...], ...]
    left_out: int = 0


@dataclass(slots=True)
class _Life:
    from_ns: int
    to_ns: int
    labels: Counter[str] = field(default_factory=Counter)


class Lifetimes:
    """Takes scenes in the order of time; keeps one entry for each track, sound and trouble, not for each scene."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Life] = {}
        self._runs: dict[tuple[str, str], list[_Life]] = {}

    @property
    def tracks(self) -> int:
        return len(self._tracks)

    def push(self, scene: Record) -> None:
        stamp_ns = int(scene["stamp_ns"])
        for thing in scene["objects"]:
            life = self._tracks.setdefault(int(thing["track_id"]), _Life(stamp_ns, stamp_ns))
            life.from_ns, life.to_ns = min(life.from_ns, stamp_ns), max(life.to_ns, stamp_ns)
            life.labels[str(thing["label"])] += 1
        for sound in scene.get("sounds", ()):
            self._lasts(("sounds", str(sound["kind"])), stamp_ns)
        for trouble in scene.get("degraded", ()):
            name = " ".join(str(trouble.get(key, "")) for key in ("sense", "source", "trouble")).replace("  ", " ")
            self._lasts(("senses", name), stamp_ns)

    def lanes(self, told: frozenset[int]) -> tuple[Lane, ...]:
        """`told`: the tracks that sentences are about; they come first where there is little room."""
        by_class: dict[str, list[Bar]] = {}
        for track_id, life in self._tracks.items():
            label = life.labels.most_common(1)[0][0]
            bar = Bar(from_ns=life.from_ns, to_ns=life.to_ns, track_id=track_id, is_told=track_id in told)
            by_class.setdefault(label, []).append(bar)
        order = [*_ORDER, *sorted(set(by_class) - set(_ORDER))]
        objects = [_packed(name, by_class[name]) for name in order if name in by_class]
        runs = [_run_lane(kind, name, lives) for (kind, name), lives in sorted(self._runs.items(), reverse=True)]
        return (*runs, *objects)

    def _lasts(self, key: tuple[str, str], stamp_ns: int) -> None:
        runs = self._runs.setdefault(key, [])
        if runs and stamp_ns - runs[-1].to_ns <= JOINED_NS:
            runs[-1].to_ns = stamp_ns
        else:
            runs.append(_Life(stamp_ns, stamp_ns))


def _run_lane(kind: str, name: str, lives: Iterable[_Life]) -> Lane:
    bars = tuple(Bar(from_ns=life.from_ns, to_ns=life.to_ns) for life in lives)
    return Lane(kind=kind, name=name, rows=(bars,))


def _packed(name: str, bars: Sequence[Bar]) -> Lane:
    """Each bar in the first row that is free; those that were spoken of choose first."""
    most = NAMELESS_ROWS if name == ObjectClass.OBSTACLE.value else MOST_ROWS
    rows: list[list[Bar]] = []
    left_out = 0
    for bar in sorted(bars, key=lambda b: (not b.is_told, b.from_ns - b.to_ns, b.from_ns, b.track_id or 0)):
        is_brief = not bar.is_told and bar.to_ns - bar.from_ns < SHORTEST_NS
        row = None if is_brief else next((r for r in rows if _is_free(r, bar)), None)
        if row is None and not is_brief and len(rows) < most:
            row = []
            rows.append(row)
        if row is None:
            left_out += 1
        else:
            row.append(bar)
    ordered = tuple(tuple(sorted(row, key=lambda b: b.from_ns)) for row in rows)
    return Lane(kind="objects", name=name, rows=ordered, left_out=left_out)


def _is_free(row: Sequence[Bar], bar: Bar) -> bool:
    return all(bar.to_ns < other.from_ns or bar.from_ns > other.to_ns for other in row)
