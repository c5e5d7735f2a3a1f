"""Police cars and ambulances: bodies of their kinds with liveries, and bars of blue lamps."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np

from crossmodal_narrator.simulation.shapes.blueprint import Blueprint
from crossmodal_narrator.simulation.shapes.car_paint import CHROME, DARK, PANE, paint_arches, paint_car, paint_plate
from crossmodal_narrator.simulation.shapes.car_shapes import AMBULANCE_CAB, SHAPES
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS
from crossmodal_narrator.simulation.shapes.lofting import blank_end, block, on_both_sides, painted, plain, rounded_box
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh, Rgb
from crossmodal_narrator.simulation.shapes.vehicles import car_parts, new_blueprint

BLUE: Rgb = (40, 90, 235)
_BAND_BLUE, _BAND_YELLOW, _BAND_GREEN = (24, 52, 150), (238, 224, 40), (20, 130, 70)
_BAND_RED: Rgb = (206, 44, 36)
AMBULANCE_BANDS: tuple[tuple[Rgb, Rgb], ...] = ((_BAND_YELLOW, _BAND_GREEN), (_BAND_RED, (244, 244, 244)))


@cache
def police_car() -> Mesh:
    """An estate with a chequered band and a bar of lamps on its roof."""
    shape = SHAPES["police_car"]
    sheet = new_blueprint(shape)
    paint_car(sheet, shape)
    length, w = shape.length_m, 0.5 * shape.width_m
    _paint_chequers(sheet, (-0.5 * length + 0.5, 0.5 * length - 0.62), (0.6, 0.76), (_BAND_BLUE, _BAND_YELLOW), 0.4)
    for axle in shape.axles_m:
        paint_arches(sheet, shape.x(axle), shape.wheel_radius_m)
    sheet.writing("side", (-0.1, 0.87), "POLICE", 0.1, (20, 40, 120))
    sheet.writing("front", (0.0, 0.74), "POLICE", 0.09, (20, 40, 120))
    sheet.writing("rear", (0.0, 0.97), "POLICE", 0.09, (20, 40, 120))
    sheet.rectangle("top", (shape.x(1.05), -0.5), (shape.x(0.45), 0.5), _BAND_BLUE)
    for k in range(4):
        y = w * (0.12 + 0.2 * k)
        slant = [(y, 0.5), (y + 0.1, 0.5), (y + 0.16, 0.6), (y + 0.06, 0.6)]
        sheet.polygon("rear", slant, _BAND_YELLOW, Material.RETRO, mirrored=True)
    roof = shape.height_m
    return painted([*car_parts(sheet, shape), *light_bar(sheet, shape.x(2.25), roof - 0.02, 0.58)], sheet)


@cache
def ambulance(bands: int) -> Mesh:
    """A van's cab before a tall box; `bands` is one of AMBULANCE_BANDS."""
    shape = AMBULANCE_CAB
    length, width, height = LOOKS["ambulance"].size_lwh_m
    half, w, box_front = 0.5 * length, 0.5 * width, 0.5 * length - 2.15
    sheet = new_blueprint(shape)
    paint_car(sheet, shape)
    _paint_box(sheet, (-half, box_front), height, w, AMBULANCE_BANDS[bands])
    for axle in shape.axles_m:
        paint_arches(sheet, shape.x(axle), shape.wheel_radius_m)
    box = rounded_box((-half, -w, 0.42), (box_front, w, height), radius_m=0.07, rake_m=0.35, belt_m=2.2)
    blue = sheet.swatch(BLUE, Material.BLUE_LAMP)
    corners = on_both_sides(
        plain(
            rounded_box((-half + 0.05, w - 0.4, height - 0.05), (-half + 0.25, w - 0.05, height + 0.12), radius_m=0.05),
            blue,
        )
    )
    grille = on_both_sides(block((half - 0.03, 0.16, 0.83), (half + 0.02, 0.28, 0.9), blue))
    bar = light_bar(sheet, box_front - 0.5, height - 0.03, 0.85)
    # The cab is a little narrower than the box behind it.
    cab = car_parts(sheet, dataclasses.replace(shape, width_m=width - 0.14, height_m=2.4))
    box = blank_end(sheet.laid_on(box), 1, sheet.swatch((255, 255, 255), Material.PAINT))
    return painted([*cab, box, *corners, *grille, *bar], sheet)


def light_bar(sheet: Blueprint, x_m: float, z_m: float, half_width: float) -> list[Mesh]:
    """Blue at both ends, grey in the middle, across the roof."""
    blue, grey = sheet.swatch(BLUE, Material.BLUE_LAMP), sheet.swatch((200, 204, 210))
    foot = block((x_m - 0.1, -0.8 * half_width, z_m), (x_m + 0.1, 0.8 * half_width, z_m + 0.05), sheet.swatch(DARK))
    middle = plain(
        rounded_box(
            (x_m - 0.14, -0.3 * half_width, z_m + 0.03), (x_m + 0.14, 0.3 * half_width, z_m + 0.11), radius_m=0.03
        ),
        grey,
    )
    end = rounded_box((x_m - 0.15, 0.28 * half_width, z_m + 0.03), (x_m + 0.15, half_width, z_m + 0.12), radius_m=0.05)
    return [foot, middle, *on_both_sides(plain(end, blue))]


