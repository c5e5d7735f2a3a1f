"""What the camera recognised, with the LiDAR's points that belong to it.

Of the points behind a detection's box only one group belongs to the thing: others stand before or behind it. It is the
group whose distance fits the box's height for a thing of that class, and that fills the box best. Nearer things come
first and take their points, so that what they hide is not given points of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import CameraFeatures, ImageDetection, ObjectClass
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.encoding.lidar.clusters import connected, members
from crossmodal_narrator.fusion.points import Indices, ObstaclePoints
from crossmodal_narrator.fusion.projection import CameraView
from crossmodal_narrator.fusion.shapes import PRIORS

SHRINK = 0.06  # of the box, at each side: detectors draw boxes loosely, and the thing's edge mixes with its background
CELL_M = 0.4
SMALL_CELL_M = 0.25
NEAR_SHARE = 0.2
DEPTH_ROOM_M = 0.2
DEPTH_SPREAD = 0.45  # standard deviation of the logarithm of the distance that the box's height suggests
LEAST_FIT = 0.06
CUT_PX = 4.0
ENOUGH_TO_SPREAD = 10
WIDEST_PERSON_M = 0.28  # standard deviation: that of a metre of wall
FLATTEST_PERSON_M = 0.035  # a body is round; this is a plane with the noise of the sensor
FLAT_FROM_M = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sighting:
    """One detection and its points: `index` into the obstacle points, empty where the LiDAR saw nothing of it."""

    detection: ImageDetection
    view: CameraView
    index: Indices

    @property
    def is_cut(self) -> bool:
        """Whether the image's left or right border ends the box, and not the thing's own edge."""
        box = self.detection.box
        return box.x0 < CUT_PX or box.x1 > self.view.intrinsics.width - CUT_PX

    @property
    def has_range(self) -> bool:
        return len(self.index) > 0


def sightings_of(features: CameraFeatures, view: CameraView, points: ObstaclePoints, min_points: int) -> list[Sighting]:
    """All detections of one camera, the nearest first."""
    found = []
    taken = np.zeros(len(points.xyz), dtype=np.bool_)
    for detection in sorted(features.detections, key=_nearness, reverse=True):
        index = _points_of(detection, view, points, taken, min_points)
        taken[index] = True
        found.append(Sighting(detection=detection, view=view, index=index))
    return found


def _nearness(detection: ImageDetection) -> tuple[float, float]:
    """On a flat road what reaches lower in the image is nearer."""
    return round(detection.box.y1, 1), detection.score


def _points_of(
    detection: ImageDetection,
    view: CameraView,
    points: ObstaclePoints,
    taken: NDArray[np.bool_],
    min_points: int,
) -> Indices:
    position = view.inside(_shrunk(detection.box))
    position = position[~taken[view.index[position]]]
    if len(position) < min_points:
        return np.empty(0, np.int64)
    index, depth_m = view.index[position], view.depth_m[position]
    is_small = detection.label.is_vulnerable
    groups = members(connected(points.xyz[index, :2], SMALL_CELL_M if is_small else CELL_M), min_points)
    if not groups:
        return np.empty(0, np.int64)
    # A surface gives fewer points the further it is, by the square of the distance.
    depths_m = [float(np.median(depth_m[group])) for group in groups]
    fills = [len(group) * depth**2 for group, depth in zip(groups, depths_m, strict=True)]
    fits = [_depth_fit(detection, view, depth) for depth in depths_m]
    scores = [fit * math.sqrt(fill / sum(fills)) for fit, fill in zip(fits, fills, strict=True)]
    best = int(np.argmax(scores))
    chosen = index[groups[best]]
    if is_small:
        chosen = chosen[_in_front(depth_m[groups[best]], PRIORS[detection.label].largest_lwh_m[0])]
    if fits[best] < LEAST_FIT or (detection.label is ObjectClass.PEDESTRIAN and _is_wall(points.xyz[chosen, :2])):
        return np.empty(0, np.int64)
    return chosen


def _in_front(depth_m: NDArray[np.float32], length_m: float) -> NDArray[np.bool_]:
    """(points,) which are as deep as the near ones: someone who passes close to a car hangs together with it."""
    near_m = float(np.quantile(depth_m, NEAR_SHARE))
    return np.asarray(np.abs(depth_m - near_m) <= 0.5 * length_m + DEPTH_ROOM_M)


def _is_wall(plan: NDArray[np.float32]) -> bool:
    """Whether (points, 2) spread further than a person's do, or lie in a line: something behind, seen past them."""
    if len(plan) < ENOUGH_TO_SPREAD:
        return False
    thick_m, wide_m = np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(plan.T)), 0.0))
    return bool(wide_m > WIDEST_PERSON_M or (thick_m < FLATTEST_PERSON_M and wide_m > FLAT_FROM_M))


def _depth_fit(detection: ImageDetection, view: CameraView, depth_m: float) -> float:
    """How well a distance agrees with the height of the box, 0 to 1; of a cut box the thing may only be nearer."""
    prior = PRIORS.get(detection.label)
    if prior is None:
        return 1.0
    box, k = detection.box, view.intrinsics
    expected_m = k.fy * prior.usual_lwh_m[2] / max(box.height, 1.0)
    off = math.log(depth_m / expected_m)
    is_cut = box.y0 < CUT_PX or box.y1 > k.height - CUT_PX
    if is_cut and off < 0:
        return 1.0
    return math.exp(-0.5 * (off / DEPTH_SPREAD) ** 2)


def _shrunk(box: PixelBox) -> PixelBox:
    dx, dy = SHRINK * box.width, SHRINK * box.height
    return PixelBox(x0=box.x0 + dx, y0=box.y0 + dy, x1=box.x1 - dx, y1=box.y1)
