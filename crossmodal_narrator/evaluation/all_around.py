"""Answers of any detector against truth on all sides of the vehicle: average precision, recall, precision and yaw.

As nuScenes' detection task has it: a match within 2 m in plan, the surest answer first. Things count within a range,
and with so many LiDAR points that they can be seen at all.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.geometry import Vec2
from crossmodal_narrator.evaluation.average_precision import MATCH_M, Answers, Curve, Truths, curve
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One thing that was found, in base_link."""

    kind: Kind
    score: float
    xy_m: Vec2
    yaw_rad: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AllAround:
    """Of one kind. Yaw errors are of matched answers, of the axis alone: which end is the front counts for nothing."""

    curve: Curve
    yaw_error_median_deg: float | None


def score_all_around(
    answers: Mapping[int, Sequence[Answer]],
    truth: Sequence[TrueScene],
    kind: Kind,
    *,
    max_range_m: float = 40.0,
    min_lidar_points: int = 10,
) -> AllAround:
    """`answers` by stamp; scenes of truth without an entry are all missed."""
    scenes, yaw_errors_deg = [], []
    for scene in truth:
        given = [a for a in answers.get(scene.stamp_ns, ()) if a.kind is kind and math.hypot(*a.xy_m) < max_range_m]
        things = [thing for thing in scene.objects if thing.kind is kind]
        counts = [thing.range_m < max_range_m and thing.lidar_points >= min_lidar_points for thing in things]
        scenes.append(
            (
                Answers(
                    xy_m=np.array([a.xy_m for a in given]).reshape(-1, 2), scores=np.array([a.score for a in given])
                ),
                Truths(
                    xy_m=np.array([thing.position_m[:2] for thing in things]).reshape(-1, 2),
                    counts=np.array(counts, np.bool_),
                ),
            )
        )
        yaw_errors_deg += _yaw_errors_deg(given, [thing for thing, c in zip(things, counts, strict=True) if c])
    return AllAround(
        curve=curve(scenes), yaw_error_median_deg=statistics.median(yaw_errors_deg) if yaw_errors_deg else None
    )


def _yaw_errors_deg(answers: Sequence[Answer], things: Sequence[TrueObject]) -> list[float]:
    """Of each thing with an answer near it, the nearest one's."""
    errors = []
    for thing in things:
        near = [(math.dist(a.xy_m, thing.position_m[:2]), a.yaw_rad) for a in answers if a.yaw_rad is not None]
        away_m, yaw_rad = min(near, default=(math.inf, 0.0))
        if away_m <= MATCH_M:
            turned = (yaw_rad - thing.yaw_rad + math.pi / 2) % math.pi - math.pi / 2
            errors.append(math.degrees(abs(turned)))
    return errors
