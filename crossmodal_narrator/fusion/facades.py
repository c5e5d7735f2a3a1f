"""Which shapes lie behind a facade: a laser passes through windows, and what stands in a shop is not on the road.

A facade goes up from the ground, higher than any vehicle, before the shape, over most of its width, in one line. Trees
and their crowns do not stand in a line; a bridge, a gantry and the ceiling of a tunnel do not stand on the ground. A
lorry or a bus does both, and what comes out from behind it is half hidden: what is known to be a vehicle is no facade.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import LidarDetection, LidarFeatures
from crossmodal_narrator.core.geometry import Vec2
from crossmodal_narrator.fusion.plan import BoxesInPlan

_COLUMNS = 720  # around the sensor
_LOW_M, _HIGH_M = 2.5, 6.0  # a facade is there at these heights
_ABOVE_M = 0.3  # and so far above the shape, whose own points are no facade
_DEPTH = 0.35  # of a shape's width before its middle: nearer than that is before it
_COVERED = 0.5  # of the columns in which it lies
_FLAT_M = 0.15  # standard deviation across the line
_FEWEST = 3  # columns
_OF_IT = 0.8  # of them show it, and some a tree before it
_STANDS, _STANDS_M = 0.3, 0.7  # of its columns have something low beneath: a shop's window has frames
_VEHICLE_M = 0.5  # around and above its box lie points of a vehicle

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


def in_the_open(features: LidarFeatures, seen_from: Vec2) -> list[LidarDetection]:
    """The shapes of a sweep that was taken at `seen_from`, in base_link, without vehicles behind facades."""
    facades = Facades(features, seen_from)
    return [shape for shape in features.detections if not (_has_steel(shape) and facades.hide(shape))]


class Facades:
    """What stands around the sensor at `seen_from` in one sweep."""

    def __init__(self, features: LidarFeatures, seen_from: Vec2) -> None:
        self._seen_from = np.array(seen_from, np.float32)
        self._vehicles = _Vehicles([shape for shape in features.detections if _has_steel(shape)], self._seen_from)
        heights = features.obstacle_height_m
        self._high = _ByColumn(features, (heights > _LOW_M) & (heights < _HIGH_M), self._seen_from)
        self._low = np.flatnonzero(heights <= _LOW_M)
        self._features = features

    def hide(self, shape: LidarDetection) -> bool:
        """Whether `shape` lies behind one."""
        middle = np.array(shape.box.centre_m[:2], np.float32) - self._seen_from
        away_m = float(np.hypot(*middle))
        columns = self._columns(shape, math.atan2(middle[1], middle[0]))
        high = self._high.within(columns)
        depth_m = high.plan @ (middle / np.float32(max(away_m, 1e-3)))
        _, width, height = shape.box.size_lwh_m
        before = (depth_m < away_m - _DEPTH * width) & (high.height_m > height + _ABOVE_M)
        fewest = max(_FEWEST, _COVERED * len(columns))
        if len(np.unique(high.column[before])) < fewest:  # of most shapes: nothing high is before them
            return False
        before[before] = ~self._vehicles.cover(high.at(before))
        tops = _farthest(high.at(before), depth_m[before])
        if len(tops.plan) < fewest:
            return False
        across_m = np.abs(_across_m(tops.plan))
        nearest = across_m <= np.quantile(across_m, _OF_IT)
        return float(np.std(_across_m(tops.plan[nearest]))) < _FLAT_M and self._stand(tops)

    def _stand(self, tops: _Points) -> bool:
        """Whether points, one of each column, belong to what stands on the ground."""
        index = self._low
        for axis in (0, 1):
            at_m = self._features.obstacle_points[index, axis] - self._seen_from[axis]
            least, most = tops.plan[:, axis].min() - _STANDS_M, tops.plan[:, axis].max() + _STANDS_M
            index = index[(at_m > least) & (at_m < most)]
        plan = self._features.obstacle_points[index, :2] - self._seen_from
        low = _Points(plan, self._features.obstacle_height_m[index], _column_of(plan))
        top = np.minimum(np.searchsorted(tops.column, low.column), len(tops.column) - 1)
        off_m = np.hypot(*(low.plan - tops.plan[top]).T)
        beneath = (tops.column[top] == low.column) & (off_m < _STANDS_M)
        beneath[beneath] = ~self._vehicles.cover(low.at(beneath))
        return len(np.unique(top[beneath])) >= _STANDS * len(tops.plan)

    def _columns(self, shape: LidarDetection, azimuth_rad: float) -> Integers:
        """In which it lies, seen from the sensor."""
        corners = shape.box.footprint() - self._seen_from
        aside = np.arctan2(corners[:, 1], corners[:, 0]) - azimuth_rad
        aside -= math.tau * np.rint(aside / math.tau)
        step = math.tau / _COLUMNS
        return _column(np.arange(azimuth_rad + aside.min(), azimuth_rad + aside.max() + step, step))


@dataclass(frozen=True, slots=True)
class _Points:
    """(points, 2) in plan from the sensor, (points,) above the ground, and (points,) in which column."""

    plan: Floats
    height_m: Floats
    column: Integers

    def at(self, index: Integers | NDArray[np.bool_] | slice) -> _Points:
        return _Points(self.plan[index], self.height_m[index], self.column[index])


class _ByColumn:
    """Some points of a sweep, in an order in which a column's are found quickly."""

    def __init__(self, features: LidarFeatures, chosen: NDArray[np.bool_], seen_from: Floats) -> None:
        index = np.flatnonzero(chosen)
        plan = features.obstacle_points[index, :2] - seen_from
        column = _column_of(plan)
        order = np.argsort(column.astype(np.int16), kind="stable")  # of small numbers in linear time
        self._points = _Points(plan, features.obstacle_height_m[index], column).at(order)
        self._first = np.searchsorted(self._points.column, np.arange(_COLUMNS + 1))

    def within(self, columns: Integers) -> _Points:
        """Those of columns that follow each other, the last one's neighbour being the first."""
        begin, end = self._first[columns[0]], self._first[columns[-1] + 1]
        if columns[0] <= columns[-1]:
            return self._points.at(slice(begin, end))
        return self._points.at(np.r_[begin : len(self._points.plan), :end])


