"""Where a thing stands to the vehicle: on which side, how far, and whether in its path."""

from __future__ import annotations

import math

import numpy as np

from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.core.scene import Relation, Side
from crossmodal_narrator.fusion.config import FusionConfig

_SIDES = (
    Side.AHEAD,
    Side.AHEAD_LEFT,
    Side.LEFT,
    Side.BEHIND_LEFT,
    Side.BEHIND,
    Side.BEHIND_RIGHT,
    Side.RIGHT,
    Side.AHEAD_RIGHT,
)
CURVE_FROM_MPS = 2.0  # slower, the yaw rate says nothing of where the path leads
LEAST_OVERLAP_M = 0.3  # of the box with the path: less is beside it


def side_of(azimuth_rad: float) -> Side:
    """The eighth of the circle in which an azimuth lies: 0 ahead, left positive."""
    return _SIDES[round(azimuth_rad / (math.pi / 4)) % 8]


def relation_of(box: OrientedBox, ego: EgoMotion | None, config: FusionConfig) -> Relation:
    """Of a box in base_link. The path is the circle that the vehicle drives now."""
    x, y, _ = box.centre_m
    right_m, left_m = lateral_span_m(box, ego)
    half = config.path_half_width_m
    in_path = x > 0 and min(left_m, half) - max(right_m, -half) >= LEAST_OVERLAP_M
    return Relation(side=side_of(math.atan2(y, x)), in_path=in_path, distance_m=_distance_m(box, config))


def relation_of_bearing(right_rad: float, left_rad: float) -> Relation:
    """Of a thing whose range nobody knows, by the bearings of its edges: only what covers the very middle is ahead."""
    return Relation(side=side_of(0.5 * (right_rad + left_rad)), in_path=right_rad < 0.0 < left_rad, distance_m=None)


def lateral_span_m(box: OrientedBox, ego: EgoMotion | None) -> tuple[float, float]:
    """How far the box reaches to the right and to the left of the path's centre, left positive."""
    corners = box.footprint()
    curvature = 0.0
    if ego is not None and ego.speed_mps > CURVE_FROM_MPS:
        curvature = float(np.clip(ego.yaw_rate_rps / ego.speed_mps, -0.2, 0.2))
    lateral = corners[:, 1] - 0.5 * curvature * np.maximum(corners[:, 0], 0.0) ** 2
    return float(lateral.min()), float(lateral.max())


def _distance_m(box: OrientedBox, config: FusionConfig) -> float:
    """In plan, to the nearest point of the box, from base_link or from the vehicle's outline where it is configured."""
    if not config.footprint_half_width_m:
        return box.nearest_in_plan_m()
    front, rear, half = config.footprint_front_m, config.footprint_rear_m, config.footprint_half_width_m
    outline = [
        (x, y)
        for x in np.linspace(-rear, front, 9)
        for y in ((-half, half) if -rear < x < front else np.linspace(-half, half, 5))
    ]
    return min(box.nearest_in_plan_m((float(x), float(y))) for x, y in outline)
