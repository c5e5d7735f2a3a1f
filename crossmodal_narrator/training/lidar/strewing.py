"""Solids that are put into a sweep after it was made: what is taken for people and cars, and what hides them.

Posts, meters, signs, walls, fences, hedges, skips and guard rails are nothing that the network names; bollards,
beacons, barriers and rows of cones are obstacles; lorries with trailers, which the drives' traffic has none of, are
vehicles. Each is sampled as a laser does that stands at base_link, and casts its shadow on what is behind it. The
drives have some of them; here they come in every size, and before every car.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Vec2
from crossmodal_narrator.training.lidar.sweeps import CLASSES, Floats, LabelledSweep

_VEHICLE, _OBSTACLE = CLASSES.index("vehicle"), CLASSES.index("obstacle")
_SENSOR_HEIGHT_M = (1.7, 2.4)
_AZIMUTH_RAD = math.radians(0.2)  # between two columns of the laser
_BEAMS_DEG = (0.17, 0.33, 0.66, 1.0)  # between two of its beams; one of these in a sweep
_LOWEST_RAD, _HIGHEST_RAD = math.radians(-25.0), math.radians(12.0)
_GROUND_M = 0.25  # lower points belong to the ground
_NOISE_M = 0.02
_CELL_RAD, _BEFORE_M = math.radians(0.5), 0.4  # where something nearer is seen, a solid is not
_NEAREST_M = 3.0  # of a solid's middle, from base_link
_APART_M = 0.4  # between a solid and whatever has a box
_MOST, _MOST_SCREENS = 8, 3  # in a part of a sweep
_IN_A_ROW, _ROW_APART_M, _ROW_WANDERS_M = (1, 9), (1.5, 6.0), 0.15  # cones
_CAB_M, _COUPLED_M = (1.8, 2.6), (0.3, 1.2)  # lengths of a lorry's cab, and of the gap behind it
_CAB_TOP_M, _TRAILER_BOTTOM_M = (2.5, 3.9), (0.25, 1.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Ranges of length, width, bottom and top in m; `passes`: the share of pulses that go through, at most."""

    share: float
    length_m: tuple[float, float]
    width_m: tuple[float, float]
    top_m: tuple[float, float]
    bottom_m: tuple[float, float] = (0.0, 0.0)
    passes: float = 0.0
    name: int | None = None  # place in CLASSES; None: it is nothing


