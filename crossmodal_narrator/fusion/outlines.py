"""The edges of a box as a camera sees them, for whoever draws them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Intrinsics, OrientedBox, Pose
from crossmodal_narrator.fusion.projection import NEAREST_M

_EDGES = np.array([(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)])


def box_edges(box: OrientedBox, camera_from_base: Pose, k: Intrinsics) -> NDArray[np.float64]:
    """(edges, 4) x0, y0, x1, y1 in pixels, cut where they pass the lens; none where no corner is in the image."""
    corners = camera_from_base.transform(box.corners())  # (8, 3)
    if not k.project(corners)[1].any():
        return np.empty((0, 4))
    a, b = corners[_EDGES[:, 0]], corners[_EDGES[:, 1]]  # (12, 3)
    a, b = _cut(a, b), _cut(b, a)
    ahead = (a[:, 2] >= NEAREST_M - 1e-6) & (b[:, 2] >= NEAREST_M - 1e-6)
    return np.concatenate([k.project(a[ahead])[0], k.project(b[ahead])[0]], axis=1)


def _cut(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """`a` moved along the edge to `b` until it is in front of the lens."""
    depth = b[:, 2] - a[:, 2]
    share = np.where((a[:, 2] < NEAREST_M) & (depth > 1e-9), (NEAREST_M - a[:, 2]) / np.where(depth == 0, 1, depth), 0)
    moved: NDArray[np.float64] = a + np.clip(share, 0, 1)[:, None] * (b - a)
    return moved
