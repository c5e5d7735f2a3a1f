"""The profiles of cars and vans, in metres from the nose: those of common ones of their kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.simulation.shapes.catalogue import LOOKS

Profile = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyShape:
    """`deck` runs over bonnet, belt line and boot, `roof` from the windscreen's foot to that of the rear window."""

    length_m: float
    width_m: float
    height_m: float
    wheelbase_m: float
    front_axle_m: float  # from the nose
    wheel_radius_m: float
    roof_width: float  # of the body's width
    floor_m: float
    deck: Profile
    roof: Profile
    glass_to_m: float  # where the side windows end
    pillars_m: tuple[float, ...]  # between side windows
    seams_m: tuple[float, ...]  # of doors; handles lie behind all but the first
    rear_glass_m: tuple[float, float]  # low and high edge of the rear window
    is_van: bool = False
    has_boot: bool = False
    bed_from_m: float = 0.0  # of a pickup; 0: none

    def deck_at(self, from_nose_m: float) -> float:
        return float(np.interp(from_nose_m, *np.array(self.deck).T))

    def roof_at(self, from_nose_m: float) -> float:
        return float(np.interp(from_nose_m, *np.array(self.roof).T))

    def x(self, from_nose_m: float) -> float:
        return 0.5 * self.length_m - from_nose_m

    @property
    def axles_m(self) -> tuple[float, float]:
        """From the nose."""
        return self.front_axle_m, self.front_axle_m + self.wheelbase_m


def _shape(
    look: str,
    wheel_radius_m: float,
    roof_width: float,
    floor_m: float,
    deck: Profile,
    roof: Profile,
    *,
    glass: tuple[float, tuple[float, ...], tuple[float, ...], tuple[float, float]],
    is_van: bool = False,
    has_boot: bool = False,
    bed_from_m: float = 0.0,
) -> BodyShape:
    length, width, height = LOOKS[look].size_lwh_m
    return BodyShape(
        length_m=length,
        width_m=width,
        height_m=height,
        wheelbase_m=LOOKS[look].wheelbase_m,
        front_axle_m=LOOKS[look].front_axle_m,
        wheel_radius_m=wheel_radius_m,
        roof_width=roof_width,
        floor_m=floor_m,
        deck=deck,
        roof=roof,
        glass_to_m=glass[0],
        pillars_m=glass[1],
        seams_m=glass[2],
        rear_glass_m=glass[3],
        is_van=is_van,
        has_boot=has_boot,
        bed_from_m=bed_from_m,
    )


_ESTATE = _shape(
    "estate",
    0.33,
    0.75,
    0.2,
    (
        (0, 0.6),
        (0.06, 0.7),
        (0.25, 0.77),
        (1.15, 0.94),
        (2.3, 0.94),
        (3.8, 0.98),
        (4.58, 1.0),
        (4.66, 0.93),
        (4.7, 0.76),
    ),
    ((1.15, 0.94), (1.95, 1.37), (2.35, 1.46), (3.1, 1.47), (4.0, 1.42), (4.2, 1.35), (4.54, 1.0)),
    glass=(4.38, (2.3, 3.25, 3.95), (1.29, 2.35, 3.4), (1.05, 1.28)),
)

