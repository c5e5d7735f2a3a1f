"""A sweep is taken apart into the ground and the things that stand on it."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from drawn_sweep import GROUND_Z_M, car_box, faces, ground, sweep
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import LidarFeatures
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.core.snapshot import PlacedSweep
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.lidar import LidarGeometry, LidarGeometryConfig
from crossmodal_narrator.encoding.lidar.boxes import fit_box
from crossmodal_narrator.encoding.lidar.clusters import connected, members
from crossmodal_narrator.encoding.lidar.ground import fit_ground


def encode(placed: PlacedSweep) -> LidarFeatures:
    return LidarGeometry(LidarGeometryConfig()).encode(placed, StageTimer(time.perf_counter_ns))


def boxed(points: NDArray[np.float32]) -> OrientedBox:
    return fit_box(points, points.min(axis=0), points.max(axis=0), GROUND_Z_M)


@pytest.mark.parametrize("slope", [-0.08, 0.0, 0.08])
def test_the_ground_is_found_on_a_hill(slope: float) -> None:
    points = ground(slope)
    found = fit_ground(points, (0.0, 0.0), max_range_m=60.0, max_slope=0.15)
    off = np.abs(found.under(points[:, :2]) - points[:, 2])
    assert np.quantile(off, 0.95) < 0.15


def test_the_ground_goes_on_beneath_what_stands_on_it() -> None:
    car = car_box(10.0, 0.0)
    found = fit_ground(np.vstack([ground(), faces(car)]), (0.0, 0.0), max_range_m=60.0, max_slope=0.15)
    beneath = found.under(np.array([[8.0, 0.0], [10.0, 0.5]], np.float32))
    assert beneath == pytest.approx([GROUND_Z_M, GROUND_Z_M], abs=0.1)


@pytest.mark.parametrize("slope", [0.0, 0.06])
def test_a_car_on_the_road_is_one_cluster(slope: float) -> None:
    car = faces(car_box(12.0, 0.5))
    car[:, 2] += slope * 12.0
    features = encode(sweep(ground(slope), car))
    assert len(features.clusters) == 1
    (cluster,) = features.clusters
    assert cluster.box.nearest_in_plan_m() == pytest.approx(9.7, abs=0.15)
    assert cluster.ground_z_m == pytest.approx(GROUND_Z_M + slope * 12.0, abs=0.2)


def test_two_parked_cars_are_two_clusters() -> None:
    features = encode(sweep(ground(), faces(car_box(8.0, -3.0)), faces(car_box(14.0, -3.0))))
    assert len(features.clusters) == 2


def test_the_ground_alone_and_an_empty_sweep_hold_no_clusters() -> None:
    assert encode(sweep(ground())).clusters == ()
    nothing = encode(sweep(np.empty((0, 3), np.float32)))
    assert nothing.clusters == ()
    assert nothing.obstacle_points.shape == (0, 3)


def test_the_vehicles_own_body_is_no_obstacle() -> None:
    bonnet = faces(car_box(1.6, 0.0, size_lwh_m=(0.8, 1.0, 1.4)))
    assert encode(sweep(ground(), bonnet)).clusters == ()


def test_what_hangs_above_joins_no_cluster() -> None:
    branch = faces(car_box(10.0, 0.0)) + np.array([0, 0, 3.5], np.float32)
    features = encode(sweep(ground(), branch))
    assert features.clusters == ()
    assert len(features.obstacle_points) == len(branch)


@settings(max_examples=60, deadline=None)
@given(st.floats(6, 30), st.floats(-15, 15), st.floats(0, math.pi))
def test_an_l_shape_gives_the_direction_of_the_sides(x_m: float, y_m: float, yaw_rad: float) -> None:
    car = car_box(x_m, y_m, yaw_rad)
    fitted = boxed(faces(car))
    off = (fitted.yaw_rad - yaw_rad + math.pi / 4) % (math.pi / 2) - math.pi / 4
    # Half a step of the search, and what a face as narrow as a car's rear may tilt within the sensor's noise (0.08 m).
    assert abs(off) <= math.radians(1.5) + math.atan(0.08 / 0.95)


def test_the_longer_visible_side_is_the_length() -> None:
    fitted = boxed(faces(car_box(0.0, 8.0, 0.0)))
    length, width, height = fitted.size_lwh_m
    assert length == pytest.approx(4.6, abs=0.1)
    assert width < 0.3  # a flank alone shows no depth
    assert height == pytest.approx(1.6, abs=0.25)


@given(st.permutations(range(12)))
def test_clusters_do_not_depend_on_the_order_of_points(order: list[int]) -> None:
    xy = np.array([[k * 0.15, 0.0] for k in range(6)] + [[10 + k * 0.15, 3.0] for k in range(6)], np.float32)
    groups = members(connected(xy[order], 0.2), 3)
    found = {frozenset(order[k] for k in group) for group in groups}
    assert found == {frozenset(range(6)), frozenset(range(6, 12))}


def test_a_ceiling_below_the_floor_is_refused() -> None:
    with pytest.raises(ConfigError, match="max_height_m"):
        LidarGeometryConfig(min_height_m=1.0, max_height_m=1.0)
