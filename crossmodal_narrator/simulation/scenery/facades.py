"""Painted house fronts: plaster, brick, panels and glass, with shops, doors and windows, some of them lit by night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from crossmodal_narrator.simulation.scenery.site import Style
from crossmodal_narrator.simulation.shapes.meshes import Material, Rgb, Texels

TEXELS_PER_M = 20
_PLAIN_ROWS = 4  # below the front: bare wall, for faces that nobody looks at
_PLASTER: tuple[Rgb, ...] = ((196, 184, 162), (172, 156, 134), (204, 198, 186), (178, 178, 174), (192, 170, 124))
_LIGHT: tuple[Rgb, ...] = ((214, 208, 196), (200, 190, 170), (206, 206, 202), (186, 168, 140))
_BRICK: tuple[Rgb, ...] = ((146, 92, 74), (158, 110, 88), (126, 84, 72))
_PANEL: tuple[Rgb, ...] = ((150, 152, 152), (168, 164, 156), (128, 132, 136))
_FRAME, _CURTAIN, _SILL = (220, 217, 210), (188, 183, 172), (178, 176, 170)
_DOORS: tuple[Rgb, ...] = ((70, 46, 36), (52, 62, 60), (84, 78, 70))
_SIGNS: tuple[Rgb, ...] = ((120, 44, 40), (44, 66, 92), (58, 84, 62), (92, 84, 60), (66, 60, 70))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facade:
    """A front of `bays` of equal width. Its first row is the eaves; its last rows are bare wall."""

    texture: Texels
    bay_m: float
    bays: int
    height_m: float
    has_shop: bool = False
    door_bay: int = 0

    @property
    def width_m(self) -> float:
        return self.bay_m * self.bays

    @property
    def plain_row(self) -> float:
        return float(self.texture.shape[0]) - 0.5 * _PLAIN_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is painted on a front."""

    walls: tuple[Rgb, ...]
    grain: float
    bay_m: tuple[float, float]
    bays: tuple[int, int]
    floors: tuple[int, int]
    paint: Callable[[_Front], None]


