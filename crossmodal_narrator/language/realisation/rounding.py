"""Numbers as people say them; the claim keeps the exact value."""

from __future__ import annotations

import math
from dataclasses import dataclass

BESIDE_M = 4.0  # nearer than this there is no number, only "right in front"
EXACT_TO_M = 20.5
FIVES_TO_M = 52.5
KMH_PER_MPS = 3.6


@dataclass(frozen=True, slots=True)
class Rounded:
    """A whole number, and whether it is only about right."""

    number: int
    is_about: bool


def spoken_distance(distance_m: float) -> Rounded | None:
    """None below 4 m; whole metres to 20, fives to 50, tens beyond."""
    if distance_m < BESIDE_M:
        return None
    if distance_m < EXACT_TO_M:
        return Rounded(_nearest(distance_m, 1), is_about=False)
    return Rounded(_nearest(distance_m, 5 if distance_m < FIVES_TO_M else 10), is_about=True)


def spoken_speed_kmh(speed_mps: float) -> Rounded:
    """In fives of kilometres an hour."""
    return Rounded(_nearest(abs(speed_mps) * KMH_PER_MPS, 5), is_about=True)


def _nearest(value: float, step: int) -> int:
    """Half rounds up: Python's own rounding would say 12 for 12.5 and 14 for 13.5."""
    return step * math.floor(value / step + 0.5)
