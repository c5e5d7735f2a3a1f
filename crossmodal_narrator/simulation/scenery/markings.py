"""What is painted on the carriageway, as outlines: lane lines, stop lines, zebras, arrows, bays and bicycles.

Widths and rhythms after the German guidelines for road markings (RMS-1, 1993), rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery.site import (
    CARRIAGEWAY,
    Points,
    Site,
    Style,
    cut,
    length_of,
    offset,
    spaced,
    strip,
    surface_of,
    turned_by,
)
from crossmodal_narrator.simulation.scenery.symbols import arrow, bicycle
from crossmodal_narrator.simulation.scenery.ways import Ways
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind

_CELLS_PER_M = 4
_NARROW_M, _BROAD_M = 0.13, 0.26
_PIECE_M = 12.0  # of a long line, so that what is far from the ego's way can be left out


class Beside(IntEnum):
    """What lies beyond a lane's side."""

    NOTHING = 0
    SAME_WAY = 1  # a lane of the same edge
    ONCOMING = 2
    JOINING = 3  # another edge's lane, in the same direction
    BICYCLE = 4
    PARKING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Dashes; without a gap it is a line."""

    dash_m: float = 0.0
    gap_m: float = 0.0
    width_m: float = _NARROW_M


_SOLID = Rhythm()
_IN_TOWN, _OUT_OF_TOWN = Rhythm(dash_m=3.0, gap_m=6.0), Rhythm(dash_m=6.0, gap_m=12.0, width_m=0.16)
_MERGING, _BAY = Rhythm(dash_m=3.0, gap_m=3.0, width_m=_BROAD_M), Rhythm(dash_m=1.0, gap_m=1.0, width_m=0.1)
_GIVE_WAY = Rhythm(dash_m=0.5, gap_m=0.3, width_m=0.4)


def markings(site: Site, ways: Ways) -> list[Points]:
    """Outlines (corners, 2) of all that is painted white."""
    neighbours = _Neighbours(site)
    signalled = {head.lane_id for head in site.signals}
    found: list[Points] = []
    for lane in site.lanes:
        if lane.kind is LaneKind.CROSSING:
            found += _zebra(lane)
        elif lane.kind is LaneKind.PARKING:
            found += _bays(lane)
        elif lane.kind is LaneKind.BICYCLE and not lane.is_inside_junction:
            found += _bicycles(lane)
        elif lane.kind is LaneKind.DRIVING and not lane.is_inside_junction:
            found += _borders(site, lane, neighbours, is_signalled=lane.lane_id in signalled)
            found += _end(lane, ways, is_signalled=lane.lane_id in signalled)
    return [polygon for polygon in found if site.is_within(polygon, 110.0)]


class _Neighbours:
    """Which lane lies where, from a drawing of them all."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lanes = [lane for lane in site.lanes if lane.kind in CARRIAGEWAY and not lane.is_inside_junction]
        shape = (round(site.size_m[1] * _CELLS_PER_M), round(site.size_m[0] * _CELLS_PER_M))
        self._drawn = np.zeros(shape, np.uint16)
        for number, lane in enumerate(self._lanes):
            cells = np.round(((surface_of(lane) - site.origin_m) * _CELLS_PER_M - 0.5) * 16).astype(np.int32)
            cv2.fillPoly(self._drawn, [cells], number + 1, shift=4)
        edges = [lane.edge_id for lane in self._lanes if lane.kind is LaneKind.DRIVING]
        self._driving = {edge: edges.count(edge) for edge in set(edges)}

    def is_wide_road(self, lane: Lane) -> bool:
        return self._driving[lane.edge_id] > 1

    def beside(self, lane: Lane, points: Points, yaws: NDArray[np.float64]) -> list[Beside]:
        """What lies at (n, 2) points, which are beside `lane` where it has the (n,) directions."""
        cells = np.floor((points - self._site.origin_m) * _CELLS_PER_M).astype(np.int64)
        rows, columns = self._drawn.shape
        cells = np.clip(cells, 0, (columns - 1, rows - 1))
        numbers = self._drawn[cells[:, 1], cells[:, 0]].astype(np.int64) - 1
        return [
            Beside.NOTHING if number < 0 else self._kind(lane, self._lanes[number], point, yaw)
            for number, point, yaw in zip(numbers, points, yaws, strict=True)
        ]

    def _kind(self, lane: Lane, other: Lane, point: Points, yaw: float) -> Beside:
        if other.kind is LaneKind.BICYCLE:
            return Beside.BICYCLE
        if other.kind is LaneKind.PARKING:
            return Beside.PARKING
        if other.edge_id == lane.edge_id:
            return Beside.SAME_WAY
        nearest = int(np.argmin(np.linalg.norm(other.centre[:-1] - point, axis=1)))
        step = other.centre[nearest + 1] - other.centre[nearest]
        is_along = step[0] * math.cos(yaw) + step[1] * math.sin(yaw) > 0
        return Beside.JOINING if is_along else Beside.ONCOMING


