"""What the heights of a thing's points say of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FEWEST, LOW_M = 20, 0.8  # so many points, none of them higher: a guard rail or a barrier reaches so far, and no vehicle


def is_lower_than_vehicles(height_m: NDArray[np.float32]) -> bool:
    """Whether (points,) heights above the ground are too many and too low for a car, a lorry or a bus."""
    return len(height_m) >= FEWEST and float(height_m.max()) < LOW_M
