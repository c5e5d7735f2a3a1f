"""Whether an image shows anything at all: glare, darkness and a covered lens leave nothing to find."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SAMPLES = 160  # columns, and at most as many rows: enough to see a street, little enough to cost nothing
_SATURATED, _GLARE_SHARE = 250, 0.7
_DARK, _DARK_SHARE = 12, 0.985  # a street at night keeps its lamps, its windows and the road in front of the headlights
_EDGE, _EDGE_SHARE = 10, 0.004  # grey levels between neighbours; the noise of a covered sensor stays below


def is_blind(rgb: NDArray[np.uint8]) -> bool:
    """Whether `rgb` (height, width, 3) is mostly saturated, dark nearly everywhere, or almost without edges."""
    step = max(1, rgb.shape[1] // _SAMPLES)
    grey = rgb[::step, ::step, 1]  # green alone: the most light, and no conversion
    if (grey >= _SATURATED).mean() > _GLARE_SHARE:
        return True
    if (grey <= _DARK).mean() > _DARK_SHARE:
        return True
    # Noise is averaged away before edges are looked for; every fourth sample is then a neighbour of its own.
    smooth = cv2.blur(np.ascontiguousarray(grey), (3, 3)).astype(np.int16)
    across, down = np.abs(smooth[:, 3:] - smooth[:, :-3]), np.abs(smooth[3:] - smooth[:-3])
    edges = np.count_nonzero(across > _EDGE) + np.count_nonzero(down > _EDGE)
    return bool(edges < _EDGE_SHARE * (across.size + down.size))
