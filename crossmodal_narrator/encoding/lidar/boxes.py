"""The upright box that fits the visible side of a thing.

Of a car a LiDAR sees one or two sides, an L in plan. The direction of the sides is searched, as in Zhang et al.,
"Efficient L-shape fitting for vehicle detection using laser scanners", IV 2017, by its closeness criterion.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox

ANGLES_RAD = np.deg2rad(np.arange(0.0, 90.0, 3.0)).astype(np.float32)
_AXES = np.stack([np.cos(ANGLES_RAD), np.sin(ANGLES_RAD), -np.sin(ANGLES_RAD), np.cos(ANGLES_RAD)], axis=1)
_AXES = np.ascontiguousarray(_AXES.reshape(-1, 2))  # (angles * 2 axes, 2)
_NEAREST_M = 0.08  # points nearer to a side than this are on it: the noise of the sensor
_MOST_POINTS = 80
_FEWEST_POINTS = 12  # fewer show no direction
_LARGEST_M = 12.0  # larger is a wall or a hedge, whose direction nobody asks for
_SMALLEST_M = 0.05
_SMALLEST_SIDE_M = 0.4  # a pole or a leg has no direction either

Floats = NDArray[np.float32]


def fit_box(points: Floats, low: Floats, high: Floats, ground_z_m: float) -> OrientedBox:
    """(points, 3) that lie between `low` and `high` → the box of the visible extent, from the ground to the highest.

    Length is the longer side. Few points, and what is too large for a road user, are boxed along the axes.
    """
    x_m, y_m, _ = (high - low).tolist()
    if len(points) < _FEWEST_POINTS or not _SMALLEST_SIDE_M < max(x_m, y_m) < _LARGEST_M:
        return _box_between(low, high, 0.0, ground_z_m, float(high[2]))
    yaw_rad = fit_yaw(points[:, :2])
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    along = points[:, :2] @ np.array([[c, -s], [s, c]], np.float32)  # (points, 2) on both axes
    return _box_between(along.min(axis=0), along.max(axis=0), yaw_rad, ground_z_m, float(high[2]))


def _box_between(low: Floats, high: Floats, yaw_rad: float, ground_z_m: float, top_z_m: float) -> OrientedBox:
    """The box between `low` and `high` (their first two values) along axes that are turned by `yaw_rad`."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    (u0, v0), (u1, v1) = low[:2].tolist(), high[:2].tolist()
    u, v = 0.5 * (u0 + u1), 0.5 * (v0 + v1)
    x, y = c * u - s * v, s * u + c * v
    length, width = max(u1 - u0, _SMALLEST_M), max(v1 - v0, _SMALLEST_M)
    if width > length:
        length, width, yaw_rad = width, length, yaw_rad - math.pi / 2
    height = max(top_z_m - ground_z_m, _SMALLEST_M)
    return OrientedBox(centre_m=(x, y, ground_z_m + 0.5 * height), size_lwh_m=(length, width, height), yaw_rad=yaw_rad)


def fit_yaw(plan: Floats) -> float:
    """(points, 2) → the direction of one of the visible sides, in [0, 90°)."""
    return float(ANGLES_RAD[int(np.argmax(closeness(_thinned(plan))))])


def closeness(plan: Floats) -> Floats:
    """(points, 2) → (angles,) how closely the points lie along two sides of a rectangle that is turned so."""
    along = (_AXES @ plan.T).reshape(len(ANGLES_RAD), 2, -1)  # (angles, 2, points)
    from_low = along - along.min(axis=2, keepdims=True)
    from_high = along.max(axis=2, keepdims=True) - along
    to_side = np.minimum(from_low, from_high, out=from_low).min(axis=1)  # (angles, points)
    score: Floats = np.reciprocal(np.maximum(to_side, _NEAREST_M, out=to_side), out=to_side).sum(axis=1)
    return score


def _thinned(plan: Floats) -> Floats:
    """Every n-th point, so that a near thing costs no more than a far one."""
    return plan[:: -(-len(plan) // _MOST_POINTS)]