SHAPES: Mapping[str, BodyShape] = {
    "sedan": _shape(
        "sedan",
        0.33,
        0.74,
        0.2,
        ((0, 0.6), (0.06, 0.7), (0.25, 0.76), (1.15, 0.93), (2.3, 0.93), (3.6, 0.97), (4.45, 1.02), (4.6, 0.8)),
        ((1.15, 0.93), (1.95, 1.36), (2.35, 1.45), (2.9, 1.44), (3.35, 1.36), (4.05, 1.01)),
        glass=(3.75, (2.25, 3.15), (1.27, 2.3, 3.35), (1.06, 1.29)),
        has_boot=True,
    ),
    "hatchback": _shape(
        "hatchback",
        0.32,
        0.76,
        0.19,
        ((0, 0.6), (0.06, 0.72), (0.25, 0.8), (1.0, 0.97), (2.2, 0.96), (3.98, 1.0), (4.06, 0.92), (4.1, 0.75)),
        ((1.0, 0.97), (1.75, 1.38), (2.1, 1.47), (2.7, 1.48), (3.4, 1.42), (3.62, 1.36), (3.95, 1.0)),
        glass=(3.81, (2.01, 2.83), (1.13, 2.05, 2.99), (1.05, 1.35)),
    ),
    "suv": _shape(
        "suv",
        0.37,
        0.8,
        0.26,
        ((0, 0.72), (0.06, 0.88), (0.25, 0.96), (1.15, 1.08), (2.3, 1.06), (4.38, 1.12), (4.46, 1.05), (4.5, 0.85)),
        ((1.15, 1.08), (1.85, 1.55), (2.2, 1.66), (3.0, 1.68), (3.85, 1.63), (4.02, 1.56), (4.34, 1.12)),
        glass=(4.2, (2.2, 3.1), (1.24, 2.25, 3.28), (1.17, 1.56)),
    ),
    "estate": _ESTATE,
    "police_car": _ESTATE,
    "pickup": _shape(
        "pickup",
        0.39,
        0.8,
        0.32,
        (
            (0, 0.78),
            (0.06, 0.98),
            (0.25, 1.05),
            (1.3, 1.14),
            (2.3, 1.12),
            (3.6, 1.15),
            (5.2, 1.15),
            (5.26, 1.08),
            (5.3, 0.8),
        ),
        ((1.3, 1.14), (2.0, 1.66), (2.35, 1.78), (2.9, 1.8), (3.35, 1.77), (3.52, 1.7), (3.7, 1.15)),
        glass=(3.5, (2.3, 3.05), (1.4, 2.35, 3.3), (1.24, 1.62)),
        bed_from_m=3.78,
    ),
    "van": _shape(
        "van",
        0.35,
        0.9,
        0.24,
        ((0, 0.75), (0.06, 0.95), (0.2, 1.02), (0.75, 1.22), (1.8, 1.2), (5.2, 1.2), (5.26, 1.15), (5.3, 0.9)),
        ((0.75, 1.22), (1.45, 2.02), (1.75, 2.2), (2.4, 2.25), (5.0, 2.22), (5.16, 2.12), (5.24, 1.2)),
        glass=(2.3, (1.95,), (1.15, 2.25, 3.6), (1.28, 1.9)),
        is_van=True,
    ),
    "minibus": _shape(
        "minibus",
        0.36,
        0.9,
        0.28,
        ((0, 0.8), (0.06, 1.0), (0.2, 1.08), (0.85, 1.32), (1.9, 1.28), (6.1, 1.28), (6.16, 1.2), (6.2, 0.95)),
        ((0.85, 1.32), (1.55, 2.2), (1.95, 2.56), (2.7, 2.68), (5.9, 2.65), (6.06, 2.52), (6.14, 1.3)),
        glass=(6.0, (2.1, 3.2, 4.3, 5.35), (1.2, 2.3, 3.5), (1.36, 2.2)),
        is_van=True,
    ),
}

# Its box body stands on the frame behind.
AMBULANCE_CAB = _shape(
    "ambulance",
    0.36,
    0.88,
    0.28,
    ((0, 0.8), (0.06, 1.0), (0.2, 1.08), (0.85, 1.3), (1.9, 1.26), (6.3, 0.9), (6.36, 0.85), (6.4, 0.8)),
    ((0.85, 1.3), (1.55, 2.12), (1.95, 2.36), (2.4, 2.4), (2.55, 1.2)),
    glass=(2.2, (2.0,), (1.2, 2.25), (1.45, 2.0)),
    is_van=True,
)
