"""The obstacle points of a sweep, in an order in which those of a small part of the plan are found quickly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox, Vec2

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
ABOVE_M = 0.3  # what is higher than this above a box belongs to something else
SLICES_PER_M = 4
SLICES = 4_000  # to either side: a kilometre


class ObstaclePoints:
    """(points, 3) in base_link, and which of them a track has claimed already."""

    def __init__(self, xyz: Floats) -> None:
        self.xyz = xyz
        self.claimed = np.zeros(len(xyz), dtype=np.bool_)
        slices = np.clip(xyz[:, 0] * np.float32(SLICES_PER_M), -SLICES, SLICES).astype(np.int16)
        self._order = np.argsort(slices, kind="stable")  # of small numbers in linear time
        self._slices = slices[self._order]

    def free_within(self, box: OrientedBox, margin_m: float) -> Indices:
        """Points that nobody has claimed, inside of `box` made larger by `margin_m` in plan."""
        x = box.centre_m[0]
        length, width, _ = box.size_lwh_m
        reach = 0.5 * float(np.hypot(length, width)) + margin_m
        first, last = (int(np.clip(edge * SLICES_PER_M, -SLICES, SLICES)) for edge in (x - reach, x + reach))
        start = np.searchsorted(self._slices, np.int16(first - 1))
        stop = np.searchsorted(self._slices, np.int16(last + 1), side="right")
        near = self._order[start:stop]
        near = near[~self.claimed[near]]
        beyond = self._beyond(near, box)
        found: Indices = near[beyond <= np.float32(margin_m)]
        return found

    def free_around(self, box: OrientedBox, margin_m: float) -> tuple[Indices, int]:
        """As `free_within`, and how many more there are in a rim of the same width around."""
        near = self.free_within(box, 2 * margin_m)
        inside = near[self._beyond(near, box) <= np.float32(margin_m)]
        return inside, len(near) - len(inside)

    def _beyond(self, index: Indices, box: OrientedBox) -> Floats:
        """(points,) how far each lies outside of `box` along its sides; none above it counts as inside."""
        x, y, z = box.centre_m
        length, width, height = box.size_lwh_m
        dx, dy = self.xyz[index, 0] - np.float32(x), self.xyz[index, 1] - np.float32(y)
        c, s = np.float32(np.cos(box.yaw_rad)), np.float32(np.sin(box.yaw_rad))
        along = np.abs(c * dx + s * dy) - np.float32(0.5 * length)
        across = np.abs(c * dy - s * dx) - np.float32(0.5 * width)
        beyond: Floats = np.maximum(along, across)
        beyond[self.xyz[index, 2] > np.float32(z + 0.5 * height + ABOVE_M)] = np.inf
        return beyond

    def middle(self, index: Indices) -> Vec2:
        """In plan."""
        x, y = self.xyz[index, :2].mean(axis=0)
        return float(x), float(y)

    def claim(self, index: Indices) -> None:
        self.claimed[index] = True
