"""What the ego feels agrees with how it moves, and drifts no more than a good car's odometry does."""

import dataclasses
import itertools

import numpy as np
import pytest

from crossmodal_narrator.core.frames import EgoMotion, FrameTransform
from crossmodal_narrator.simulation.rollout import stamp_at
from crossmodal_narrator.simulation.sensors.ego import GRAVITY_MPS2, EgoSensors, geodetic, mounting_frames
from crossmodal_narrator.simulation.sensors.rig import default_rig

SPEED_MPS, RADIUS_M = 8.0, 40.0  # of the small rollout's circle


@pytest.fixture(scope="module")
def sensors(small_rollout) -> EgoSensors:
    return EgoSensors(small_rollout, 6.0)


def test_odometry_begins_at_zero_and_follows_the_circle(sensors):
    motions = [reading for reading in sensors.odometry() if isinstance(reading, EgoMotion)]
    assert len(motions) == 301
    assert np.allclose(motions[0].odom_from_base.translation_m, 0.0)
    angle = SPEED_MPS / RADIUS_M * 6.0
    true = RADIUS_M * np.array([np.sin(angle), 1.0 - np.cos(angle)])
    drift = np.linalg.norm(motions[-1].odom_from_base.translation_m[:2] - true)
    assert 1e-4 < drift < 0.02 * SPEED_MPS * 6.0
    assert motions[100].yaw_rate_rps == pytest.approx(SPEED_MPS / RADIUS_M, rel=0.02)
    assert motions[100].velocity_mps[0] == pytest.approx(SPEED_MPS, rel=0.01)


def test_the_transform_is_the_pose_of_the_odometry(sensors):
    for motion, edge in itertools.pairwise(itertools.islice(sensors.odometry(), 2)):
        assert isinstance(edge, FrameTransform)
        assert edge.stamp_ns == motion.stamp_ns
        assert np.array_equal(edge.parent_from_child.translation_m, motion.odom_from_base.translation_m)


def test_the_inertial_unit_feels_gravity_and_the_turn(sensors):
    readings = list(sensors.inertial())
    assert len(readings) == 601
    force = np.mean([r.specific_force_mps2 for r in readings[50:-50]], axis=0)
    assert force == pytest.approx([0.0, SPEED_MPS**2 / RADIUS_M, GRAVITY_MPS2], abs=0.02)
    turn = np.mean([r.angular_velocity_rps for r in readings], axis=0)
    assert turn == pytest.approx([0.0, 0.0, SPEED_MPS / RADIUS_M], abs=0.003)


def test_satellites_tell_the_way_that_was_driven(sensors, small_rollout):
    fixes = list(sensors.satellite())
    first, last = fixes[0], fixes[-1]
    metres_a_degree = 110_852.0  # along a meridian at 30 degrees north, WGS 84
    north = (last.latitude_deg - first.latitude_deg) * metres_a_degree
    true = small_rollout.ego.pose(6.0).translation_m[1] - small_rollout.ego.pose(0.0).translation_m[1]
    assert north == pytest.approx(true, abs=1.5)
    assert [f.stamp_ns for f in fixes] == [stamp_at(0.1 * k) for k in range(61)]


def test_a_degree_of_longitude_is_as_long_as_the_tables_say():
    origin, east = geodetic((0.0, 0.0, 0.0)), geodetic((96_486.0, 0.0, 5.0))  # a degree at 30 degrees north
    assert east[1] - origin[1] == pytest.approx(1.0, abs=1e-4)
    assert east[2] - origin[2] == 5.0


def test_another_seed_drifts_in_another_way(small_rollout):
    other = EgoSensors(dataclasses.replace(small_rollout, seed=6), 6.0)
    mine = EgoSensors(small_rollout, 6.0)
    again = EgoSensors(small_rollout, 6.0)
    ends = [list(s.odometry())[-1].parent_from_child.translation_m.tobytes() for s in (mine, again, other)]
    assert ends[0] == ends[1] != ends[2]


def test_every_sensor_of_the_rig_has_its_place():
    rig = default_rig(("front", "rear"))
    mounts = {frame.child: frame.parent_from_child for frame in mounting_frames(rig)}
    sensors = {"camera_front_optical", "camera_rear_optical", "lidar_top", "microphones", "cabin_microphone"}
    assert set(mounts) == sensors | {"imu", "gnss"}
    looks_back = mounts["camera_rear_optical"].rotation @ [0.0, 0.0, 1.0]
    assert looks_back == pytest.approx([-1.0, 0.0, 0.0], abs=1e-9)
