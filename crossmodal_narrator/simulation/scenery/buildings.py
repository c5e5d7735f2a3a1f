"""Houses as meshes: walls with painted fronts, roofs, chimneys, awnings and balconies."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from crossmodal_narrator.simulation.scenery.facades import TEXELS_PER_M, Facade
from crossmodal_narrator.simulation.scenery.instances import places, repeated
from crossmodal_narrator.simulation.scenery.scenery import Wall
from crossmodal_narrator.simulation.scenery.site import Points, turned_by
from crossmodal_narrator.simulation.shapes.meshes import Mesh, Rgb, Texels, box, joined, palette, with_texel

_TRIM: tuple[Rgb, ...] = (
    (150, 148, 142), (112, 108, 104), (132, 70, 52), (98, 60, 48), (84, 82, 82), (206, 200, 186), (136, 62, 54),
    (60, 84, 66), (72, 84, 104),
)  # fmt: skip
_CORNICE, _FLAT_ROOF, _TILES, _DARK_TILES, _SLATE, _WHITE = range(6)
_AWNINGS = (6, 7, 8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plot:
    """Where a house stands. In its own axes the front lies on y = 0 and looks to -y; x runs along it."""

    facade: Facade
    at_m: tuple[float, float]  # middle of the front
    yaw_rad: float  # of the front, so that the street lies to the right of this direction
    depth_m: float
    setback_m: float  # of the front from the street's edge
    has_gable: bool
    look: int  # draws details

    def outline(self, margin_m: float = 0.0) -> Points:
        half, m = 0.5 * self.facade.width_m + margin_m, margin_m
        corners = [(-half, -m), (half, -m), (half, self.depth_m + m), (-half, self.depth_m + m)]
        return turned_by(corners, self.yaw_rad, self.at_m)

    def yard(self) -> Points:
        """What lies between the front and the street."""
        half = 0.5 * self.facade.width_m
        corners = [(-half, -self.setback_m), (half, -self.setback_m), (half, 0.1), (-half, 0.1)]
        return turned_by(corners, self.yaw_rad, self.at_m)

    def path(self) -> Points:
        """From the street to the door."""
        x = (self.facade.door_bay + 0.5) * self.facade.bay_m - 0.5 * self.facade.width_m
        corners = [(x - 0.7, -self.setback_m), (x + 0.7, -self.setback_m), (x + 0.7, 0.1), (x - 0.7, 0.1)]
        return turned_by(corners, self.yaw_rad, self.at_m)

    def wall(self) -> Wall:
        return Wall(outline=self.outline(), height_m=self.facade.height_m)


@dataclass(slots=True)
class Houses:
    """Collects houses; those with the same front become one mesh, and all their roofs and trims another."""

    ground_m: float
    _fronts: dict[int, list[Mesh]] = field(default_factory=dict)
    _trims: list[Mesh] = field(default_factory=list)
    _palette: Texels = field(default_factory=lambda: palette(_TRIM))

    def build(self, plot: Plot) -> None:
        (x, y), z = plot.at_m, self.ground_m
        walls = _walls(plot.facade, plot.depth_m)
        self._fronts.setdefault(id(plot.facade), []).append(walls.moved(x, y, z, plot.yaw_rad))
        rng = np.random.default_rng((plot.look, 11))
        parts = _gable(plot, rng, self._palette) if plot.has_gable else _flat_top(plot, rng, self._palette)
        parts += _details(plot, rng, self._palette)
        self._trims += [part.moved(x, y, z, plot.yaw_rad) for part in parts]

    def meshes(self) -> list[Mesh]:
        found = [joined(parts) for parts in self._fronts.values()]
        return [*found, joined(self._trims)] if self._trims else found


def _walls(facade: Facade, depth_m: float) -> Mesh:
    """Four walls. The sides show as many bays of the front as they have room for; the back shows all."""
    half, height = 0.5 * facade.width_m, facade.height_m
    whole = box((-half, 0.0, 0.0), (half, depth_m, height), facade.texture)
    is_wall = np.abs(whole.normals[:, 0, 2]) < 0.5
    corners, normals = whole.corners[is_wall], whole.normals[is_wall]
    faces_x = np.abs(normals[:, 0, 0]) > 0.5
    along = np.where(faces_x[:, None], corners[..., 1], corners[..., 0] + half)
    columns = along * TEXELS_PER_M
    rows = (height - corners[..., 2]) * TEXELS_PER_M
    if depth_m > facade.width_m:
        rows[faces_x] = facade.plain_row
    texels = np.stack([columns, rows], axis=-1).astype(np.float32) * np.float32(0.9995)
    return Mesh(corners=corners, normals=normals, texels=texels, texture=facade.texture)


def _flat_top(plot: Plot, rng: np.random.Generator, colours: Texels) -> list[Mesh]:
    """A roof with a parapet, and what stands on it."""
    half, depth, top = 0.5 * plot.facade.width_m, plot.depth_m, plot.facade.height_m
    parts = [
        with_texel(box((-half, 0.0, top - 0.02), (half, depth, top + 0.02), colours), _FLAT_ROOF + 0.5),
        with_texel(box((-half - 0.12, -0.18, top - 0.25), (half + 0.12, 0.12, top + 0.4), colours), _CORNICE + 0.5),
    ]
    if rng.random() < 0.6:
        x = float(rng.uniform(-0.6, 0.6)) * half
        low, high = (x - 1.2, 0.4 * depth, top), (x + 1.2, 0.4 * depth + 2.5, top + 2.2)
        parts.append(with_texel(box(low, high, colours), _CORNICE + 0.5))
    return parts


def _gable(plot: Plot, rng: np.random.Generator, colours: Texels) -> list[Mesh]:
    """Two slopes along the street, gables at the sides, a chimney."""
    half, depth, top = 0.5 * plot.facade.width_m, plot.depth_m, plot.facade.height_m
    rise = 0.5 * depth * math.tan(math.radians(float(rng.uniform(32.0, 44.0))))
    over, drop = 0.35, 0.35 * rise / (0.5 * depth)
    eaves = [(-half - over, -over, top - drop), (half + over, -over, top - drop)]
    ridge = [(-half - over, 0.5 * depth, top + rise), (half + over, 0.5 * depth, top + rise)]
    back = [(-half - over, depth + over, top - drop), (half + over, depth + over, top - drop)]
    tiles = (_TILES, _DARK_TILES, _SLATE)[int(rng.integers(3))] + 0.5
    slopes = [
        _quad(eaves[0], eaves[1], ridge[1], ridge[0], colours),
        _quad(back[1], back[0], ridge[0], ridge[1], colours),
    ]
    parts = [with_texel(slope, tiles) for slope in slopes]
    for x in (-half, half):
        gable = [(x, 0.0, top), (x, depth, top), (x, 0.5 * depth, top + rise)]
        parts.append(with_texel(_quad(gable[0], gable[1], gable[2], gable[2], colours), _WHITE + 0.5))
    x = float(rng.uniform(-0.6, 0.6)) * half
    low, high = (x - 0.35, 0.5 * depth - 0.3, top + 0.6 * rise), (x + 0.35, 0.5 * depth + 0.3, top + rise + 0.8)
    parts.append(with_texel(box(low, high, colours), _DARK_TILES + 0.5))
    return parts


def _details(plot: Plot, rng: np.random.Generator, colours: Texels) -> list[Mesh]:
    """Awnings over shops, balconies on some blocks, a step before a door."""
    facade = plot.facade
    half = 0.5 * facade.width_m
    if facade.has_shop and rng.random() < 0.5:
        z = 2.75
        awning = _quad(
            (-half + 0.4, 0.0, z),
            (half - 0.4, 0.0, z),
            (half - 0.4, -0.9, z - 0.45),
            (-half + 0.4, -0.9, z - 0.45),
            colours,
        )
        return [with_texel(awning, _AWNINGS[int(rng.integers(3))] + 0.5)]
    if facade.height_m > 8.0 and rng.random() < 0.35:
        bays = [k for k in range(facade.bays) if k % 2 == 1]
        levels = np.arange(4.4, facade.height_m - 2.5, 3.05)
        rows = [((k + 0.5) * facade.bay_m - half, 0.0, float(z), 0.0) for k in bays for z in levels]
        return [repeated(_balcony(colours), places(rows))] if rows else []
    return []


def _balcony(colours: Texels) -> Mesh:
    """Its floor's upper side at the origin, before the wall."""
    rails = [(x, -0.89, 0.0, x + 0.05, -0.85, 0.9) for x in (-1.0, -0.5, 0.0, 0.45, 0.95)]
    boxes = [(-1.0, -0.9, -0.15, 1.0, 0.0, 0.0), (-1.0, -0.9, 0.9, 1.0, -0.84, 0.96), *rails]
    parts = [box((x0, y0, z0), (x1, y1, z1), colours) for x0, y0, z0, x1, y1, z1 in boxes]
    return with_texel(joined(parts), _CORNICE + 0.5)


def _quad(
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    c: tuple[float, float, float],
    d: tuple[float, float, float],
    texture: Texels,
) -> Mesh:
    """A flat face; of three corners where c and d are the same."""
    corners = np.array([(a, b, c), (a, c, d)][: 1 if c == d else 2], np.float32)
    normal = np.cross(corners[0, 1] - corners[0, 0], corners[0, 2] - corners[0, 0])
    normals = np.broadcast_to(normal / np.linalg.norm(normal), corners.shape).astype(np.float32)
    return Mesh(corners=corners, normals=normals, texels=np.zeros((*corners.shape[:2], 2), np.float32), texture=texture)
