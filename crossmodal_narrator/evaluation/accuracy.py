"""How surely and how exactly things are placed, all around the vehicle: average precision and errors by range.

Average precision is nuScenes' (Caesar et al. 2020): at 0.5, 1, 2 and 4 m between centres in plan, and their mean. The
score of an answer is its track's confidence, which many tracks share at its upper end: the curve is then a rough one.
Errors are those of matched things (one kind, within 2 m), so none of position is above 2 m.
"""

from __future__ import annotations

import math
import statistics
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.evaluation.arena import KINDS, Arena, sweep_of
from crossmodal_narrator.evaluation.average_precision import Answers, CurveBuilder, Truths
from crossmodal_narrator.evaluation.detection import SETTLED_S, Record, plan_distance
from crossmodal_narrator.evaluation.evaluation import Evaluation, Number, Table
from crossmodal_narrator.evaluation.shares import share, spread
from crossmodal_narrator.evaluation.truth import Kind, Speeds, TrueObject, TrueScene, kind_of

MATCHES_M = (0.5, 1.0, 2.0, 4.0)
BANDS_M = ((0, 10), (10, 20), (20, 30), (30, 50))


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


MEASURES: Mapping[str, tuple[str, Callable[[Error], float | None]]] = {
    "position": ("m", lambda e: e.position_m),
    "yaw": ("deg", lambda e: e.yaw_deg),
    "speed": ("mps", lambda e: e.speed_mps),
}
Precisions = Mapping[Kind, tuple[int, list[float]]]  # how many things count, and the average precision at each distance
Errors = Mapping[tuple[Kind, tuple[int, int], str], Sequence[float]]  # by kind, band and measure


class AccuracyScorer:
    """Takes each moment of a drive; of a match it holds three numbers, of an answer a score at each distance."""

    def __init__(self, speeds: Speeds, arena: Arena | None = None) -> None:
        self._speeds, self._arena = speeds, arena or Arena()
        self._curves = {kind: [CurveBuilder(match_m) for match_m in MATCHES_M] for kind in KINDS}
        self._errors = {(kind, band, name): array("d") for kind in KINDS for band in BANDS_M for name in MEASURES}
        self._faced: Counter[tuple[bool, bool]] = Counter()  # vehicles that move or not, and face wrong or not

    def push(self, record: Record | None, real: TrueScene | None) -> None:
        if real is None:
            return
        for kind, builders in self._curves.items():
            answers, truths = (
                _answers(record["objects"] if record else (), kind, self._arena),
                _truths(real, kind, self._arena),
            )
            for builder in builders:
                builder.push(answers, truths)
        sweep = sweep_of(record, real, self._arena)
        for i, j in sweep.pairs.items():
            thing = sweep.things[j]
            self._note(_error(sweep.answers[i], thing, self._speeds.get((sweep.stamp_ns, thing.object_id))))

    def _note(self, error: Error) -> None:
        for name, (_, measure) in MEASURES.items():
            value, band = measure(error), _band(error.range_m)
            if value is not None and band is not None:
                self._errors[error.kind, band, name].append(value)
        if error.kind is Kind.VEHICLE and error.yaw_deg is not None:
            self._faced[error.moves, error.faces_wrong] += 1

    def evaluation(self) -> Evaluation:
        precision: dict[Kind, tuple[int, list[float]]] = {}
        for kind, builders in self._curves.items():
            curves = [builder.curve() for builder in builders]
            precision[kind] = curves[0].total, [c.average_precision for c in curves]
        return Evaluation(
            figures={**_precision_figures(precision), **_error_figures(self._errors), **_facing_figures(self._faced)},
            tables={"average_precision": _precision_table(precision), "errors_by_range": _error_table(self._errors)},
        )


def _band(range_m: float) -> tuple[int, int] | None:
    return next((band for band in BANDS_M if band[0] <= range_m < band[1]), None)


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


def _precision_figures(found: Precisions) -> dict[str, Number]:
    figures: dict[str, Number] = {}
    for kind, (total, values) in found.items():
        for match_m, value in zip(MATCHES_M, values, strict=True):
            figures[f"ap_{kind.value}_{match_m:g}_m"] = value if total else None
    means = [statistics.fmean(values) for total, values in found.values() if total]
    figures["map"] = statistics.fmean(means) if means else None
    return figures


def _precision_table(found: Precisions) -> Table:
    rows = [
        (kind.value, total, *(values if total else [None] * len(values)), statistics.fmean(values) if total else None)
        for kind, (total, values) in found.items()
    ]
    return Table(columns=("kind", "things", *(f"{m:g} m" for m in MATCHES_M), "mean"), rows=tuple(rows))


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


def _error_figures(errors: Errors) -> dict[str, Number]:
    """Flat for vehicles alone; the table has all kinds."""
    figures: dict[str, Number] = {}
    for band in BANDS_M:
        for name, (unit, _) in MEASURES.items():
            count, middle, p95 = spread(errors[Kind.VEHICLE, band, name])
            stem = f"vehicle_{name}_error_{band[0]}_{band[1]}_m"
            figures |= {f"{stem}_median_{unit}": middle, f"{stem}_p95_{unit}": p95, f"{stem}_count": count}
    return figures


def _facing_figures(faced: Mapping[tuple[bool, bool], int]) -> dict[str, Number]:
    """Which end of what stands is the front, few senses can tell."""
    wrong = {moves: faced.get((moves, True), 0) for moves in (True, False)}
    return {
        f"{name}_vehicle_faces_wrong_share": share(wrong[moves], wrong[moves] + faced.get((moves, False), 0))
        for name, moves in (("moving", True), ("standing", False))
    }


def _error_table(errors: Errors) -> Table:
    columns = ["kind", "range"]
    for name, (unit, _) in MEASURES.items():
        columns += [f"{name} n", f"{name} median {unit}", f"{name} p95 {unit}"]
    rows = []
    for kind in KINDS:
        for band in BANDS_M:
            cells = [cell for name in MEASURES for cell in spread(errors[kind, band, name])]
            rows.append((kind.value, f"{band[0]}-{band[1]} m", *cells))
    return Table(columns=tuple(columns), rows=tuple(rows))
