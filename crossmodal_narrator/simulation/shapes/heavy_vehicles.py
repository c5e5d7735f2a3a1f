"""Trucks, buses and fire engines: boxes with round edges, as theirs are, a painted blueprint and many wheels."""

from __future__ import annotations

from functools import cache

import numpy as np

from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.shapes.blueprint import Blueprint
from crossmodal_narrator.simulation.shapes.car_paint import DARK, paint_arches
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS
from crossmodal_narrator.simulation.shapes.heavy_paint import (
    paint_bus,
    paint_cab,
    paint_cargo,
    paint_fire_engine,
    paint_frame_rear,
)
from crossmodal_narrator.simulation.shapes.lofting import (
    blank_end,
    block,
    on_both_sides,
    painted,
    plain,
    plain_where,
    rounded_box,
    wheel,
)
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh, Rgb, face_normals

STEEL: Rgb = (62, 64, 66)
TRUCK_WHEEL_M = 0.48
LIVERIES: tuple[tuple[Rgb, Rgb, str], ...] = (
    # cargo box, band, writing
    ((226, 228, 230), (36, 78, 158), "NORDFRACHT"),
    ((226, 228, 230), (190, 40, 36), "RAPID"),
    ((40, 92, 66), (232, 226, 196), "GREEN GROCER"),
    ((228, 196, 60), (30, 30, 32), "MOVE IT"),
)


@cache
def box_truck(livery: int) -> Mesh:
    """A cab over its engine, and a cargo box in one of LIVERIES."""
    length, width, height = LOOKS["box_truck"].size_lwh_m
    sheet, half, w = _blueprint("box_truck"), 0.5 * length, 0.5 * width
    box_front = half - 2.1
    paint_cargo(sheet, (-half, box_front), (0.95, height), w, LIVERIES[livery])
    paint_cab(sheet, (box_front + 0.1, half), (0.45, 2.62), w)
    paint_frame_rear(sheet, w, 0.95)
    cab = rounded_box(
        (box_front + 0.1, -0.96 * w, 0.45), (half, 0.96 * w, 2.62), radius_m=0.14, rake_m=0.22, belt_m=1.35, bulge_m=0.1
    )
    cargo = _box_on(sheet, (-half, -w, 0.95), (box_front, w, height), LIVERIES[livery][0])
    frame = block((-half + 0.1, -0.42 * width, 0.5), (half - 0.6, 0.42 * width, 1.0), sheet.swatch(STEEL))
    guards = on_both_sides(block((-1.15, 0.88 * w, 0.42), (0.95, 0.94 * w, 0.9), sheet.swatch((92, 94, 97))))
    front, rear = LOOKS["box_truck"].front_axle_m, LOOKS["box_truck"].front_axle_m + LOOKS["box_truck"].wheelbase_m
    wheels = _wheels(sheet, half, w, ((front, 0.3), (rear, 0.5)))
    cab = blank_end(sheet.laid_on(cab), -1, _paint_texel(sheet))
    parts = [cab, cargo, frame, *guards, *wheels, *_mirrors(sheet, half - 0.2, 0.96 * w, 1.5)]
    return painted([*parts, *_tail_bar(sheet, half, w)], sheet)


