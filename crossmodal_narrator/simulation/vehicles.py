"""Cars and vans: a body lofted through cross sections, and what a detector knows a car by painted upon it.

The rounded body matters: a painted box is not recognised. Profiles are those of common cars, in metres from the nose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.blueprint import Blueprint
from crossmodal_narrator.simulation.meshes import (
    Floats,
    Material,
    Mesh,
    Rgb,
    box,
    grid_triangles,
    joined,
    surface,
    with_texel,
)

Profile = tuple[tuple[float, float], ...]

DARK: Rgb = (22, 22, 24)
PANE: Rgb = (26, 31, 34)
CHROME: Rgb = (170, 172, 175)
TAIL_LAMP: Rgb = (175, 18, 16)
HEAD_LAMP: Rgb = (238, 242, 246)


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
    is_van: bool = False
    has_boot: bool = False

    def deck_at(self, from_nose_m: float) -> float:
        return float(np.interp(from_nose_m, *np.array(self.deck).T))

    def roof_at(self, from_nose_m: float) -> float:
        return float(np.interp(from_nose_m, *np.array(self.roof).T))

    def x(self, from_nose_m: float) -> float:
        return 0.5 * self.length_m - from_nose_m


SHAPES = {
    "sedan": BodyShape(
        length_m=4.6,
        width_m=1.8,
        height_m=1.45,
        wheelbase_m=2.7,
        front_axle_m=0.85,
        wheel_radius_m=0.33,
        roof_width=0.74,
        floor_m=0.2,
        deck=((0, 0.6), (0.06, 0.7), (0.25, 0.76), (1.15, 0.93), (2.3, 0.93), (3.6, 0.97), (4.45, 1.02), (4.6, 0.8)),
        roof=((1.15, 0.93), (1.95, 1.36), (2.35, 1.45), (2.9, 1.44), (3.35, 1.36), (4.05, 1.01)),
        has_boot=True,
    ),
    "hatchback": BodyShape(
        length_m=4.1,
        width_m=1.76,
        height_m=1.48,
        wheelbase_m=2.55,
        front_axle_m=0.8,
        wheel_radius_m=0.32,
        roof_width=0.76,
        floor_m=0.19,
        deck=((0, 0.6), (0.06, 0.72), (0.25, 0.8), (1.0, 0.97), (2.2, 0.96), (3.98, 1.0), (4.06, 0.92), (4.1, 0.75)),
        roof=((1.0, 0.97), (1.75, 1.38), (2.1, 1.47), (2.7, 1.48), (3.4, 1.42), (3.62, 1.36), (3.95, 1.0)),
    ),
    "suv": BodyShape(
        length_m=4.5,
        width_m=1.86,
        height_m=1.68,
        wheelbase_m=2.65,
        front_axle_m=0.88,
        wheel_radius_m=0.37,
        roof_width=0.8,
        floor_m=0.26,
        deck=(
            (0, 0.72),
            (0.06, 0.88),
            (0.25, 0.96),
            (1.15, 1.08),
            (2.3, 1.06),
            (4.38, 1.12),
            (4.46, 1.05),
            (4.5, 0.85),
        ),
        roof=((1.15, 1.08), (1.85, 1.55), (2.2, 1.66), (3.0, 1.68), (3.85, 1.63), (4.02, 1.56), (4.34, 1.12)),
    ),
    "van": BodyShape(
        length_m=5.3,
        width_m=1.98,
        height_m=2.25,
        wheelbase_m=3.2,
        front_axle_m=0.95,
        wheel_radius_m=0.35,
        roof_width=0.9,
        floor_m=0.24,
        deck=((0, 0.75), (0.06, 0.95), (0.2, 1.02), (0.75, 1.22), (1.8, 1.2), (5.2, 1.2), (5.26, 1.15), (5.3, 0.9)),
        roof=((0.75, 1.22), (1.45, 2.02), (1.75, 2.2), (2.4, 2.25), (5.0, 2.22), (5.16, 2.12), (5.24, 1.2)),
        is_van=True,
    ),
}


@cache
def vehicle(kind: str) -> Mesh:
    """The mesh of one of SHAPES."""
    shape = SHAPES[kind]
    sheet = Blueprint(shape.length_m, shape.width_m, shape.height_m)
    _paint_side(sheet, shape)
    _paint_front(sheet, shape)
    _paint_rear(sheet, shape)
    body = sheet.laid_on(_lofted(shape))
    wheels = [
        _wheel(shape.x(axle), side * (0.5 * shape.width_m + 0.005), shape.wheel_radius_m, sheet)
        for axle in (shape.front_axle_m, shape.front_axle_m + shape.wheelbase_m)
        for side in (1.0, -1.0)
    ]
    return joined([body, *wheels, *_mirrors(shape, sheet)])


def _lofted(shape: BodyShape) -> Mesh:
    """A closed surface through about 50 cross sections from the nose to the tail."""
    stations = _stations(shape)
    deck = np.interp(stations, *np.array(shape.deck).T)
    roof_x = np.array(shape.roof)[:, 0]
    over_cabin = (stations >= roof_x[0]) & (stations <= roof_x[-1])
    top = np.maximum(np.where(over_cabin, np.interp(stations, *np.array(shape.roof).T), 0.0), deck + 0.02)
    half = _half_sections(shape, stations, deck, top)  # (stations, 13, 2)
    ring = np.concatenate([half, half[:, -2:0:-1] * [-1.0, 1.0]], axis=1)
    count, points = ring.shape[:2]
    x = np.broadcast_to((0.5 * shape.length_m - stations)[:, None, None], (count, points, 1))
    vertices = np.concatenate([x, ring], axis=-1).reshape(-1, 3)
    nose = [0.5 * shape.length_m + 0.03, 0.0, 0.55 * deck[0] + 0.15]
    tail = [-0.5 * shape.length_m - 0.02, 0.0, 0.55 * deck[-1] + 0.15]
    j, last = np.arange(points), (count - 1) * points
    caps = [
        np.stack([j, (j + 1) % points, np.full(points, len(vertices))], -1),
        np.stack([j + last, (j + 1) % points + last, np.full(points, len(vertices) + 1)], -1),
    ]
    triangles = np.concatenate([grid_triangles(count, points), *caps])
    shell = np.concatenate([vertices, [nose, tail]]).astype(np.float32)
    return surface(shell, triangles, np.zeros((1, 1, 4), np.uint8), inside=(0.0, 0.0, 0.45 * shape.height_m))


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


def _wheel(x_m: float, y_m: float, radius_m: float, sheet: Blueprint) -> Mesh:
    """A tyre and a slightly dished rim; `y_m` is that of the outer face."""
    out = math.copysign(1.0, y_m)
    angles = np.linspace(0, math.tau, 25)[:-1]
    circle = np.stack([np.cos(angles), np.sin(angles)], -1)  # (24, 2)
    vertices, texels = [], []
    for inset, share in ((0.21, 0.97), (0.03, 1.0), (0.0, 0.94), (-0.005, 0.7), (0.03, 0.62), (0.02, 0.002)):
        y = np.full(len(angles), y_m - out * inset)
        vertices.append(np.stack([x_m + radius_m * share * circle[:, 0], y, radius_m * (1 + share * circle[:, 1])], -1))
        texels.append(sheet.wheel_texels((circle * (min(share, 0.97) if inset < 0.04 else 0.97)).astype(np.float32)))
    triangles = grid_triangles(len(vertices), len(angles))
    inside = (x_m, y_m - out * 0.1, radius_m)
    shell = surface(np.concatenate(vertices).astype(np.float32), triangles, sheet.texture(), inside=inside)
    return Mesh(
        corners=shell.corners,
        normals=shell.normals,
        texels=np.concatenate(texels)[triangles][: len(shell.corners)],
        texture=shell.texture,
    )


def _mirrors(shape: BodyShape, sheet: Blueprint) -> list[Mesh]:
    from_nose = shape.roof[0][0] + 0.42
    x, z, texture = shape.x(from_nose), shape.deck_at(from_nose), sheet.texture()
    plain = sheet.texels("top", np.zeros(3, np.float32))
    meshes = []
    for side in (1.0, -1.0):
        y = side * (0.5 * shape.width_m + 0.08)
        mirror = box((x - 0.06, y - 0.1, z), (x + 0.06, y + 0.1, z + 0.15), texture)
        meshes.append(with_texel(mirror, float(plain[0]), float(plain[1])))
    return meshes


def _paint_side(sheet: Blueprint, shape: BodyShape) -> None:
    length, x, deck, roof = shape.length_m, shape.x, shape.deck_at, shape.roof_at
    rear = 2.3 if shape.is_van else shape.roof[-1][0] - (0.3 if shape.has_boot else 0.14)
    along = np.linspace(shape.roof[0][0] + 0.28, rear, 24)
    low = [(x(u), deck(u) + 0.05) for u in along if roof(u) - 0.115 > deck(u) + 0.07]
    high = [(x(u), roof(u) - 0.115) for u in along if roof(u) - 0.115 > deck(u) + 0.07]
    sheet.polygon("side", low + high[::-1], PANE, Material.GLASS)
    sheet.line("side", [(a, b - 0.01) for a, b in low], CHROME if shape.has_boot else (60, 60, 62), thickness=2)
    for u in (1.95,) if shape.is_van else (0.49 * length, 0.69 * length):
        sheet.rectangle("side", (x(u + 0.07), deck(u) + 0.05), (x(u), roof(u) - 0.1), (25, 25, 26))
    seams = (1.15, 2.25, 3.6) if shape.is_van else (0.275 * length, 0.5 * length, 0.73 * length)
    for u in seams:
        sheet.line("side", [(x(u), shape.floor_m + 0.15), (x(u), deck(u) + 0.02)], (70, 70, 70))
    for u in seams[1:]:
        sheet.rectangle(
            "side", (x(u) + 0.08, deck(u) - 0.17), (x(u) + 0.27, deck(u) - 0.13), (150,) * 3, Material.PAINT
        )
    sheet.rectangle("side", (-0.5 * length, 0.0), (0.5 * length, shape.floor_m + 0.12), DARK)
    sheet.line("side", [(x(length - 0.15), deck(0.9) - 0.2), (x(0.15), deck(0.9) - 0.24)], (190, 190, 190))
    front = [(x(0.0), 0.62), (x(0.0), deck(0.1) - 0.03), (x(0.42), deck(0.4) - 0.05), (x(0.25), 0.64)]
    sheet.polygon("side", front, HEAD_LAMP, Material.LAMP)
    tail = [(0.0, 0.66), (0.0, deck(length - 0.1) - 0.08), (0.34, deck(length - 0.3) - 0.1), (0.28, 0.7)]
    sheet.polygon("side", [(x(length - u), z) for u, z in tail], TAIL_LAMP, Material.LAMP)
    for axle in (shape.front_axle_m, shape.front_axle_m + shape.wheelbase_m):
        arch = 1.14 * shape.wheel_radius_m
        sheet.disc("side", (x(axle), shape.wheel_radius_m), arch, (9, 9, 10))
        sheet.rectangle("side", (x(axle) - arch, 0.0), (x(axle) + arch, shape.wheel_radius_m), (9, 9, 10))


def _paint_front(sheet: Blueprint, shape: BodyShape) -> None:
    w, top = 0.5 * shape.width_m, shape.roof_width * 0.5 * shape.width_m
    foot, lamp = shape.deck_at(shape.roof[0][0]), shape.deck_at(0.08)
    screen = [(-0.86 * w, foot + 0.03), (0.86 * w, foot + 0.03), (0.92 * top, shape.height_m - 0.11)]
    sheet.polygon("front", [*screen, (-0.92 * top, shape.height_m - 0.11)], PANE, Material.GLASS)
    socket = [
        (0.45 * w, lamp - 0.15),
        (0.52 * w, lamp - 0.02),
        (0.93 * w, lamp + 0.02),
        (0.97 * w, lamp - 0.1),
        (0.8 * w, lamp - 0.17),
    ]
    glass = [
        (0.52 * w, lamp - 0.13),
        (0.57 * w, lamp - 0.045),
        (0.9 * w, lamp - 0.01),
        (0.92 * w, lamp - 0.09),
        (0.78 * w, lamp - 0.15),
    ]
    sheet.polygon("front", socket, (30, 30, 33), mirrored=True)
    sheet.polygon("front", glass, HEAD_LAMP, Material.LAMP, mirrored=True)
    sheet.rectangle("front", (-0.42 * w, lamp - 0.16), (0.42 * w, lamp - 0.02), DARK)
    sheet.line("front", [(-0.42 * w, lamp - 0.09), (0.42 * w, lamp - 0.09)], CHROME)
    intake = shape.floor_m + 0.06
    sheet.polygon("front", [(-0.72 * w, intake), (0.72 * w, intake), (0.6 * w, 0.44), (-0.6 * w, 0.44)], DARK)
    sheet.rectangle("front", (-w, 0.0), (w, intake), DARK)
    _paint_plate(sheet, "front", 0.47, (235, 235, 228))


def _paint_rear(sheet: Blueprint, shape: BodyShape) -> None:
    w, top = 0.5 * shape.width_m, shape.roof_width * 0.5 * shape.width_m
    deck, roof = shape.deck_at(shape.length_m - 0.1), shape.roof[-2 if shape.has_boot else -3][1]
    low, high = (1.28, shape.height_m - 0.35) if shape.is_van else (shape.roof[-1][1] + 0.05, roof - 0.07)
    window = [(-0.78 * w, low), (0.78 * w, low), (0.88 * top, high), (-0.88 * top, high)]
    sheet.polygon("rear", window, PANE, Material.GLASS)
    if shape.is_van:
        lamp = [(0.8 * w, 0.75), (0.8 * w, 1.25), (0.97 * w, 1.25), (0.97 * w, 0.75)]
        sheet.line("rear", [(0.0, 0.5), (0.0, shape.height_m - 0.1)], (40, 40, 40), thickness=2)
    elif shape.has_boot:
        lamp = [(0.5 * w, deck - 0.22), (0.5 * w, deck - 0.09), (0.95 * w, deck - 0.06), (0.97 * w, deck - 0.25)]
    else:
        lamp = [
            (0.66 * w, deck - 0.27),
            (0.66 * w, deck - 0.08),
            (0.8 * w, deck + 0.06),
            (0.97 * w, deck + 0.06),
            (0.97 * w, deck - 0.28),
        ]
    sheet.polygon("rear", lamp, TAIL_LAMP, Material.LAMP, mirrored=True)
    sheet.rectangle(
        "rear", (0.8 * w, deck - 0.2), (0.9 * w, deck - 0.14), (250, 190, 120), Material.LAMP, mirrored=True
    )
    sheet.line("rear", [(-0.95 * w, 0.56), (0.95 * w, 0.56)], (60, 60, 60))
    for side in (-0.66 * w, 0.66 * w):
        sheet.line("rear", [(side, 0.6), (side, deck)], (80, 80, 80))
    sheet.rectangle("rear", (-w, 0.0), (w, shape.floor_m + 0.17), DARK)
    sheet.rectangle("rear", (0.6 * w, 0.36), (0.85 * w, 0.41), (150, 15, 15), mirrored=True)
    _paint_plate(sheet, "rear", 0.64, (240, 205, 60))


def _paint_plate(sheet: Blueprint, view: str, height_m: float, colour: Rgb) -> None:
    sheet.rectangle(view, (-0.27, height_m - 0.06), (0.27, height_m + 0.06), colour)
    for y in (-0.2, -0.12, -0.04, 0.08, 0.16):
        sheet.rectangle(view, (y, height_m - 0.035), (y + 0.045, height_m + 0.035), (25, 25, 25))


def bare_size_m(kind: str) -> Floats:
    """(3,) length, width and height of the body, without its mirrors, as people label vehicles."""
    shape = SHAPES[kind]
    return np.array([shape.length_m, shape.width_m, shape.height_m], np.float32)
