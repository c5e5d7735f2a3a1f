"""Numbers as people say them, in their units; the claim keeps the exact value, in metres and metres a second."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

BESIDE_M = 4.0  # nearer than this there is no number, only "right in front"


@dataclass(frozen=True, slots=True)
class Rounded:
    """A whole number, and whether it is only about right."""

    number: int
    is_about: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """How lengths and speeds are told. Up to `exact_to` a distance is told in steps of `finest`, then about, in steps
    of `middle`, and beyond `middle_to` of `coarse`: all in the unit itself.
    """

    per_metre: float
    per_mps: float
    finest: int
    exact_to: float
    middle: int
    middle_to: float
    coarse: int

    def distance(self, distance_m: float) -> Rounded | None:
        """None below 4 m."""
        if distance_m < BESIDE_M:
            return None
        length = distance_m * self.per_metre
        if length < self.exact_to:
            return Rounded(_nearest(length, self.finest), is_about=False)
        return Rounded(_nearest(length, self.middle if length < self.middle_to else self.coarse), is_about=True)

    def speed(self, speed_mps: float) -> Rounded:
        """In fives; 0 for what hardly moves."""
        return Rounded(_nearest(abs(speed_mps) * self.per_mps, 5), is_about=True)


UNITS: Mapping[str, Units] = {
    "metric": Units(  # metres, kilometres an hour
        per_metre=1.0, per_mps=3.6, finest=1, exact_to=20.5, middle=5, middle_to=52.5, coarse=10
    ),
    "imperial": Units(  # feet, miles an hour
        per_metre=1 / 0.3048, per_mps=3600 / 1609.344, finest=5, exact_to=62.5, middle=10, middle_to=155.0, coarse=50
    ),
}


NOW_S, EXACT_S, MINUTE_S, MOST_LEFT_S = 3.0, 20.5, 55.0, 10.0


def ago(seconds: float) -> tuple[str, int]:
    """How long ago, as the name of a form and its number: seconds up to 20, then about, in fives, then minutes."""
    if seconds < NOW_S:
        return "now", 0
    if seconds < EXACT_S:
        return "seconds", _nearest(seconds, 1)
    if seconds < MINUTE_S:
        return "seconds_about", _nearest(seconds, 5)
    minutes = max(1, _nearest(seconds / 60.0, 1))
    return ("minute", 0) if minutes == 1 else ("minutes_about", minutes)


def left(seconds: float) -> tuple[str, int]:
    """How much time is left, rounded down: nobody is to believe that he has more."""
    if seconds >= MOST_LEFT_S:
        return "more", 0
    whole = math.floor(seconds)
    if whole < 2:
        return ("one" if whole else "none"), 0
    return "some", whole


def _nearest(value: float, step: int) -> int:
    """Half rounds up: Python's own rounding would say 12 for 12.5 and 14 for 13.5."""
    return step * math.floor(value / step + 0.5)
