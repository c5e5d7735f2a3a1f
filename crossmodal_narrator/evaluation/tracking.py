"""Tracks against truth: HOTA (Luiten et al. 2021), MOTA (Bernardin & Stiefelhagen 2008), IDF1 (Ristani et al. 2016).

Counted by motrics, whose figures are TrackEval's to the bit. The likeness of an answer and a thing of one kind is 1 at
no distance in plan and 0 at 4 m; so MOTA and IDF1, which match at 0.5, match within 2 m as everything here does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from crossmodal_narrator.evaluation.arena import KINDS, Arena, Sweep, sweeps
from crossmodal_narrator.evaluation.average_precision import MATCH_M
from crossmodal_narrator.evaluation.detection import Record, agrees, plan_distance
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event, Number, Table, note
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene, kind_of

NO_LIKENESS_M = 2.0 * MATCH_M
ABSENT = "motrics is not installed, so tracks are not scored: pip install 'crossmodal_narrator[evaluate]'"
_SCORES = ("hota", "det_a", "ass_a", "loc_a", "mota", "idf1")
_COUNTS = ("id_switches", "fragmentations", "track_misses", "track_false_alarms", "track_things")
_NAMES = (*_SCORES, *_COUNTS)

Frames = tuple[list[list[int]], list[list[int]], list[list[list[float]]]]


def score_tracking(records: Sequence[Record], truth: Sequence[TrueScene], arena: Arena | None = None) -> Evaluation:
    """Of scene records. Without motrics the figures are None, and a note says so."""
    try:
        import motrics
    except ImportError:
        return Evaluation(figures=dict.fromkeys(_NAMES), events=(note(ABSENT),))
    seen = list(sweeps(records, truth, arena or Arena()))
    everyone = _scores(motrics, _frames(seen, KINDS))
    rows = [("all", *everyone.values())]
    rows += [(kind.value, *_scores(motrics, _frames(seen, (kind,))).values()) for kind in KINDS]
    return Evaluation(
        figures=everyone,
        tables={"tracking": Table(columns=("kind", *_NAMES), rows=tuple(rows))},
        events=_switches(seen),
    )


def _frames(seen: Sequence[Sweep], kinds: Sequence[Kind]) -> Frames:
    """Names of things and of tracks by frame, and how alike they are. Things without a track are misses."""
    names: dict[str, int] = {}
    things, tracks, alike = [], [], []
    for sweep in seen:
        there = [thing for thing in sweep.things if thing.kind in kinds]
        given = [answer for i, answer in enumerate(sweep.answers) if sweep.kind(i) in kinds]
        things.append([names.setdefault(thing.object_id, len(names)) for thing in there])
        tracks.append([int(answer["track_id"]) for answer in given])
        alike.append([[_likeness(answer, thing) for answer in given] for thing in there])
    return things, tracks, alike


def _likeness(answer: Record, thing: TrueObject) -> float:
    if not agrees(kind_of(answer["label"]), answer["label"], thing):
        return 0.0
    return max(0.0, 1.0 - plan_distance(answer["position_m"], thing.position_m) / NO_LIKENESS_M)


def _scores(motrics: Any, frames: Frames) -> dict[str, Number]:
    """In the order of the names; None where nothing counts."""
    if not any(frames[0]):
        return dict.fromkeys(_NAMES)
    clear = motrics.compute_clear_from_similarity(*frames)
    identity = motrics.compute_identity_from_similarity(*frames)
    hota = motrics.compute_hota_from_similarity(*frames)
    scores = (hota.hota, hota.deta, hota.assa, hota.loca, clear.mota, identity.idf1)
    counts = (clear.num_switches, clear.frag, clear.num_misses, clear.num_false_positives, clear.num_gt)
    finite = [float(score) if math.isfinite(score) else None for score in scores]
    return dict(zip(_NAMES, (*finite, *counts), strict=True))


def _switches(seen: Sequence[Sweep]) -> tuple[Event, ...]:
    """Where a thing goes on under another track's name, for a person to look at."""
    last: dict[str, int] = {}
    events = []
    for sweep in seen:
        for i, j in sweep.pairs.items():
            thing, track_id = sweep.things[j], int(sweep.answers[i]["track_id"])
            before = last.get(thing.object_id, track_id)
            if before != track_id:
                text = f"{thing.label} {thing.object_id[:8]}: track {before} became {track_id}"
                events.append(Event(stamp_ns=sweep.stamp_ns, kind="id_switch", text=text, subject=f"track:{track_id}"))
            last[thing.object_id] = track_id
    return tuple(events)
