"""Sweeps drawn from simple solids: the faces that a sensor would see of a box, and a plane of ground."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.core.snapshot import PlacedSweep

SENSOR_M = (0.0, 0.0, 1.9)
GROUND_Z_M = -0.3


def car_box(
    x_m: float, y_m: float, yaw_rad: float = 0.0, size_lwh_m: tuple[float, float, float] = (4.6, 1.9, 1.6)
) -> OrientedBox:
    centre = (x_m, y_m, GROUND_Z_M + 0.5 * size_lwh_m[2])
    return OrientedBox(centre_m=centre, size_lwh_m=size_lwh_m, yaw_rad=yaw_rad)


def faces(box: OrientedBox, step_m: float = 0.1) -> NDArray[np.float32]:
    """(points, 3) on the sides of `box` that face the sensor, from 0.3 m above the ground upwards."""
    corners = box.footprint()
    low, high = box.centre_m[2] - 0.5 * box.size_lwh_m[2], box.centre_m[2] + 0.5 * box.size_lwh_m[2]
    heights = np.arange(low + 0.3, high, 0.2)
    points = []
    for k in range(4):
        a, b = corners[k], corners[(k + 1) % 4]
        middle = 0.5 * (a + b)
        outwards = middle - np.array(box.centre_m[:2])
        if outwards @ (np.array(SENSOR_M[:2]) - middle) <= 0:
            continue
        count = max(2, round(float(np.hypot(*(b - a))) / step_m) + 1)
        side = a + np.linspace(0, 1, count)[:, None] * (b - a)
        points += [np.column_stack([side, np.full(count, z)]) for z in heights]
    return np.vstack(points).astype(np.float32)


def ground(slope: float = 0.0, radius_m: float = 40.0) -> NDArray[np.float32]:
    """(points, 3) in rings around the sensor, rising by `slope` along x."""
    azimuth, radius = np.meshgrid(np.arange(0, math.tau, 0.02), np.geomspace(3.0, radius_m, 40))
    x, y = (radius * np.cos(azimuth)).ravel(), (radius * np.sin(azimuth)).ravel()
    return np.column_stack([x, y, GROUND_Z_M + slope * x]).astype(np.float32)


def sweep(*parts: NDArray[np.float32], stamp_ns: int = 1_000_000_000) -> PlacedSweep:
    return PlacedSweep(stamp_ns=stamp_ns, xyz=np.vstack(parts).astype(np.float32), intensity=None, origin_m=SENSOR_M)
