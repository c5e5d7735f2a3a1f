"""The blueprints of trucks, buses and fire engines."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.simulation.shapes.blueprint import Blueprint
from crossmodal_narrator.simulation.shapes.car_paint import (
    CHROME,
    DARK,
    HEAD_LAMP,
    PANE,
    TAIL_LAMP,
    paint_plate,
)
from crossmodal_narrator.simulation.shapes.meshes import Material, Rgb

Span = tuple[float, float]
_FRAME: Rgb = (34, 35, 38)


def paint_cab(sheet: Blueprint, x_m: Span, z_m: Span, half_width: float) -> None:
    """A cab over its engine, between the heights of its floor and roof."""
    (rear, front), (floor, roof), w = x_m, z_m, half_width
    belt, top = floor + 0.46 * (min(roof, 2.75) - floor), min(roof, 2.75) - 0.28
    sheet.rectangle("side", (rear, floor), (front, roof), (255, 255, 255), Material.PAINT)
    door = front - 0.25
    window = [(door - 1.05, belt), (door + 0.02, belt - 0.08), (door - 0.16, top), (door - 1.05, top)]
    sheet.polygon("side", window, PANE, Material.GLASS)
    sheet.line(
        "side",
        [(door - 1.15, floor + 0.2), (door - 1.15, top + 0.1), (door - 0.1, top + 0.1)],
        (60, 60, 60),
        thickness=2,
    )
    sheet.rectangle("side", (door - 1.1, belt - 0.22), (door - 0.9, belt - 0.17), DARK)
    sheet.rectangle("side", (rear, 0.0), (front, floor + 0.18), DARK)
    for step in (0.28, 0.5):
        sheet.rectangle("side", (door - 1.0, floor + step), (door - 0.5, floor + step + 0.05), DARK)
    _paint_face(sheet, floor, belt, top, w)
    if roof > 3.0:
        sheet.line("front", [(-0.9 * w, top + 0.2), (0.9 * w, top + 0.2)], (90, 90, 90), thickness=2)
        for y in (-0.5, 0.5):
            sheet.rectangle(
                "front", (y * w - 0.1, roof - 0.3), (y * w + 0.1, roof - 0.2), (236, 190, 120), Material.LAMP
            )
    sheet.rectangle("side", (front - 0.3, floor + 0.24), (front, floor + 0.42), HEAD_LAMP, Material.HEAD_LAMP)
    for view, material in (("left", Material.LEFT_LAMP), ("right", Material.RIGHT_LAMP)):
        sheet.rectangle(view, (front - 0.38, floor + 0.28), (front - 0.3, floor + 0.38), (236, 150, 40), material)


def _paint_face(sheet: Blueprint, floor: float, belt: float, top: float, w: float) -> None:
    screen = [(-0.9 * w, belt - 0.1), (0.9 * w, belt - 0.1), (0.84 * w, top), (-0.84 * w, top)]
    sheet.polygon("front", screen, PANE, Material.GLASS)
    for y in (-0.65 * w, 0.05 * w):
        sheet.line("front", [(y, belt - 0.08), (y + 0.5 * w, belt - 0.03)], (8, 8, 8), thickness=2)
    sheet.rectangle("front", (-0.62 * w, floor + 0.42), (0.62 * w, belt - 0.2), (40, 40, 42))
    for z in np.arange(floor + 0.5, belt - 0.22, 0.12):
        sheet.line("front", [(-0.58 * w, z), (0.58 * w, z)], CHROME)
    sheet.disc("front", (0.0, belt - 0.3), 0.07, CHROME)
    sheet.rectangle("front", (-w, 0.0), (w, floor + 0.2), DARK)
    sheet.rectangle("front", (0.58 * w, floor + 0.18), (0.96 * w, floor + 0.44), (30, 30, 33), mirrored=True)
    sheet.rectangle(
        "front", (0.62 * w, floor + 0.22), (0.84 * w, floor + 0.4), HEAD_LAMP, Material.HEAD_LAMP, mirrored=True
    )
    sheet.indicators("front", (0.86 * w, floor + 0.22), (0.94 * w, floor + 0.4))
    paint_plate(sheet, "front", floor + 0.12, (235, 235, 228))


def paint_cargo(sheet: Blueprint, x_m: Span, z_m: Span, half_width: float, livery: tuple[Rgb, Rgb, str]) -> None:
    """A box with a band and a name on its sides, and doors at its rear."""
    (rear, front), (low, high), w = x_m, z_m, half_width
    wall, band, words = livery
    shade = tuple(int(0.88 * v) for v in wall)
    sheet.rectangle("side", (rear, low), (front, high), wall)
    for x in np.arange(rear + 0.25, front - 0.1, 0.6):
        sheet.line("side", [(x, low + 0.08), (x, high - 0.08)], (shade[0], shade[1], shade[2]))
    middle, tall = 0.5 * (rear + front), high - low
    sheet.rectangle("side", (rear + 0.04, low + 0.2 * tall), (front - 0.04, low + 0.3 * tall), band)
    sheet.writing("side", (middle, low + 0.58 * tall), words, 0.24 * tall, band, widest_m=0.86 * (front - rear))
    for z in (low + 0.04, high - 0.04):
        sheet.rectangle("side", (rear, z - 0.04), (front, z + 0.04), (150, 150, 152), Material.METAL)
    for x in np.arange(rear + 0.3, front - 0.2, 1.2):
        sheet.rectangle("side", (x, low + 0.0), (x + 0.35, low + 0.06), (230, 200, 60), Material.RETRO)
    sheet.rectangle("side", (rear, 0.2), (front, low - 0.02), DARK)
    _paint_doors(sheet, low, high, w, wall)


def _paint_doors(sheet: Blueprint, low: float, high: float, w: float, wall: Rgb) -> None:
    """Two leaves in a dark frame, with locking rods, hinges, and lamps at the upper corners."""
    sheet.rectangle("rear", (-w, low), (w, high), (58, 60, 64))
    sheet.rectangle("rear", (0.02, low + 0.1), (w - 0.1, high - 0.12), wall, mirrored=True)
    for y in (0.2 * w, 0.62 * w):
        sheet.rectangle(
            "rear", (y - 0.025, low + 0.08), (y + 0.025, high - 0.1), (96, 98, 102), Material.METAL, mirrored=True
        )
        handle = low + 0.35 * (high - low)
        sheet.rectangle("rear", (y, handle), (y + 0.3 * w, handle + 0.07), (60, 62, 66), mirrored=True)
    for z in np.linspace(low + 0.3, high - 0.4, 4):
        sheet.rectangle("rear", (w - 0.22, z), (w - 0.02, z + 0.09), (70, 72, 76), mirrored=True)
    sheet.rectangle(
        "rear", (0.8 * w, high - 0.09), (0.95 * w, high - 0.02), TAIL_LAMP, Material.TAIL_LAMP, mirrored=True
    )
    sheet.rectangle("rear", (0.08, low + 0.12), (w - 0.14, low + 0.24), (190, 40, 36), Material.RETRO, mirrored=True)


def paint_frame_rear(sheet: Blueprint, half_width: float, top_m: float) -> None:
    """Tail lamps, plate and the bar beneath a cargo box."""
    w = half_width
    sheet.rectangle("rear", (-w, 0.2), (w, top_m), DARK)
    sheet.rectangle("rear", (0.6 * w, 0.58), (0.95 * w, 0.76), TAIL_LAMP, Material.TAIL_LAMP, mirrored=True)
    sheet.indicators("rear", (0.62 * w, 0.6), (0.71 * w, 0.74))
    sheet.rectangle("rear", (0.73 * w, 0.6), (0.78 * w, 0.74), (235, 235, 235), Material.LAMP, mirrored=True)
    sheet.rectangle("rear", (-0.4 * w, 0.53), (-0.2 * w, 0.57), (200, 60, 40), Material.RETRO, mirrored=True)
    sheet.rectangle("rear", (0.52 * w, 0.2), (0.98 * w, 0.5), (16, 16, 17), mirrored=True)
    paint_plate(sheet, "rear", 0.68, (240, 205, 60))


def paint_bus(sheet: Blueprint, length_m: float, half_width: float, roof_m: float, board: str) -> None:
    half, w = 0.5 * length_m, half_width
    low, high = 1.15, roof_m - 0.42
    sheet.rectangle("side", (-half + 0.35, low), (half - 0.12, high), PANE, Material.GLASS)
    for x in np.arange(-half + 1.7, half - 1.2, 1.45):
        sheet.rectangle("side", (x - 0.04, low), (x + 0.04, high), _FRAME)
    sheet.line("side", [(-half + 0.35, high - 0.35), (half - 1.5, high - 0.35)], _FRAME)
    sheet.rectangle("side", (-half, 0.2), (half, 0.44), DARK)
    sheet.rectangle("side", (-half, 0.9), (half, 1.0), (205, 207, 210))
    for start, width in ((0.32, 1.25), (4.95, 1.35)):
        _paint_door(sheet, half - start, width, high)
    _paint_board(sheet, "right", (half - 2.6, high - 0.17), 1.3, board)
    _paint_bus_front(sheet, w, roof_m, board)
    _paint_bus_rear(sheet, w, roof_m, board)
    for view, material in (("left", Material.LEFT_LAMP), ("right", Material.RIGHT_LAMP)):
        for x in (half - 1.9, 0.2, -half + 1.0):
            sheet.rectangle(view, (x - 0.07, 0.78), (x + 0.07, 0.84), (236, 150, 40), material)


def _paint_door(sheet: Blueprint, front_m: float, width_m: float, top_m: float) -> None:
    """Two leaves of glass, on the right."""
    sheet.rectangle("right", (front_m - width_m - 0.06, 0.36), (front_m + 0.06, top_m + 0.06), _FRAME)
    leaf = 0.5 * width_m
    for k in (0, 1):
        rear = front_m - (k + 1) * leaf + 0.05
        sheet.rectangle("right", (rear, 0.46), (rear + leaf - 0.1, top_m - 0.02), PANE, Material.GLASS)
        sheet.rectangle("right", (rear + 0.02, 0.9), (rear + 0.06, 1.5), (230, 200, 60))


def _paint_board(sheet: Blueprint, view: str, middle: tuple[float, float], width_m: float, words: str) -> None:
    """Amber letters that shine by themselves."""
    (a, b), half = middle, 0.5 * width_m
    sheet.rectangle(view, (a - half, b - 0.15), (a + half, b + 0.15), (14, 14, 15))
    sheet.writing(view, middle, words, 0.18, (255, 176, 40), material=Material.LAMP)


def _paint_bus_front(sheet: Blueprint, w: float, roof_m: float, board: str) -> None:
    top = roof_m - 0.12
    sheet.polygon("front", [(-0.95 * w, 0.98), (0.95 * w, 0.98), (0.9 * w, top), (-0.9 * w, top)], PANE, Material.GLASS)
    _paint_board(sheet, "front", (0.0, roof_m - 0.3), 1.75, board)
    for y in (-0.8 * w, 0.05 * w):
        sheet.line("front", [(y, 1.0), (y + 0.6 * w, 1.07)], (8, 8, 8), thickness=2)
    sheet.rectangle("front", (0.52 * w, 0.55), (0.94 * w, 0.82), (30, 30, 33), mirrored=True)
    sheet.rectangle("front", (0.55 * w, 0.58), (0.82 * w, 0.79), HEAD_LAMP, Material.HEAD_LAMP, mirrored=True)
    sheet.indicators("front", (0.84 * w, 0.6), (0.92 * w, 0.78))
    sheet.rectangle("front", (-w, 0.2), (w, 0.45), DARK)
    sheet.line("front", [(-0.45 * w, 0.68), (0.45 * w, 0.68)], (60, 60, 60), thickness=2)
    paint_plate(sheet, "front", 0.56, (235, 235, 228))


def _paint_bus_rear(sheet: Blueprint, w: float, roof_m: float, board: str) -> None:
    sheet.rectangle("rear", (-0.82 * w, 1.65), (0.82 * w, roof_m - 0.35), PANE, Material.GLASS)
    _paint_board(sheet, "rear", (0.35 * w, roof_m - 0.55), 0.7, board.split()[0])
    sheet.rectangle("rear", (-0.6 * w, 0.72), (0.6 * w, 1.4), (62, 62, 64))
    for z in np.arange(0.78, 1.4, 0.1):
        sheet.line("rear", [(-0.57 * w, z), (0.57 * w, z)], (34, 34, 35), thickness=2)
    sheet.rectangle("rear", (0.78 * w, 0.75), (0.94 * w, 1.2), TAIL_LAMP, Material.TAIL_LAMP, mirrored=True)
    sheet.indicators("rear", (0.78 * w, 1.22), (0.94 * w, 1.4))
    sheet.rectangle("rear", (-0.16, roof_m - 0.28), (0.16, roof_m - 0.24), (120, 14, 12), Material.BRAKE_LAMP)
    sheet.rectangle("rear", (-w, 0.2), (w, 0.45), DARK)
    paint_plate(sheet, "rear", 0.6, (240, 205, 60))


def paint_fire_engine(sheet: Blueprint, x_m: tuple[float, float, float], z_m: Span, half_width: float) -> None:
    """`x_m` of the rear, the cab's rear and the front. A crew cab with two doors a side; shutters behind."""
    (rear, cab_rear, front), (floor, roof), w = x_m, z_m, half_width
    paint_cab(sheet, (cab_rear, front), z_m, w)
    belt, top = floor + 0.46 * (roof - floor), roof - 0.28
    sheet.rectangle("side", (cab_rear + 0.2, belt), (front - 1.5, top), PANE, Material.GLASS)
    sheet.line("side", [(front - 1.46, floor + 0.3), (front - 1.46, top + 0.1)], (60, 10, 10), thickness=2)
    for k, shutter in enumerate(np.linspace(rear + 0.25, cab_rear - 1.5, 3)):
        low = 1.45 if k == 1 else 0.95
        sheet.rectangle("side", (shutter, low), (shutter + 1.25, 2.6), (172, 174, 177), Material.METAL)
        for z in np.arange(low + 0.1, 2.58, 0.1):
            sheet.line("side", [(shutter, z), (shutter + 1.25, z)], (120, 122, 125))
    sheet.rectangle("side", (rear, 0.5), (cab_rear, 0.78), (225, 225, 225))
    sheet.rectangle("side", (rear, 0.84), (front - 0.05, 0.93), (250, 226, 60), Material.RETRO)
    sheet.rectangle("side", (rear, 2.66), (cab_rear - 0.06, 2.9), (250, 226, 60), Material.RETRO)
    sheet.writing("side", (0.5 * (rear + cab_rear), 2.78), "FIRE RESCUE", 0.16, (190, 20, 20))
    sheet.writing("front", (0.0, belt - 0.3), "FIRE", 0.16, (245, 245, 245), is_backwards=True)
    _paint_fire_rear(sheet, w)
    paint_frame_rear(sheet, w, 0.9)


