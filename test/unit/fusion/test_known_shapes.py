"""What the LiDAR encoder recognised goes to the track whose place it is, once."""

from __future__ import annotations

import math

import pytest

from crossmodal_narrator.core.detections import LidarDetection, ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.fusion.known_shapes import KnownShapes, as_measured

CAR, PERSON, OBSTACLE = ObjectClass.CAR, ObjectClass.PEDESTRIAN, ObjectClass.OBSTACLE


def shape(label: ObjectClass, x: float, y: float, *, score: float = 0.9, yaw: float = 0.0) -> LidarDetection:
    size = (4.5, 1.9, 1.6) if label is CAR else (0.6, 0.6, 1.7)
    return LidarDetection(
        label=label, score=score, box=OrientedBox(centre_m=(x, y, 0.5), size_lwh_m=size, yaw_rad=yaw), points=100
    )


def test_a_shape_is_taken_by_who_stands_in_it_and_only_once() -> None:
    shapes = KnownShapes([shape(CAR, 10.0, 0.0)])

    assert shapes.take((11.8, 0.5), CAR) is not None
    assert shapes.take((11.8, 0.5), CAR) is None
    assert shapes.left() == []


def test_a_shape_of_another_kind_is_left_alone() -> None:
    shapes = KnownShapes([shape(CAR, 10.0, 0.0)])

    assert shapes.take((10.0, 0.0), PERSON) is None
    assert shapes.take((10.0, 0.0), ObjectClass.TRUCK) is not None  # vehicles are one kind


def test_a_thing_without_a_class_may_be_any_shape() -> None:
    assert KnownShapes([shape(PERSON, 10.0, 0.0)]).take((10.1, 0.0), OBSTACLE) is not None


def test_who_stands_beside_it_does_not_take_it() -> None:
    assert KnownShapes([shape(CAR, 10.0, 0.0)]).take((10.0, 1.5), CAR) is None


def test_the_surest_of_two_is_taken_first() -> None:
    sure, vague = shape(CAR, 10.0, 0.0, score=0.9), shape(CAR, 10.3, 0.0, score=0.5)
    shapes = KnownShapes([sure, vague])

    assert shapes.take((10.2, 0.0), CAR) is sure
    assert shapes.left() == [vague]


@pytest.mark.parametrize("known", [0.1, 3.0, -3.0])
def test_the_front_stays_where_it_was_known(known: float) -> None:
    seen = as_measured(shape(CAR, 10.0, 0.0, yaw=0.0), known)

    assert math.cos(seen.box.yaw_rad - known) > 0.9
    assert seen.yaw_is_measured