@cache
def semi_truck(livery: int) -> Mesh:
    """A tractor and its trailer, in line."""
    length, width, height = LOOKS["semi_truck"].size_lwh_m
    sheet, half, w = _blueprint("semi_truck"), 0.5 * length, 0.5 * width
    cab_rear, trailer_front = half - 2.35, half - 2.95
    paint_cargo(sheet, (-half, trailer_front), (1.1, height), w, LIVERIES[livery])
    paint_cab(sheet, (cab_rear, half), (0.42, 3.6), w)
    paint_frame_rear(sheet, w, 1.1)
    cab = rounded_box(
        (cab_rear, -0.98 * w, 0.42), (half, 0.98 * w, 3.6), radius_m=0.16, rake_m=0.45, belt_m=1.75, bulge_m=0.12
    )
    cab = blank_end(sheet.laid_on(cab), -1, _paint_texel(sheet))
    trailer = _box_on(sheet, (-half, -w, 1.1), (trailer_front, w, height), LIVERIES[livery][0])
    steel = sheet.swatch(STEEL)
    frame = block((-half + 0.2, -0.9, 0.6), (half - 0.8, 0.9, 1.15), steel)
    legs = on_both_sides(block((half - 6.2, 0.75, 0.25), (half - 6.05, 0.9, 1.1), steel))
    guards = on_both_sides(block((-half + 4.9, 0.9 * w, 0.5), (half - 6.4, 0.95 * w, 1.0), sheet.swatch((92, 94, 97))))
    tank = on_both_sides(plain(rounded_box((half - 4.0, 0.7, 0.45), (half - 2.5, 1.15, 1.0), radius_m=0.1), steel))
    front = LOOKS["semi_truck"].front_axle_m
    drive = front + LOOKS["semi_truck"].wheelbase_m
    axles = ((front, 0.32), (drive, 0.55), (length - 3.9, 0.4), (length - 2.6, 0.4), (length - 1.3, 0.4))
    parts = [cab, trailer, frame, *legs, *guards, *tank, *_wheels(sheet, half, w, axles, sides=20)]
    return painted([*parts, *_mirrors(sheet, half - 0.25, 0.98 * w, 1.95), *_tail_bar(sheet, half, w)], sheet)


@cache
def city_bus(line: int) -> Mesh:
    """A low-floor bus with two doors on its right; `line` is on its boards."""
    length, width, height = LOOKS["city_bus"].size_lwh_m
    sheet, half, w = _blueprint("city_bus"), 0.5 * length, 0.5 * width
    roof = height - 0.14
    paint_bus(sheet, length, w, roof, f"{line} CITY")
    body = rounded_box((-half, -w, 0.3), (half, w, roof), radius_m=0.16, rake_m=0.22, belt_m=1.0, bulge_m=0.14)
    pods = [
        plain(rounded_box((x - 1.2, -0.8, roof - 0.1), (x + 1.2, 0.8, height), radius_m=0.07), _paint_texel(sheet))
        for x in (2.4, -2.6)
    ]
    front = LOOKS["city_bus"].front_axle_m
    axles = ((front, 0.3), (front + LOOKS["city_bus"].wheelbase_m, 0.5))
    for axle, _ in axles:
        paint_arches(sheet, half - axle, TRUCK_WHEEL_M)
    dark = sheet.swatch(DARK)
    arms = on_both_sides(block((half - 0.1, w - 0.05, 2.35), (half + 0.25, w + 0.05, 2.42), dark))
    shells = on_both_sides(
        plain(rounded_box((half + 0.12, w - 0.02, 1.8), (half + 0.28, w + 0.22, 2.4), radius_m=0.05), dark)
    )
    return painted([sheet.laid_on(body), *pods, *arms, *shells, *_wheels(sheet, half, w, axles)], sheet)


