"""A sweep in one piece: the ego's motion undone, and how old the points of each place are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossmodal_narrator.core.frames import LidarSweep
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.sync.compensation import place_sweep

STAMP_NS = 1_700_000_000_000_000_000
TURN_S = 0.1
FROM_LIDAR = Pose.from_xy_yaw(0.5, 0.0, 0.0)


def turning(points: int = 20_000) -> LidarSweep:
    """One turn, counter-clockwise from straight behind, that ends at the stamp."""
    azimuth = np.linspace(-math.pi, math.pi, points, endpoint=False)
    xyz = np.column_stack([20.0 * np.cos(azimuth), 20.0 * np.sin(azimuth), np.zeros(points)])
    return LidarSweep(
        stamp_ns=STAMP_NS,
        frame_id="lidar",
        xyz=xyz.astype(np.float32),
        intensity=None,
        point_offset_s=np.linspace(-TURN_S, 0.0, points, dtype=np.float32),
    )


@pytest.mark.parametrize(("x_m", "y_m", "turned"), [(20.0, 0.0, 0.5), (0.5, -20.0, 0.25), (0.5, 20.0, 0.75)])
def test_points_are_as_old_as_the_laser_has_turned_since(x_m: float, y_m: float, turned: float) -> None:
    placed = place_sweep(turning(), FROM_LIDAR, STAMP_NS, lambda stamp_ns: None)
    assert placed.age_s(x_m, y_m) == pytest.approx(TURN_S * (1.0 - turned), abs=0.002)


def test_they_are_older_where_a_camera_leads() -> None:
    placed = place_sweep(turning(), FROM_LIDAR, STAMP_NS + 30_000_000, lambda stamp_ns: None)
    assert placed.age_s(20.0, 0.0) == pytest.approx(0.03 + TURN_S / 2, abs=0.002)


def test_a_sweep_without_times_is_as_old_as_its_stamp() -> None:
    turn = turning(100)
    still = LidarSweep(stamp_ns=STAMP_NS, frame_id="lidar", xyz=turn.xyz, intensity=None)
    placed = place_sweep(still, FROM_LIDAR, STAMP_NS + 20_000_000, lambda stamp_ns: None)
    assert placed.age_s(20.0, 0.0) == placed.age_s(-20.0, 3.0) == pytest.approx(0.02)


def test_a_sector_that_shows_nothing_is_as_old_as_the_rest_on_average() -> None:
    turn = turning()
    ahead = turn.xyz[:, 0] > 0
    half = LidarSweep(
        stamp_ns=STAMP_NS,
        frame_id="lidar",
        xyz=turn.xyz[ahead],
        intensity=None,
        point_offset_s=turn.point_offset_s[ahead] if turn.point_offset_s is not None else None,
    )
    placed = place_sweep(half, FROM_LIDAR, STAMP_NS, lambda stamp_ns: None)
    assert placed.age_s(-20.0, 0.1) == pytest.approx(TURN_S / 2, abs=0.005)


def test_an_empty_sweep_has_no_age() -> None:
    none = LidarSweep(stamp_ns=STAMP_NS, frame_id="lidar", xyz=np.zeros((0, 3), np.float32), intensity=None)
    assert place_sweep(none, FROM_LIDAR, STAMP_NS, lambda stamp_ns: None).age_s(1.0, 1.0) == 0.0
