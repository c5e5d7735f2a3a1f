"""Tracks against truth: HOTA (Luiten et al. 2021), MOTA (Bernardin & Stiefelhagen 2008), IDF1 (Ristani et al. 2016).

Counted by motrics, whose figures are TrackEval's to the bit. The likeness of an answer and a thing of one kind is 1 at
no distance in plan and 0 at 4 m; so MOTA and IDF1, which match at 0.5, match within 2 m as everything here does.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence, Sized
from typing import Any, overload

from crossmodal_narrator.evaluation.arena import KINDS, Arena, Sweep, sweep_of
from crossmodal_narrator.evaluation.average_precision import MATCH_M
from crossmodal_narrator.evaluation.detection import Record, agrees, plan_distance
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event, Number, Table, note
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene, kind_of

NO_LIKENESS_M = 2.0 * MATCH_M
ABSENT = "motrics is not installed, so tracks are not scored: pip install 'crossmodal_narrator[evaluate]'"
_SCORES = ("hota", "det_a", "ass_a", "loc_a", "mota", "idf1")
_COUNTS = ("id_switches", "fragmentations", "track_misses", "track_false_alarms", "track_things")
_NAMES = (*_SCORES, *_COUNTS)
Alike = tuple[tuple[int, int, float], ...]


class TrackingScorer:
    """Takes each moment of a drive. HOTA weighs the whole drive for each frame, so what it counts with is held: who is
    there, and the pairs that are alike at all; of each some 100 bytes.

    Without motrics the figures are None, and a note says so.
    """

    def __init__(self, arena: Arena | None = None) -> None:
        self._arena = arena or Arena()
        self._motrics = _motrics()
        self._names: dict[str, int] = {}
        self._frames: dict[Kind | None, _Frames] = {kind: _Frames() for kind in (None, *KINDS)}  # None: all of them
        self._last: dict[str, int] = {}
        self._switches: list[Event] = []

    def push(self, record: Record | None, real: TrueScene | None) -> None:
        if real is None or self._motrics is None:
            return
        sweep = sweep_of(record, real, self._arena)
        for kind, frames in self._frames.items():
            there = [thing for thing in sweep.things if kind in (None, thing.kind)]
            given = [answer for i, answer in enumerate(sweep.answers) if kind in (None, sweep.kind(i))]
            names = [self._names.setdefault(thing.object_id, len(self._names)) for thing in there]
            frames.push(names, [int(answer["track_id"]) for answer in given], _alike(there, given))
        self._switches += self._switched(sweep)

    def evaluation(self) -> Evaluation:
        if self._motrics is None:
            return Evaluation(figures=dict.fromkeys(_NAMES), events=(note(ABSENT),))
        scores = {kind: _scores(self._motrics, frames) for kind, frames in self._frames.items()}
        rows = [("all" if kind is None else kind.value, *row.values()) for kind, row in scores.items()]
        return Evaluation(
            figures=scores[None],
            tables={"tracking": Table(columns=("kind", *_NAMES), rows=tuple(rows))},
            events=tuple(self._switches),
        )

    def _switched(self, sweep: Sweep) -> Iterator[Event]:
        """Where a thing goes on under another track's name, for a person to look at."""
        for i, j in sweep.pairs.items():
            thing, track_id = sweep.things[j], int(sweep.answers[i]["track_id"])
            before = self._last.get(thing.object_id, track_id)
            if before != track_id:
                text = f"{thing.label} {thing.object_id[:8]}: track {before} became {track_id}"
                yield Event(stamp_ns=sweep.stamp_ns, kind="id_switch", text=text, subject=f"track:{track_id}")
            self._last[thing.object_id] = track_id


class _Frames:
    """Names of things and of tracks by frame, and how alike they are. Things without a track are misses."""

    def __init__(self) -> None:
        self.things: list[array[int]] = []
        self.tracks: list[array[int]] = []
        self._alike: list[Alike] = []

    def push(self, things: Sequence[int], tracks: Sequence[int], alike: Alike) -> None:
        self.things.append(array("l", things))
        self.tracks.append(array("l", tracks))
        self._alike.append(alike)

    @property
    def alike(self) -> Sequence[Sequence[Sequence[float]]]:
        """A matrix for each frame, made as it is asked for: nearly all of it is 0."""
        return _Matrices(self.things, self.tracks, self._alike)


class _Matrices(Sequence[Sequence[Sequence[float]]]):
    def __init__(self, things: Sequence[Sized], tracks: Sequence[Sized], alike: Sequence[Alike]) -> None:
        self._things, self._tracks, self._alike = things, tracks, alike

    def __len__(self) -> int:
        return len(self._alike)

    @overload
    def __getitem__(self, k: int) -> Sequence[Sequence[float]]: ...
    @overload
    def __getitem__(self, k: slice) -> Sequence[Sequence[Sequence[float]]]: ...
    def __getitem__(self, k: int | slice) -> Sequence[Any]:
        if isinstance(k, slice):
            return [self[j] for j in range(*k.indices(len(self)))]
        matrix = [[0.0] * len(self._tracks[k]) for _ in range(len(self._things[k]))]
        for i, j, likeness in self._alike[k]:
            matrix[i][j] = likeness
        return matrix


def _alike(things: Sequence[TrueObject], answers: Sequence[Record]) -> Alike:
    """Thing, answer and likeness of those that are alike."""
    pairs = ((i, j, _likeness(a, thing)) for i, thing in enumerate(things) for j, a in enumerate(answers))
    return tuple(pair for pair in pairs if pair[-1] > 0.0)


def _likeness(answer: Record, thing: TrueObject) -> float:
    if not agrees(kind_of(answer["label"]), answer["label"], thing):
        return 0.0
    return max(0.0, 1.0 - plan_distance(answer["position_m"], thing.position_m) / NO_LIKENESS_M)


def _motrics() -> Any:
    """None where it is not installed."""
    try:
        import motrics
    except ImportError:
        return None
    return motrics


def _scores(motrics: Any, frames: _Frames) -> dict[str, Number]:
    """In the order of the names; None where nothing counts."""
    if not any(frames.things):
        return dict.fromkeys(_NAMES)
    given = frames.things, frames.tracks, frames.alike
    clear = motrics.compute_clear_from_similarity(*given)
    identity = motrics.compute_identity_from_similarity(*given)
    hota = motrics.compute_hota_from_similarity(*given)
    scores = (hota.hota, hota.deta, hota.assa, hota.loca, clear.mota, identity.idf1)
    counts = (clear.num_switches, clear.frag, clear.num_misses, clear.num_false_positives, clear.num_gt)
    finite = [float(score) if math.isfinite(score) else None for score in scores]
    return dict(zip(_NAMES, (*finite, *counts), strict=True))
