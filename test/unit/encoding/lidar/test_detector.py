"""From a sweep to things with a class: geometry, image, network, boxes on the ground. The network is a known answer."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from drawn_sweep import GROUND_Z_M, car_box, faces, ground, sweep

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.encoding.lidar import (
    LidarDetector,
    LidarDetectorConfig,
    LidarEncoder,
    LidarGeometry,
    LidarGeometryConfig,
)
from crossmodal_narrator.encoding.lidar.bird_eye import CELLS, CHANNELS
from crossmodal_narrator.encoding.lidar.centres import GRID, GRID_M, REACH_M, REGRESSIONS
from crossmodal_narrator.encoding.lidar.detector import LABELS

TIMER = StageTimer(lambda: 0)


@dataclasses.dataclass
class KnownAnswer:
    """An engine that says the same of every image: a thing of class `label` at x, y."""

    label: int
    x: float
    y: float
    size: tuple[float, float, float]
    name: str = "known"

    def infer(self, inputs: Arrays) -> Arrays:
        assert inputs["image"].shape == (1, CHANNELS, CELLS, CELLS)
        assert inputs["image"].dtype == np.float32
        scores, regressions = (
            np.zeros((1, 4, GRID, GRID), np.float32),
            np.zeros((1, REGRESSIONS, GRID, GRID), np.float32),
        )
        u, v = (self.x + REACH_M) / GRID_M, (self.y + REACH_M) / GRID_M
        scores[0, self.label, int(u), int(v)] = 0.9
        sizes = [math.log(s) for s in self.size]
        regressions[0, :, int(u), int(v)] = [u % 1 - 0.5, v % 1 - 0.5, *sizes, 0.0, 1.0, 1.0, 0.0]
        return {"scores": scores, "regressions": regressions}


def encoder(answer: KnownAnswer) -> LidarEncoder:
    detector = LidarDetector(LidarDetectorConfig(), answer, LABELS)
    return LidarEncoder(LidarGeometry(LidarGeometryConfig()), detector)


@pytest.mark.parametrize("slope", [0.0, 0.06])
def test_a_thing_stands_on_the_ground_beneath_its_points(slope: float) -> None:
    car = faces(car_box(12.0, 0.5))
    car[:, 2] += slope * 12.0

    features = encoder(KnownAnswer(0, 12.0, 0.5, (4.6, 1.9, 1.6))).encode(sweep(ground(slope), car), TIMER)
    (found,) = features.detections

    bottom = found.box.centre_m[2] - 0.5 * found.box.size_lwh_m[2]
    assert bottom == pytest.approx(GROUND_Z_M + slope * 12.0, abs=0.2)
    assert found.box.centre_m[:2] == pytest.approx((12.0, 0.5), abs=1e-3)
    assert found.points > 50
    assert len(features.clusters) == 1  # geometry goes on beside it


def test_an_answer_where_the_laser_met_nothing_is_dropped() -> None:
    features = encoder(KnownAnswer(0, -20.0, 8.0, (4.6, 1.9, 1.6))).encode(sweep(ground()), TIMER)

    assert features.detections == ()


@pytest.mark.parametrize(
    ("label", "size", "named"),
    [
        (0, (4.6, 1.9, 1.6), ObjectClass.CAR),
        (0, (5.9, 2.1, 2.6), ObjectClass.VAN),
        (0, (12.0, 2.5, 3.1), ObjectClass.TRUCK),
        (1, (0.6, 0.6, 1.7), ObjectClass.PEDESTRIAN),
        (2, (1.8, 0.6, 1.8), ObjectClass.CYCLIST),
        (3, (0.4, 0.4, 0.8), ObjectClass.OBSTACLE),
    ],
)
def test_things_are_told_apart_by_class_and_size_and_keep_their_size(
    label: int, size: tuple[float, float, float], named: ObjectClass
) -> None:
    placed = sweep(ground(), faces(car_box(12.0, 0.0)))

    (found,) = encoder(KnownAnswer(label, 9.8, 0.0, size)).encode(placed, TIMER).detections

    assert found.label is named
    if named is not ObjectClass.TRUCK:  # its end is put where it is seen
        assert found.box.size_lwh_m == pytest.approx(size, rel=1e-4)


@pytest.mark.parametrize("x", [15.0, -15.0])
def test_the_end_of_a_bus_that_faces_us_is_where_its_points_are(x: float) -> None:
    bus = car_box(x, 0.0, size_lwh_m=(12.0, 2.6, 3.0))  # 9 m away
    guessed = x * 0.88  # 1.8 m nearer, which the network cannot know better

    (found,) = (
        encoder(KnownAnswer(0, guessed, 0.0, (11.0, 2.6, 3.0))).encode(sweep(ground(), faces(bus)), TIMER).detections
    )

    assert found.box.nearest_in_plan_m() == pytest.approx(9.0, abs=0.15)


def test_what_is_known_as_a_car_stays_where_the_network_says() -> None:
    whole = faces(car_box(12.0, 4.0))
    seen = whole[whole[:, 0] > 11.0]  # something stands before its rear

    (found,) = encoder(KnownAnswer(0, 12.0, 4.0, (4.6, 1.9, 1.6))).encode(sweep(ground(), seen), TIMER).detections

    assert found.box.centre_m[:2] == pytest.approx((12.0, 4.0), abs=1e-3)


@pytest.mark.parametrize(("top_m", "expected"), [(0.72, 0), (1.3, 1)])
def test_what_is_no_higher_than_a_guard_rail_is_no_vehicle(top_m: float, expected: int) -> None:
    side = faces(car_box(12.0, 4.0, size_lwh_m=(8.0, 0.3, top_m)))
    placed = sweep(ground(), side)

    assert len(encoder(KnownAnswer(0, 12.0, 4.5, (4.6, 1.9, 1.6))).encode(placed, TIMER).detections) == expected
    barrier = encoder(KnownAnswer(3, 12.0, 4.5, (4.6, 1.9, 1.6))).encode(placed, TIMER).detections
    assert len(barrier) == 1  # which may be as low


def test_a_model_with_other_labels_is_refused() -> None:
    with pytest.raises(ModelError, match=r"labels are \('car',\).*choose a model with"):
        LidarDetector(LidarDetectorConfig(), KnownAnswer(0, 0, 0, (1, 1, 1)), ("car",))


def test_without_a_network_geometry_is_what_there_is() -> None:
    alone = LidarEncoder(LidarGeometry(LidarGeometryConfig()), None)
    features = alone.encode(sweep(ground(), faces(car_box(12.0, 0.5))), TIMER)

    assert alone.engine_name == ""
    assert features.detections == ()
    assert len(features.clusters) == 1
