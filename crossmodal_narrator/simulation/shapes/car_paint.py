"""What a detector knows a car by, painted on its blueprint: windows, arches, lamps, plates, seams."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.simulation.shapes.blueprint import Blueprint
from crossmodal_narrator.simulation.shapes.car_shapes import BodyShape
from crossmodal_narrator.simulation.shapes.meshes import Material, Rgb

DARK: Rgb = (22, 22, 24)
PANE: Rgb = (26, 31, 34)
CHROME: Rgb = (170, 172, 175)
TAIL_LAMP: Rgb = (175, 18, 16)
HEAD_LAMP: Rgb = (238, 242, 246)
ARCH: Rgb = (9, 9, 10)


def paint_car(sheet: Blueprint, shape: BodyShape) -> None:
    _paint_top(sheet, shape)
    _paint_windows(sheet, shape)
    _paint_flanks(sheet, shape)
    _paint_nose(sheet, shape)
    _paint_rear_window(sheet, shape)
    _paint_tail(sheet, shape)


def paint_arches(sheet: Blueprint, x_m: float, radius_m: float) -> None:
    """The dark of a wheel arch."""
    arch = 1.14 * radius_m
    sheet.disc("side", (x_m, radius_m), arch, ARCH)
    sheet.rectangle("side", (x_m - arch, 0.0), (x_m + arch, radius_m), ARCH)


def paint_plate(sheet: Blueprint, view: str, height_m: float, colour: Rgb) -> None:
    """Of nobody: its characters are bars."""
    sheet.rectangle(view, (-0.27, height_m - 0.06), (0.27, height_m + 0.06), colour, Material.RETRO)
    for y in (-0.2, -0.12, -0.04, 0.08, 0.16):
        sheet.rectangle(view, (y, height_m - 0.035), (y + 0.045, height_m + 0.035), (25, 25, 25))


def _paint_top(sheet: Blueprint, shape: BodyShape) -> None:
    """Seams of the bonnet, the windscreen's rim, and a pickup's cover."""
    w, foot = 0.5 * shape.width_m, shape.roof[0][0]
    for side in (-0.74 * w, 0.74 * w):
        sheet.line("top", [(shape.x(0.12), 0.9 * side), (shape.x(foot), side)], (90, 90, 90))
    sheet.rectangle("top", (shape.x(foot + 0.05), -0.8 * w), (shape.x(foot - 0.04), 0.8 * w), DARK)
    if shape.bed_from_m:
        sheet.rectangle(
            "top", (shape.x(shape.length_m - 0.1), -0.84 * w), (shape.x(shape.bed_from_m), 0.84 * w), (30, 30, 32)
        )


def _paint_windows(sheet: Blueprint, shape: BodyShape) -> None:
    x, deck, roof = shape.x, shape.deck_at, shape.roof_at
    along = np.linspace(shape.roof[0][0] + 0.28, shape.glass_to_m, 24)
    open_to = [u for u in along if roof(u) - 0.115 > deck(u) + 0.07]
    drop = 0.32 if shape.is_van else 0.115
    low = [(x(u), deck(u) + 0.05) for u in open_to]
    high = [(x(u), min(roof(u) - 0.115, shape.height_m - drop)) for u in open_to]
    sheet.polygon("side", low + high[::-1], PANE, Material.GLASS)
    sheet.line("side", [(a, b - 0.01) for a, b in low], CHROME if shape.has_boot else (60, 60, 62), thickness=2)
    for u in shape.pillars_m:
        sheet.rectangle("side", (x(u + 0.07), deck(u) + 0.05), (x(u), roof(u) - 0.1), (25, 25, 26))


def _paint_flanks(sheet: Blueprint, shape: BodyShape) -> None:
    """Doors, sill, crease, the corners' lamps and the arches."""
    x, deck, length = shape.x, shape.deck_at, shape.length_m
    for u in shape.seams_m:
        sheet.line("side", [(x(u), shape.floor_m + 0.15), (x(u), deck(u) + 0.02)], (70, 70, 70))
    for u in shape.seams_m[1:]:
        sheet.rectangle(
            "side", (x(u) + 0.08, deck(u) - 0.17), (x(u) + 0.27, deck(u) - 0.13), (150,) * 3, Material.PAINT
        )
    sheet.rectangle("side", (-0.5 * length, 0.0), (0.5 * length, shape.floor_m + 0.12), DARK)
    sheet.line("side", [(x(length - 0.15), deck(0.9) - 0.2), (x(0.15), deck(0.9) - 0.24)], (190, 190, 190))
    if shape.is_van and shape.glass_to_m < 0.6 * length:
        sheet.line(
            "side", [(x(length - 0.1), deck(3.0) + 0.02), (x(shape.glass_to_m), deck(3.0) + 0.02)], (150, 150, 150)
        )
    if shape.is_van:
        strip = shape.floor_m + 0.34
        sheet.rectangle("side", (-0.5 * length, strip), (0.5 * length, strip + 0.13), (48, 49, 52))
    _paint_corner_lamps(sheet, shape)
    flasher = x(shape.front_axle_m + 1.3 * shape.wheel_radius_m)
    height = deck(0.9) - 0.18
    for view, material in (("left", Material.LEFT_LAMP), ("right", Material.RIGHT_LAMP)):
        sheet.rectangle(view, (flasher - 0.1, height - 0.025), (flasher, height + 0.025), (236, 150, 40), material)
    if shape.bed_from_m:
        _paint_bed(sheet, shape)
    for axle in shape.axles_m:
        paint_arches(sheet, x(axle), shape.wheel_radius_m)


