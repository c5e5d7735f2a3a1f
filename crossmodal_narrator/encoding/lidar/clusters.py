"""Points that stand together, found in plan: connected cells of a grid seen from above."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_NEIGHBOURS = np.ones((3, 3), dtype=np.int8)


def connected(xy: NDArray[np.float32], cell_m: float) -> NDArray[np.int64]:
    """(points, 2) → (points,) number of the cluster, from 0; cells that touch, also by a corner, are one cluster."""
    if not len(xy):
        return np.empty(0, np.int64)
    cells = np.floor(xy / np.float32(cell_m)).astype(np.int64)
    cells -= cells.min(axis=0)
    grid = np.zeros(cells.max(axis=0) + 1, dtype=np.bool_)
    grid[cells[:, 0], cells[:, 1]] = True
    numbered, _ = ndimage.label(grid, structure=_NEIGHBOURS)
    found: NDArray[np.int64] = numbered[cells[:, 0], cells[:, 1]].astype(np.int64) - 1
    return found


def members(numbers: NDArray[np.int64], min_points: int) -> list[NDArray[np.int64]]:
    """The indices of each cluster's points, the clusters in the order of their numbers, small ones left out."""
    order = np.argsort(numbers, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(order) else []
    return [group for group in groups if len(group) >= min_points]
