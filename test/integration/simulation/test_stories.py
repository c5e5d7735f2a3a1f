"""Each scenario of the package happens as it is told, whatever the seed draws around it."""

from __future__ import annotations

import itertools
import math

import pytest
from story import Story, story

from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.simulation.rollout import Daylight
from crossmodal_narrator.simulation.shapes.appearance import paint_of
from crossmodal_narrator.simulation.shapes.meshes import Rgb
from crossmodal_narrator.simulation.traffic.roads import Light

SEEDS = (0, 5)
STANDS_MPS = 0.1

pytestmark = pytest.mark.parametrize("seed", SEEDS)


def colour_of(told: Story, name: str) -> Rgb:
    return paint_of(told.actor(name).look, told.actor(name).look_seed)


def test_the_lead_car_brakes_hard_and_we_stop_behind_it(seed: int) -> None:
    told = story("lead_brakes", seed)
    closest = min(told.gap_m("lead", t) / max(0.1, told.speed("ego", t) - told.speed("lead", t)) for t in (6, 7, 7.5))

    assert told.speed("lead", 4.9) > 12.0
    assert told.speed("lead", 7.8) < 0.5
    assert closest < 3.0  # seconds to collision
    assert told.speed("ego", 11.0) < STANDS_MPS
    assert 1.5 < told.gap_m("lead", 11.0) < 4.0
    assert told.speed("lead", 15.0) > 3.0
    assert told.speed("ego", 17.0) > 3.0


def test_the_van_cuts_in_from_the_left_close_ahead(seed: int) -> None:
    told = story("cut_in", seed)

    assert max(colour_of(told, "van")) < 100  # grey
    assert told.place("van", 5.8)[1] > 2.8
    assert 3.0 < told.gap_m("van", 7.0) < 8.0
    assert abs(told.place("van", 9.5)[1]) < 0.4
    assert told.speed("ego", 9.5) < told.speed("ego", 6.0) - 1.0


def test_the_child_is_hidden_by_parked_cars_until_it_steps_out(seed: int) -> None:
    told = story("pedestrian_steps_out", seed)
    camera = (1.7, 0.0, 1.45)
    first_s = next(t for t in told.times(3.0, 8.0, 0.1) if told.seen_share("child", t, camera) > 0.5)

    assert all(told.seen_share("child", t, camera) == 0.0 for t in told.times(0.0, 4.6))
    assert 5.0 < first_s < 5.8
    assert 10.0 < told.gap_m("child", first_s) < 18.0
    assert told.speed("ego", first_s) > 7.0
    assert told.speed("ego", 8.0) < STANDS_MPS
    assert told.gap_m("child", 7.5) > 3.0
    assert told.place("child", 9.0)[1] > 4.0
    assert told.speed("ego", 14.0) > 3.0


def test_the_cyclist_is_overtaken_with_room_once_the_oncoming_car_has_passed(seed: int) -> None:
    told = story("cyclist_overtaken", seed)
    abeam_s = min(told.times(9.0, 18.0), key=lambda t: abs(told.place("cyclist", t)[0] - 1.4))

    assert told.place("oncoming", 4.0)[0] > 10.0
    assert told.place("oncoming", 8.0)[0] < -10.0
    assert all(told.gap_m("cyclist", t) > 6.0 for t in told.times(0.0, 9.0))
    assert told.gap_m("cyclist", abeam_s) > 1.5
    assert told.place("cyclist", 17.0)[0] < -15.0


def test_we_stop_at_red_while_somebody_crosses_and_drive_at_green(seed: int) -> None:
    told = story("red_then_green", seed)
    light = next(s for s in told.rollout.signals if s.signal_id == "A1_B1_1")
    head = next(h for h in told.rollout.roads.signals if h.signal_id == "A1_B1_1")
    nose = told.rollout.ego.pose(15.0).transform_point((3.75, 0.0, 0.0))

    assert (light.at(12.0), light.at(21.0)) == (Light.RED, Light.GREEN)
    assert told.speed("ego", 10.0) < STANDS_MPS
    assert told.speed("ego", 19.0) < STANDS_MPS
    assert 0.0 < head.stop_m[0] - nose[0] < 3.0
    assert told.place("walker", 11.0)[1] < 0.0 < told.place("walker", 14.0)[1]
    assert told.speed("ego", 24.0) > 5.0


