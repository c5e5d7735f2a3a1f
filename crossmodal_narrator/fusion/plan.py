"""Many boxes at once: their corners, and which of them a point lies in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox

_UNIT = 0.5 * np.array([[x, y, z] for z in (-1, 1) for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1))])  # (8, 3)


def corners_of(boxes: Sequence[OrientedBox]) -> NDArray[np.float64]:
    """(boxes, 8, 3): the corners of each, the bottom first."""
    centres, sizes = (np.array([getattr(box, name) for box in boxes]) for name in ("centre_m", "size_lwh_m"))
    yaw = np.array([box.yaw_rad for box in boxes])[:, None]
    local = _UNIT[None] * sizes[:, None, :]  # (boxes, 8, 3)
    x = np.cos(yaw) * local[..., 0] - np.sin(yaw) * local[..., 1]
    y = np.sin(yaw) * local[..., 0] + np.cos(yaw) * local[..., 1]
    return np.asarray(np.stack([x, y, local[..., 2]], axis=2) + centres[:, None, :])


class BoxesInPlan:
    """Boxes seen from above."""

    def __init__(self, boxes: Sequence[OrientedBox]) -> None:
        self.centres = np.array([box.centre_m[:2] for box in boxes]).reshape(-1, 2)
        self._half = 0.5 * np.array([box.size_lwh_m[:2] for box in boxes]).reshape(-1, 2)
        yaw = np.array([box.yaw_rad for box in boxes])
        self._cos, self._sin = np.cos(yaw), np.sin(yaw)

    def distances(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(points, 2) → (points, boxes) distance to the nearest point of each box; 0 inside."""
        delta = points[:, None, :] - self.centres[None, :, :]
        along = np.abs(self._cos * delta[..., 0] + self._sin * delta[..., 1]) - self._half[:, 0]
        across = np.abs(self._cos * delta[..., 1] - self._sin * delta[..., 0]) - self._half[:, 1]
        away: NDArray[np.float64] = np.hypot(np.maximum(along, 0.0), np.maximum(across, 0.0))
        return away

    def cover(self, points: NDArray[np.float64], margin_m: float) -> NDArray[np.bool_]:
        """(points, 2) → (points,) whether each lies in one of the boxes, or so near to one."""
        if not len(self.centres) or not len(points):
            return np.zeros(len(points), dtype=np.bool_)
        return np.asarray((self.distances(points) < margin_m).any(axis=1))
