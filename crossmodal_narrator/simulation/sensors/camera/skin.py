"""What a hit on matter looks like: its normal, and its texel, averaged over what a pixel covers."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.sensors.camera.vectors import unit
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material, Texels
from crossmodal_narrator.simulation.shapes.raycasting import Hits

_LEVELS = 6
_SMALLEST_TEXELS = 16  # a smaller texture is a palette, whose neighbours have nothing in common
_LAMPS = np.array([m for m in Material if Material.HEAD_LAMP <= m <= Material.BLUE_LAMP], np.uint8)


class Skin:
    """Lookups into one Matter, with coarser copies of its textures (Williams, "Pyramidal parametrics", 1983)."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        corners = matter.corners.reshape(-1, 3)
        nowhere = np.zeros(3, np.float32)
        self.low = corners.min(axis=0) if len(corners) else nowhere
        self.high = corners.max(axis=0) if len(corners) else nowhere
        self.has_lamps = bool(np.isin(matter.atlas[:, 3], _LAMPS).any())
        self._normals = matter.normals.reshape(-1, 9)
        spread = np.abs(matter.normals[:, 1:] - matter.normals[:, :1]).max(axis=(1, 2), initial=0.0)
        self._is_curved = spread > 1e-3
        self._texels = matter.texels.reshape(-1, 6)
        self._texels_per_m = _density(matter)
        self._layout, self._store = _pyramids(matter)

    def normals(self, hits: Hits) -> Floats:
        """(hits, 3) unit vectors, interpolated between the corners where they differ."""
        found = np.take(self._normals, hits.triangle, axis=0)
        normals = np.ascontiguousarray(found[:, :3])
        curved = np.flatnonzero(self._is_curved[hits.triangle])
        if len(curved):
            corners, weights = found[curved], hits.weights[curved]
            normals[curved] = unit(np.stack(_mixed(corners, weights, 3), axis=-1))
        return normals

    def texels(self, hits: Hits, wide_m: Floats) -> tuple[Texels, NDArray[np.int32]]:
        """(hits, 4) texels, each the mean over about `wide_m` (hits,), and the (hits,) numbers of the bodies."""
        u, v = _mixed(np.take(self._texels, hits.triangle, axis=0), hits.weights, 2)
        body = np.take(self.matter.body, hits.triangle)
        covered = wide_m * np.take(self._texels_per_m, hits.triangle)
        level = np.clip(np.frexp(covered * np.float32(0.7))[1], 0, _LEVELS - 1)
        start, columns, rows, shift = np.take(self._layout, body * _LEVELS + level, axis=0).T
        column = np.minimum(np.maximum(u, 0).astype(np.int64) >> shift, columns - 1)
        row = np.minimum(np.maximum(v, 0).astype(np.int64) >> shift, rows - 1)
        packed = np.take(self._store, start + row * columns + column)
        return packed.view(np.uint8).reshape(-1, 4), body


_skins: WeakKeyDictionary[Matter, Skin] = WeakKeyDictionary()  # a function of the matter alone, shared by all cameras


def skin_of(matter: Matter) -> Skin:
    skin = _skins.get(matter)
    if skin is None:
        skin = _skins[matter] = Skin(matter)
    return skin


def _mixed(corners: Floats, weights: Floats, width: int) -> list[Floats]:
    """(hits, 3 · width) values at the corners → `width` arrays (hits,) of values at the hits."""
    b, c = np.ascontiguousarray(weights[:, 0]), np.ascontiguousarray(weights[:, 1])
    a = 1.0 - b - c
    return [corners[:, k] * a + corners[:, k + width] * b + corners[:, k + 2 * width] * c for k in range(width)]


def _density(matter: Matter) -> Floats:
    """(triangles,) texels per metre."""
    edges = matter.corners[:, 1:] - matter.corners[:, :1]
    sides = matter.texels[:, 1:] - matter.texels[:, :1]
    area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1)
    texels = np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0])
    density: Floats = np.sqrt(texels / np.maximum(area, 1e-9)).astype(np.float32)
    return density


def _pyramids(matter: Matter) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """(bodies · levels, 4) start, columns, rows and shift of each level, and all texels packed in 32 bits."""
    layout = np.empty((len(matter.layout), _LEVELS, 4), np.int64)
    pieces, length = [np.ascontiguousarray(matter.atlas)], len(matter.atlas)
    made: dict[int, NDArray[np.int64]] = {}
    for body, (start, columns, rows) in enumerate(matter.layout.tolist()):
        if start not in made:
            levels = np.array([(start, columns, rows, 0)] * _LEVELS, np.int64)
            texture = matter.atlas[start : start + rows * columns].reshape(rows, columns, 4)
            for level in range(1, _LEVELS):
                if min(texture.shape[:2]) < _SMALLEST_TEXELS:
                    levels[level:] = levels[level - 1]
                    break
                texture = _halved(texture)
                levels[level] = length, texture.shape[1], texture.shape[0], level
                pieces.append(texture.reshape(-1, 4))
                length += len(pieces[-1])
            made[start] = levels
        layout[body] = made[start]
    return layout.reshape(-1, 4), np.ascontiguousarray(np.concatenate(pieces)).view(np.uint32).ravel()


def _halved(texture: Texels) -> Texels:
    """Half as many rows and columns: the mean colour of four texels, the material of one of them."""
    rows, columns = texture.shape[0] // 2 * 2, texture.shape[1] // 2 * 2
    even = np.ascontiguousarray(texture[:rows, :columns])
    colour = cv2.resize(even, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
    colour[..., 3] = even[1::2, 1::2, 3]
    halved: Texels = colour
    return halved