def test_the_ambulance_is_hidden_behind_left_and_then_passes_on_our_left(seed: int) -> None:
    told = story("ambulance_from_behind", seed)
    passes_s = min(told.times(10.0, 22.0), key=lambda t: abs(told.place("ambulance", t)[0]))

    assert all(112.5 < told.azimuth_deg("ambulance", t) < 157.5 for t in (1.0, 2.0, 3.0))
    hidden = (*told.times(0.0, 3.5, 0.5), *told.times(8.0, 16.0, 1.0))
    assert [t for t in hidden if told.seen_share("ambulance", t) > 0.0] == []
    assert 17.5 < passes_s < 20.0
    assert told.seen_share("ambulance", passes_s) == 1.0
    assert 2.5 < told.place("ambulance", passes_s)[1] < 9.0
    assert 1.0 < told.gap_m("ambulance", passes_s) < 7.0
    assert told.place("ambulance", 23.0)[0] > 30.0
    assert told.actor("ambulance").sounds[0].kind.is_siren


def test_the_siren_crosses_behind_the_houses_and_is_never_seen(seed: int) -> None:
    told = story("siren_behind_building", seed)
    there = [t for t in told.times(0.0, 16.0, 0.5) if told.actor("fire-engine").timeline.is_present(t)]

    assert there[-1] >= 15.0
    assert all(told.seen_share("fire-engine", t) == 0.0 for t in there)
    assert told.azimuth_deg("fire-engine", 0.0) < -112.5
    assert -100.0 < told.azimuth_deg("fire-engine", 4.0) < -67.5
    assert -67.5 < told.azimuth_deg("fire-engine", 12.0) < -22.5
    assert all(told.gap_m("fire-engine", t) > 100.0 for t in there)


def test_we_pass_the_cones_on_our_right_without_touching_them(seed: int) -> None:
    told = story("roadworks", seed)
    cones = [(prop.x_m, prop.y_m) for prop in told.rollout.props if prop.kind == "cone"]
    inverse = [told.rollout.ego.pose(t).inverse() for t in told.times(0.0, 22.0)]
    aside = [
        inv.transform_point((x, y, 0.0))[1]
        for inv in inverse
        for x, y in cones
        if -1.0 < inv.transform_point((x, y, 0.0))[0] < 3.8
    ]

    assert len(cones) >= 12
    assert -3.0 < max(aside) < -1.2  # to our right, beyond the mirror
    assert 0.5 < min(told.gap_m("works-truck", t) for t in told.times(8.0, 18.0)) < 3.0
    assert told.speed("ego", 12.0) == pytest.approx(30 / 3.6, abs=0.6)


def test_the_bus_stops_at_its_stop_and_we_wait_behind_it(seed: int) -> None:
    told = story("bus_stop", seed)

    assert all(told.speed("bus", t) < STANDS_MPS for t in told.times(11.5, 17.5))
    assert all(told.speed("ego", t) < STANDS_MPS for t in told.times(13.0, 17.5))
    assert 1.5 < told.gap_m("bus", 15.0) < 4.0
    assert abs(told.place("bus", 15.0)[1]) < 0.3
    assert all(-5.0 < told.place(f"waiting-{k}", 15.0)[1] < -2.0 for k in (1, 2, 3))
    assert told.speed("bus", 22.0) > 3.0
    assert told.speed("ego", 25.0) > 3.0


def test_we_give_way_at_the_roundabout_and_leave_it_straight_on(seed: int) -> None:
    told = story("roundabout", seed)
    yaws = [told.rollout.ego.pose(t).yaw_rad for t in told.times(18.0, 22.4)]

    assert told.place("in-the-ring", 8.0)[1] > 10.0
    assert told.place("in-the-ring", 13.2)[1] < 0.0
    assert told.gap_m("in-the-ring", 10.7) < 6.0
    assert told.speed("ego", 12.0) < STANDS_MPS
    assert sum(wrap_angle(b - a) for a, b in itertools.pairwise(yaws)) > 0.8  # a left turn
    assert wrap_angle(told.rollout.ego.pose(28.0).yaw_rad - 0.5 * math.pi) == pytest.approx(0.0, abs=0.1)


