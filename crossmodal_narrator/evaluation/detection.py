"""Scenes against truth: what was found, what was invented, how far off it stood.

A match is one to one, nearest first, within 2 m in plan (the convention of nuScenes' detection task, Caesar et al.
2020), between things of one kind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.evaluation.average_precision import MATCH_M
from crossmodal_narrator.evaluation.moments import moments
from crossmodal_narrator.evaluation.pairing import pair_up
from crossmodal_narrator.evaluation.shares import median, share
from crossmodal_narrator.evaluation.truth import Kind, Speeds, TrueObject, TrueScene, kind_of

SETTLED_S = 1.0  # a track so old has had time to know its speed

InView = Callable[[Vec3], bool]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which objects count."""

    max_range_m: float = 30.0
    min_lidar_points: int = 20
    person_range_m: float = 20.0


@dataclass(slots=True)
class DetectionScore:
    """Counts over a drive; the shares are None where nothing was counted."""

    vehicles: int = 0
    vehicles_found: int = 0
    persons: int = 0
    persons_found: int = 0
    answers: int = 0
    answers_right: int = 0
    position_errors_m: list[float] = field(default_factory=list)
    speed_errors_mps: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, float | int | None]:
        return {
            "vehicle_recall": share(self.vehicles_found, self.vehicles),
            "vehicles": self.vehicles,
            "precision": share(self.answers_right, self.answers),
            "answers": self.answers,
            "person_recall": share(self.persons_found, self.persons),
            "persons": self.persons,
            "position_error_median_m": median(self.position_errors_m),
            "speed_error_median_mps": median(self.speed_errors_mps),
            "speeds": len(self.speed_errors_mps),
        }


@dataclass(slots=True, kw_only=True)
class DetectionScorer:
    """Takes each moment of a drive. `in_view` tells whether a point of base_link lies in the front image."""

    in_view: InView
    speeds: Speeds
    scope: Scope = field(default_factory=Scope)
    score: DetectionScore = field(default_factory=DetectionScore)

    def push(self, record: Record | None, real: TrueScene | None) -> None:
        """A true scene without a record is all missed; a record without truth is not judged."""
        if real is None:
            return
        placed = [o for o in record["objects"] if o["position_m"] is not None] if record else []
        pairs = match(placed, real.objects)
        _score_recall(self.score, real, placed, pairs, self.scope)
        _score_precision(self.score, real, placed, pairs, self.in_view, self.scope)
        _score_motion(self.score, real, placed, pairs, self.speeds, self.scope)


def score_detection(
    records: Iterable[Record], truth: Iterable[TrueScene], in_view: InView, speeds: Speeds, scope: Scope
) -> DetectionScore:
    """Score scene records (lines of scenes.jsonl) against `truth`; a stamp without a record is all missed."""
    scorer = DetectionScorer(in_view=in_view, speeds=speeds, scope=scope)
    for record, real in moments(records, truth):
        scorer.push(record, real)
    return scorer.score


def match(answers: Sequence[Record], objects: Sequence[TrueObject]) -> dict[int, int]:
    """Index of the answer → index of the true object: one to one, nearest first, of one kind, within 2 m."""
    candidates = []
    for i, answer in enumerate(answers):
        kind = kind_of(answer["label"])
        for j, thing in enumerate(objects):
            distance = plan_distance(answer["position_m"], thing.position_m)
            if distance <= MATCH_M and agrees(kind, answer["label"], thing):
                candidates.append((distance, i, j))
    return pair_up(candidates)


def agrees(kind: Kind, label: str, thing: TrueObject) -> bool:
    """One kind; a motorcycle with its rider may be called either a motorcycle or a cyclist."""
    if thing.label.lower() == "motorcycle":
        return kind is Kind.CYCLIST or label == "motorcycle"
    return kind is not Kind.OTHER and kind is thing.kind


def plan_distance(a: Sequence[float], b: Sequence[float]) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1])


def _score_recall(
    score: DetectionScore, scene: TrueScene, placed: list[Record], pairs: dict[int, int], scope: Scope
) -> None:
    found = {j: i for i, j in pairs.items()}
    for j, thing in enumerate(scene.objects):
        if not thing.in_front_image or thing.lidar_points < scope.min_lidar_points:
            continue
        if thing.kind is Kind.VEHICLE and thing.range_m <= scope.max_range_m:
            score.vehicles += 1
            if j in found:
                score.vehicles_found += 1
                score.position_errors_m.append(plan_distance(placed[found[j]]["position_m"], thing.position_m))
            else:
                score.missed.append(_where(scene.stamp_ns, thing.label, thing.position_m, thing.object_id[:8]))
        elif thing.kind is Kind.PERSON and thing.range_m <= scope.person_range_m:
            score.persons += 1
            score.persons_found += j in found


def _score_precision(
    score: DetectionScore,
    scene: TrueScene,
    placed: list[Record],
    pairs: dict[int, int],
    in_view: InView,
    scope: Scope,
) -> None:
    for i, answer in enumerate(placed):
        position = answer["position_m"]
        if kind_of(answer["label"]) is Kind.OTHER or math.hypot(position[0], position[1]) > scope.max_range_m:
            continue
        if not in_view(position):
            continue
        score.answers += 1
        if i in pairs:
            score.answers_right += 1
        else:
            score.invented.append(_where(scene.stamp_ns, answer["label"], position, f"track {answer['track_id']}"))


def _score_motion(
    score: DetectionScore,
    scene: TrueScene,
    placed: list[Record],
    pairs: dict[int, int],
    speeds: Speeds,
    scope: Scope,
) -> None:
    for i, j in pairs.items():
        thing, answer = scene.objects[j], placed[i]
        speed = speeds.get((scene.stamp_ns, thing.object_id))
        velocity = answer["velocity_mps"]
        if thing.motion != "Moving" or speed is None or velocity is None or answer["age_s"] < SETTLED_S:
            continue
        if thing.range_m <= scope.max_range_m:
            score.speed_errors_mps.append(abs(math.hypot(velocity[0], velocity[1]) - speed))


def _where(stamp_ns: int, label: str, position: Sequence[float], name: str) -> str:
    return f"{stamp_ns}: {label} at ({position[0]:.1f}, {position[1]:.1f}) m, {name}"