_POST = _Kind(share=0.2, length_m=(0.06, 0.3), width_m=(0.06, 0.3), top_m=(1.5, 4.5))
_METER = _Kind(share=0.14, length_m=(0.12, 0.4), width_m=(0.1, 0.3), top_m=(1.15, 1.8))
_BOARD = _Kind(share=0.1, length_m=(0.4, 1.2), width_m=(0.03, 0.08), top_m=(2.0, 3.2), bottom_m=(1.0, 1.9))
_BOLLARD = _Kind(share=0.12, length_m=(0.1, 0.35), width_m=(0.1, 0.35), top_m=(0.7, 1.1), name=_OBSTACLE)
_BARRIER = _Kind(share=0.16, length_m=(1.0, 2.5), width_m=(0.1, 0.7), top_m=(0.7, 1.15), name=_OBSTACLE)
_WALL = _Kind(share=0.1, length_m=(1.5, 16.0), width_m=(0.1, 0.5), top_m=(0.8, 4.0))
_FENCE = _Kind(share=0.1, length_m=(2.0, 16.0), width_m=(0.03, 0.08), top_m=(0.9, 2.2), passes=0.8)
_HEDGE = _Kind(share=0.06, length_m=(1.0, 10.0), width_m=(0.4, 1.5), top_m=(0.7, 2.5), passes=0.3)
_RAIL = _Kind(share=0.14, length_m=(6.0, 60.0), width_m=(0.04, 0.2), top_m=(0.6, 0.9), bottom_m=(0.3, 0.5), passes=0.3)
_PARAPET = _Kind(share=0.06, length_m=(6.0, 60.0), width_m=(0.15, 0.6), top_m=(0.6, 3.6))
_CONE = _Kind(share=0.12, length_m=(0.15, 0.35), width_m=(0.15, 0.35), top_m=(0.45, 1.0), name=_OBSTACLE)
_LORRY = _Kind(share=0.12, length_m=(9.0, 17.5), width_m=(2.3, 2.6), top_m=(2.8, 4.1), name=_VEHICLE)
_SKIP = _Kind(share=0.02, length_m=(2.5, 4.5), width_m=(1.5, 2.0), top_m=(1.1, 1.6))
_KINDS = (_POST, _METER, _BOARD, _BOLLARD, _BARRIER, _WALL, _FENCE, _HEDGE, _SKIP, _RAIL, _PARAPET, _CONE, _LORRY)
_SCREENS = (_POST, _BARRIER, _WALL, _FENCE, _HEDGE, _RAIL)  # what stands between us and a car


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solid:
    """A box in base_link."""

    x_m: float
    y_m: float
    yaw_rad: float
    length_m: float
    width_m: float
    bottom_m: float
    top_m: float
    passes: float
    name: int | None = None  # place in CLASSES

    @property
    def box(self) -> Floats:
        """(6,) as LabelledSweep has it."""
        place = self.x_m, self.y_m, self.length_m, self.width_m, self.top_m, self.yaw_rad
        return np.array(place, np.float32)

    def parts(self, rng: np.random.Generator) -> tuple[_Solid, ...]:
        """What of it a laser meets: of a lorry its trailer and the cab before it, of anything else the whole."""
        if self.name != _VEHICLE:
            return (self,)
        cab_m, gap_m = float(rng.uniform(*_CAB_M)), float(rng.uniform(*_COUPLED_M))
        trailer_m, bottom_m = self.length_m - cab_m - gap_m, float(rng.uniform(*_TRAILER_BOTTOM_M))
        trailer = self._part(-0.5 * (self.length_m - trailer_m), trailer_m, bottom_m, self.top_m)
        cab = self._part(0.5 * (self.length_m - cab_m), cab_m, 0.3, min(self.top_m, float(rng.uniform(*_CAB_TOP_M))))
        return trailer, cab

    def _part(self, along_m: float, length_m: float, bottom_m: float, top_m: float) -> _Solid:
        x_m, y_m = self.x_m + math.cos(self.yaw_rad) * along_m, self.y_m + math.sin(self.yaw_rad) * along_m
        return replace(self, x_m=x_m, y_m=y_m, length_m=length_m, bottom_m=bottom_m, top_m=top_m)

    def outline(self) -> Floats:
        """(points, 2) along its long axis, a metre apart or less."""
        along = np.linspace(-0.5, 0.5, max(2, math.ceil(self.length_m) + 1)) * self.length_m
        way = np.array([math.cos(self.yaw_rad), math.sin(self.yaw_rad)])
        line: Floats = (np.array([self.x_m, self.y_m]) + along[:, None] * way).astype(np.float32)
        return line


def strewn(sweep: LabelledSweep, corner_m: Vec2, side_m: float, rng: np.random.Generator) -> LabelledSweep:
    """With solids in the square of `side_m` whose lowest corner is `corner_m`, and without what they hide."""
    solids = [*_anywhere(sweep.boxes, corner_m, side_m, rng), *_before_things(sweep.boxes, rng)]
    height_m, beam_rad = float(rng.uniform(*_SENSOR_HEIGHT_M)), math.radians(float(rng.choice(_BEAMS_DEG)))
    points, nearest_m = sweep.points, _Nearest(sweep.points, height_m)
    parts = [part for solid in solids for part in solid.parts(rng)]
    for solid in sorted(parts, key=lambda s: -math.hypot(s.x_m, s.y_m)):  # so that near ones hide the far ones
        azimuth, near_m = _met(solid)
        if not len(azimuth):
            continue
        points = points[~_hidden(points, azimuth, near_m, solid, height_m, rng)]
        own = _surface(azimuth, near_m, solid, height_m, beam_rad, rng)
        points = np.concatenate([points, own[~nearest_m.hides(own)]])
    named = [(solid.name, solid.box) for solid in solids if solid.name is not None]
    return replace(
        sweep,
        points=points,
        boxes=np.concatenate([sweep.boxes, *(box[None] for _, box in named)]),
        classes=np.concatenate([sweep.classes, np.array([name for name, _ in named], np.int32)]),
        counts=np.concatenate([sweep.counts, np.full(len(named), -1, np.int32)]),
    )