@cache
def fire_engine() -> Mesh:
    """A crew cab, a pump with shutters, a ladder on the roof, and beacons."""
    length, width, height = LOOKS["fire_engine"].size_lwh_m
    sheet, half, w = _blueprint("fire_engine"), 0.5 * length, 0.5 * width
    cab_rear = half - 3.3
    paint_fire_engine(sheet, (-half, cab_rear, half), (0.45, 2.75), w)
    cab = rounded_box(
        (cab_rear, -0.97 * w, 0.45), (half, 0.97 * w, 2.75), radius_m=0.14, rake_m=0.2, belt_m=1.45, bulge_m=0.1
    )
    pump = rounded_box((-half, -w, 0.62), (cab_rear - 0.05, w, 2.95), radius_m=0.06)
    metal, dark = sheet.swatch((176, 178, 180), Material.METAL), sheet.swatch(DARK)
    frame = block((-half + 0.1, -1.0, 0.45), (half - 0.6, 1.0, 0.8), sheet.swatch(STEEL))
    rails = [block((-half + 0.2, y - 0.03, 2.95), (cab_rear + 0.9, y + 0.03, height), metal) for y in (0.25, 0.75)]
    rungs = [block((x, 0.25, 3.04), (x + 0.05, 0.75, 3.12), metal) for x in np.arange(-half + 0.4, cab_rear + 0.8, 0.4)]
    hose = plain(rounded_box((-half + 0.5, -0.95, 2.9), (cab_rear - 0.6, -0.25, 3.14), radius_m=0.06), dark)
    blue = sheet.swatch((40, 90, 235), Material.BLUE_LAMP)
    bar = plain(rounded_box((half - 1.25, -0.95, 2.74), (half - 0.9, 0.95, 2.95), radius_m=0.07), blue)
    beacon = on_both_sides(
        plain(rounded_box((-half + 0.05, 0.9, 2.94), (-half + 0.3, 1.15, 3.16), radius_m=0.08), blue)
    )
    front, rear = (
        LOOKS["fire_engine"].front_axle_m,
        LOOKS["fire_engine"].front_axle_m + LOOKS["fire_engine"].wheelbase_m,
    )
    for axle in (front, rear):
        paint_arches(sheet, half - axle, TRUCK_WHEEL_M)
    paint = _paint_texel(sheet)
    cab, pump = blank_end(sheet.laid_on(cab), -1, paint), blank_end(sheet.laid_on(pump), 1, paint)
    parts = [cab, pump, frame, *rails, *rungs, hose, bar, *beacon]
    wheels = _wheels(sheet, half, w, ((front, 0.3), (rear, 0.5)))
    return painted([*parts, *wheels, *_mirrors(sheet, half - 0.2, 0.97 * w, 1.6), *_tail_bar(sheet, half, w)], sheet)


def _blueprint(look: str) -> Blueprint:
    return Blueprint(*LOOKS[look].size_lwh_m, texels_per_m=48)


def _paint_texel(sheet: Blueprint) -> tuple[float, float]:
    return sheet.swatch((255, 255, 255), Material.PAINT)


def _box_on(sheet: Blueprint, low: Vec3, high: Vec3, colour: Rgb) -> Mesh:
    """A cargo box: its front wall and roof are plain, since what the blueprint shows there is the cab's."""
    mesh = sheet.laid_on(rounded_box(low, high, radius_m=0.04))
    wall = sheet.swatch(colour)
    return blank_end(plain_where(mesh, face_normals(mesh)[:, 2] > 0.75, wall), 1, wall)


def _wheels(
    sheet: Blueprint, half_length: float, half_width: float, axles: tuple[tuple[float, float], ...], sides: int = 24
) -> list[Mesh]:
    """On both sides of `axles`: (from the nose, width of tread)."""
    return [
        wheel(half_length - axle, side * (half_width - 0.01), TRUCK_WHEEL_M, sheet, tread_m=tread, sides=sides)
        for axle, tread in axles
        for side in (1.0, -1.0)
    ]


def _mirrors(sheet: Blueprint, x_m: float, half_width: float, z_m: float) -> list[Mesh]:
    dark = sheet.swatch(DARK)
    shell = plain(
        rounded_box((x_m - 0.09, half_width + 0.08, z_m), (x_m + 0.05, half_width + 0.28, z_m + 0.55), radius_m=0.04),
        dark,
    )
    arm = block((x_m - 0.05, half_width - 0.05, z_m + 0.42), (x_m, half_width + 0.1, z_m + 0.47), dark)
    return [*on_both_sides(shell), *on_both_sides(arm)]


def _tail_bar(sheet: Blueprint, half_length: float, half_width: float) -> list[Mesh]:
    """The bar of the tail lamps, under the body's end."""
    bar = rounded_box(
        (-half_length, -0.98 * half_width, 0.5), (-half_length + 0.12, 0.98 * half_width, 0.82), radius_m=0.03
    )
    return [blank_end(sheet.laid_on(bar), 1, sheet.swatch(DARK))]
