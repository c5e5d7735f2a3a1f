"""The ground under a sweep, as a height in each cell of a polar grid.

From the sensor outwards the lowest point of each cell is ground where the slope to the cell before allows it; where it
does not, something stands there, and the ground goes on beneath. After Himmelsbach et al., "Fast segmentation of 3D
point clouds for ground vehicles", IV 2010, with cells in place of fitted lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

SECTORS = 180
RING_M = 1.0
STEP_M = 0.12  # roughness between two cells, beyond the slope
FIRST_RING_M = (2.5, 12.0)  # where the first height is looked for: beyond the vehicle's body, before the slopes
FIRST_SHARE = 0.3  # of the cells there are lower than the ground that is taken to start from

Floats = NDArray[np.float32]
Cells = NDArray[np.uint16]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Heights in base_link, by sector and ring around the sensor's foot."""

    height_m: Floats  # (SECTORS, rings)
    origin_m: tuple[float, float]
    under_points: Floats  # (points,) beneath the points that it was fitted to

    def under(self, xy: Floats) -> Floats:
        """(points, 2) in base_link → (points,) height of the ground there."""
        found: Floats = self.height_m.reshape(-1)[_cells(xy, self.origin_m, self.height_m.shape[1])]
        return found


def fit_ground(xyz: Floats, origin_m: tuple[float, float], *, max_range_m: float, max_slope: float) -> Ground:
    """(points, 3) in base_link → the ground; flat at the lowest common height where nothing was measured."""
    rings = int(np.ceil(max_range_m / RING_M)) + 1
    cells = _cells(xyz[:, :2], origin_m, rings)
    lowest = _lowest(cells, xyz[:, 2], SECTORS * rings).reshape(SECTORS, rings)
    walked = _walk_outwards(lowest, _first_height(lowest), max_slope)
    around = np.concatenate([walked[-2:], walked, walked[:2]])  # the last sector is the first one's neighbour
    smooth: Floats = ndimage.median_filter(around, size=(5, 3), mode="nearest")[2:-2]
    return Ground(height_m=smooth, origin_m=origin_m, under_points=smooth.reshape(-1)[cells])


def _lowest(cells: Cells, z: Floats, count: int) -> Floats:
    """(count,) the lowest z of each cell, infinite where there is none. Small numbers are sorted in linear time."""
    lowest = np.full(count, np.inf, np.float32)
    if len(cells):
        order = np.argsort(cells, kind="stable")
        ordered = cells[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        lowest[ordered[starts]] = np.minimum.reduceat(z[order], starts)
    return lowest


def _first_height(lowest: Floats) -> float:
    near = lowest[:, int(FIRST_RING_M[0] / RING_M) : int(FIRST_RING_M[1] / RING_M)]
    measured = near[np.isfinite(near)]
    if not len(measured):
        measured = lowest[np.isfinite(lowest)]
    return float(np.quantile(measured, FIRST_SHARE)) if len(measured) else 0.0


def _walk_outwards(lowest: Floats, first_m: float, max_slope: float) -> Floats:
    """(sectors, rings) lowest heights → ground heights. A gap lets the next cell differ by the slope over all of it."""
    height = np.full(len(lowest), first_m, np.float32)
    gap_m = np.full(len(lowest), RING_M, np.float32)
    ground = np.empty_like(lowest)
    for ring in range(lowest.shape[1]):
        found = lowest[:, ring]
        is_ground = np.abs(found - height) <= STEP_M + max_slope * gap_m
        height = np.where(is_ground, found, height)
        gap_m = np.where(is_ground, np.float32(RING_M), np.minimum(gap_m + np.float32(RING_M), np.float32(5 * RING_M)))
        ground[:, ring] = height
    return ground


def _cells(xy: Floats, origin_m: tuple[float, float], rings: int) -> Cells:
    """(points, 2) → (points,) number of the cell in (SECTORS, rings), row by row."""
    x, y = xy[:, 0] - np.float32(origin_m[0]), xy[:, 1] - np.float32(origin_m[1])
    turn = np.arctan2(y, x) * np.float32(SECTORS / (2 * np.pi))
    sector = np.floor(turn).astype(np.int32) % SECTORS
    ring = np.minimum((np.hypot(x, y) / np.float32(RING_M)).astype(np.int32), rings - 1)
    cells: Cells = (sector * rings + ring).astype(np.uint16)  # 180 sectors of at most 201 rings
    return cells
