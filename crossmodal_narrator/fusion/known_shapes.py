"""What the LiDAR encoder recognised in one sweep, each given to one track at most."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import LidarDetection, ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, Vec2, wrap_angle
from crossmodal_narrator.fusion.association import same_kind
from crossmodal_narrator.fusion.plan import BoxesInPlan
from crossmodal_narrator.fusion.shapes import Completed

NEAR_M = 0.3  # around a shape: points in its box are its own


class KnownShapes:
    """Shapes that no track has taken yet."""

    def __init__(self, detections: Sequence[LidarDetection]) -> None:
        self._detections = detections
        self._boxes = BoxesInPlan([d.box for d in detections])
        self._free = [True] * len(detections)

    def take(
        self,
        middle: Vec2,
        label: ObjectClass,
        admits: Callable[[LidarDetection], bool] = lambda shape: True,
    ) -> LidarDetection | None:
        """The surest free one of this kind that is admitted and whose box holds `middle`, or lies so near to it."""
        if not self._detections:
            return None
        away = self._boxes.distances(np.array([middle], np.float64))[0]
        for k, detection in enumerate(self._detections):
            if self._free[k] and away[k] <= NEAR_M and same_kind(label, detection.label) and admits(detection):
                self._free[k] = False
                return detection
        return None

    def have_obstacles(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(places, 2) → (places,) whether a cone, a barrier or the like is known there, whoever has taken it."""
        obstacles = BoxesInPlan([d.box for d in self._detections if d.label is ObjectClass.OBSTACLE])
        return obstacles.cover(places, NEAR_M)

    def left(self) -> list[LidarDetection]:
        """Those that no track took, the surest first."""
        return [d for d, free in zip(self._detections, self._free, strict=True) if free]


def as_measured(detection: LidarDetection, known_yaw_rad: float | None) -> Completed:
    """A shape as a measurement of the whole thing; of both ends the front is the one that was known as such."""
    box = detection.box
    if known_yaw_rad is not None and abs(wrap_angle(box.yaw_rad - known_yaw_rad)) > math.pi / 2:
        box = OrientedBox(centre_m=box.centre_m, size_lwh_m=box.size_lwh_m, yaw_rad=wrap_angle(box.yaw_rad + math.pi))
    return Completed(box=box, visible_lw_m=(box.size_lwh_m[0], box.size_lwh_m[1]), yaw_is_measured=True)
