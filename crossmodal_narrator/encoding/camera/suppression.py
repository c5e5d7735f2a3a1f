"""Non-maximum suppression, and the merging of what several looks at one image found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def pairwise_intersection(boxes: Floats) -> Floats:
    """(boxes, 4) → (boxes, boxes) shared areas."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    sides = np.maximum(high - low, 0.0)
    shared: Floats = sides[..., 0] * sides[..., 1]
    return shared


def areas(boxes: Floats) -> Floats:
    found: Floats = np.maximum(boxes[:, 2] - boxes[:, 0], 0.0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0.0)
    return found


def suppress(
    boxes: Floats,
    scores: Floats,
    groups: NDArray[np.int64],
    *,
    max_iou: float,
    max_inside: float = 1.01,
    peers: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Indices of the boxes that stay, the best first; boxes only compete within their group, and never with `peers`.

    A box goes when a better one overlaps it by more than `max_iou`, or when more than `max_inside` of its own area lies
    in a better one. Equal scores keep their order, so that the same input gives the same output. Boxes of one number
    in `peers` (boxes,) are known to be of different things.
    """
    order = np.argsort(-scores, kind="stable")
    boxes, groups = boxes[order], groups[order]
    shared, area = pairwise_intersection(boxes), areas(boxes)
    union = np.maximum(area[:, None] + area[None, :] - shared, 1e-6)
    inside = shared / np.maximum(area[None, :], 1e-6)  # [i, j]: how much of j lies in i
    conflict = ((shared / union > max_iou) | (inside > max_inside)) & (groups[:, None] == groups[None, :])
    if peers is not None:
        conflict &= peers[order][:, None] != peers[order][None, :]
    alive = np.ones(len(boxes), dtype=np.bool_)
    for i in range(len(boxes)):
        if alive[i]:
            alive[i + 1 :] &= ~conflict[i, i + 1 :]
    return order[alive]
