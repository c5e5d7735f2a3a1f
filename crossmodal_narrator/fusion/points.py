"""The obstacle points of a sweep, in an order in which those of a small part of the plan are found quickly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
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
        x, y, _ = box.centre_m
        length, width, height = box.size_lwh_m
        reach = 0.5 * float(np.hypot(length, width)) + margin_m
        first, last = (int(np.clip(edge * SLICES_PER_M, -SLICES, SLICES)) for edge in (x - reach, x + reach))
        start = np.searchsorted(self._slices, np.int16(first - 1))
        stop = np.searchsorted(self._slices, np.int16(last + 1), side="right")
        near = self._order[start:stop]
        dx, dy = self.xyz[near, 0] - np.float32(x), self.xyz[near, 1] - np.float32(y)
        c, s = np.float32(np.cos(box.yaw_rad)), np.float32(np.sin(box.yaw_rad))
        inside = np.abs(c * dx + s * dy) <= np.float32(0.5 * length + margin_m)
        inside &= np.abs(c * dy - s * dx) <= np.float32(0.5 * width + margin_m)
        inside &= self.xyz[near, 2] <= np.float32(box.centre_m[2] + 0.5 * height + max(margin_m, 0.3))
        inside &= ~self.claimed[near]
        found: Indices = near[inside]
        return found

    def claim(self, index: Indices) -> None:
        self.claimed[index] = True
