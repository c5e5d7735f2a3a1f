"""The colour of the ground as seen from above: square tiles, each a pyramid of ever coarser copies.

A camera that looks along a street meets the ground at a grazing angle: a pixel covers a strip, long ahead and narrow
across. So a look takes four samples along the strip from the copy whose texels are as wide as the strip (after
Heckbert, "Survey of texture mapping", 1986, and the anisotropic filters of graphics hardware).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.shapes.meshes import Floats, Rgb, Texels

TILE_M = 16.0
TEXELS_PER_M = 16  # of the finest copy: a line of 12 cm is two texels wide
TILE_TEXELS = 256
_TILE_BITS, _IN_TILE = np.int32(8), np.int32(TILE_TEXELS - 1)
LEVELS = 7  # from 16 texels a metre to one each 4 m
_STARTS = np.concatenate([[0], np.cumsum([(TILE_TEXELS >> level) ** 2 for level in range(LEVELS)])]).astype(np.int32)
_SIZES = np.array([1 << level for level in range(LEVELS)], np.float32)  # of a texel, in the finest
_BYTE = np.uint32(8)
_BYTES = np.uint32(0x00FF00FF)  # two of a texel's four bytes, with room for a sum above each
_TAPS = np.array([-0.375, -0.125, 0.125, 0.375], np.float32)

TileAt = tuple[int, int]
Integers = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroundPaint:
    """A texel is red, green, blue (sRGB) and how much of it is retroreflective road paint (255: all)."""

    origin_m: tuple[float, float]  # south-western corner of the tiles
    start: NDArray[np.int32]  # (rows, columns) where a tile's finest level would begin in `store`; rows go north
    finest: NDArray[np.int32]  # (rows, columns) first level that a tile has
    store: NDArray[np.uint32]  # (texels,)

    @staticmethod
    def of(
        origin_m: tuple[float, float], shape: tuple[int, int], tiles: Mapping[TileAt, Texels], plain: Rgb
    ) -> GroundPaint:
        """`tiles` by (row, column): (side, side, 4), its first row the southern one, side a power of two up to 256.

        Where no tile is, the ground has the colour `plain`.
        """
        # A ring of plain tiles lies around, so that what is beyond is plain too.
        shape, origin_m = (shape[0] + 2, shape[1] + 2), (origin_m[0] - TILE_M, origin_m[1] - TILE_M)
        pieces = [
            np.full(int(_STARTS[-1] - _STARTS[-2]), _packed(np.array([[(*plain, 0)]], np.uint8))[0, 0], np.uint32)
        ]
        start = np.full(shape, -_STARTS[-2], np.int32)
        finest = np.full(shape, LEVELS - 1, np.int32)
        length = len(pieces[0])
        for row, column in sorted(tiles):
            tile = tiles[row, column]
            level = (TILE_TEXELS // len(tile)).bit_length() - 1
            copies = _pyramid(tile, LEVELS - level)
            start[row + 1, column + 1], finest[row + 1, column + 1] = length - _STARTS[level], level
            length += sum(copy.size for copy in copies)
            pieces += [copy.ravel() for copy in copies]
        return GroundPaint(origin_m=origin_m, start=start, finest=finest, store=np.concatenate(pieces))

    def colour(self, points_xy: Floats, footprint_m: Floats | float) -> Texels:
        """(n, 2) places in the world → (n, 3) sRGB, each the mean over about `footprint_m`."""
        wide = np.broadcast_to(np.asarray(footprint_m, np.float32), len(points_xy))
        return self.texels(points_xy, wide, np.zeros_like(points_xy))[:, :3]

    def texels(self, points_xy: Floats, across_m: Floats, along_m: Floats) -> Texels:
        """(n, 2) places, each seen by a pixel that covers `across_m` (n,) by the vector `along_m` (n, 2) → (n, 4).

        Of a ray d metres long through a camera of focal length f pixels, `across_m` is d / f, and `along_m` the flat
        direction of the ray, a unit vector, times d / (f · |cosine between ray and normal|).
        """
        per_m = np.float32(TEXELS_PER_M)
        x, y = ((points_xy[:, k] - np.float32(self.origin_m[k])) * per_m for k in (0, 1))
        step_x, step_y = along_m[:, 0] * per_m, along_m[:, 1] * per_m
        length = np.sqrt(step_x * step_x + step_y * step_y)
        wide = np.maximum(across_m * per_m, length * np.float32(0.125))
        level = np.clip(np.frexp(wide * np.float32(0.7))[1], 0, LEVELS - 1).astype(np.int32)  # rounds the logarithm
        level = np.maximum(level, self.finest.ravel()[self._tile(x, y)])
        mixed = np.empty(len(x), np.uint32)
        near = np.flatnonzero(length < 2.0)
        mixed[near] = self._blended(x[near], y[near], level[near])
        far = np.flatnonzero(length >= 2.0)
        mixed[far] = self._along(x[far], y[far], step_x[far], step_y[far], level[far])
        unpacked: Texels = mixed.view(np.uint8).reshape(-1, 4)
        return unpacked

    def _blended(self, x: Floats, y: Floats, level: Integers) -> NDArray[np.uint32]:
        """The four texels around each place, by nearness."""
        size = _SIZES[level]
        low_x, low_y = x - np.float32(0.5) * size, y - np.float32(0.5) * size
        share_x, share_y = _sixteenths(low_x / size), _sixteenths(low_y / size)
        sums = _Sum(len(x))
        for up, weight_y in ((0, 16 - share_y), (1, share_y)):
            for right, weight_x in ((0, 16 - share_x), (1, share_x)):
                sums.add(self._fetched(low_x + right * size, low_y + up * size, level), weight_x * weight_y)
        return sums.mean()

    def _along(self, x: Floats, y: Floats, step_x: Floats, step_y: Floats, level: Integers) -> NDArray[np.uint32]:
        """The mean of four texels along each strip."""
        sums = _Sum(len(x))
        for share in _TAPS:
            sums.add(self._fetched(x + share * step_x, y + share * step_y, level), np.uint32(64))
        return sums.mean()

    def _tile(self, x: Floats, y: Floats) -> Integers:
        """Finest texels → the number of the tile; beyond the outermost tiles these go on."""
        rows, columns = self.start.shape
        column, row = _within(x, columns) >> _TILE_BITS, _within(y, rows) >> _TILE_BITS
        number: Integers = row * np.int32(columns) + column
        return number

    def _fetched(self, x: Floats, y: Floats, level: Integers) -> NDArray[np.uint32]:
        """(n,) places in finest texels → (n,) texels of that level."""
        rows, columns = self.start.shape
        column, row = _within(x, columns), _within(y, rows)
        number = (row >> _TILE_BITS) * np.int32(columns) + (column >> _TILE_BITS)
        inside = (((row & _IN_TILE) >> level) << (_TILE_BITS - level)) + ((column & _IN_TILE) >> level)
        fetched: NDArray[np.uint32] = self.store[self.start.ravel()[number] + _STARTS[level] + inside]
        return fetched


class _Sum:
    """Weighted texels, two bytes of each in a word; the weights of a sum make 256."""

    def __init__(self, count: int) -> None:
        self._even, self._odd = np.zeros(count, np.uint32), np.zeros(count, np.uint32)

    def add(self, texels: NDArray[np.uint32], weight: NDArray[np.uint32] | np.uint32) -> None:
        self._even += (texels & _BYTES) * weight
        self._odd += ((texels >> _BYTE) & _BYTES) * weight

    def mean(self) -> NDArray[np.uint32]:
        mixed: NDArray[np.uint32] = ((self._even >> _BYTE) & _BYTES) | (self._odd & ~_BYTES)
        return mixed


def _within(texels: Floats, tiles: int) -> Integers:
    whole: Integers = np.minimum(np.maximum(texels, np.float32(0)), np.float32(tiles * TILE_TEXELS - 1)).astype(
        np.int32
    )
    return whole


def _sixteenths(values: Floats) -> NDArray[np.uint32]:
    """What is above the whole number, in sixteenths."""
    share: NDArray[np.uint32] = np.rint((values - np.floor(values)) * np.float32(16.0)).astype(np.uint32)
    return share


def _pyramid(tile: Texels, levels: int) -> list[NDArray[np.uint32]]:
    copies = [tile]
    while len(copies) < levels:
        side = len(copies[-1]) // 2
        copies.append(np.asarray(cv2.resize(copies[-1], (side, side), interpolation=cv2.INTER_AREA), np.uint8))
    return [_packed(copy) for copy in copies]


def _packed(texels: Texels) -> NDArray[np.uint32]:
    """(rows, columns, 4) bytes → (rows, columns) words."""
    words: NDArray[np.uint32] = np.ascontiguousarray(texels).view(np.uint32)[..., 0]
    return words
