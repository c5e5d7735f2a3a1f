"""Which ground is carriageway and which is pavement, as masks, and the kerb between them as lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery.site import CARRIAGEWAY, PAVEMENT, Points, Site, surface_of
from crossmodal_narrator.simulation.traffic.roads import LaneKind

_FINE = 4  # lines across a cell, when its share of a polygon is counted
_SMOOTH_M = 0.2  # gaps narrower than this between two surfaces close, corners become round
_LARGE_M2 = 300_000.0
_PIECE = 512  # rows that are counted at once
Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footprint:
    """Masks of `cells_per_m`, rows go north from the site's corner; 255 is inside."""

    origin_m: tuple[float, float]
    cells_per_m: int
    carriageway: Mask  # (rows, columns)
    street: Mask  # carriageway and pavements
    zebras: Mask
    kerbs: tuple[Points, ...]  # closed lines around the carriageway; those around islands too

    @staticmethod
    def of(site: Site) -> Footprint:
        per_m = 8 if site.size_m[0] * site.size_m[1] < _LARGE_M2 else 4
        shape = (round(site.size_m[1] * per_m), round(site.size_m[0] * per_m))
        roads = [surface_of(lane) for lane in site.lanes if lane.kind in CARRIAGEWAY]
        roads += [junction.outline for junction in site.junctions]
        pavements = _covered(
            [surface_of(lane) for lane in site.lanes if lane.kind in PAVEMENT], site.origin_m, shape, per_m
        )
        crossings = [surface_of(lane) for lane in site.lanes if lane.kind is LaneKind.CROSSING]
        carriageway = np.minimum(_covered(roads, site.origin_m, shape, per_m), 255 - pavements)
        carriageway = np.asarray(cv2.GaussianBlur(carriageway, (0, 0), _SMOOTH_M * per_m), np.uint8)
        street = cv2.add(pavements, carriageway)
        return Footprint(
            origin_m=site.origin_m,
            cells_per_m=per_m,
            carriageway=carriageway,
            street=np.asarray(street, np.uint8),
            zebras=_covered(crossings, site.origin_m, shape, per_m),
            kerbs=tuple(outlines(carriageway, site.origin_m, per_m)),
        )

    def is_on(self, mask: Mask, points: Points) -> NDArray[np.bool_]:
        """(n, 2) → (n,); False outside of the site."""
        cells = np.floor((points - self.origin_m) * self.cells_per_m).astype(np.int64)
        rows, columns = mask.shape
        inside = ((cells >= 0) & (cells < (columns, rows))).all(axis=1)
        cells = np.clip(cells, 0, (columns - 1, rows - 1))
        found: NDArray[np.bool_] = inside & (mask[cells[:, 1], cells[:, 0]] > 127)
        return found

    def to_kerb_m(self, start: Points, towards: Points) -> float:
        """How far it is from `start` (2,) to the edge of the carriageway; 0 where there is none within 16 m."""
        ways = np.arange(0.0, 16.0, 0.1)
        is_off = ~self.is_on(self.carriageway, start + ways[:, None] * towards)
        return float(ways[int(np.argmax(is_off))]) if is_off.any() else 0.0


def _covered(polygons: Iterable[Points], origin_m: tuple[float, float], shape: tuple[int, int], per_m: int) -> Mask:
    """The share of each cell that lies in any of `polygons`."""
    covered = np.zeros(shape, np.uint8)
    for polygon in polygons:
        cells = (polygon - origin_m) * per_m
        low = np.maximum(np.floor(cells.min(axis=0)).astype(int), 0)
        high = np.minimum(np.ceil(cells.max(axis=0)).astype(int) + 1, shape[::-1])
        for row in range(low[1], high[1], _PIECE):
            window = covered[row : min(row + _PIECE, high[1]), low[0] : high[0]]
            if window.size:
                share = share_inside(cells - (low[0], row), *window.shape)
                cv2.add(window, np.rint(share * 255.0).astype(np.uint8), dst=window)
    return covered


def share_inside(polygon: Points, rows: int, columns: int) -> NDArray[np.float32]:
    """How much of each cell lies in `polygon`: exact along the rows, with `_FINE` samples across them.

    Each crossing of a row and a side adds one to all that is right of it, or takes one off (the winding number).
    """
    y = (np.arange(rows * _FINE) + 0.5) / _FINE
    start, end = polygon, np.roll(polygon, -1, axis=0)
    rises = (start[:, 1, None] <= y) & (y < end[:, 1, None])
    falls = (end[:, 1, None] <= y) & (y < start[:, 1, None])
    side, row = np.nonzero(rises | falls)
    way = (y[row] - start[side, 1]) / (end[side, 1] - start[side, 1])
    x = np.clip(start[side, 0] + way * (end[side, 0] - start[side, 0]), 0.0, columns)
    turn = np.where(rises[side, row], 1.0, -1.0) / _FINE
    column = np.floor(x).astype(np.int64)
    first = (row // _FINE) * (columns + 2) + column
    later = x - column
    steps = np.bincount(first, turn * (1.0 - later), rows * (columns + 2))
    steps += np.bincount(first + 1, turn * later, rows * (columns + 2))
    winding = np.cumsum(steps.reshape(rows, columns + 2), axis=1, dtype=np.float32)[:, :columns]
    inside: NDArray[np.float32] = np.minimum(np.abs(winding), np.float32(1.0))
    return inside


def outlines(mask: Mask, origin_m: tuple[float, float], per_m: int) -> list[Points]:
    """Lines along which `mask` is half covered, to a small part of a cell."""
    found, _ = cv2.findContours((mask > 127).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    slopes = tuple(cv2.Sobel(mask, cv2.CV_16S, dx, 1 - dx, ksize=3) for dx in (1, 0))  # eight times the slope
    lines = []
    for contour in found:
        line = _on_the_edge(mask, slopes, contour.reshape(-1, 2).astype(np.float32))
        line = cv2.approxPolyDP(line.reshape(-1, 1, 2), 0.018 * per_m, True).reshape(-1, 2)
        if len(line) > 2 and abs(cv2.contourArea(line)) > 1.0 * per_m * per_m:
            lines.append((line.astype(np.float64) + 0.5) / per_m + origin_m)
    return sorted(lines, key=lambda line: tuple(line[0]))


def _on_the_edge(mask: Mask, slopes: tuple[NDArray[np.int16], ...], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Newton's steps along the slope of the mask, from cells beside its edge."""
    at = points
    for _ in range(3):
        level = _sampled(mask, at)
        gx, gy = (_sampled(slope, at) * np.float32(0.125) for slope in slopes)
        steep = np.maximum(gx * gx + gy * gy, 25.0)
        step = np.clip((level - 127.5) / steep, -0.2, 0.2)
        at = at - step[:, None] * np.stack([gx, gy], axis=1)
    return at


def _sampled(values: Mask | NDArray[np.int16], at: NDArray[np.float32]) -> NDArray[np.float32]:
    """By bilinear interpolation, in numpy: OpenCV's remap takes no more than 32,767 points."""
    rows, columns = values.shape
    x, y = np.clip(at[:, 0], 0, columns - 1.001), np.clip(at[:, 1], 0, rows - 1.001)
    i, j = x.astype(np.int64), y.astype(np.int64)
    u, v = x - i, y - j
    upper = values[j, i] * (1 - u) + values[j, i + 1] * u
    lower = values[j + 1, i] * (1 - u) + values[j + 1, i + 1] * u
    mixed: NDArray[np.float32] = (upper * (1 - v) + lower * v).astype(np.float32)
    return mixed
