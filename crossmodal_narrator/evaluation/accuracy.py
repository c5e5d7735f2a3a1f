"""How surely and how exactly things are placed, all around the vehicle: average precision and errors by range.

Average precision is nuScenes' (Caesar et al. 2020): at 0.5, 1, 2 and 4 m between centres in plan, and their mean. The
score of an answer is its track's confidence, which many tracks share at its upper end: the curve is then a rough one.
Errors are those of matched things (one kind, within 2 m), so none of position is above 2 m.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.evaluation.arena import KINDS, Arena, Sweep, sweeps
from crossmodal_narrator.evaluation.average_precision import Answers, Truths, curve
from crossmodal_narrator.evaluation.detection import SETTLED_S, Record, plan_distance
from crossmodal_narrator.evaluation.evaluation import Evaluation, Number, Table
from crossmodal_narrator.evaluation.shares import share, spread
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene, kind_of

MATCHES_M = (0.5, 1.0, 2.0, 4.0)
BANDS_M = ((0, 10), (10, 20), (20, 30), (30, 50))
Speeds = Mapping[tuple[int, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """Of one matched thing. Yaw is of the axis alone; `faces_wrong`: its other end was taken for the front."""

    kind: Kind
    range_m: float
    position_m: float
    yaw_deg: float | None
    moves: bool
    faces_wrong: bool
    speed_mps: float | None  # of what moves, and whose track is a second old


def score_accuracy(
    records: Sequence[Record], truth: Sequence[TrueScene], speeds: Speeds, arena: Arena | None = None
) -> Evaluation:
    """Of scene records (lines of scenes.jsonl); `speeds` come from `true_speeds`."""
    arena = arena or Arena()
    precision = _precision(records, truth, arena)
    errors = [e for sweep in sweeps(records, truth, arena) for e in _errors(sweep, speeds)]
    return Evaluation(
        figures={**_precision_figures(precision), **_error_figures(errors)},
        tables={"average_precision": _precision_table(precision), "errors_by_range": _error_table(errors)},
    )


def _precision(
    records: Sequence[Record], truth: Sequence[TrueScene], arena: Arena
) -> dict[Kind, tuple[int, list[float]]]:
    """Of each kind how many things count, and the average precision at each distance."""
    by_stamp = {int(record["stamp_ns"]): record["objects"] for record in records}
    found: dict[Kind, tuple[int, list[float]]] = {}
    for kind in KINDS:
        scenes = [(_answers(by_stamp.get(s.stamp_ns, ()), kind, arena), _truths(s, kind, arena)) for s in truth]
        curves = [curve(scenes, match_m) for match_m in MATCHES_M]
        found[kind] = curves[0].total, [c.average_precision for c in curves]
    return found


def _answers(objects: Sequence[Record], kind: Kind, arena: Arena) -> Answers:
    given = [o for o in objects if o["position_m"] is not None and kind_of(o["label"]) is kind]
    near = [o for o in given if math.hypot(*o["position_m"][:2]) < arena.max_range_m]
    return Answers(
        xy_m=np.array([o["position_m"][:2] for o in near]).reshape(-1, 2),
        scores=np.array([o.get("confidence", 1.0) for o in near]),
    )


def _truths(scene: TrueScene, kind: Kind, arena: Arena) -> Truths:
    things = [thing for thing in scene.objects if thing.kind is kind]
    return Truths(
        xy_m=np.array([thing.position_m[:2] for thing in things]).reshape(-1, 2),
        counts=np.array([arena.counts(thing) for thing in things], np.bool_),
    )


def _precision_figures(found: Mapping[Kind, tuple[int, list[float]]]) -> dict[str, Number]:
    figures: dict[str, Number] = {}
    for kind, (total, values) in found.items():
        for match_m, value in zip(MATCHES_M, values, strict=True):
            figures[f"ap_{kind.value}_{match_m:g}_m"] = value if total else None
    means = [statistics.fmean(values) for total, values in found.values() if total]
    figures["map"] = statistics.fmean(means) if means else None
    return figures


def _precision_table(found: Mapping[Kind, tuple[int, list[float]]]) -> Table:
    rows = [
        (kind.value, total, *(values if total else [None] * len(values)), statistics.fmean(values) if total else None)
        for kind, (total, values) in found.items()
    ]
    return Table(columns=("kind", "things", *(f"{m:g} m" for m in MATCHES_M), "mean"), rows=tuple(rows))


def _errors(sweep: Sweep, speeds: Speeds) -> list[Error]:
    return [
        _error(sweep.answers[i], sweep.things[j], speeds.get((sweep.stamp_ns, sweep.things[j].object_id)))
        for i, j in sweep.pairs.items()
    ]


def _error(answer: Record, thing: TrueObject, speed_mps: float | None) -> Error:
    yaw_rad = answer.get("yaw_rad")
    turned = 0.0 if yaw_rad is None else (yaw_rad - thing.yaw_rad + math.pi) % math.tau - math.pi
    axis = (turned + math.pi / 2) % math.pi - math.pi / 2
    return Error(
        kind=thing.kind,
        range_m=thing.range_m,
        position_m=plan_distance(answer["position_m"], thing.position_m),
        yaw_deg=None if yaw_rad is None else math.degrees(abs(axis)),
        moves=thing.motion == "Moving",
        faces_wrong=abs(turned) > math.pi / 2,
        speed_mps=_speed_error(answer, thing, speed_mps),
    )


def _speed_error(answer: Record, thing: TrueObject, speed_mps: float | None) -> float | None:
    velocity = answer["velocity_mps"]
    if thing.motion != "Moving" or speed_mps is None or velocity is None or answer["age_s"] < SETTLED_S:
        return None
    return abs(math.hypot(velocity[0], velocity[1]) - speed_mps)


MEASURES: Mapping[str, tuple[str, Callable[[Error], float | None]]] = {
    "position": ("m", lambda e: e.position_m),
    "yaw": ("deg", lambda e: e.yaw_deg),
    "speed": ("mps", lambda e: e.speed_mps),
}


def _of(errors: Sequence[Error], measure: Callable[[Error], float | None]) -> list[float]:
    return [value for e in errors if (value := measure(e)) is not None]


def _in_band(errors: Sequence[Error], kind: Kind, band: tuple[int, int]) -> list[Error]:
    return [e for e in errors if e.kind is kind and band[0] <= e.range_m < band[1]]


def _error_figures(errors: Sequence[Error]) -> dict[str, Number]:
    """Flat for vehicles alone; the table has all kinds."""
    figures: dict[str, Number] = {}
    for band in BANDS_M:
        near = _in_band(errors, Kind.VEHICLE, band)
        for name, (unit, measure) in MEASURES.items():
            count, middle, p95 = spread(_of(near, measure))
            stem = f"vehicle_{name}_error_{band[0]}_{band[1]}_m"
            figures |= {f"{stem}_median_{unit}": middle, f"{stem}_p95_{unit}": p95, f"{stem}_count": count}
    turned = [e for e in errors if e.kind is Kind.VEHICLE and e.yaw_deg is not None]
    for name, moves in (("moving", True), ("standing", False)):  # which end of what stands is the front, few can tell
        faced = [e.faces_wrong for e in turned if e.moves is moves]
        figures[f"{name}_vehicle_faces_wrong_share"] = share(sum(faced), len(faced))
    return figures


def _error_table(errors: Sequence[Error]) -> Table:
    columns = ["kind", "range"]
    for name, (unit, _) in MEASURES.items():
        columns += [f"{name} n", f"{name} median {unit}", f"{name} p95 {unit}"]
    rows = []
    for kind in KINDS:
        for band in BANDS_M:
            near = _in_band(errors, kind, band)
            cells = [cell for _, measure in MEASURES.values() for cell in spread(_of(near, measure))]
            rows.append((kind.value, f"{band[0]}-{band[1]} m", *cells))
    return Table(columns=tuple(columns), rows=tuple(rows))