def _paint_corner_lamps(sheet: Blueprint, shape: BodyShape) -> None:
    """What of the lamps at both ends is seen from the side."""
    x, deck, length = shape.x, shape.deck_at, shape.length_m
    rise = shape.floor_m - 0.2
    front = [(x(0.0), 0.62 + rise), (x(0.0), deck(0.1) - 0.03), (x(0.42), deck(0.4) - 0.05), (x(0.25), 0.64 + rise)]
    sheet.polygon("side", front, HEAD_LAMP, Material.HEAD_LAMP)
    low = 0.66 + rise
    tail = [(0.0, low), (0.0, deck(length - 0.1) - 0.08), (0.34, deck(length - 0.3) - 0.1), (0.28, low + 0.04)]
    if shape.is_van:
        tail = [(0.0, 0.75), (0.0, 1.25), (0.12, 1.25), (0.12, 0.75)]
    sheet.polygon("side", [(x(length - u), z) for u, z in tail], TAIL_LAMP, Material.TAIL_LAMP)


def _paint_bed(sheet: Blueprint, shape: BodyShape) -> None:
    """A pickup's: a gap behind the cab, a black rail on its edge, and flared arches."""
    gap, belt = shape.bed_from_m, shape.deck_at(shape.bed_from_m)
    sheet.rectangle("side", (shape.x(gap), shape.floor_m), (shape.x(gap - 0.05), belt), DARK)
    sheet.rectangle("side", (shape.x(shape.length_m - 0.05), belt - 0.07), (shape.x(gap), belt + 0.03), DARK)
    for axle in shape.axles_m:
        sheet.disc("side", (shape.x(axle), shape.wheel_radius_m), 1.32 * shape.wheel_radius_m, (44, 45, 48))


def _paint_nose(sheet: Blueprint, shape: BodyShape) -> None:
    w, top = 0.5 * shape.width_m, shape.roof_width * 0.5 * shape.width_m
    foot, lamp = shape.deck_at(shape.roof[0][0]), shape.deck_at(0.08)
    drop = 0.24 if shape.is_van else 0.11
    roof = min(shape.height_m, max(z for _, z in shape.roof))
    screen = [(-0.86 * w, foot + 0.03), (0.86 * w, foot + 0.03), (0.92 * top, roof - drop)]
    sheet.polygon("front", [*screen, (-0.92 * top, roof - drop)], PANE, Material.GLASS)
    for y in (0.1 * w, -0.62 * w):
        sheet.line("front", [(y, foot + 0.05), (y + 0.5 * w, foot + 0.09)], (8, 8, 8), thickness=2)
    socket = [(0.45, -0.15), (0.52, -0.02), (0.93, 0.02), (0.97, -0.1), (0.8, -0.17)]
    glass = [(0.52, -0.13), (0.57, -0.045), (0.9, -0.01), (0.92, -0.09), (0.78, -0.15)]
    sheet.polygon("front", [(y * w, lamp + z) for y, z in socket], (30, 30, 33), mirrored=True)
    sheet.polygon("front", [(y * w, lamp + z) for y, z in glass], HEAD_LAMP, Material.HEAD_LAMP, mirrored=True)
    sheet.indicators("front", (0.84 * w, lamp - 0.085), (0.92 * w, lamp - 0.03))
    sheet.rectangle("front", (-0.42 * w, lamp - 0.16), (0.42 * w, lamp - 0.02), DARK)
    sheet.line("front", [(-0.42 * w, lamp - 0.09), (0.42 * w, lamp - 0.09)], CHROME)
    sheet.disc("front", (0.0, lamp - 0.09), 0.05, CHROME)
    intake = shape.floor_m + 0.06
    sheet.polygon(
        "front", [(-0.72 * w, intake), (0.72 * w, intake), (0.6 * w, intake + 0.18), (-0.6 * w, intake + 0.18)], DARK
    )
    sheet.rectangle("front", (-w, 0.0), (w, intake), DARK)
    if shape.is_van:
        sheet.rectangle("front", (-w, 0.0), (w, shape.floor_m + 0.36), (44, 45, 48))
        sheet.rectangle("front", (-0.5 * w, lamp - 0.24), (0.5 * w, lamp - 0.01), DARK)
        for z in (lamp - 0.19, lamp - 0.12, lamp - 0.05):
            sheet.line("front", [(-0.46 * w, z), (0.46 * w, z)], CHROME)
        sheet.disc("front", (0.0, lamp - 0.12), 0.07, CHROME)
    paint_plate(sheet, "front", shape.floor_m + 0.27, (235, 235, 228))


