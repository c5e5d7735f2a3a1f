"""From the visible side of a thing to the whole of it: what a class is usually as large as, and which side was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, Vec2, Vec3, wrap_angle
from crossmodal_narrator.encoding.lidar.boxes import fit_yaw

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePrior:
    """The usual size of a class and the largest that is still believed: (length, width, height)."""

    usual_lwh_m: Vec3
    largest_lwh_m: Vec3


# Means and upper tails of the annotated boxes of public driving sets (nuScenes, Caesar et al. 2020, figure 6), rounded.
PRIORS = {
    ObjectClass.CAR: SizePrior(usual_lwh_m=(4.6, 1.9, 1.7), largest_lwh_m=(6.2, 2.4, 2.6)),
    ObjectClass.VAN: SizePrior(usual_lwh_m=(5.2, 2.0, 2.1), largest_lwh_m=(7.0, 2.5, 3.0)),
    ObjectClass.TRUCK: SizePrior(usual_lwh_m=(6.5, 2.4, 2.8), largest_lwh_m=(13.0, 3.0, 4.3)),
    ObjectClass.BUS: SizePrior(usual_lwh_m=(11.0, 2.8, 3.3), largest_lwh_m=(18.0, 3.2, 4.3)),
    ObjectClass.TRAIN: SizePrior(usual_lwh_m=(20.0, 2.8, 3.6), largest_lwh_m=(60.0, 3.6, 5.0)),
    ObjectClass.MOTORCYCLE: SizePrior(usual_lwh_m=(2.1, 0.8, 1.5), largest_lwh_m=(2.8, 1.3, 2.1)),
    ObjectClass.BICYCLE: SizePrior(usual_lwh_m=(1.7, 0.6, 1.2), largest_lwh_m=(2.3, 1.1, 2.0)),
    ObjectClass.CYCLIST: SizePrior(usual_lwh_m=(1.8, 0.7, 1.7), largest_lwh_m=(2.4, 1.2, 2.1)),
    ObjectClass.PEDESTRIAN: SizePrior(usual_lwh_m=(0.7, 0.7, 1.7), largest_lwh_m=(1.2, 1.2, 2.1)),
    ObjectClass.ANIMAL: SizePrior(usual_lwh_m=(0.9, 0.4, 0.7), largest_lwh_m=(2.4, 1.0, 2.0)),
    ObjectClass.CONE: SizePrior(usual_lwh_m=(0.4, 0.4, 0.8), largest_lwh_m=(0.6, 0.6, 1.1)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is known of a thing before its next points are looked at."""

    label: ObjectClass
    size_lwh_m: Vec3
    yaw_rad: float  # of the long axis, in base_link
    yaw_is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A whole box, and how much of its length and width was seen."""

    box: OrientedBox
    visible_lw_m: Vec2
    yaw_is_measured: bool


def usual_shape(label: ObjectClass, along_rad: float) -> Shape:
    """The shape of a class of which nothing has been measured; along the road, as most things are."""
    prior = PRIORS.get(label)
    size = (0.0, 0.0, 0.0) if prior is None else prior.usual_lwh_m
    return Shape(label=label, size_lwh_m=size, yaw_rad=along_rad, yaw_is_known=False)


def complete(points: Floats, ground_z_m: float, shape: Shape, seen_from: Vec2) -> Completed:
    """(points, 3) of the visible part → the whole box, in base_link.

    The sides that face the sensor at `seen_from` are where they were measured; the others follow from the size.
    """
    fitted = _yaw(points, shape)
    yaw = shape.yaw_rad if fitted is None else fitted
    c, s = math.cos(yaw), math.sin(yaw)
    axes = np.array([[c, s], [-s, c]], np.float32)
    along = points[:, :2] @ axes.T  # (points, 2)
    low, high = _extent(along)
    sensor = axes @ np.array(seen_from, np.float32)
    size = _size(high - low, shape)
    middle = [_centre(float(low[k]), float(high[k]), size[k], float(sensor[k])) for k in (0, 1)]
    height = max(float(points[:, 2].max()) - ground_z_m, 0.3)
    prior = PRIORS.get(shape.label)
    if prior is not None:
        height = min(max(height, 0.6 * prior.usual_lwh_m[2]), prior.largest_lwh_m[2])
    box = OrientedBox(
        centre_m=(c * middle[0] - s * middle[1], s * middle[0] + c * middle[1], ground_z_m + 0.5 * height),
        size_lwh_m=(size[0], size[1], height),
        yaw_rad=wrap_angle(yaw),
    )
    visible = (float(high[0] - low[0]), float(high[1] - low[1]))
    return Completed(box=box, visible_lw_m=visible, yaw_is_measured=fitted is not None)


def _yaw(points: Floats, shape: Shape) -> float | None:
    """The direction of the long axis: that of the visible sides, turned by quarters to what is expected.

    None where the points cannot tell: there are few, or they are a person's. A side that is longer than the thing
    should be wide is the long one.
    """
    if len(points) < 15 or shape.size_lwh_m[0] < 1.2 * shape.size_lwh_m[1] or shape.size_lwh_m[0] < 1.4:
        return None
    fitted = fit_yaw(points[:, :2])
    turns = round((shape.yaw_rad - fitted) / (math.pi / 2))
    yaw = fitted + turns * math.pi / 2
    if not shape.yaw_is_known:
        c, s = math.cos(yaw), math.sin(yaw)
        low, high = _extent(points[:, :2] @ np.array([[c, s], [-s, c]], np.float32).T)
        if high[1] - low[1] > 1.35 * shape.size_lwh_m[1] and high[0] - low[0] < high[1] - low[1]:
            yaw += math.pi / 2
    elif abs(wrap_angle(yaw - shape.yaw_rad)) > math.radians(25):
        return None  # a known direction does not jump: something else is among the points
    return yaw


def _extent(along: Floats) -> tuple[Floats, Floats]:
    """Where the points begin and end on each axis; of many, a hundredth may be stray on either side."""
    stray = len(along) // 100
    if not stray:
        return along.min(axis=0), along.max(axis=0)
    ordered = np.partition(along, (stray, len(along) - 1 - stray), axis=0)
    return ordered[stray], ordered[-1 - stray]


def _size(visible: Floats, shape: Shape) -> tuple[float, float]:
    prior = PRIORS.get(shape.label)
    if prior is None:
        return max(float(visible[0]), 0.2), max(float(visible[1]), 0.2)
    length, width = (min(max(shape.size_lwh_m[k], float(visible[k])), prior.largest_lwh_m[k]) for k in (0, 1))
    return length, width


def _centre(low: float, high: float, size: float, sensor: float) -> float:
    """On one axis: the near side is where it was seen; seen from within its span, both ends are as likely."""
    if high - low >= size or low <= sensor <= high:
        return 0.5 * (low + high)
    return low + 0.5 * size if sensor < low else high - 0.5 * size