def _anywhere(boxes: Floats, corner_m: Vec2, side_m: float, rng: np.random.Generator) -> Iterator[_Solid]:
    shares = np.array([kind.share for kind in _KINDS])
    drawn = rng.choice(len(_KINDS), int(rng.integers(0, _MOST + 1)), p=shares / shares.sum())
    kinds = [_KINDS[k] for k in drawn.tolist()]
    for kind in sorted(kinds, key=lambda kind: kind.name is None):  # so that nothing goes through what has a box
        solid = _drawn(kind, corner_m + side_m * rng.random(2), float(rng.uniform(-math.pi, math.pi)), rng)
        group = [solid]
        if kind is _WALL and rng.random() < 0.5:
            group.append(_drawn(_WALL, solid.outline()[-1], solid.yaw_rad + math.pi / 2, rng))  # a corner
        elif kind is _CONE:
            group += _row_behind(solid, rng)
        for solid in _standing_free(group, boxes):
            if solid.name is not None:
                boxes = np.concatenate([boxes, solid.box[None]])
            yield solid


def _row_behind(first: _Solid, rng: np.random.Generator) -> Iterator[_Solid]:
    """More of the same, in a line that wanders."""
    way = np.array([math.cos(first.yaw_rad), math.sin(first.yaw_rad)])
    apart_m = float(rng.uniform(*_ROW_APART_M))
    for k in range(1, int(rng.integers(*_IN_A_ROW))):
        x_m, y_m = np.array([first.x_m, first.y_m]) + k * apart_m * way + rng.normal(0.0, _ROW_WANDERS_M, 2)
        yield replace(first, x_m=float(x_m), y_m=float(y_m))


def _before_things(boxes: Floats, rng: np.random.Generator) -> Iterator[_Solid]:
    """Between us and some of those that have a box, across the way to them."""
    for k in rng.permutation(len(boxes))[: int(rng.integers(0, _MOST_SCREENS + 1))].tolist():
        middle = boxes[k, :2] * rng.uniform(0.5, 0.95)
        across = math.atan2(middle[1], middle[0]) + math.pi / 2 + rng.normal(0.0, 0.4)
        kind = _SCREENS[int(rng.integers(len(_SCREENS)))]
        yield from _standing_free((_drawn(kind, middle, across, rng),), boxes)


def _drawn(kind: _Kind, middle: NDArray[np.floating], yaw_rad: float, rng: np.random.Generator) -> _Solid:
    def of(span: tuple[float, float]) -> float:
        return float(rng.uniform(*span))

    return _Solid(
        x_m=float(middle[0]),
        y_m=float(middle[1]),
        yaw_rad=yaw_rad,
        length_m=of(kind.length_m),
        width_m=of(kind.width_m),
        bottom_m=of(kind.bottom_m),
        top_m=of(kind.top_m),
        passes=kind.passes * float(rng.random()),
        name=kind.name,
    )


def _standing_free(solids: Sequence[_Solid], boxes: Floats) -> Iterator[_Solid]:
    """Those that stand in nothing else, nor in us."""
    for solid in solids:
        line = solid.outline()
        if math.hypot(solid.x_m, solid.y_m) < _NEAREST_M or np.hypot(*line.T).min() < _NEAREST_M:
            continue
        room = 0.5 * solid.width_m + _APART_M
        away = line[:, None] - boxes[None, :, :2]  # (line, boxes, 2)
        c, s = np.cos(boxes[:, 5]), np.sin(boxes[:, 5])
        along = np.abs(c * away[..., 0] + s * away[..., 1]) - 0.5 * boxes[:, 2]
        across = np.abs(c * away[..., 1] - s * away[..., 0]) - 0.5 * boxes[:, 3]
        if (np.maximum(along, across) > room).all():
            yield solid


