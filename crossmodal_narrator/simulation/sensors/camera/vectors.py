"""Products of many short vectors, by OpenCV: ten times as fast as einsum, and without the threads of BLAS."""

from __future__ import annotations

import cv2
import numpy as np

from crossmodal_narrator.simulation.shapes.meshes import Floats

_ONES = np.ones((1, 3), np.float32)


def rotated(vectors: Floats, rotation: Floats) -> Floats:
    """(n, 3) by `rotation` (3, 3)."""
    if len(vectors) == 0:
        return np.zeros((0, 3), np.float32)
    turned: Floats = cv2.transform(np.ascontiguousarray(vectors)[None], np.ascontiguousarray(rotation))[0]
    return turned


def along(vectors: Floats, direction: Floats) -> Floats:
    """(n, 3) by one `direction` (3,) → (n,) scalar products."""
    if len(vectors) == 0:
        return np.zeros(0, np.float32)
    weights = np.ascontiguousarray(direction, np.float32)[None]
    products: Floats = cv2.transform(np.ascontiguousarray(vectors)[None], weights).reshape(-1)
    return products


def dots(first: Floats, second: Floats) -> Floats:
    """(n, 3) and (n, 3) → (n,) scalar products, row by row."""
    return along(first * second, _ONES[0])


def unit(vectors: Floats) -> Floats:
    """(n, 3), each made as long as 1."""
    found: Floats = vectors / (np.sqrt(dots(vectors, vectors)) + np.float32(1e-12))[:, None]
    return found
