"""The bird's-eye network behind an engine: from points above the ground to things with a class."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.detections import LidarDetection, LidarFeatures, ObjectClass
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.geometry import OrientedBox, Vec3, end_seen
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.engine import Engine
from crossmodal_narrator.encoding.lidar.bird_eye import above_ground, bird_eye_image
from crossmodal_narrator.encoding.lidar.centres import Centre, centres

LABELS = ("vehicle", "pedestrian", "cyclist", "obstacle")
_SLICES_PER_M = 4
_EDGE_M = 0.1  # around a box: its points are not exact
_BEYOND_M = 2.5  # the end of a long vehicle may be so far from where the network guesses it
_SHORTEST_M = 2.0  # so much is left of a long vehicle at least
_FACE = 0.5  # of its height, which the points of its end reach
_FEWEST_OF_END, _NEAREST_PERCENT = 100, 97.0  # of its points, those that face us most; of few the network knows more
# So many points, none higher, in so thin a line: a guard rail is so low, and no side of a vehicle.
FEWEST_OF_RAIL, RAIL_M = 20, 0.8
_THIN_M, _SPAN_M = 0.35, 2.5
# Above these sizes it is no car any more, and then no van: (length, height).
_CAR_LH_M, _VAN_LH_M = (6.0, 2.3), (7.0, 3.0)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarDetectorConfig:
    """Which answers of the network are taken."""

    vehicle_score: float = parameter(0.15, help="least score of a vehicle", low=0.05, high=0.99)
    pedestrian_score: float = parameter(0.35, help="least score of somebody on foot", low=0.05, high=0.99)
    cyclist_score: float = parameter(0.5, help="least score of a rider", low=0.05, high=0.99)
    obstacle_score: float = parameter(0.4, help="least score of a cone, a barrier and the like", low=0.05, high=0.99)
    min_points: int = parameter(5, help="fewer points are nothing", low=1, high=1000)

    @property
    def scores(self) -> tuple[float, ...]:
        """In the order of LABELS."""
        return self.vehicle_score, self.pedestrian_score, self.cyclist_score, self.obstacle_score


class LidarDetector:
    """Answers are in base_link, the surest first.

    Raises:
        ModelError: the model's labels are not those that this decoder knows.
    """

    def __init__(self, config: LidarDetectorConfig, engine: Engine, labels: tuple[str, ...]) -> None:
        if labels != LABELS:
            raise ModelError(f"a LiDAR detector's labels are {labels}", remedy=f"choose a model with {LABELS}")
        self._config, self._engine = config, engine

    @property
    def engine_name(self) -> str:
        return self._engine.name

    def detect(self, features: LidarFeatures, timer: StageTimer) -> tuple[LidarDetection, ...]:
        with timer.stage("lidar/image"):
            image = bird_eye_image(above_ground(features))
        with timer.stage("lidar/network"):
            answer = self._engine.infer({"image": image[None]})
        with timer.stage("lidar/decode"):
            found = centres(answer["scores"][0], answer["regressions"][0], self._config.scores)
            standing = _Standing(features)
            placed = (_placed(centre, standing) for centre in found)
            return tuple(one for one in placed if one is not None and one.points >= self._config.min_points)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Within:
    """Points of a footprint: (points,) along and across from its middle, height above ground, the ground beneath."""

    along: Floats
    across: Floats
    height_m: Floats
    floor_m: Floats

    def only(self, chosen: NDArray[np.bool_]) -> _Within:
        return _Within(
            along=self.along[chosen],
            across=self.across[chosen],
            height_m=self.height_m[chosen],
            floor_m=self.floor_m[chosen],
        )

    @property
    def is_rail(self) -> bool:
        is_low = len(self.height_m) >= FEWEST_OF_RAIL and float(self.height_m.max()) < RAIL_M
        return is_low and float(np.ptp(self.across)) < _THIN_M and float(np.ptp(self.along)) > _SPAN_M


class _Standing:
    """Points above the ground and the ground beneath each, in an order in which a footprint's are found quickly."""

    def __init__(self, features: LidarFeatures) -> None:
        slices = (features.obstacle_points[:, 0] * np.float32(_SLICES_PER_M)).astype(np.int16)
        order = np.argsort(slices, kind="stable")  # of small numbers in linear time
        self._slices, ordered = slices[order], features.obstacle_points[order]
        self._x, self._y = (np.ascontiguousarray(ordered[:, k]) for k in (0, 1))
        self._height_m = features.obstacle_height_m[order]
        self._floor_m = ordered[:, 2] - self._height_m

    def within(self, centre: Centre, beyond_m: float) -> _Within:
        """The points in the footprint, and so far beyond its ends."""
        (x, y), (length, width, _) = centre.xy_m, centre.size_lwh_m
        reach = 0.5 * float(np.hypot(length, width)) + beyond_m
        low, high = (int(edge * _SLICES_PER_M) for edge in (x - reach, x + reach))
        start = np.searchsorted(self._slices, np.int16(low - 1))
        stop = np.searchsorted(self._slices, np.int16(high + 1), side="right")
        dx, dy = self._x[start:stop] - np.float32(x), self._y[start:stop] - np.float32(y)
        c, s = np.float32(np.cos(centre.yaw_rad)), np.float32(np.sin(centre.yaw_rad))
        along = c * dx + s * dy
        across = c * dy - s * dx
        inside = np.abs(along) <= np.float32(0.5 * length + beyond_m)
        inside &= np.abs(across) <= np.float32(0.5 * width + _EDGE_M)
        return _Within(
            along=along[inside],
            across=across[inside],
            height_m=self._height_m[start:stop][inside],
            floor_m=self._floor_m[start:stop][inside],
        )