def _paint_rear_window(sheet: Blueprint, shape: BodyShape) -> None:
    w, top = 0.5 * shape.width_m, shape.roof_width * 0.5 * shape.width_m
    low, high = shape.rear_glass_m
    window = [(-0.78 * w, low), (0.78 * w, low), (0.88 * top, high), (-0.88 * top, high)]
    if shape.is_van:
        window = [(-0.76 * w, low), (0.76 * w, low), (0.72 * w, high), (-0.72 * w, high)]
    sheet.polygon("rear", window, PANE, Material.GLASS)
    sheet.rectangle("rear", (-0.16, high + 0.01), (0.16, high + 0.04), (120, 14, 12), Material.BRAKE_LAMP)
    if shape.is_van:
        sheet.rectangle("rear", (-0.05, low - 0.02), (0.05, high + 0.01), (255,) * 3, Material.PAINT)
        sheet.line("rear", [(0.0, 0.5), (0.0, shape.height_m - 0.1)], (40, 40, 40), thickness=2)


def _paint_tail(sheet: Blueprint, shape: BodyShape) -> None:
    w, deck = 0.5 * shape.width_m, shape.deck_at(shape.length_m - 0.1)
    if shape.is_van:
        lamp = [(0.8 * w, 0.75), (0.8 * w, 1.25), (0.97 * w, 1.25), (0.97 * w, 0.75)]
    elif shape.has_boot:
        lamp = [(0.5 * w, deck - 0.22), (0.5 * w, deck - 0.09), (0.95 * w, deck - 0.06), (0.97 * w, deck - 0.25)]
    elif shape.bed_from_m:
        lamp = [(0.82 * w, deck - 0.4), (0.82 * w, deck - 0.06), (0.97 * w, deck - 0.06), (0.97 * w, deck - 0.4)]
    else:
        lamp = [(0.66, -0.27), (0.66, -0.08), (0.8, 0.06), (0.97, 0.06), (0.97, -0.28)]
        lamp = [(y * w, deck + z) for y, z in lamp]
    sheet.polygon("rear", lamp, TAIL_LAMP, Material.TAIL_LAMP, mirrored=True)
    height = 0.98 if shape.is_van else deck - 0.17
    sheet.indicators("rear", (0.83 * w, height - 0.03), (0.93 * w, height + 0.03))
    sheet.rectangle(
        "rear", (0.84 * w, height - 0.09), (0.93 * w, height - 0.05), (235, 235, 235), Material.LAMP, mirrored=True
    )
    base = shape.floor_m + 0.36
    sheet.line("rear", [(-0.95 * w, base), (0.95 * w, base)], (60, 60, 60))
    if not shape.is_van:
        for side in (-0.66 * w, 0.66 * w):
            sheet.line("rear", [(side, base + 0.04), (side, deck)], (80, 80, 80))
        sheet.rectangle("rear", (-0.3, deck - 0.1), (0.3, deck - 0.075), CHROME, Material.METAL)
    sheet.rectangle("rear", (-w, 0.0), (w, shape.floor_m + 0.17), DARK)
    reflector = shape.floor_m + 0.16
    sheet.rectangle(
        "rear", (0.6 * w, reflector), (0.85 * w, reflector + 0.05), (150, 15, 15), Material.RETRO, mirrored=True
    )
    paint_plate(sheet, "rear", shape.floor_m + 0.44, (240, 205, 60))
