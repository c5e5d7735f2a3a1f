"""Where a thing stands to the vehicle: on which side, how far, and whether in its path."""

from __future__ import annotations

import math

import numpy as np

from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.core.scene import Relation, side_of
from crossmodal_narrator.fusion.config import FusionConfig

CURVE_FROM_MPS = 2.0  # slower, the yaw rate says nothing of where the path leads
LEAST_OVERLAP_M = 0.3  # of the box with the path: less is beside it


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
    front, rear = config.footprint_front_m, config.footprint_rear_m
    outline = OrientedBox(
        centre_m=(0.5 * (front - rear), 0.0, 0.0),
        size_lwh_m=(front + rear, 2 * config.footprint_half_width_m, 0.0),
        yaw_rad=0.0,
    )
    # Of two rectangles that do not overlap, a corner of one is where they are nearest.
    pairs = ((outline, box), (box, outline))
    return min(a.nearest_in_plan_m((float(x), float(y))) for a, b in pairs for x, y in b.footprint())
