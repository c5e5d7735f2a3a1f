"""Shares, medians and percentiles as figures; None where nothing was counted."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def median(values: Sequence[float]) -> float | None:
    return float(statistics.median(values)) if values else None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Between two values it is interpolated."""
    return float(np.percentile(values, percent)) if values else None


def spread(values: Sequence[float]) -> tuple[int, float | None, float | None]:
    """Count, median and 95th percentile."""
    return len(values), median(values), percentile(values, 95.0)
