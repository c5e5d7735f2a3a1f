"""The street's floor: asphalt, lane marks, kerbs and paving painted from above, and the shadows that lie on it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.simulation.meshes import Floats, Material, Mesh, Texels

TEXELS_PER_M = 20
SHADOW_TEXELS_PER_M = 10
START_M, END_M = -60.0, 300.0  # of the street, along x
HALF_WIDTH_M = 40.0
ROAD_HALF_M = 5.7  # two lanes, and a row of parked cars on each side
LANE_M = 3.5
KERB_M = 0.13
_PAINTED_HALF_M = 12.0  # what is farther from the middle repeats the last row: it lies behind the houses


def ground_mesh(rng: np.random.Generator) -> Mesh:
    """Road, kerbs and pavements, with two paintings below each other: as seen near, and smoothed as seen from afar."""
    near = _painting(rng)
    far = cv2.GaussianBlur(near, (0, 0), sigmaX=6.0, sigmaY=1.0)
    colour = np.concatenate([near, far])
    texture: Texels = np.dstack([colour, np.full(colour.shape[:2], Material.GROUND, np.uint8)])
    quads = [
        ((-ROAD_HALF_M, 0.0), (ROAD_HALF_M, 0.0)),
        ((ROAD_HALF_M, 0.0), (ROAD_HALF_M, KERB_M)),
        ((ROAD_HALF_M, KERB_M), (HALF_WIDTH_M, KERB_M)),
        ((-ROAD_HALF_M, 0.0), (-ROAD_HALF_M, KERB_M)),
        ((-HALF_WIDTH_M, KERB_M), (-ROAD_HALF_M, KERB_M)),
    ]
    corners, normals = [], []
    for (y0, z0), (y1, z1) in quads:
        a, b, c, d = (START_M, y0, z0), (END_M, y0, z0), (END_M, y1, z1), (START_M, y1, z1)
        corners += [(a, b, c), (a, c, d)]
        normal = (0.0, 0.0, 1.0) if z0 == z1 else (0.0, -math.copysign(1.0, y0), 0.0)
        normals += [(normal, normal, normal)] * 2
    placed = np.array(corners, np.float32)
    return Mesh(corners=placed, normals=np.array(normals, np.float32), texels=_texels(placed), texture=texture)


def _texels(points: Floats) -> Floats:
    columns = (points[..., 0] - START_M) * TEXELS_PER_M
    rows = (points[..., 1] + _PAINTED_HALF_M) * TEXELS_PER_M
    found: Floats = np.stack([columns, rows], -1).astype(np.float32)
    return found


def far_row_offset() -> int:
    """How many rows below a texel its smoothed copy lies."""
    return round(2 * _PAINTED_HALF_M * TEXELS_PER_M)


def _painting(rng: np.random.Generator) -> NDArray[np.uint8]:
    rows, columns = far_row_offset(), round((END_M - START_M) * TEXELS_PER_M)
    y = (np.arange(rows) + 0.5) / TEXELS_PER_M - _PAINTED_HALF_M  # (rows,)
    x = (np.arange(columns) + 0.5) / TEXELS_PER_M + START_M
    off_road = np.abs(y) > ROAD_HALF_M
    level = np.where(off_road, np.where(np.abs(y) < ROAD_HALF_M + 0.25, 150.0, 138.0), 84.0)[:, None]
    tracks = (np.abs(np.abs(np.abs(y) - 0.5 * LANE_M) - 0.75) < 0.25) & ~off_road
    level = np.broadcast_to(level * np.where(tracks, 0.93, 1.0)[:, None], (rows, columns)).copy()
    level += _patches(rng, rows, columns)
    joints = off_road[:, None] & ((np.abs(x % 0.6) < 0.03)[None, :] | (np.abs(y % 0.6) < 0.03)[:, None])
    level[joints] *= 0.85
    dashes = (np.abs(y) < 0.07)[:, None] & ((x % 6.0) < 3.0)[None, :]
    edges = (np.abs(np.abs(y) - LANE_M) < 0.05)[:, None] & ((x % 2.0) < 1.0)[None, :]
    level[dashes | edges] = 205.0
    tinted = level[..., None] * np.array([1.0, 0.99, 0.965])
    painted: NDArray[np.uint8] = np.clip(tinted, 0, 255).astype(np.uint8)
    return painted


def _patches(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.float64]:
    """Mottles of several sizes, as worn asphalt has."""
    total = np.zeros((rows, columns))
    for size, strength in ((80, 3.0), (16, 2.0), (1, 3.0)):
        coarse = rng.normal(0.0, strength, (-(-rows // size), -(-columns // size)))
        total += cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC) if size > 1 else coarse
    return total


class ShadowMap:
    """How much sun and sky reach each place of the ground, seen from above: 255 is all."""

    def __init__(self, sun: tuple[float, float, float]) -> None:
        """`sun` is the unit vector towards it."""
        self._sun = sun
        shape = (round(2 * HALF_WIDTH_M * SHADOW_TEXELS_PER_M), round((END_M - START_M) * SHADOW_TEXELS_PER_M))
        self._light = np.full(shape, 255, np.uint8)

    def with_shadows(self, boxes: Iterable[OrientedBox]) -> ShadowMap:
        """A copy in which each box throws a shadow, and darkens the ground below it."""
        copy = ShadowMap.__new__(ShadowMap)
        copy._sun, copy._light = self._sun, self._light.copy()
        boxes = tuple(boxes)
        for box in boxes:
            copy._fill(_hull(box, self._sun), 110)
        for box in boxes:
            copy._fill(box.footprint(), 45)
        return copy

    def light(self, points: Floats) -> Floats:
        """(points, 3) on the ground → (points,) from 0 to 1."""
        rows, columns = self._light.shape
        column = np.clip(((points[:, 0] - START_M) * SHADOW_TEXELS_PER_M).astype(np.int32), 0, columns - 1)
        row = np.clip(((points[:, 1] + HALF_WIDTH_M) * SHADOW_TEXELS_PER_M).astype(np.int32), 0, rows - 1)
        found: Floats = self._light[row, column].astype(np.float32) / np.float32(255.0)
        return found

    def _fill(self, polygon: NDArray[np.float64], level: int) -> None:
        """Darken a polygon (corners, 2), with a soft edge, touching only the pixels around it."""
        pixels = (polygon - (START_M, -HALF_WIDTH_M)) * SHADOW_TEXELS_PER_M
        low = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 8, 0)
        high = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + 8, self._light.shape[::-1])
        if (high <= low).any():
            return
        window = self._light[low[1] : high[1], low[0] : high[0]]
        mask = np.full(window.shape, 255, np.uint8)
        cv2.fillPoly(mask, [np.round(pixels - low).astype(np.int32)], level)
        np.minimum(window, cv2.GaussianBlur(mask, (0, 0), 2.0), out=window)


def _hull(box: OrientedBox, sun: tuple[float, float, float]) -> NDArray[np.float64]:
    """Corners of the shadow of `box`: its footprint, and its roof moved away from the sun."""
    footprint = box.footprint()
    away = -np.array(sun[:2]) / max(sun[2], 0.1) * box.size_lwh_m[2] * 0.85  # a roof is smaller than its floor
    corners = np.concatenate([footprint, footprint + away]).astype(np.float32)
    hull: NDArray[np.float64] = cv2.convexHull(corners).reshape(-1, 2).astype(np.float64)
    return hull