def _met(solid: _Solid) -> tuple[Floats, Floats]:
    """(columns,) azimuths at which the laser meets it, one after the other, and how far its near side is in plan."""
    middle = math.atan2(solid.y_m, solid.x_m)
    reach = 0.5 * math.hypot(solid.length_m, solid.width_m)
    apart = math.hypot(solid.x_m, solid.y_m)
    half = math.pi if reach >= apart else math.asin(reach / apart)
    azimuth = middle + np.arange(-half, half + _AZIMUTH_RAD, _AZIMUTH_RAD)
    c, s = math.cos(solid.yaw_rad), math.sin(solid.yaw_rad)
    start = -np.array([c * solid.x_m + s * solid.y_m, c * solid.y_m - s * solid.x_m])
    way = np.stack([np.cos(azimuth - solid.yaw_rad), np.sin(azimuth - solid.yaw_rad)], axis=1)
    way = np.where(np.abs(way) < 1e-6, 1e-6, way)
    sides = 0.5 * np.array([solid.length_m, solid.width_m])
    first, second = (-sides - start) / way, (sides - start) / way
    near, far = np.minimum(first, second).max(axis=1), np.maximum(first, second).min(axis=1)
    met = (far >= near) & (near > 0.0)
    return azimuth[met].astype(np.float32), near[met].astype(np.float32)


def _hidden(
    points: Floats, azimuth: Floats, near_m: Floats, solid: _Solid, height_m: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """(points,) which of them a solid hides."""
    turned = np.arctan2(points[:, 1], points[:, 0]) - azimuth[0]
    turned -= math.tau * np.floor(turned / math.tau)
    column = np.rint(turned / _AZIMUTH_RAD).astype(np.int64)
    hidden = np.zeros(len(points), np.bool_)
    within = np.flatnonzero(column < len(azimuth))
    far_m, before_m = np.hypot(points[within, 0], points[within, 1]), near_m[column[within]]
    crossed_m = height_m + (points[within, 2] - height_m) * before_m / np.maximum(far_m, 1e-3)
    is_behind = (far_m > before_m) & (crossed_m >= solid.bottom_m) & (crossed_m <= solid.top_m)
    hidden[within] = is_behind & (rng.random(len(within)) >= solid.passes)
    return hidden


def _surface(
    azimuth: Floats, near_m: Floats, solid: _Solid, height_m: float, beam_rad: float, rng: np.random.Generator
) -> Floats:
    """(points, 3) of its near sides."""
    beams = np.tan(np.arange(_LOWEST_RAD + rng.random() * beam_rad, _HIGHEST_RAD, beam_rad))
    z = height_m + near_m[:, None] * beams
    keeps = (z > max(solid.bottom_m, _GROUND_M)) & (z < solid.top_m) & (rng.random(z.shape) >= solid.passes)
    column, beam = np.nonzero(keeps)
    r = near_m[column] + rng.normal(0.0, _NOISE_M, len(column))
    seen = [r * np.cos(azimuth[column]), r * np.sin(azimuth[column]), z[column, beam]]
    points: Floats = np.stack(seen, axis=1).astype(np.float32)
    return points


class _Nearest:
    """How far the nearest point of a sweep is in each direction."""

    def __init__(self, points: Floats, height_m: float) -> None:
        self._height_m = height_m
        cells, far_m = self._cells(points)
        self._far_m = np.full((round(math.tau / _CELL_RAD) + 1) * (round(math.pi / _CELL_RAD) + 1), np.inf, np.float32)
        np.minimum.at(self._far_m, cells, far_m)

    def hides(self, points: Floats) -> NDArray[np.bool_]:
        """(points,) before which of them something stands."""
        cells, far_m = self._cells(points)
        hidden: NDArray[np.bool_] = self._far_m[cells] < far_m - np.float32(_BEFORE_M)
        return hidden

    def _cells(self, points: Floats) -> tuple[NDArray[np.int64], Floats]:
        far_m = np.hypot(points[:, 0], points[:, 1])
        row = np.rint((np.arctan2(points[:, 1], points[:, 0]) + math.pi) / _CELL_RAD).astype(np.int64)
        elevation = np.arctan2(points[:, 2] - np.float32(self._height_m), far_m)
        column = np.rint((elevation + 0.5 * math.pi) / _CELL_RAD).astype(np.int64)
        return row * (round(math.pi / _CELL_RAD) + 1) + column, far_m