def _paint_fire_rear(sheet: Blueprint, w: float) -> None:
    """A shutter over the pump, slanted stripes beside it, tall lamps, and the ladder's foot."""
    sheet.rectangle("rear", (-0.56 * w, 1.0), (0.56 * w, 2.32), (40, 42, 45))
    sheet.rectangle("rear", (-0.5 * w, 1.05), (0.5 * w, 2.26), (150, 152, 155), Material.METAL)
    for z in np.arange(1.12, 2.25, 0.12):
        sheet.line("rear", [(-0.5 * w, z), (0.5 * w, z)], (96, 98, 101))
    for k in range(5):
        z = 1.42 + 0.28 * k
        slant = [(0.6 * w, z), (0.97 * w, z + 0.14), (0.97 * w, z + 0.28), (0.6 * w, z + 0.14)]
        sheet.polygon("rear", slant, (250, 226, 60), Material.RETRO, mirrored=True)
    sheet.rectangle("rear", (0.72 * w, 0.92), (0.95 * w, 1.36), TAIL_LAMP, Material.TAIL_LAMP, mirrored=True)
    sheet.rectangle("rear", (0.76 * w, 0.96), (0.91 * w, 1.04), (235, 235, 235), Material.LAMP, mirrored=True)
    sheet.rectangle("rear", (0.58 * w, 2.34), (0.62 * w, 0.95), (176, 178, 180), Material.METAL, mirrored=True)
    sheet.writing("rear", (0.0, 2.55), "FIRE", 0.24, (245, 245, 245))