def _borders(site: Site, lane: Lane, neighbours: _Neighbours, *, is_signalled: bool) -> Iterator[Points]:
    half = 0.5 * lane.width_m
    dashes = _IN_TOWN if site.has_kerbs else _OUT_OF_TOWN
    for side in (1.0, -1.0):
        border = offset(lane.centre, side * half)
        points, yaws = spaced(border, 1.0)
        left = np.stack([-np.sin(yaws), np.cos(yaws)], axis=1)
        kinds = neighbours.beside(lane, points + side * 0.45 * left, yaws)
        step = length_of(border) / max(len(points) - 1, 1)
        for kind, first, last in _runs(kinds):
            line = cut(border, first * step, last * step)
            yield from _border(site, lane, neighbours, line, kind, side, dashes if not is_signalled else None)


def _border(
    site: Site, lane: Lane, neighbours: _Neighbours, line: Points, kind: Beside, side: float, dashes: Rhythm | None
) -> Iterator[Points]:
    """The paint on one stretch of a lane's side. `dashes` is None where the line becomes solid before a light."""
    is_left = side > 0
    if kind is Beside.NOTHING and not site.has_kerbs:
        yield from _painted(
            offset(line, -side * 0.2), Rhythm(width_m=0.2 if site.style is Style.MOTORWAY else _NARROW_M)
        )
    elif kind is Beside.SAME_WAY and is_left:
        yield from _until_the_end(line, dashes or _IN_TOWN, solid_m=0.0 if dashes else 24.0)
    elif kind is Beside.ONCOMING and is_left and math.cos(lane.at(0.0)[2] - 0.3) > 0.0:  # one of the two draws it
        if neighbours.is_wide_road(lane):
            yield from _painted(offset(line, 0.13), _SOLID)
            yield from _painted(offset(line, -0.13), _SOLID)
        else:
            yield from _until_the_end(line, dashes or _IN_TOWN, solid_m=8.0, is_both=True)
    elif kind is Beside.JOINING and is_left:
        yield from _painted(line, _MERGING)
    elif kind is Beside.BICYCLE and not is_left:
        yield from _painted(line, _SOLID)
    elif kind is Beside.PARKING and not is_left:
        yield from _painted(line, _BAY)


def _until_the_end(line: Points, dashes: Rhythm, solid_m: float, *, is_both: bool = False) -> Iterator[Points]:
    """Dashes, and a solid line over the last `solid_m` (of both ends, if `is_both`)."""
    length = length_of(line)
    solid_m = min(solid_m, 0.4 * length)
    begin = solid_m if is_both else 0.0
    yield from _painted(cut(line, begin, length - solid_m), dashes)
    if solid_m > 0.5:
        yield from _painted(cut(line, length - solid_m, length), _SOLID)
        if is_both:
            yield from _painted(cut(line, 0.0, solid_m), _SOLID)


def _painted(line: Points, rhythm: Rhythm) -> Iterator[Points]:
    half, length = 0.5 * rhythm.width_m, length_of(line)
    if length < 0.3:
        return
    if not rhythm.gap_m:
        for begin in np.arange(0.0, length, _PIECE_M):
            yield strip(cut(line, float(begin), float(begin) + _PIECE_M), -half, half)
        return
    for begin in np.arange(0.5 * rhythm.gap_m, length - 0.3 * rhythm.dash_m, rhythm.dash_m + rhythm.gap_m):
        yield strip(cut(line, float(begin), float(begin) + rhythm.dash_m), -half, half)


def _runs(kinds: list[Beside]) -> Iterator[tuple[Beside, int, int]]:
    """(kind, first, last) of equal neighbours, at least three long."""
    first = 0
    for k in range(1, len(kinds) + 1):
        if k == len(kinds) or kinds[k] is not kinds[first]:
            if k - first >= 3:
                yield kinds[first], first, k - 1
            first = k


def _end(lane: Lane, ways: Ways, *, is_signalled: bool) -> Iterator[Points]:
    """The stop line and arrows before a light, or the broken line where one gives way."""
    length, half = lane.length_m, 0.5 * lane.width_m - 0.06
    if is_signalled:
        yield strip(cut(lane.centre, length - 0.9, length - 0.5), -half, half)
        directions = ways.directions(lane.lane_id)
        for back_m in (6.5, 24.0) if directions else ():
            if length > back_m + 12.0:
                x, y, yaw = lane.at(length - back_m)
                yield from (turned_by(part, yaw, (x, y)) for part in arrow(directions))
    elif lane.lane_id in ways.yielding:
        x, y, yaw = lane.at(length - 0.4)
        yield from _painted(turned_by([(0.0, -half), (0.0, half)], yaw, (x, y)), _GIVE_WAY)


def _zebra(lane: Lane) -> Iterator[Points]:
    """Half a metre of paint, half a metre of road, from kerb to kerb."""
    length, half = lane.length_m, 0.5 * lane.width_m
    count = max(1, math.floor((length - 0.3) / 1.0))
    begin = 0.5 * (length - (count - 0.5))
    for k in range(count):
        yield strip(cut(lane.centre, begin + k, begin + k + 0.5), -half + 0.15, half - 0.15)


def _bays(lane: Lane) -> Iterator[Points]:
    half, length = 0.5 * lane.width_m, lane.length_m
    for begin in np.arange(0.3, length - 0.2, 6.0):
        yield strip(cut(lane.centre, float(begin), float(begin) + 0.1), -half, half)


def _bicycles(lane: Lane) -> Iterator[Points]:
    for way in np.arange(8.0, lane.length_m - 4.0, 36.0):
        x, y, yaw = lane.at(float(way))
        yield from (turned_by(part, yaw, (x, y)) for part in bicycle())