def _paint_chequers(
    sheet: Blueprint, x_m: tuple[float, float], z_m: tuple[float, float], colours: tuple[Rgb, Rgb], side_m: float
) -> None:
    """Two rows of a retroreflective chequered band."""
    middle = 0.5 * (z_m[0] + z_m[1])
    for row, (low, high) in enumerate(((z_m[0], middle), (middle, z_m[1]))):
        for k, x in enumerate(np.arange(x_m[0], x_m[1], side_m)):
            end = min(float(x) + side_m, x_m[1])
            sheet.rectangle("side", (float(x), low), (end, high), colours[(k + row) % 2], Material.RETRO)


def _paint_box(
    sheet: Blueprint, x_m: tuple[float, float], height_m: float, half_width: float, bands: tuple[Rgb, Rgb]
) -> None:
    (rear, front), w = x_m, half_width
    sheet.rectangle("side", (rear, 0.42), (front, height_m), (255, 255, 255), Material.PAINT)
    sheet.rectangle("side", (rear, 0.0), (front, 0.5), DARK)
    _paint_chequers(sheet, (rear + 0.05, front + 1.0), (0.82, 1.24), bands, 0.42)
    sheet.rectangle("side", (rear + 0.05, 2.42), (front - 0.1, 2.5), bands[0], Material.RETRO)
    sheet.rectangle("right", (front - 1.5, 1.45), (front - 0.5, 2.1), PANE, Material.GLASS)
    sheet.line(
        "right", [(front - 1.65, 0.55), (front - 1.65, 2.3), (front - 0.35, 2.3), (front - 0.35, 0.55)], (90, 90, 90)
    )
    sheet.rectangle("left", (rear + 0.9, 1.6), (rear + 1.7, 2.05), PANE, Material.GLASS)
    sheet.writing("left", (0.5 * (rear + front) + 0.5, 2.22), "AMBULANCE", 0.24, (20, 40, 130))
    sheet.writing("right", (rear + 1.25, 2.22), "AMBULANCE", 0.22, (20, 40, 130))
    for view, x in (("left", front - 0.75), ("right", rear + 1.2)):
        _paint_star(sheet, view, (x, 1.7), 0.26)
    sheet.writing("front", (0.0, 1.2), "AMBULANCE", 0.14, (20, 40, 130), is_backwards=True)
    sheet.rectangle("rear", (-w, 0.42), (w, height_m), (255, 255, 255), Material.PAINT)
    sheet.rectangle("rear", (-0.85 * w, 1.5), (0.85 * w, 2.2), PANE, Material.GLASS)
    sheet.rectangle("rear", (-0.1, 1.4), (0.1, 2.3), (255, 255, 255), Material.PAINT)
    sheet.line("rear", [(0.0, 0.6), (0.0, height_m - 0.2)], (60, 60, 60), thickness=2)
    sheet.writing("rear", (0.0, 2.4), "AMBULANCE", 0.18, (20, 40, 130))
    for k in range(5):
        z = 0.72 + 0.14 * k
        sheet.polygon(
            "rear",
            [(0.04, z + 0.3), (0.9 * w, z), (0.9 * w, z + 0.07), (0.04, z + 0.37)],
            bands[0],
            Material.RETRO,
            mirrored=True,
        )
    sheet.rectangle("rear", (0.8 * w, 1.28), (0.96 * w, 1.75), (175, 18, 16), Material.TAIL_LAMP, mirrored=True)
    sheet.indicators("rear", (0.8 * w, 1.78), (0.96 * w, 1.95))
    sheet.rectangle("rear", (-w, 0.0), (w, 0.55), DARK)
    sheet.rectangle("rear", (-0.6 * w, 0.45), (0.6 * w, 0.52), CHROME, Material.METAL)
    paint_plate(sheet, "rear", 0.64, (240, 205, 60))


def _paint_star(sheet: Blueprint, view: str, middle: tuple[float, float], radius_m: float) -> None:
    """Six bars, as on the star of life."""
    for angle in (0.5 * np.pi, np.pi / 6, -np.pi / 6):
        a, b = radius_m * np.cos(angle), radius_m * np.sin(angle)
        p, q = 0.2 * b, -0.2 * a
        x, z = middle
        bar = [(x + a + p, z + b + q), (x + a - p, z + b - q), (x - a - p, z - b - q), (x - a + p, z - b + q)]
        sheet.polygon(view, bar, (24, 70, 170))
