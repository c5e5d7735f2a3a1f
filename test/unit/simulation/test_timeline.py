"""Where something is at any time, and how a body follows the track of its nose."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.traffic.smoothing import Chassis, follow, follow_line
from crossmodal_narrator.simulation.traffic.timeline import Lamps, Timeline

STEP_S = 0.05
CAR = Chassis(behind_nose_m=0.9, wheelbase_m=2.7, origin_m=1.4)


def test_between_samples_a_motion_is_linear() -> None:
    timeline = Timeline(
        time_s=np.array([0.0, 1.0, 3.0]),
        xyz_m=np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [2.0, 4.0, 0.0]]),
        yaw_rad=np.array([0.0, 0.5, 1.5]),
        speed_mps=np.array([2.0, 2.0, 2.0]),
        lamps=np.array([0, int(Lamps.BRAKE), 0], np.uint8),
    )

    assert timeline.pose(2.0).translation_m.tolist() == [2.0, 2.0, 0.0]
    assert timeline.pose(2.0).yaw_rad == pytest.approx(1.0)
    assert timeline.yaw_rate_rps(2.0) == pytest.approx(0.5)
    assert timeline.lamps_at(2.9) is Lamps.BRAKE
    assert timeline.distance_m(3.0) == pytest.approx(6.0)
    assert [timeline.is_present(t) for t in (-0.1, 0.0, 3.0, 3.1)] == [False, True, True, False]


def test_samples_whose_times_do_not_rise_are_refused() -> None:
    with pytest.raises(ScenarioError, match="times rise"):
        Timeline(
            time_s=np.array([1.0, 1.0]),
            xyz_m=np.zeros((2, 3)),
            yaw_rad=np.zeros(2),
            speed_mps=np.zeros(2),
            lamps=np.zeros(2, np.uint8),
        )


def test_who_stands_is_there_for_ever() -> None:
    timeline = Timeline.standing(1.0, 2.0, 0.3)

    assert timeline.is_present(-500.0)
    assert timeline.is_present(9000.0)
    assert not timeline.is_moving_ever


def test_a_body_on_a_straight_line_keeps_its_distance_behind_the_nose() -> None:
    nose = np.stack([np.arange(100) * 0.5, np.full(100, 3.0)], axis=-1)

    motion = follow(nose, 0.0, STEP_S, CAR)

    assert np.abs(motion.xy_m - (nose - [CAR.behind_nose_m + CAR.origin_m, 0.0])).max() < 1e-6
    assert np.abs(motion.yaw_rad).max() < 1e-9
    assert np.abs(motion.speed_mps - 10.0).max() < 1e-6


def test_a_body_in_a_circle_trails_as_a_tractrix_does() -> None:
    radius, speed = 12.0, 5.0
    angle = np.arange(2000) * STEP_S * speed / radius
    nose = radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    chassis = Chassis(behind_nose_m=0.0, wheelbase_m=2.7, origin_m=2.7)

    motion = follow(nose, 0.5 * math.pi, STEP_S, chassis)

    # Once swung in, the rear axle runs on a circle of its own, √(R² − L²), at right angles to its radius.
    rear = np.linalg.norm(motion.xy_m[500:1800], axis=1)
    assert np.abs(rear - math.sqrt(radius**2 - 2.7**2)).max() < 0.02
    assert np.abs(np.diff(motion.yaw_rad)[500:1800] / STEP_S - speed / radius).max() < 0.01
    assert np.abs(motion.speed_mps[500:1800] - speed * math.sqrt(1.0 - (2.7 / radius) ** 2)).max() < 0.03


def test_a_corner_of_the_track_becomes_a_bend() -> None:
    line = np.array([[0.0, 0.0], [20.0, 0.0], [20.0, 30.0]])
    nose = np.arange(0.0, 45.0, 5.0 * STEP_S)

    motion = follow_line(line, 0.0, nose, STEP_S, CAR)

    rate = np.abs(np.diff(motion.yaw_rad)) / STEP_S
    assert rate.max() < 1.8
    assert motion.yaw_rad[-1] == pytest.approx(0.5 * math.pi, abs=0.02)
    # Its middle slips sideways in a bend, which is no speed ahead.
    ahead = np.stack([np.cos(motion.yaw_rad), np.sin(motion.yaw_rad)], axis=-1)
    moved = (np.gradient(motion.xy_m, STEP_S, axis=0) * ahead).sum(axis=1)
    assert np.abs(moved - motion.speed_mps).max() < 0.1


def test_who_stops_neither_slides_nor_turns() -> None:
    speed = np.concatenate([np.full(60, 8.0), np.linspace(8.0, 0.0, 40), np.zeros(100)])
    nose = np.stack([np.cumsum(speed) * STEP_S, np.zeros(200)], axis=-1)

    motion = follow(nose, 0.0, STEP_S, CAR)

    assert np.abs(np.diff(motion.xy_m[125:], axis=0)).max() < 1e-6
    assert (motion.speed_mps[125:] < 1e-4).all()
    assert (np.diff(motion.xy_m[:, 0]) >= -1e-12).all()