def _placed(centre: Centre, standing: _Standing) -> LidarDetection | None:
    """On the ground that its points stand on, its near end where they are; None: they are of a guard rail."""
    is_long = LABELS[centre.index] == "vehicle" and centre.size_lwh_m[0] > _CAR_LH_M[0]
    near = standing.within(centre, _BEYOND_M if is_long else _EDGE_M)
    off_m = _off_m(centre, near.along[near.height_m >= _FACE * centre.size_lwh_m[2]]) if is_long else 0.0
    own = near.only(np.abs(near.along) <= 0.5 * centre.size_lwh_m[0] + max(abs(off_m), _EDGE_M))
    if LABELS[centre.index] == "vehicle" and own.is_rail:
        return None
    floor_m = float(np.median(own.floor_m)) if len(own.floor_m) else 0.0
    # The far end stays where the network has it.
    x = centre.xy_m[0] + 0.5 * math.cos(centre.yaw_rad) * off_m
    y = centre.xy_m[1] + 0.5 * math.sin(centre.yaw_rad) * off_m
    length, width, height = centre.size_lwh_m
    size = (max(length + _facing(centre) * off_m, _SHORTEST_M) if is_long else length, width, height)
    box = OrientedBox(centre_m=(x, y, floor_m + 0.5 * height), size_lwh_m=size, yaw_rad=centre.yaw_rad)
    label = _label(LABELS[centre.index], size)
    top_m = float(own.height_m.max()) if len(own.height_m) else 0.0
    return LidarDetection(label=label, score=centre.score, box=box, points=len(own.floor_m), top_m=top_m)


def _off_m(centre: Centre, along: Floats) -> float:
    """How far to move the end of a long box that faces us along its length: to where its first high points are.

    Of a bus that stands ahead of us only its rear is seen, and the network guesses how long it is: the rear is then
    metres off. Lower points may be of a car before it.
    """
    facing, half = _facing(centre), 0.5 * centre.size_lwh_m[0]
    if len(along) < _FEWEST_OF_END or not facing:
        return 0.0
    nearest = float(np.percentile(facing * along, _NEAREST_PERCENT))
    return facing * (nearest - half)


def _facing(centre: Centre) -> float:
    return end_seen(centre.xy_m, centre.size_lwh_m[:2], centre.yaw_rad)


def _label(name: str, size_lwh_m: Vec3) -> ObjectClass:
    if name != "vehicle":
        return ObjectClass(name)
    length, _, height = size_lwh_m
    if length <= _CAR_LH_M[0] and height <= _CAR_LH_M[1]:
        return ObjectClass.CAR
    return ObjectClass.VAN if length <= _VAN_LH_M[0] and height <= _VAN_LH_M[1] else ObjectClass.TRUCK
