"""The ground painted tile by tile: grass, yards, pavements, asphalt, kerb stones, and the road's markings on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery.footprint import Footprint, share_inside
from crossmodal_narrator.simulation.scenery.ground_paint import TEXELS_PER_M, TILE_M, GroundPaint, TileAt
from crossmodal_narrator.simulation.scenery.site import (
    CARRIAGEWAY,
    PAVEMENT,
    REACH_M,
    Points,
    Site,
    Style,
    length_of,
    strip,
    surface_of,
)
from crossmodal_narrator.simulation.shapes.meshes import Floats, Texels
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind

_SLABS_PER_TILE = 27  # of pavement: 59 cm
_PAINT = np.array([206.0, 205.0, 198.0, 255.0], np.float32)
_LONG_M = 700.0  # a way longer than this is driven fast, and past more ground
_FINE_M, _FINE_WHEN_FAST_M, _MIDDLE_M = (
    20.0,
    4.0,
    46.0,
)  # from the ego's way, up to where there are 16 and 8 texels a metre; 4 beyond


class Cover(IntEnum):
    """What the ground is made of."""

    GRASS = 0
    YARD = 1
    PAVEMENT = 2
    STONE = 3  # of a kerb
    ASPHALT = 4
    WORN = 5  # where the wheels roll
    PATCH = 6
    CYCLE = 7
    IRON = 8
    GRAVEL = 9
    PATH = 10
    CROP = 11
    STUBBLE = 12
    EARTH = 13


# sRGB of each cover, and how much its lightness varies over metres and from texel to texel.
_COLOURS = np.array(
    [
        (86, 98, 56), (122, 118, 110), (140, 138, 132), (152, 150, 144), (85, 84, 82), (79, 78, 76),
        (68, 67, 66), (112, 72, 62), (58, 57, 56), (128, 120, 106), (150, 140, 122),
        (104, 118, 52), (158, 142, 92), (112, 92, 70),
    ],
    np.float32,
)  # fmt: skip
_VARIES = np.array(
    [
        (11, 9),
        (5, 4),
        (3, 3),
        (2, 3),
        (4, 4),
        (4, 3.5),
        (2, 3),
        (3, 3),
        (1, 3),
        (5, 9),
        (4, 5),
        (9, 9),
        (8, 10),
        (6, 9),
    ],
    np.float32,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Area:
    """A part of the ground with another cover than what lies around it."""

    cover: Cover
    outline: Points


def painted(site: Site, footprint: Footprint, areas: Sequence[Area], marks: Sequence[Points]) -> GroundPaint:
    """`areas` lie on grass and below the road, `marks` are painted white on it."""
    painter = _Painter(site, footprint, areas, marks)
    columns, rows = (round(size / TILE_M) for size in site.size_m)
    tiles: dict[TileAt, Texels] = {}
    for row in range(rows):
        for column in range(columns):
            side = painter.side(row, column)
            if side:
                tiles[row, column] = painter.tile(row, column, side)
    red, green, blue = (int(v) for v in _COLOURS[Cover.GRASS])
    return GroundPaint.of(site.origin_m, (rows, columns), tiles, (red, green, blue))


class _Painter:
    def __init__(self, site: Site, footprint: Footprint, areas: Sequence[Area], marks: Sequence[Points]) -> None:
        self._site, self._kerbs = site, footprint.kerbs
        below, above = _around_the_road(site), list(_on_the_road(site))
        self._below, self._above = _Outlines([*below, *areas]), _Outlines(above)
        self._marks = [mark - site.origin_m for mark in marks]
        self._mark_boxes = _boxes(self._marks)
        rng = site.rng(1)
        columns, rows = (round(size / TILE_M) for size in site.size_m)
        self._mottles = rng.normal(0.0, 1.0, (rows * 8 + 8, columns * 8 + 8)).astype(np.float32)
        side = round(TILE_M * TEXELS_PER_M)
        self._grain = rng.normal(0.0, 1.0, (side, side)).astype(np.float32)
        worn = cv2.resize(rng.uniform(0.7, 1.15, (48, 48)).astype(np.float32), (side, side))
        self._wear = (worn * rng.uniform(0.78, 1.02, (side, side))).clip(0.0, 1.0).astype(np.float32)
        cells = round(TILE_M * footprint.cells_per_m)
        self._has_street = footprint.street.reshape(rows, cells, columns, cells).max(axis=(1, 3))  # a tile each
        beside = cv2.dilate(self._has_street, np.ones((3, 3), np.uint8))
        self._is_beside = np.asarray(beside) > 0

    def side(self, row: int, column: int) -> int:
        """How many texels a tile's side has; 0 where it is plain."""
        low = np.array([column, row]) * round(TILE_M)
        distance = float(self._site.path_distance[low[1] : low[1] + 16, low[0] : low[0] + 16].min())
        if distance > REACH_M:
            return 0
        fine = round(TILE_M * TEXELS_PER_M)
        fine_m = _FINE_M if length_of(self._site.path_m) < _LONG_M else _FINE_WHEN_FAST_M
        side = fine if distance < fine_m else fine // 2 if distance < _MIDDLE_M else fine // 4
        return side if self._has_street[row, column] else side // 2

    def tile(self, row: int, column: int, side: int) -> Texels:
        low = np.array([column, row]) * TILE_M
        per_m = side / TILE_M
        step = len(self._grain) // side
        mottles = cv2.resize(
            self._mottles[row * 8 : row * 8 + 9, column * 8 : column * 8 + 9],
            None,
            fx=side / 8,
            fy=side / 8,
            interpolation=cv2.INTER_LINEAR,
        )
        half = side // 16
        mottles = mottles[half : half + side, half : half + side]
        shift = (17 * row + 5 * column, 31 * column + 7 * row)
        grain = np.roll(self._grain, shift, axis=(0, 1))[::step, ::step] / np.float32(step)
        texels = np.zeros((side, side, 4), np.float32)
        is_beside = bool(self._is_beside[row, column])
        texels[..., :3] = self._coloured(self._beside_the_road(low, side, per_m, is_beside), mottles, grain)
        share = self._road_share(low, side, per_m) if is_beside else None
        if share is not None:
            asphalt = self._coloured(self._on_the_road(low, side, per_m), mottles, grain)
            texels[..., :3] += (asphalt - texels[..., :3]) * share[..., None]
            self._mark(texels, low, per_m)
        result: Texels = np.clip(np.rint(texels), 0, 255).astype(np.uint8)
        return result

    def _coloured(self, covers: NDArray[np.uint8], mottles: Floats, grain: Floats) -> Floats:
        """(side, side, 3), with slabs on the pavements."""
        side = len(covers)
        lightness = np.take(_VARIES[:, 0], covers) * mottles + np.take(_VARIES[:, 1], covers) * grain
        joints = np.floor(np.arange(side) * _SLABS_PER_TILE / side)
        is_joint = np.diff(joints, prepend=-1.0) > 0
        lines = (is_joint[:, None] | is_joint[None, :]) & (covers == Cover.PAVEMENT)
        lightness[lines] -= 20.0 * side / len(self._grain)
        coloured: Floats = np.take(_COLOURS, covers, axis=0) + lightness[..., None]
        return coloured

    def _beside_the_road(self, low: Points, side: int, per_m: float, is_beside: bool) -> NDArray[np.uint8]:
        below = np.full((side, side), Cover.GRASS, np.uint8)
        self._below.fill(below, low, self._site.origin_m, per_m)
        kerbs = [_cells(kerb - self._site.origin_m - low, per_m) for kerb in self._kerbs]
        for cover, width_m in _EDGES[self._site.style] if kerbs and is_beside else ():
            cv2.polylines(below, kerbs, True, int(cover), max(1, round(width_m * per_m)), shift=_SHIFT)
        return below

    def _on_the_road(self, low: Points, side: int, per_m: float) -> NDArray[np.uint8]:
        road = np.full((side, side), Cover.ASPHALT, np.uint8)
        self._above.fill(road, low, self._site.origin_m, per_m)
        return road

    def _road_share(self, low: Points, side: int, per_m: float) -> Floats | None:
        """(side, side) of each texel that is carriageway; None where there is none."""
        fine = np.zeros((4 * side, 4 * side), np.uint8)
        kerbs = [_cells(kerb - self._site.origin_m - low, 4 * per_m) for kerb in self._kerbs]
        if kerbs:
            cv2.fillPoly(fine, kerbs, 255, shift=_SHIFT)
        if not fine.any():
            return None
        share: Floats = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
        return share

    def _mark(self, texels: Floats, low: Points, per_m: float) -> None:
        """Blend the markings in, by the share of each texel that they cover."""
        side = len(texels)
        boxes = (self._mark_boxes - np.tile(low, 2)) * per_m
        touching = np.flatnonzero((boxes[:, :2] < side).all(axis=1) & (boxes[:, 2:] > 0).all(axis=1))
        wear = self._wear[:: len(self._wear) // side, :: len(self._wear) // side]
        for k in touching:
            first = np.maximum(np.floor(boxes[k, :2]).astype(int), 0)
            last = np.minimum(np.ceil(boxes[k, 2:]).astype(int), side)
            rows, columns = last[1] - first[1], last[0] - first[0]
            window = np.s_[first[1] : last[1], first[0] : last[0]]
            share = share_inside((self._marks[k] - low) * per_m - first, rows, columns) * wear[window]
            texels[window] += (_PAINT - texels[window]) * share[..., None]


_SHIFT = 6
# Along the edge of the carriageway, from below: cover, and the width of a stroke whose inner half the road then hides.
_EDGES: dict[Style, tuple[tuple[Cover, float], ...]] = {
    Style.CITY: ((Cover.STONE, 0.32),),
    Style.SUBURB: ((Cover.STONE, 0.32),),
    Style.OPEN: ((Cover.GRASS, 8.0), (Cover.GRAVEL, 1.6), (Cover.ASPHALT, 0.7)),
    Style.MOTORWAY: ((Cover.GRASS, 24.0), (Cover.GRAVEL, 7.0), (Cover.ASPHALT, 5.4)),
}


class _Outlines:
    """Areas with the boxes around them, to find those that touch a tile."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self._areas = areas
        self._boxes = _boxes([area.outline for area in areas])

    def fill(self, covers: NDArray[np.uint8], low: Points, origin_m: tuple[float, float], per_m: float) -> None:
        corner = low + origin_m
        high = corner + len(covers) / per_m
        touching = (self._boxes[:, :2] < high).all(axis=1) & (self._boxes[:, 2:] > corner).all(axis=1)
        for k in np.flatnonzero(touching):
            area = self._areas[int(k)]
            cv2.fillPoly(covers, [_cells(area.outline - corner, per_m)], int(area.cover), shift=_SHIFT)


def _boxes(outlines: Sequence[Points]) -> NDArray[np.float64]:
    """(outlines, 4): least x, y, greatest x, y."""
    if not outlines:
        return np.zeros((0, 4))
    return np.array([(*outline.min(axis=0), *outline.max(axis=0)) for outline in outlines])


def _cells(points: Points, per_m: float) -> NDArray[np.int32]:
    # OpenCV's pixels have their middle at whole numbers.
    return np.round((points * per_m - 0.5) * (1 << _SHIFT)).astype(np.int32)


def _around_the_road(site: Site) -> list[Area]:
    return [Area(cover=Cover.PAVEMENT, outline=surface_of(lane)) for lane in site.lanes if lane.kind in PAVEMENT]


def _on_the_road(site: Site) -> Iterator[Area]:
    """Bicycle lanes, the tracks of wheels, mended places and the lids of drains."""
    for lane in site.lanes:
        if lane.kind is LaneKind.BICYCLE and not lane.is_inside_junction:
            yield Area(cover=Cover.CYCLE, outline=surface_of(lane))
        if lane.kind is LaneKind.DRIVING:
            for side in (-0.75, 0.75):
                yield Area(cover=Cover.WORN, outline=strip(lane.centre, side - 0.24, side + 0.24))
    rng = site.rng(2)
    for lane in site.lanes:
        if lane.kind in CARRIAGEWAY and not lane.is_inside_junction and lane.length_m > 12.0:
            yield from _mended(lane, rng)


def _mended(lane: Lane, rng: np.random.Generator) -> Iterator[Area]:
    for _ in range(rng.poisson(lane.length_m / 60.0)):
        way, left = float(rng.uniform(4.0, lane.length_m - 4.0)), float(rng.uniform(-0.6, 0.6))
        length, width = float(rng.uniform(0.8, 5.0)), float(rng.uniform(0.5, 1.4))
        yield Area(cover=Cover.PATCH, outline=_placed(lane.at(way, left), length, width))
    for _ in range(rng.poisson(lane.length_m / 70.0)):
        at = lane.at(float(rng.uniform(2.0, lane.length_m - 2.0)), float(rng.uniform(-0.4, 0.4)))
        angles = np.arange(12) * np.pi / 6
        yield Area(cover=Cover.IRON, outline=np.array(at[:2]) + 0.33 * np.stack([np.cos(angles), np.sin(angles)], 1))


def _placed(at: tuple[float, float, float], length_m: float, width_m: float) -> Points:
    line = np.array([(-0.5 * length_m, 0.0), (0.5 * length_m, 0.0)])
    c, s = np.cos(at[2]), np.sin(at[2])
    outline = strip(line, -0.5 * width_m, 0.5 * width_m)
    turned: Points = np.stack(
        [at[0] + c * outline[:, 0] - s * outline[:, 1], at[1] + s * outline[:, 0] + c * outline[:, 1]], 1
    )
    return turned
