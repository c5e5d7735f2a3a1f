"""From the bird's-eye network's answer to boxes: a peak of a class's scores is the centre of one of it.

After Zhou et al., "Objects as points", 2019. The network's cells are STRIDE image cells wide; the regressions of a
cell are, in this order: how far the centre lies from the cell's middle along x and y, in cells; the logarithms of
length, width and height in m; sine and cosine of twice the yaw (the axis); sine and cosine of the yaw (the heading).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from crossmodal_narrator.core.geometry import Vec2, Vec3, beside
from crossmodal_narrator.encoding.lidar.bird_eye import CELL_M, CELLS, REACH_M, STRIDE

REGRESSIONS = 9
GRID = CELLS // STRIDE
GRID_M = CELL_M * STRIDE
_MOST = 200
_LARGEST_M = 25.0
_LONG_M, _ROOM_M, _SKEW = 6.0, 0.2, 0.2  # lorries have mirrors

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """One answer, in base_link. `index` is the place of its class among the network's."""

    index: int
    score: float
    xy_m: Vec2
    size_lwh_m: Vec3
    yaw_rad: float


def centres(scores: Floats, regressions: Floats, thresholds: Sequence[float]) -> list[Centre]:
    """(classes, GRID, GRID) and (REGRESSIONS, GRID, GRID) → the peaks above each class's threshold, the surest first.

    A weaker one whose centre lies in a stronger one of the same class is the same thing, and left out; so is a long one
    beside it with no room between: of one long side the network does not always know which side it is.
    """
    limits = np.array(thresholds, np.float32)[:, None, None]
    peaks = (ndimage.maximum_filter(scores, size=(1, 3, 3), mode="constant") == scores) & (scores >= limits)
    classes, rows, columns = np.nonzero(peaks)
    order = np.argsort(-scores[classes, rows, columns], kind="stable")[:_MOST]
    kept: list[Centre] = []
    for k in order.tolist():
        c, i, j = int(classes[k]), int(rows[k]), int(columns[k])
        found = _centre(c, float(scores[c, i, j]), i, j, regressions[:, i, j])
        if not any(other.index == c and (_holds(other, found.xy_m) or _share_a_side(other, found)) for other in kept):
            kept.append(found)
    return kept


def _centre(index: int, score: float, row: int, column: int, answer: Floats) -> Centre:
    dx, dy, *logs = (float(v) for v in answer[:5])
    sin2, cos2, sine, cosine = (float(v) for v in answer[5:9])
    length, width, height = (min(math.exp(min(v, 10.0)), _LARGEST_M) for v in logs)
    yaw = 0.5 * math.atan2(sin2, cos2)
    if math.cos(yaw) * cosine + math.sin(yaw) * sine < 0.0:  # the axis is known better than which end is the front
        yaw += math.pi if yaw <= 0.0 else -math.pi
    x, y = ((place + 0.5 + off) * GRID_M - REACH_M for place, off in ((row, dx), (column, dy)))
    return Centre(index=index, score=score, xy_m=(x, y), size_lwh_m=(length, width, height), yaw_rad=yaw)


def _share_a_side(centre: Centre, other: Centre) -> bool:
    """Two long ones, side by side along most of their length, with no room between."""
    shorter_m = min(centre.size_lwh_m[0], other.size_lwh_m[0])
    if shorter_m < _LONG_M or abs(math.sin(centre.yaw_rad - other.yaw_rad)) > _SKEW:
        return False
    overlap_m, room_m = beside(centre.xy_m, centre.size_lwh_m[:2], centre.yaw_rad, other.xy_m, other.size_lwh_m[:2])
    return overlap_m >= 0.5 * shorter_m and room_m < _ROOM_M


def _holds(centre: Centre, point: Vec2) -> bool:
    """Whether `point` lies in its footprint."""
    dx, dy = point[0] - centre.xy_m[0], point[1] - centre.xy_m[1]
    c, s = math.cos(centre.yaw_rad), math.sin(centre.yaw_rad)
    length, width, _ = centre.size_lwh_m
    return abs(c * dx + s * dy) <= 0.5 * length and abs(-s * dx + c * dy) <= 0.5 * width
