"""Lanes, lights and boxes that meet."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossmodal_narrator.simulation.traffic.conflicts import course, first_overlap
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind, Light, SignalTimeline
from crossmodal_narrator.simulation.traffic.timeline import Timeline


def bent_lane() -> Lane:
    return Lane(
        lane_id="a_b_0",
        edge_id="a_b",
        index=0,
        kind=LaneKind.DRIVING,
        centre=np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 5.0]]),
        width_m=3.0,
        speed_limit_mps=14.0,
    )


@pytest.mark.parametrize(
    ("way_m", "left_m", "place"),
    [
        (4.0, 0.0, (4.0, 0.0, 0.0)),
        (4.0, 1.0, (4.0, 1.0, 0.0)),
        (12.0, 0.0, (10.0, 2.0, 0.5 * math.pi)),
        (12.0, 1.0, (9.0, 2.0, 0.5 * math.pi)),
        (99.0, 0.0, (10.0, 5.0, 0.5 * math.pi)),
    ],
)
def test_a_place_is_told_by_the_way_along_the_lane(way_m: float, left_m: float, place: tuple[float, ...]) -> None:
    lane = bent_lane()

    assert lane.length_m == pytest.approx(15.0)
    assert lane.at(way_m, left_m) == pytest.approx(place)


def test_a_light_shows_what_it_changed_to_last() -> None:
    light = SignalTimeline(signal_id="x", changes=((0.0, Light.RED), (4.0, Light.GREEN)))

    assert [light.at(t) for t in (0.0, 3.9, 4.0, 60.0)] == [Light.RED, Light.RED, Light.GREEN, Light.GREEN]


def drives_by(y_m: float) -> Timeline:
    return Timeline(
        time_s=np.array([0.0, 4.0]),
        xyz_m=np.array([[-20.0, y_m, 0.0], [20.0, y_m, 0.0]]),
        yaw_rad=np.zeros(2),
        speed_mps=np.full(2, 10.0),
        lamps=np.zeros(2, np.uint8),
    )


def test_two_bodies_meet_when_their_boxes_touch_and_not_when_only_their_circles_do() -> None:
    parked = course("parked", Timeline.standing(0.0, 0.0, 0.0), (4.0, 2.0, 1.5), 4.0)
    size = (4.0, 2.0, 1.5)

    assert first_overlap(parked, course("a", drives_by(1.0), size, 4.0)) == pytest.approx(1.6)
    assert first_overlap(parked, course("b", drives_by(2.1), size, 4.0)) is None
    assert first_overlap(parked, course("c", drives_by(2.1), size, 4.0), room_m=0.2) == pytest.approx(1.6)


def test_a_body_turned_askew_is_as_wide_as_it_is() -> None:
    size = (4.0, 2.0, 1.5)
    straight = course("parked", Timeline.standing(0.0, 0.0, 0.0), size, 1.0)
    askew = course("askew", Timeline.standing(0.0, 2.6, math.radians(45.0)), size, 1.0)
    apart = course("apart", Timeline.standing(0.0, 3.2, math.radians(45.0)), size, 1.0)

    assert first_overlap(straight, askew) == 0.0
    assert first_overlap(straight, apart) is None
