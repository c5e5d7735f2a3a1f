"""Cars and vans: a body lofted through cross sections, on which a blueprint is laid, with wheels and mirrors.

The rounded body matters: a painted box is not recognised.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.shapes.blueprint import Blueprint
from crossmodal_narrator.simulation.shapes.car_paint import DARK, paint_car
from crossmodal_narrator.simulation.shapes.car_shapes import SHAPES, BodyShape
from crossmodal_narrator.simulation.shapes.lofting import (
    fitted,
    lofted,
    on_both_sides,
    painted,
    plain,
    rounded_box,
    wheel,
)
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh


@cache
def vehicle(kind: str) -> Mesh:
    """The mesh of one of SHAPES."""
    shape = SHAPES[kind]
    sheet = new_blueprint(shape)
    paint_car(sheet, shape)
    return painted(car_parts(sheet, shape), sheet)


def new_blueprint(shape: BodyShape) -> Blueprint:
    scale = 64 if shape.is_van else 80
    return Blueprint(shape.length_m, shape.width_m, shape.height_m, texels_per_m=scale)


def car_parts(sheet: Blueprint, shape: BodyShape) -> list[Mesh]:
    """Body, wheels and mirrors."""
    body = fitted(loft(shape), (shape.length_m, shape.width_m, shape.height_m))
    wheels = [
        wheel(shape.x(axle), side * 0.5 * shape.width_m, shape.wheel_radius_m, sheet)
        for axle in shape.axles_m
        for side in (1.0, -1.0)
    ]
    return [sheet.laid_on(body), *wheels, *_mirrors(shape, sheet)]


def loft(shape: BodyShape) -> Mesh:
    """A closed surface through about 50 cross sections from the nose to the tail."""
    stations = _stations(shape)
    deck = np.interp(stations, *np.array(shape.deck).T)
    roof_x = np.array(shape.roof)[:, 0]
    over_cabin = (stations >= roof_x[0]) & (stations <= roof_x[-1])
    top = np.maximum(np.where(over_cabin, np.interp(stations, *np.array(shape.roof).T), 0.0), deck + 0.02)
    half = _half_sections(shape, stations, deck, top)  # (stations, 13, 2)
    rings = np.concatenate([half, half[:, -2:0:-1] * [-1.0, 1.0]], axis=1)
    return lofted(
        0.5 * shape.length_m - stations,
        rings,
        nose=(0.5 * shape.length_m + 0.03, 0.0, 0.55 * float(deck[0]) + 0.15),
        tail=(-0.5 * shape.length_m - 0.02, 0.0, 0.55 * float(deck[-1]) + 0.15),
        inside=(0.0, 0.0, 0.45 * shape.height_m),
    )


def _stations(shape: BodyShape) -> NDArray[np.float64]:
    length = shape.length_m
    profile = [x for x, _ in (*shape.deck, *shape.roof)]
    ends = [0.02, 0.12, length - 0.02, length - 0.12]
    return np.unique(np.round(np.concatenate([profile, ends, np.linspace(0, length, 34)]), 3))


def _half_sections(
    shape: BodyShape, stations: NDArray[np.float64], deck: NDArray[np.float64], top: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(stations, 13, 2) of y, z: from the floor's middle around sill and belt to the roof's middle."""
    from_end = np.minimum(stations, shape.length_m - stations)
    strong, weak = (0.05, 0.02) if shape.is_van else (0.14, 0.05)
    taper = (
        1
        - strong * np.clip(1 - from_end / 0.55, 0, 1) ** 2.2
        - weak * np.clip(1 - from_end / (0.35 * shape.length_m), 0, 1)
    )
    w = 0.5 * shape.width_m * taper
    floor = shape.floor_m + 0.1 * np.clip(1 - from_end / 0.5, 0, 1) ** 1.5
    rise = np.clip((top - deck) / (shape.height_m - deck.max()), 0, 1)
    w_top = w * (0.93 - (0.93 - shape.roof_width) * rise)
    m, zero = deck - floor, np.zeros_like(w)
    outline = [
        (zero, floor),
        (0.85 * w, floor),
        (0.97 * w, floor + 0.08),
        (w, floor + 0.3 * m),
        (w, floor + 0.65 * m),
        (0.985 * w, floor + 0.85 * m),
        (0.955 * w, deck - 0.015),
        (0.93 * w, deck + 0.01),
        (0.505 * (0.93 * w + w_top), 0.5 * (deck + top)),
        (w_top, top - 0.07 * rise),
        (0.9 * w_top, top - 0.015 * rise),
        (0.5 * w_top, top + 0.012),
        (zero, top + 0.02),
    ]
    return np.stack([np.stack(pair, -1) for pair in outline], axis=1)


def _mirrors(shape: BodyShape, sheet: Blueprint) -> list[Mesh]:
    """Shells in the body's paint on dark feet."""
    from_nose = shape.roof[0][0] + 0.42
    x, z, y = shape.x(from_nose), shape.deck_at(from_nose), 0.5 * shape.width_m
    tall = 0.26 if shape.is_van else 0.15
    low, high = (x - 0.06, y - 0.02, z + 0.01), (x + 0.06, y + 0.18, z + tall)
    shell = rounded_box(low, high, radius_m=0.035)
    middle = sheet.texels("top", np.zeros(3, np.float32))
    paint = plain(shell, (float(middle[0]), float(middle[1])))
    if shape.is_van:
        paint = plain(shell, sheet.swatch(DARK, Material.MATTE))
    return on_both_sides(paint)
