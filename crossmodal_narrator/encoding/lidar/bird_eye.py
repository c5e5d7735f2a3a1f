"""A sweep seen from above, as the network takes it: how many points each cell has at each height.

The image is made on the host: a scatter with several points in one cell has no right answer in every engine.
Rows run with x (forward), columns with y (left); the vehicle's base_link is in the middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import LidarFeatures

Floats = NDArray[np.float32]

REACH_M = 44.8
CELL_M = 0.2
CELLS = 448  # along each side
STRIDE = 4  # cells of the image to one of the network's answer
# Heights above the ground between which points are counted: bumpers, bonnets, belts, roofs, and what is higher.
SLICES_M = (0.25, 0.5, 0.9, 1.3, 1.7, 2.2, 3.0, 6.0)
CHANNELS = len(SLICES_M) + 1  # the slices between, the greatest height, the distance from the sensor
_MANY_POINTS = 32.0  # as many in a cell, and more, are all the same
_TALL_M = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A square part of the plan: its lower corner in cells of the whole image, and its side in cells."""

    row: int = 0
    column: int = 0
    side: int = CELLS


WHOLE = Window()


def bird_eye_image(points: Floats, window: Window = WHOLE) -> Floats:
    """(points, 3) of x, y in base_link and height above the ground, m → (CHANNELS, side, side)."""
    side = window.side
    rows = np.floor((points[:, 0] + np.float32(REACH_M)) * np.float32(1.0 / CELL_M)).astype(np.int32) - window.row
    columns = np.floor((points[:, 1] + np.float32(REACH_M)) * np.float32(1.0 / CELL_M)).astype(np.int32) - window.column
    height = points[:, 2]
    kept = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
    kept &= (height >= np.float32(SLICES_M[0])) & (height < np.float32(SLICES_M[-1]))
    cells, height = rows[kept] * side + columns[kept], height[kept]
    slices = np.searchsorted(np.array(SLICES_M[1:-1], np.float32), height, side="right").astype(np.int32)
    planes = len(SLICES_M) - 1
    image = np.zeros((CHANNELS, side, side), np.float32)
    # 97 of 100 cells are empty: sorting the points costs a quarter of counting all cells.
    counted = np.sort(slices * (side * side) + cells)
    first = np.flatnonzero(np.diff(counted, prepend=-1))
    counts = np.diff(first, append=len(counted))
    image.reshape(-1)[counted[first]] = _LOG_COUNT[np.minimum(counts, int(_MANY_POINTS))]
    image[planes] = _greatest(cells, height, side)
    image[planes + 1] = _DISTANCE[window.row : window.row + side, window.column : window.column + side]
    return image


def above_ground(features: LidarFeatures) -> Floats:
    """(points, 3) of what stands on the ground, as `bird_eye_image` takes it."""
    return np.column_stack([features.obstacle_points[:, :2], features.obstacle_height_m])


def _greatest(cells: NDArray[np.int32], height: Floats, side: int) -> Floats:
    """(side, side) of the greatest height in each cell, 1 at `_TALL_M` and above, 0 where there is nothing."""
    greatest = np.zeros(side * side, np.float32)
    np.maximum.at(greatest, cells, np.minimum(height * np.float32(1.0 / _TALL_M), np.float32(1.0)))
    return greatest.reshape(side, side)


def _distance() -> Floats:
    """(CELLS, CELLS) distance of each cell from the vehicle; 1 at the middle of the image's edge."""
    aside = np.abs((np.arange(CELLS, dtype=np.float32) + 0.5) * CELL_M - REACH_M) / REACH_M
    found: Floats = np.hypot(aside[:, None], aside[None, :]).astype(np.float32)
    return found


_DISTANCE = _distance()
_LOG_COUNT = (np.log1p(np.arange(_MANY_POINTS + 1.0)) / math.log1p(_MANY_POINTS)).astype(np.float32)
