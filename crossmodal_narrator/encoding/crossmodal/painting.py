"""What the senses show at one stamp, as the cross-modal network takes it: a picture, a plan, half a line of sound.

Nothing here knows which networks the senses' own encoders run: their answers are painted by class and place, beside a
small copy of what the sense itself shows. So a fleet's own detector may stand before the same cross-modal weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import (
    CameraFeatures,
    LidarFeatures,
    ObjectClass,
    SignalState,
    SirenPattern,
    SoundFrame,
)
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import PixelBox

Floats = NDArray[np.float32]
Painted = Mapping[str, Floats]

# The picture: rows and columns of pixels, and of the cells in which the camera's detections are painted.
PICTURE = (112, 192)
CELL_PX = 8
THINGS = (PICTURE[0] // CELL_PX, PICTURE[1] // CELL_PX)
_SEEN = (
    ObjectClass.CAR,
    ObjectClass.TRUCK,
    ObjectClass.BUS,
    ObjectClass.MOTORCYCLE,
    ObjectClass.BICYCLE,
    ObjectClass.CYCLIST,
    ObjectClass.PEDESTRIAN,
    ObjectClass.ANIMAL,
)
_LIKE = {ObjectClass.VAN: ObjectClass.TRUCK, ObjectClass.TRAIN: ObjectClass.BUS}
_SIGNALS = (SignalState.RED, SignalState.AMBER, SignalState.GREEN, SignalState.UNKNOWN)
# What a colour's word looks like: red, green and blue from 0 to 1.
_PAINTS: Mapping[str, tuple[float, float, float]] = {
    "white": (1.0, 1.0, 1.0),
    "silver": (0.75, 0.75, 0.78),
    "grey": (0.45, 0.45, 0.45),
    "dark": (0.15, 0.15, 0.15),
    "black": (0.04, 0.04, 0.04),
    "red": (0.85, 0.1, 0.1),
    "orange": (1.0, 0.5, 0.1),
    "yellow": (0.95, 0.85, 0.1),
    "green": (0.1, 0.6, 0.2),
    "blue": (0.1, 0.25, 0.85),
    "brown": (0.45, 0.28, 0.12),
    "beige": (0.85, 0.78, 0.62),
}
# Classes, signals, the share of the picture's height that a thing takes, whether its colour is known, its colour.
THING_CHANNELS = len(_SEEN) + len(_SIGNALS) + 1 + 4

# The plan: cells around base_link, rows with x (forward), columns with y (left).
PLAN_REACH_M = 44.8
PLAN_CELL_M = 0.8
PLAN = round(2 * PLAN_REACH_M / PLAN_CELL_M)
_SHAPES = (
    ObjectClass.CAR,
    ObjectClass.VAN,
    ObjectClass.TRUCK,
    ObjectClass.BUS,
    ObjectClass.PEDESTRIAN,
    ObjectClass.CYCLIST,
    ObjectClass.OBSTACLE,
)
_SHAPE_LIKE = {ObjectClass.CONE: ObjectClass.OBSTACLE, ObjectClass.MOTORCYCLE: ObjectClass.CYCLIST}
_HEIGHTS_M = (0.25, 1.0, 2.2, 6.0)  # between which points are counted
_MANY_POINTS = 64
_LONG_M = 12.0
PLAN_CHANNELS = len(_SHAPES) + 1 + len(_HEIGHTS_M) - 1  # shapes, their length, points by height

SOUND_FRAMES = 8  # of 100 ms, the newest last
SOUND_VALUES = 3 + len(SirenPattern) + 1  # siren, horn, other; the pattern; the level
_LOUD_DBFS = 60.0

EGO_VALUES = 4  # speed, whether it stands, turning left, turning right
_FAST_MPS, _STANDING_MPS, _TURN_RPS = 15.0, 0.2, 0.3

SENSES = ("camera", "lidar", "audio", "odometry")  # in the order of `present`
SHAPES: Mapping[str, tuple[int, ...]] = {
    "picture": (3, *PICTURE),
    "things": (THING_CHANNELS, *THINGS),
    "plan": (PLAN_CHANNELS, PLAN, PLAN),
    "sounds": (SOUND_FRAMES, SOUND_VALUES),
    "ego": (1, EGO_VALUES),
    "present": (1, len(SENSES)),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensed:
    """Everything that one snapshot gives. A sense that is absent, or blind, is None, or empty."""

    rgb: NDArray[np.uint8] | None = None  # (height, width, 3) of the camera that looks ahead
    camera: CameraFeatures | None = None  # of the same image
    lidar: LidarFeatures | None = None
    sounds: Sequence[SoundFrame] = ()  # the newest last
    ego: EgoMotion | None = None


def paint(sensed: Sensed) -> Painted:
    """Arrays of `SHAPES`, all values within a few units of zero; what a sense that is absent would fill is zero."""
    painted = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    sees = sensed.rgb is not None and sensed.camera is not None and not sensed.camera.is_blind
    if sensed.rgb is not None and sensed.camera is not None and sees:
        painted["picture"] = _picture(sensed.rgb)
        _paint_things(painted["things"], sensed.camera, sensed.rgb.shape[1], sensed.rgb.shape[0])
    if sensed.lidar is not None:
        _paint_plan(painted["plan"], sensed.lidar)
    if sensed.sounds:
        _write_sounds(painted["sounds"], sensed.sounds)
    if sensed.ego is not None:
        painted["ego"][0] = _ego(sensed.ego)
    has = (sees, sensed.lidar is not None, bool(sensed.sounds), sensed.ego is not None)
    painted["present"][0] = np.array(has, np.float32)
    return painted


def _picture(rgb: NDArray[np.uint8]) -> Floats:
    """The whole image, whatever its proportions, as 0 to 1."""
    small = cv2.resize(rgb, (PICTURE[1], PICTURE[0]), interpolation=cv2.INTER_AREA)
    picture: Floats = np.ascontiguousarray(small.transpose(2, 0, 1)).astype(np.float32)
    picture *= np.float32(1.0 / 255.0)
    return picture


def _paint_things(things: Floats, camera: CameraFeatures, width: int, height: int) -> None:
    for detection in sorted(camera.detections, key=lambda d: d.score):  # the surest last: it stays
        row, column = _cell(detection.box, width, height)
        label = _LIKE.get(detection.label, detection.label)
        if label not in _SEEN:
            continue
        cell = things[:, row, column]
        cell[_SEEN.index(label)] = max(cell[_SEEN.index(label)], detection.score)
        cell[len(_SEEN) + len(_SIGNALS)] = (detection.box.y1 - detection.box.y0) / height
        colour = next((a.value for a in detection.attributes if a.name == "colour"), "")
        if colour in _PAINTS:
            cell[-4:] = (1.0, *_PAINTS[colour])
    for signal in camera.signals:
        row, column = _cell(signal.box, width, height)
        channel = len(_SEEN) + _SIGNALS.index(signal.state)
        things[channel, row, column] = max(things[channel, row, column], signal.confidence)


def _cell(box: PixelBox, width: int, height: int) -> tuple[int, int]:
    row = int(0.5 * (box.y0 + box.y1) / height * THINGS[0])
    column = int(0.5 * (box.x0 + box.x1) / width * THINGS[1])
    return min(max(row, 0), THINGS[0] - 1), min(max(column, 0), THINGS[1] - 1)


def _paint_plan(plan: Floats, lidar: LidarFeatures) -> None:
    for one in sorted(lidar.detections, key=lambda d: d.score):
        label = _SHAPE_LIKE.get(one.label, one.label)
        row, column = (math.floor((v + PLAN_REACH_M) / PLAN_CELL_M) for v in one.box.centre_m[:2])
        if label not in _SHAPES or not (0 <= row < PLAN and 0 <= column < PLAN):
            continue
        channel = _SHAPES.index(label)
        plan[channel, row, column] = max(plan[channel, row, column], one.score)
        plan[len(_SHAPES), row, column] = one.box.size_lwh_m[0] / _LONG_M
    points, height = lidar.obstacle_points, lidar.obstacle_height_m
    rows, columns = (np.floor((points[:, k] + PLAN_REACH_M) / PLAN_CELL_M).astype(np.int32) for k in (0, 1))
    inside = (rows >= 0) & (rows < PLAN) & (columns >= 0) & (columns < PLAN)
    inside &= (height >= _HEIGHTS_M[0]) & (height < _HEIGHTS_M[-1])
    layer = np.searchsorted(np.array(_HEIGHTS_M[1:-1], np.float32), height[inside], side="right")
    cells = (layer * PLAN + rows[inside]) * PLAN + columns[inside]
    counts = np.bincount(cells, minlength=(len(_HEIGHTS_M) - 1) * PLAN * PLAN)
    shares = np.log1p(np.minimum(counts, _MANY_POINTS)) / math.log1p(_MANY_POINTS)
    plan[len(_SHAPES) + 1 :] = shares.reshape(-1, PLAN, PLAN)


def _write_sounds(rows: Floats, sounds: Sequence[SoundFrame]) -> None:
    newest = sounds[-SOUND_FRAMES:]
    for row, sound in zip(rows[-len(newest) :], newest, strict=True):
        pattern = [float(sound.pattern is one) for one in SirenPattern]
        level = max(0.0, 1.0 + sound.level_dbfs / _LOUD_DBFS)
        row[:] = (sound.siren, sound.horn, sound.other, *pattern, level)


def _ego(ego: EgoMotion) -> tuple[float, ...]:
    speed, turn = ego.speed_mps, ego.yaw_rate_rps / _TURN_RPS
    return speed / _FAST_MPS, float(abs(speed) < _STANDING_MPS), max(0.0, min(turn, 3.0)), max(0.0, min(-turn, 3.0))
