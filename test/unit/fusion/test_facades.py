"""What is seen through the windows of a house is on no road; trees and lorries before a car hide it from nobody."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from drawn_sweep import GROUND_Z_M, SENSOR_M, car_box, faces, ground, sweep
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import LidarDetection, ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.lidar import LidarGeometry, LidarGeometryConfig
from crossmodal_narrator.fusion.facades import in_the_open

CAR_AT = (4.0, -11.0)


def block(
    y_m: float, *, width_m: float = 14.0, depth_m: float = 0.3, height_m: float = 4.0, from_m: float = 0.0
) -> OrientedBox:
    """What goes up from `from_m` above the ground to `height_m`."""
    box = car_box(CAR_AT[0], y_m, size_lwh_m=(width_m, depth_m, height_m - from_m))
    x, y, z = box.centre_m
    return replace(box, centre_m=(x, y, z + from_m))


def is_in_the_open(
    *before: OrientedBox,
    crown: bool = False,
    above: NDArray[np.float32] | None = None,
    label: ObjectClass = ObjectClass.CAR,
    known: tuple[LidarDetection, ...] = (),
) -> bool:
    """Whether a shape at CAR_AT is left, with so much between it and us, of which `known` is recognised."""
    thing = car_box(*CAR_AT)
    parts = [ground(), faces(thing), *(faces(box) for box in before)]
    if crown:  # of a tree, above the way to it: leaves everywhere from 2.5 to 5 m
        leaves = np.random.default_rng(5).normal((2.5, -6.0, 3.7), (1.5, 0.7, 0.6), (3000, 3))
        parts.append(leaves[leaves[:, 2] > 2.5].astype(np.float32))
    placed = sweep(*parts, *(() if above is None else (above,)))
    features = LidarGeometry(LidarGeometryConfig()).encode(placed, StageTimer(time.perf_counter_ns))
    shape = LidarDetection(label=label, score=0.3, box=thing, points=100)
    features = replace(features, detections=(*known, shape))
    return in_the_open(features, SENSOR_M[:2]) == [*known, shape]


def test_a_car_in_a_shop_is_not_on_the_road() -> None:
    assert not is_in_the_open(block(-8.0))


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ((), "nothing stands before it"),
        ((block(-8.0, height_m=2.0),), "over a fence one sees what stands on a car park"),
        ((block(-14.0),), "the house stands behind it"),
        ((block(-8.0, width_m=2.0),), "most of it is seen beside the house"),
    ],
)
def test_in_the_open(before: tuple[OrientedBox, ...], why: str) -> None:
    assert is_in_the_open(*before), why


def test_behind_a_shop_window_that_has_frames_a_car_is_in_the_house() -> None:
    frames = [car_box(x, -8.0, size_lwh_m=(0.4, 0.3, 2.6)) for x in np.arange(-2.0, 8.0, 1.0)]
    assert not is_in_the_open(block(-8.0, from_m=2.6), *frames)


@pytest.mark.parametrize("queues", [True, False])
def test_behind_a_bridge_is_in_the_open(*, queues: bool) -> None:
    """Whether or not cars stand beneath it."""
    queue = tuple(car_box(x, -8.0) for x in (0.0, 5.0)) if queues else ()
    shapes = tuple(LidarDetection(label=ObjectClass.CAR, score=0.8, box=box, points=300) for box in queue)
    assert is_in_the_open(block(-8.0, from_m=4.5, height_m=5.5), *queue, known=shapes)


def test_in_a_tunnel_is_in_the_open() -> None:
    x, y = np.meshgrid(np.arange(0.0, 8.0, 0.05), np.arange(-16.0, 8.0, 0.05))
    ceiling = np.column_stack([x.ravel(), y.ravel(), np.full(x.size, GROUND_Z_M + 4.8)]).astype(np.float32)
    assert is_in_the_open(above=ceiling)


def test_under_trees_is_in_the_open() -> None:
    assert is_in_the_open(crown=True)


def test_behind_a_tree_and_a_facade_is_in_the_house() -> None:
    assert not is_in_the_open(block(-8.6), crown=True)


def test_a_car_that_comes_out_from_behind_a_lorry_is_in_the_open() -> None:
    side = block(-7.0, width_m=8.0, depth_m=2.5, height_m=3.6)  # as flat as a facade, and as high
    lorry = LidarDetection(label=ObjectClass.TRUCK, score=0.8, box=side, points=900)
    assert is_in_the_open(side, known=(lorry,))
    assert not is_in_the_open(side)


@pytest.mark.parametrize("label", [ObjectClass.PEDESTRIAN, ObjectClass.MOTORCYCLE])
def test_who_can_be_hurt_is_never_left_out(label: ObjectClass) -> None:
    """A facade may be an arcade, and who steps out of it is hurt first."""
    assert is_in_the_open(block(-8.0), label=label)