class _Front:
    """A front while it is painted: x from its left end, z from the ground, metres."""

    def __init__(self, plan: _Plan, rng: np.random.Generator) -> None:
        self.rng = rng
        self.bays = int(rng.integers(plan.bays[0], plan.bays[1] + 1))
        self.floors = int(rng.integers(plan.floors[0], plan.floors[1] + 1))
        self.bay_m = float(round(float(rng.uniform(*plan.bay_m)) * TEXELS_PER_M)) / TEXELS_PER_M
        self.ground_m, self.floor_m = float(rng.uniform(3.2, 3.9)), float(rng.uniform(2.9, 3.2))
        self.height_m = self.ground_m + self.floor_m * (self.floors - 1) + 0.8
        self.has_shop, self.door_bay = False, self.bays // 2
        rows, columns = round(self.height_m * TEXELS_PER_M), round(self.bay_m * self.bays * TEXELS_PER_M)
        wall = np.array(plan.walls[int(rng.integers(len(plan.walls)))], np.float32)
        self.wall = wall
        self.texels = np.zeros((rows + _PLAIN_ROWS, columns, 4), np.uint8)
        stains = cv2.resize(rng.normal(0.0, 3.5, (6, 8, 1)).astype(np.float32), (columns, rows + _PLAIN_ROWS))
        grain = rng.normal(0.0, plan.grain, (rows + _PLAIN_ROWS, columns)).astype(np.float32)
        self.texels[..., :3] = np.clip(wall + (stains + grain)[..., None], 0, 255)
        self._rows = rows

    def fill(
        self, x0: float, z0: float, x1: float, z1: float, colour: Rgb, material: Material = Material.MATTE
    ) -> None:
        c0, c1 = (round(x * TEXELS_PER_M) for x in (x0, x1))
        r0, r1 = (self._rows - round(z * TEXELS_PER_M) for z in (z1, z0))
        self.texels[max(r0, 0) : max(min(r1, self._rows), 0), max(c0, 0) : max(c1, 0)] = (*colour, int(material))

    def shade(self, factor: float) -> Rgb:
        """The wall's colour, lighter or darker."""
        red, green, blue = (int(v) for v in np.clip(self.wall * factor, 0, 255))
        return red, green, blue

    def window(self, x0: float, z0: float, x1: float, z1: float, frame: Rgb = _FRAME, panes: int = 2) -> None:
        """Frame, panes with a darker upper edge, sometimes a curtain, and a sill."""
        self.fill(x0 - 0.1, z0 - 0.12, x1 + 0.1, z0, _SILL)
        self.fill(x0 - 0.05, z0, x1 + 0.05, z1 + 0.05, frame)
        is_lit = self.rng.random() < 0.28
        dark = int(self.rng.uniform(34, 62))
        width = (x1 - x0) / panes
        for k in range(panes):
            left, right = x0 + k * width + 0.05 * (k > 0), x0 + (k + 1) * width
            self.fill(left, z0 + 0.05, right, z1, (dark, dark + 4, dark + 8), _glass(is_lit))
            self.fill(left, z1 - 0.1, right, z1, (dark // 2, dark // 2, dark // 2), _glass(is_lit))
        chance = self.rng.random()
        if chance < 0.45:
            self.fill(x0, z0 + 0.05, x0 + 0.25 * (x1 - x0), z1 - 0.05, _CURTAIN)
            if chance < 0.25:
                self.fill(x1 - 0.25 * (x1 - x0), z0 + 0.05, x1, z1 - 0.05, _CURTAIN)
        elif chance < 0.6:
            self.fill(x0, z1 - 0.5 * (z1 - z0), x1, z1 - 0.05, _CURTAIN)

    def door(self, x: float, height_m: float = 2.3) -> None:
        colour = _DOORS[int(self.rng.integers(len(_DOORS)))]
        self.fill(x - 0.6, 0.0, x + 0.6, height_m + 0.1, _FRAME)
        self.fill(x - 0.5, 0.0, x + 0.5, height_m, colour)
        self.fill(x - 0.3, height_m - 0.6, x + 0.3, height_m - 0.1, (50, 54, 58), Material.GLASS)

    def shop(self) -> None:
        """Large panes between pillars, and a band for the name."""
        self.has_shop = True
        sign = _SIGNS[int(self.rng.integers(len(_SIGNS)))]
        width = self.bay_m * self.bays
        self.fill(0.3, self.ground_m - 0.75, width - 0.3, self.ground_m - 0.2, sign)
        x, z = 1.0, self.ground_m - 0.6
        while x < min(width - 1.5, 6.0):  # letters, too small to read
            step = float(self.rng.uniform(0.15, 0.3))
            self.fill(x, z, x + step, z + 0.25, (210, 206, 196))
            x += step + 0.1
        door = self.door_bay = int(self.rng.integers(self.bays))
        for k in range(self.bays):
            low, high = (k + 0.08) * self.bay_m, (k + 0.92) * self.bay_m
            self.fill(low, 0.0, high, self.ground_m - 0.85, self.shade(0.55))
            is_lit = self.rng.random() < 0.5
            self.fill(
                low + 0.08, 0.0 if k == door else 0.5, high - 0.08, self.ground_m - 0.95, (42, 46, 48), _glass(is_lit)
            )
            if k == door:
                middle = 0.5 * (low + high)
                self.fill(middle - 0.03, 0.0, middle + 0.03, self.ground_m - 0.95, self.shade(0.55))
            else:
                for _ in range(3):  # goods
                    left = float(self.rng.uniform(low + 0.15, high - 0.6))
                    grey = int(self.rng.uniform(70, 130))
                    top = float(self.rng.uniform(0.9, 1.5))
                    self.fill(left, 0.55, left + 0.4, top, (grey, grey - 8, grey - 16))


def _glass(is_lit: bool) -> Material:
    return Material.LIT_WINDOW if is_lit else Material.GLASS


def _dwelling(front: _Front) -> None:
    """Doors and windows below, one window a bay above."""
    wide = float(front.rng.uniform(0.9, 1.3))
    door = front.door_bay = int(front.rng.integers(front.bays))
    front.fill(0.0, 0.0, front.bay_m * front.bays, 0.55, front.shade(0.7))
    for k in range(front.bays):
        x = (k + 0.5) * front.bay_m
        if k == door:
            front.door(x)
        else:
            front.window(x - 0.5 * wide, 1.0, x + 0.5 * wide, 2.5)
    _upper_windows(front, wide, 1.6)


def _shop(front: _Front) -> None:
    front.shop()
    _upper_windows(front, float(front.rng.uniform(1.0, 1.4)), 1.7)


def _upper_windows(front: _Front, wide: float, tall: float) -> None:
    frame = _FRAME if front.rng.random() < 0.7 else (76, 70, 62)
    for floor in range(front.floors - 1):
        z = front.ground_m + floor * front.floor_m + 0.75
        for k in range(front.bays):
            x = (k + 0.5) * front.bay_m
            front.window(x - 0.5 * wide, z, x + 0.5 * wide, z + tall, frame)
    width = front.bay_m * front.bays
    front.fill(0.0, front.height_m - 0.3, width, front.height_m, front.shade(1.12))
    front.fill(0.0, front.ground_m - 0.12, width, front.ground_m, front.shade(0.86))


def _bricks(front: _Front) -> None:
    """Courses of 20 cm: finer ones would only shimmer."""
    step = round(0.2 * TEXELS_PER_M)
    light = np.clip(front.wall * 1.12, 0, 255)
    front.texels[::step, :, :3] = (0.5 * front.texels[::step, :, :3] + 0.5 * light).astype(np.uint8)
    (_shop if front.floors > 2 and front.rng.random() < 0.4 else _dwelling)(front)


def _office(front: _Front) -> None:
    """Tall panes between mullions, floor slabs as bands."""
    for floor in range(front.floors):
        z = 0.3 if floor == 0 else front.ground_m + (floor - 1) * front.floor_m + 0.55
        top = front.ground_m - 0.3 if floor == 0 else z + front.floor_m - 0.9
        for k in range(front.bays):
            is_lit = front.rng.random() < 0.3
            dark = int(front.rng.uniform(44, 64))
            low, high = k * front.bay_m + 0.18, (k + 1) * front.bay_m - 0.18
            front.fill(low, z, high, top, (dark, dark + 6, dark + 11), _glass(is_lit))
            front.fill(0.5 * (low + high) - 0.03, z, 0.5 * (low + high) + 0.03, top, (90, 92, 94))
            if front.rng.random() < 0.3:
                front.fill(low, top - 0.5 * (top - z), high, top, (150, 150, 146))
    front.fill(0.45 * front.bay_m * front.bays, 0.0, 0.55 * front.bay_m * front.bays, 2.6, (60, 64, 66), Material.GLASS)


_PLANS: dict[Style, tuple[_Plan, ...]] = {
    Style.CITY: (
        _Plan(walls=_PLASTER, grain=3.0, bay_m=(2.4, 3.2), bays=(4, 6), floors=(3, 5), paint=_shop),
        _Plan(walls=_PLASTER, grain=3.0, bay_m=(2.4, 3.0), bays=(4, 7), floors=(3, 5), paint=_dwelling),
        _Plan(walls=_BRICK, grain=6.0, bay_m=(2.4, 3.0), bays=(3, 6), floors=(3, 5), paint=_bricks),
        _Plan(walls=_PANEL, grain=2.0, bay_m=(2.8, 3.6), bays=(5, 7), floors=(4, 6), paint=_office),
    ),
    Style.SUBURB: (
        _Plan(walls=_LIGHT, grain=3.0, bay_m=(2.4, 3.0), bays=(3, 5), floors=(2, 2), paint=_dwelling),
        _Plan(walls=_BRICK, grain=6.0, bay_m=(2.4, 3.0), bays=(3, 4), floors=(2, 2), paint=_bricks),
        _Plan(walls=_LIGHT, grain=3.0, bay_m=(2.6, 3.2), bays=(4, 5), floors=(1, 3), paint=_dwelling),
    ),
    Style.OPEN: (
        _Plan(walls=_LIGHT, grain=4.0, bay_m=(2.6, 3.4), bays=(4, 6), floors=(2, 2), paint=_dwelling),
        _Plan(walls=_BRICK, grain=6.0, bay_m=(2.6, 3.4), bays=(4, 6), floors=(1, 2), paint=_bricks),
    ),
}
_PLANS[Style.MOTORWAY] = _PLANS[Style.OPEN]
_COUNTS = {Style.CITY: 14, Style.SUBURB: 9, Style.OPEN: 3, Style.MOTORWAY: 3}


def facades(style: Style, rng: np.random.Generator) -> list[Facade]:
    """The fronts of a neighbourhood; several houses share one."""
    plans, found = _PLANS[style], []
    for number in range(_COUNTS[style]):
        plan = plans[number % len(plans)]
        front = _Front(plan, rng)
        plan.paint(front)
        found.append(
            Facade(
                texture=front.texels,
                bay_m=front.bay_m,
                bays=front.bays,
                height_m=front.height_m,
                has_shop=front.has_shop,
                door_bay=front.door_bay,
            )
        )
    return found