def _farthest(points: _Points, depth_m: Floats) -> _Points:
    """Of each column, in their order, the one just before the shape: a tree may stand before the facade."""
    order = np.lexsort((depth_m, points.column))
    column = points.column[order]
    return points.at(order[np.append(column[1:] != column[:-1], True)] if len(order) else order)


class _Vehicles:
    """The recognised ones, in plan around the sensor."""

    def __init__(self, shapes: Sequence[LidarDetection], seen_from: Floats) -> None:
        self._plan = BoxesInPlan([shape.box for shape in shapes])
        self._tops_m = np.array([shape.box.size_lwh_m[2] for shape in shapes]) + _VEHICLE_M
        self._seen_from = seen_from

    def cover(self, points: _Points) -> NDArray[np.bool_]:
        """(points,) whether they are points of a vehicle."""
        away_m = self._plan.distances((points.plan + self._seen_from).astype(np.float64))
        return np.asarray(((away_m < _VEHICLE_M) & (points.height_m[:, None] < self._tops_m)).any(axis=1))


def _has_steel(shape: LidarDetection) -> bool:
    """Whether it is a vehicle whose people are not the first to be hurt: those are never left out."""
    return shape.label.is_vehicle and not shape.label.is_vulnerable


def _across_m(plan: Floats) -> Floats:
    """(points, 2) → (points,) how far each lies beside the line through all of them."""
    off = plan - np.median(plan, axis=0)
    _, axes = np.linalg.eigh(off.T @ off)
    found: Floats = off @ axes[:, 0]
    return found


def _column_of(plan: Floats) -> Integers:
    return _column(np.arctan2(plan[:, 1], plan[:, 0]))


def _column(azimuth_rad: NDArray[np.floating]) -> Integers:
    found: Integers = np.floor((azimuth_rad + math.pi) * (_COLUMNS / math.tau)).astype(np.int64) % _COLUMNS
    return found