def test_the_lorry_passes_beside_us_and_we_merge_behind_it(seed: int) -> None:
    told = story("motorway_merge", seed)

    assert all(2.0 < told.place("lorry", t)[1] < 18.0 for t in (4.0, 6.0, 8.0))
    assert abs(told.place("lorry", 5.0)[0]) < 12.0
    assert abs(told.place("lorry", 18.0)[1]) < 0.5
    assert 15.0 < told.gap_m("lorry", 17.0) < 60.0
    assert told.speed("ego", 23.0) > 22.0


def test_at_night_in_the_rain_we_stop_for_the_one_who_crosses(seed: int) -> None:
    told = story("night_rain", seed)

    assert told.scenario.environment.daylight is Daylight.NIGHT
    assert told.scenario.environment.rain_mmph > 2.0
    assert told.place("oncoming-1", 6.0)[0] > 20.0
    assert told.place("oncoming-1", 12.0)[0] < 0.0
    assert told.speed("ego", 17.0) < STANDS_MPS
    assert told.place("crosser", 14.0)[1] < 0.0 < told.place("crosser", 16.5)[1]
    assert 2.0 < told.gap_m("crosser", 16.0) < 8.0
    assert told.speed("ego", 23.5) > 4.0


def test_we_turn_into_the_low_sun_and_stop_behind_the_car_ahead(seed: int) -> None:
    told = story("low_sun", seed)
    sun = told.scenario.environment

    def off_rad(time_s: float) -> float:
        return abs(wrap_angle(told.rollout.ego.pose(time_s).yaw_rad - sun.sun_azimuth_rad))

    assert math.degrees(sun.sun_elevation_rad) < 10.0
    assert off_rad(3.0) > 1.0
    assert all(off_rad(t) < 0.1 for t in told.times(10.0, 22.0))
    assert told.speed("ahead", 18.0) < STANDS_MPS
    assert told.speed("ego", 20.0) < STANDS_MPS
    assert 1.5 < told.gap_m("ahead", 20.0) < 5.0


def test_the_lidar_is_lost_for_three_seconds_behind_a_car(seed: int) -> None:
    told = story("lidar_lost", seed)
    (fault,) = told.scenario.faults

    assert (fault.sensor, fault.to_s - fault.from_s) == ("lidar", pytest.approx(3.0))
    assert all(12.0 < told.gap_m("ahead", t) < 25.0 for t in told.times(5.0, 13.0))
    assert all(told.speed("ego", t) > 10.0 for t in told.times(5.0, 13.0))


def test_the_street_is_the_one_that_it_was(seed: int) -> None:
    """Wait behind a white car for somebody, follow it, let another one cross, and drive on."""
    told = story("street", seed)

    assert all(told.speed("ego", t) < STANDS_MPS for t in told.times(0.0, 4.3))
    assert min(colour_of(told, "car-ahead")) > 220  # white
    assert told.gap_m("car-ahead", 2.0) == pytest.approx(8.2, abs=0.3)
    assert told.place("crossing-1", 0.0)[1] < 0.0 < told.place("crossing-1", 2.0)[1] < 4.0
    assert told.speed("car-ahead", 5.0) > 2.0
    assert told.speed("ego", 10.0) > 7.0
    assert told.speed("ego", 21.5) < STANDS_MPS
    assert told.place("crossing-2", 18.5)[1] < 0.0 < told.place("crossing-2", 21.0)[1]
    assert 2.0 < told.gap_m("crossing-2", 20.5) < 6.0
    assert told.speed("ego", 26.0) > 4.0
    parked = [actor for actor in told.rollout.actors if actor.is_parked]
    assert len(parked) > 20
