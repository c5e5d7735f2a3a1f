"""The part of a road map that is built: what lies around the ego's way, and of which kind the surroundings are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.rollout import Rollout
from crossmodal_narrator.simulation.scenery.ground_paint import TILE_M
from crossmodal_narrator.simulation.traffic.roads import Junction, Lane, LaneKind, RoadMap, SignalHead

Points = NDArray[np.float64]  # (points, 2) metres

REACH_M = 130.0  # from the ego's way; farther out nothing is built
_STEP_M = 1.0
_MOTORWAY_MPS, _QUIET_MPS = 30.0, 9.0
CARRIAGEWAY = frozenset({LaneKind.DRIVING, LaneKind.BICYCLE, LaneKind.PARKING})
PAVEMENT = frozenset({LaneKind.SIDEWALK, LaneKind.WALKING_AREA})


class Style(str, Enum):
    """What stands along the roads."""

    CITY = "city"  # closed rows of blocks and shops
    SUBURB = "suburb"  # houses with gardens
    OPEN = "open"  # fields, hedges, a farm
    MOTORWAY = "motorway"  # guard rails, noise barriers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """An upright rectangle of the world, its sides whole tiles of the ground's paint."""

    seed: int
    style: Style
    origin_m: tuple[float, float]  # its south-western corner
    size_m: tuple[float, float]
    lanes: tuple[Lane, ...]
    junctions: tuple[Junction, ...]
    signals: tuple[SignalHead, ...]
    path_m: Points  # where the ego goes
    path_distance: NDArray[np.float32]  # (rows, columns), a metre each, rows go north: metres to the ego's way

    @staticmethod
    def of(rollout: Rollout) -> Site:
        path = rollout.ego.xyz_m[:, :2]
        low = np.floor((path.min(axis=0) - REACH_M) / TILE_M) * TILE_M
        high = np.ceil((path.max(axis=0) + REACH_M) / TILE_M) * TILE_M
        roads = rollout.roads
        return Site(
            seed=rollout.seed,
            style=style_of(roads),
            origin_m=(float(low[0]), float(low[1])),
            size_m=(float(high[0] - low[0]), float(high[1] - low[1])),
            lanes=tuple(lane for lane in roads.lanes.values() if _reaches(lane.centre, low, high)),
            junctions=tuple(j for j in roads.junctions if _reaches(j.outline, low, high)),
            signals=tuple(head for head in roads.signals if _reaches(np.array([head.stop_m]), low, high)),
            path_m=path,
            path_distance=_distance(path, low, high),
        )

    @property
    def has_kerbs(self) -> bool:
        return self.style in (Style.CITY, Style.SUBURB)

    def rng(self, *purpose: int) -> np.random.Generator:
        """Its own draws for each purpose, so that one more tree does not change the houses."""
        return np.random.default_rng((self.seed, 7741, *purpose))

    def distance_m(self, points: Points) -> NDArray[np.float32]:
        """(n, 2) → (n,) metres to the ego's way; far away outside of the site."""
        cells = np.floor((points - self.origin_m) / _STEP_M).astype(np.int64)
        rows, columns = self.path_distance.shape
        inside = ((cells >= 0) & (cells < (columns, rows))).all(axis=1)
        cells = np.clip(cells, 0, (columns - 1, rows - 1))
        found: NDArray[np.float32] = np.where(inside, self.path_distance[cells[:, 1], cells[:, 0]], np.float32(1e6))
        return found

    def is_within(self, points: Points, reach_m: float) -> bool:
        """Whether any of (n, 2) lies within `reach_m` of the ego's way."""
        return bool((self.distance_m(np.atleast_2d(points)) <= reach_m).any())


def style_of(roads: RoadMap) -> Style:
    """Read from the map: how fast one drives, whether there are pavements, lights and places to park."""
    fastest = max((lane.speed_limit_mps for lane in roads.lanes_of(LaneKind.DRIVING)), default=0.0)
    if fastest > _MOTORWAY_MPS:
        return Style.MOTORWAY
    if not roads.lanes_of(LaneKind.SIDEWALK):
        return Style.OPEN
    return Style.CITY if roads.signals and fastest > _QUIET_MPS else Style.SUBURB


def offset(line: Points, left_m: float) -> Points:
    """`line` (points, 2) moved to its left, mitred at its corners."""
    steps = np.diff(line, axis=0)
    steps = steps / (np.linalg.norm(steps, axis=1, keepdims=True) + 1e-12)
    before, after = np.concatenate([steps[:1], steps]), np.concatenate([steps, steps[-1:]])
    middle = before + after
    middle /= np.linalg.norm(middle, axis=1, keepdims=True) + 1e-12
    stretch = 1.0 / np.maximum(np.einsum("ij,ij->i", middle, after), 0.5)
    left = np.stack([-middle[:, 1], middle[:, 0]], axis=1)
    moved: Points = line + left_m * left * stretch[:, None]
    return moved


def strip(line: Points, right_m: float, left_m: float) -> Points:
    """The outline of what lies between two offsets of `line`, positive to the left."""
    return np.concatenate([offset(line, right_m), offset(line, left_m)[::-1]])


def surface_of(lane: Lane) -> Points:
    """The outline of a lane."""
    if lane.kind is LaneKind.WALKING_AREA:
        return lane.centre
    return strip(lane.centre, -0.5 * lane.width_m, 0.5 * lane.width_m)


def cut(line: Points, from_m: float, to_m: float) -> Points:
    """The part of `line` between two ways along it; its corners stay."""
    ways = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    from_m, to_m = max(from_m, 0.0), min(to_m, float(ways[-1]))
    inner = ways[(ways > from_m) & (ways < to_m)]
    chosen = np.concatenate([[from_m], inner, [to_m]])
    return np.stack([np.interp(chosen, ways, line[:, k]) for k in range(2)], axis=1)


def spaced(line: Points, step_m: float) -> tuple[Points, NDArray[np.float64]]:
    """Points each about `step_m` along `line`, ends included, and the (points,) directions of the line there."""
    ways = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    chosen = np.linspace(0.0, float(ways[-1]), max(2, round(float(ways[-1]) / step_m) + 1))
    points = np.stack([np.interp(chosen, ways, line[:, k]) for k in range(2)], axis=1)
    steps = np.diff(line, axis=0)
    number = np.clip(np.searchsorted(ways, chosen, side="right") - 1, 0, len(steps) - 1)
    return points, np.arctan2(steps[number, 1], steps[number, 0])


def length_of(line: Points) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def turned_by(points: Points | Sequence[Sequence[float]], yaw_rad: float, at: Sequence[float] | Points) -> Points:
    """(n, 2) in the axes of a thing that stands at `at`, turned by `yaw_rad` → in the world."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    x, y = np.asarray(points, dtype=np.float64).T
    return np.stack([at[0] + c * x - s * y, at[1] + s * x + c * y], axis=1)


def _reaches(points: Points, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    return bool((points.max(axis=0) >= low).all() and (points.min(axis=0) <= high).all())


def _distance(path: Points, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float32]:
    columns, rows = (round(float(v) / _STEP_M) for v in high - low)
    mask = np.full((rows, columns), 255, np.uint8)
    cells = np.floor((path - low) / _STEP_M).astype(np.int32)
    cv2.polylines(mask, [cells.reshape(-1, 1, 2)], False, 0)
    found: NDArray[np.float32] = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    return found
