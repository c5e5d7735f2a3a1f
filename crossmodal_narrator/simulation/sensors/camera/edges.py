"""Pixels on edges are looked at again between their middles, so that edges are smooth and thin things stay whole."""

from __future__ import annotations

import cv2
import numpy as np

from crossmodal_narrator.simulation.sensors.camera.sight import Indices
from crossmodal_narrator.simulation.shapes.meshes import Floats

# Two more places in a pixel, its middle is the third.
OFFSETS_PX = ((-0.33, -0.17), (0.33, 0.3))
_MOST_SHARE = 0.09  # of an image: foliage is all edges
_CONTRAST = 0.09


def edge_pixels(image: Floats, gain: float) -> Indices:
    """Flat numbers of those pixels of `image` (height, width, 3) that differ most from their neighbours, as seen."""
    luma = cv2.transform(image, np.array([[0.3, 0.55, 0.15]], np.float32))
    seen = np.sqrt(np.minimum(luma * np.float32(gain), 1.5))
    kernel = np.ones((3, 3), np.uint8)
    contrast = (cv2.dilate(seen, kernel) - cv2.erode(seen, kernel)).ravel()
    chosen = np.flatnonzero(contrast > _CONTRAST)
    most = int(_MOST_SHARE * contrast.size)
    if len(chosen) > most:
        strong = np.argpartition(contrast[chosen], len(chosen) - most)[len(chosen) - most :]
        chosen = chosen[np.sort(strong)]
    return chosen
