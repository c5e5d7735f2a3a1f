"""SUMO drives a scenario: what happens is physical, obeys the scenario, and is the same every time."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.simulation.rollout import EGO_MIDDLE_M, EGO_SIZE_M, Daylight, Environment, Rollout
from crossmodal_narrator.simulation.scenario import (
    Act,
    Background,
    Driven,
    Manoeuvre,
    Place,
    Scenario,
    Scripted,
    SignalPlan,
    Stand,
    Step,
)
from crossmodal_narrator.simulation.traffic.actor import SoundCue, SoundKind
from crossmodal_narrator.simulation.traffic.conflicts import course, first_overlap
from crossmodal_narrator.simulation.traffic.network import load_network
from crossmodal_narrator.simulation.traffic.roads import KERB_M, Light
from crossmodal_narrator.simulation.traffic.roll_out import SIGHT_M, roll_out
from crossmodal_narrator.simulation.traffic.timeline import Lamps, Timeline

ROUND = "S_ZS ZS_IS IS_OE OE_IE IE_ON ON_ZN ZN_N"
BUSY = Background(vehicles_per_minute=30, pedestrians_per_minute=15, bicycles_per_minute=6, warm_up_s=20)
WAIL = (SoundCue(kind=SoundKind.WAIL, from_s=0.0, to_s=60.0),)


def ego(route: str, lane: int, way_m: float, speed_mps: float, *manoeuvres: Manoeuvre) -> Driven:
    return Driven(
        actor_id="ego",
        look="",
        route=tuple(route.split()),
        lane=lane,
        way_m=way_m,
        speed_mps=speed_mps,
        manoeuvres=manoeuvres,
    )


def scenario(network: str, ego: Driven | Scripted, length_s: float, **more: object) -> Scenario:
    return Scenario(name=network, summary="", network=network, length_s=length_s, ego=ego, **more)  # type: ignore[arg-type]


BUSY_DRIVES = {
    "grid": scenario("grid", ego("W1_A1 A1_B1 B1_B2 B2_C2 C2_D2", 1, 20, 10), 20.0, background=BUSY),
    "arterial": scenario("arterial", ego("W_J1 J1_J2 J2_E", 2, 50, 14), 20.0, background=replace(BUSY)),
    "roundabout": scenario("roundabout", ego(ROUND, 1, 90, 10), 20.0, background=BUSY),
    "merge": scenario(
        "merge",
        ego("R0_M1 M1_M2 M2_M3", 0, 150, 20),
        15.0,
        background=replace(BUSY, vehicles_per_minute=60, pedestrians_per_minute=0, bicycles_per_minute=0),
    ),
    "residential": scenario(
        "residential", ego("W_A A_X X_B B_E", 2, 40, 7), 20.0, background=replace(BUSY, parked_share=0.7)
    ),
    "rural": scenario(
        "rural", ego("W_K K_E", 0, 200, 20), 12.0, background=replace(BUSY, pedestrians_per_minute=0)
    ),
}  # fmt: skip


def digest(rollout: Rollout) -> str:
    summed = hashlib.sha256()
    for who, timeline in [("ego", rollout.ego), *((one.actor_id, one.timeline) for one in rollout.actors)]:
        summed.update(who.encode())
        for name in ("time_s", "xyz_m", "yaw_rad", "speed_mps", "lamps"):
            summed.update(getattr(timeline, name).tobytes())
    looks = [(one.look, one.look_seed, one.size_lwh_m) for one in rollout.actors]
    summed.update(repr((looks, rollout.signals, rollout.props)).encode())
    return summed.hexdigest()


def of(rollout: Rollout, actor_id: str) -> Timeline:
    return next(one.timeline for one in rollout.actors if one.actor_id == actor_id)


def aside_m(timeline: Timeline, time_s: float, lane: str, network: str) -> float:
    """Across from the middle of `lane`, to its left."""
    centre = load_network(network).roads.lanes[lane].centre
    ahead = centre[-1] - centre[0]
    ahead = ahead / np.linalg.norm(ahead)
    away = timeline.pose(time_s).translation_m[:2] - centre[0]
    return float(ahead[0] * away[1] - ahead[1] * away[0])


@pytest.mark.parametrize("name", BUSY_DRIVES)
def test_motion_is_smooth_and_nobody_drives_through_another(name: str) -> None:
    rollout = roll_out(BUSY_DRIVES[name], 5)

    moving = [one for one in rollout.actors if not one.is_parked]
    assert len(moving) > 5
    for who, timeline in [("ego", rollout.ego), *((one.actor_id, one.timeline) for one in moving)]:
        step_s = np.diff(timeline.time_s)
        yaw_rate = np.abs(np.diff(timeline.yaw_rad)) / step_s
        speed_change = np.diff(timeline.speed_mps) / step_s
        moved = np.linalg.norm(np.diff(timeline.xyz_m[:, :2], axis=0), axis=1) / step_s
        sideways = np.sqrt(np.maximum(moved**2 - timeline.speed_mps[1:] ** 2, 0.0))
        assert yaw_rate.max() < 2.5, who
        assert (yaw_rate * timeline.speed_mps[1:]).max() < 7.0, who
        assert speed_change.min() > -8.5, who
        assert speed_change.max() < 6.0, who
        assert np.abs(moved - timeline.speed_mps[1:]).max() < 0.7, who
        assert (sideways <= 0.45 * timeline.speed_mps[1:] + 0.7).all(), who

    courses = [course("ego", rollout.ego, EGO_SIZE_M, rollout.length_s, ahead_m=EGO_MIDDLE_M)]
    courses += [course(one.actor_id, one.timeline, one.size_lwh_m, rollout.length_s) for one in rollout.actors]
    assert [pair for pair in combinations(courses, 2) if first_overlap(*pair) is not None] == []


def test_everybody_in_the_rollout_comes_near_the_ego_and_the_road_has_its_mix() -> None:
    rollout = roll_out(BUSY_DRIVES["grid"], 5)
    times = np.arange(0.0, rollout.length_s, 0.25)
    there = rollout.ego.at(times)[0]

    for one in rollout.actors:
        apart = np.linalg.norm(one.timeline.at(times)[0] - there, axis=1)
        assert apart.min() < SIGHT_M + 5.0
    assert [one.actor_id for one in rollout.actors] == sorted(one.actor_id for one in rollout.actors)
    labels = {one.label for one in rollout.actors}
    assert {ObjectClass.CAR, ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST} <= labels


def test_people_walk_on_pavements_and_step_down_to_the_road() -> None:
    crossing = Scripted(
        actor_id="child",
        look="child",
        steps=(
            Step(at_s=2.0, place=Place(lane="A_X_0", way_m=30.0)),
            Step(at_s=8.0, place=Place(lane="X_A_0", way_m=30.65)),
        ),
    )
    rollout = roll_out(scenario("residential", ego("W_A A_X", 2, 30, 5), 10.0, scripted=(crossing,)), 1)
    child = of(rollout, "child")

    heights = child.at(np.array([1.0, 5.0, 9.5]))[0][:, 2]
    assert heights == pytest.approx([KERB_M, 0.0, KERB_M], abs=1e-3)
    assert np.abs(np.diff(child.xyz_m[:, 2]) / np.diff(child.time_s)).max() < 1.5
    y = child.at(np.arange(0.0, 10.0, 0.05))[0][:, 1]
    assert (np.diff(y) > -1e-6).all()
    assert y[0] == pytest.approx(-6.75, abs=0.15)
    assert y[-1] == pytest.approx(6.75, abs=0.15)


def test_the_same_seed_gives_the_same_bytes_in_any_process(repository: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import test_traffic as t; print(t.digest(t.roll_out(t.BUSY_DRIVES['residential'], 5)))"
    )
    here = [digest(roll_out(BUSY_DRIVES["residential"], seed)) for seed in (5, 5, 6)]
    there = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
        cwd=repository,
    )

    assert here[0] == here[1] == there.stdout.strip()
    assert here[2] != here[0]


def test_sumo_says_nothing_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    roll_out(BUSY_DRIVES["arterial"], 3)

    assert capfd.readouterr() == ("", "")


def test_a_driver_who_is_told_to_brake_brakes_and_the_next_one_stops_behind() -> None:
    lead = Driven(
        actor_id="lead",
        look="sedan",
        route=("W_J1", "J1_J2"),
        lane=2,
        way_m=60.0,
        speed_mps=14.0,
        manoeuvres=(
            Manoeuvre(at_s=0.0, act=Act.SPEED, speed_mps=14.0, for_s=0.5),
            Manoeuvre(at_s=4.0, act=Act.BRAKE, speed_mps=0.0, for_s=2.0),
            Manoeuvre(at_s=10.0, act=Act.RESUME),
        ),
    )
    green = (SignalPlan(lane="W_J1_2", changes=((0.0, "green"),)),)
    rollout = roll_out(scenario("arterial", ego("W_J1 J1_J2", 2, 25, 14), 13.0, driven=(lead,), signals=green), 1)
    driven = of(rollout, "lead")

    assert driven.speed(3.5) == pytest.approx(14.0, abs=0.1)
    assert driven.speed(5.0) == pytest.approx(7.0, abs=0.3)
    assert driven.speed(6.5) == pytest.approx(0.0, abs=0.05)
    assert driven.speed(12.0) > 2.0
    assert Lamps.BRAKE in driven.lamps_at(5.0)
    assert Lamps.BRAKE not in driven.lamps_at(3.0)
    gap_m = driven.pose(9.0).translation_m[0] - 2.3 - (rollout.ego.pose(9.0).translation_m[0] + 3.75)
    assert 1.0 < gap_m < 6.0
    assert rollout.ego.speed(9.9) < 0.5


def test_a_driver_who_is_told_to_change_lanes_is_in_the_other_one_and_showed_it() -> None:
    cut = Driven(
        actor_id="cut",
        look="hatchback",
        route=("M0_M1", "M1_M2"),
        lane=1,
        way_m=75.0,
        speed_mps=30.0,
        manoeuvres=(
            Manoeuvre(at_s=0.0, act=Act.SPEED, speed_mps=30.0, for_s=0.5),
            Manoeuvre(at_s=3.0, act=Act.CHANGE_LANE, lane=0, for_s=2.5),
        ),
    )
    rollout = roll_out(scenario("merge", ego("M0_M1 M1_M2", 0, 50, 28), 9.0, driven=(cut,)), 1)
    timeline = of(rollout, "cut")

    assert aside_m(timeline, 2.0, "M0_M1_1", "merge") == pytest.approx(0.0, abs=0.1)
    assert 0.5 < -aside_m(timeline, 4.2, "M0_M1_1", "merge") < 3.0
    assert aside_m(timeline, 6.0, "M0_M1_0", "merge") == pytest.approx(0.0, abs=0.15)
    assert aside_m(timeline, 8.5, "M0_M1_0", "merge") == pytest.approx(0.0, abs=0.1)
    shown = {timeline.lamps_at(t) for t in np.arange(2.1, 5.0, 0.1)}
    assert shown == {Lamps.NONE, Lamps.RIGHT}
    assert np.abs(np.diff(timeline.yaw_rad) / np.diff(timeline.time_s)).max() < 0.2


def test_a_bus_that_is_told_to_stop_stands_at_its_stop_and_goes_on() -> None:
    bus = Driven(
        actor_id="bus",
        look="city_bus",
        route=("J1_J2", "J2_E"),
        lane=1,
        way_m=60.0,
        speed_mps=12.0,
        manoeuvres=(Manoeuvre(at_s=0.5, act=Act.STOP, way_m=150.0, for_s=4.0),),
    )
    rollout = roll_out(scenario("arterial", ego("J1_J2 J2_E", 1, 20, 10), 20.0, driven=(bus,)), 1)
    timeline = of(rollout, "bus")
    stop_x = load_network("arterial").roads.lanes["J1_J2_1"].at(150.0)[0]

    stands = timeline.time_s[(timeline.speed_mps < 0.05) & (timeline.time_s > 1.0)]
    assert 3.0 < stands[-1] - stands[0] < 6.0
    assert timeline.pose(float(stands[10])).translation_m[0] + 6.0 == pytest.approx(stop_x, abs=0.7)
    assert timeline.speed(19.5) > 2.0


def test_cars_wait_while_their_light_is_red_and_cross_traffic_has_green() -> None:
    red_then_green = (SignalPlan(lane="A1_B1_1", changes=((0.0, "red"), (9.0, "red_amber"), (10.0, "green"))),)
    rollout = roll_out(scenario("grid", ego("A1_B1 B1_C1", 1, 20, 10), 16.0, signals=red_then_green), 2)
    lights = {light.signal_id: light for light in rollout.signals}
    stop_x = load_network("grid").roads.lanes["A1_B1_1"].centre[-1, 0]
    nose_x = rollout.ego.at(np.array([9.9, 15.5]))[0][:, 0] + 3.75

    assert stop_x - 6.0 < nose_x[0] < stop_x
    assert nose_x[1] > stop_x + 2.0
    shown = [lights["A1_B1_1"].at(t) for t in (0.0, 8.9, 9.5, 10.5)]
    assert shown == [Light.RED, Light.RED, Light.RED_AMBER, Light.GREEN]
    assert lights["A1_B1_2"].changes == lights["A1_B1_1"].changes
    assert lights["C1_B1_1"].at(5.0) is Light.RED
    across = [lights["B0_B1_1"].at(t) for t in (3.0, 6.5, 8.5, 12.0)]
    assert across == [Light.GREEN, Light.AMBER, Light.RED, Light.RED]


def test_background_cars_do_not_run_the_lights_of_sumo_s_own_programme() -> None:
    rollout = roll_out(replace(BUSY_DRIVES["arterial"], length_s=30.0), 8)
    roads = rollout.roads
    crossings = 0
    for one in rollout.actors:
        if one.is_parked or not one.label.is_vehicle:
            continue
        times = np.arange(max(one.timeline.time_s[0], 0.0), min(one.timeline.time_s[-1], 30.0), 0.1)
        xyz, yaw = one.timeline.at(times)
        nose = xyz[:, :2] + 0.5 * one.size_lwh_m[0] * np.stack([np.cos(yaw), np.sin(yaw)], axis=-1)
        for head, light in zip(roads.signals, rollout.signals, strict=True):
            assert head.signal_id == light.signal_id
            ahead = np.array([np.cos(head.yaw_rad), np.sin(head.yaw_rad)])
            away = nose - head.stop_m
            past = away @ ahead
            beside = np.abs(away @ np.array([-ahead[1], ahead[0]])) < 1.2
            passes = np.flatnonzero(
                (past[:-1] < 0.0) & (past[1:] >= 0.0) & beside[1:] & (np.cos(yaw[1:] - head.yaw_rad) > 0.9)
            )
            for k in passes:
                crossings += 1
                assert {light.at(times[k] - 0.5), light.at(times[k] + 0.5)} != {Light.RED}, one.actor_id
    assert crossings >= 3


def test_drivers_make_way_for_a_siren_and_it_passes() -> None:
    ambulance = Driven(
        actor_id="ambulance",
        look="ambulance",
        route=("W_J1", "J1_J2", "J2_E"),
        lane=2,
        way_m=10.0,
        speed_mps=18.0,
        sounds=WAIL,
    )
    green = tuple(SignalPlan(lane=lane, changes=((0.0, "green"),)) for lane in ("W_J1_2", "J1_J2_2"))
    with_siren = scenario("arterial", ego("W_J1 J1_J2 J2_E", 2, 80, 12), 16.0, driven=(ambulance,), signals=green)
    silent = replace(with_siren, driven=(replace(ambulance, sounds=()),))
    loud, quiet = roll_out(with_siren, 1), roll_out(silent, 1)

    shifted = aside_m(loud.ego, 5.0, "W_J1_2", "arterial")
    assert abs(shifted) > 0.4
    assert abs(aside_m(quiet.ego, 5.0, "W_J1_2", "arterial")) < 0.1
    assert loud.ego.speed(5.0) < quiet.ego.speed(5.0) - 3.0
    assert of(loud, "ambulance").pose(14.0).translation_m[0] > loud.ego.pose(14.0).translation_m[0] + 8.0
    assert Lamps.BLUE in of(loud, "ambulance").lamps_at(3.0)
    assert Lamps.BLUE not in of(quiet, "ambulance").lamps_at(3.0)


def test_a_driver_brakes_for_somebody_scripted_on_its_lane() -> None:
    crossing = Scripted(
        actor_id="walker",
        look="pedestrian",
        steps=(
            Step(at_s=2.0, place=Place(lane="W_A_0", way_m=110.0)),
            Step(at_s=6.0, place=Place(lane="W_A_2", way_m=110.0)),
        ),
    )
    base = scenario("residential", ego("W_A A_X", 2, 40, 8), 14.0)
    stops, goes_on = roll_out(replace(base, scripted=(crossing,)), 1), roll_out(base, 1)

    assert stops.ego.speed(13.5) < 0.3
    assert goes_on.ego.pose(13.5).translation_m[0] > stops.ego.pose(13.5).translation_m[0] + 10.0


def test_a_scripted_ego_follows_the_road_through_its_steps() -> None:
    steps = (
        Step(at_s=0.0, place=Place(lane="S_ZS_1", way_m=120.0)),
        Step(at_s=6.0, place=Place(lane="ZS_IS_1", way_m=5.0)),
        Step(at_s=12.0, place=Place(lane="ON_ZN_1", way_m=5.0)),
        Step(at_s=15.0, place=Place(lane="ZN_N_1", way_m=30.0)),
    )
    rollout = roll_out(scenario("roundabout", Scripted(actor_id="ego", look="", steps=steps), 15.0, background=BUSY), 1)
    roads = rollout.roads

    for step in steps:
        x, y, _ = roads.lanes[step.place.lane].at(step.place.way_m)
        assert rollout.ego.pose(step.at_s).translation_m[:2] == pytest.approx((x, y), abs=0.6)
    # Around the island, not over it, anti-clockwise.
    times = np.arange(6.5, 12.0, 0.1)
    places = rollout.ego.at(times)[0][:, :2]
    assert (np.linalg.norm(places, axis=1) > 16.5).all()
    assert (np.diff(np.unwrap(np.arctan2(places[:, 1], places[:, 0]))) > 0).all()
    assert np.abs(np.diff(rollout.ego.yaw_rad) / np.diff(rollout.ego.time_s)).max() < 0.9


def test_parked_cars_line_the_street_and_leave_room_for_crossings_and_scripts() -> None:
    crossing = Scripted(
        actor_id="child",
        look="child",
        steps=(
            Step(at_s=1.0, place=Place(lane="A_X_0", way_m=30.0)),
            Step(at_s=7.0, place=Place(lane="X_A_0", way_m=30.65)),
        ),
    )
    full = replace(BUSY, vehicles_per_minute=0, bicycles_per_minute=0, parked_share=1.0)
    base = scenario("residential", ego("W_A A_X", 2, 40, 5), 8.0, background=full)
    free, used = roll_out(base, 1), roll_out(replace(base, scripted=(crossing,)), 1)

    parked = {one.actor_id: one for one in free.actors if one.is_parked}
    assert len(parked) > 40
    for one in parked.values():
        assert one.motion(3.0) == "Parked"
        assert abs(one.timeline.xyz_m[0, 0] - 0.0) > 6.0  # of the zebra at x = 0
    gone = parked.keys() - {one.actor_id for one in used.actors}
    assert {name.rsplit("_", 1)[0] for name in gone} == {"parked_A_X_1", "parked_X_A_1"}
    assert len(gone) <= 4


def test_lamps_shine_by_the_light_of_the_day_and_stands_become_props() -> None:
    cone = Stand(kind="cone", place=Place(lane="W_K_0", way_m=30.0, left_m=-1.0))
    base = scenario("rural", ego("W_K K_E", 0, 50, 20), 4.0, background=replace(BUSY, pedestrians_per_minute=0))
    night = roll_out(replace(base, environment=Environment(daylight=Daylight.NIGHT), stands=(cone,)), 1)
    day = roll_out(base, 1)

    assert all(Lamps.HEAD in one.timeline.lamps_at(2.0) for one in night.actors)
    assert not any(Lamps.HEAD in one.timeline.lamps_at(2.0) for one in day.actors)
    assert [prop.kind for prop in night.props] == ["cone"]
    assert Lamps.HEAD in night.ego.lamps_at(1.0)


def test_people_turn_on_the_spot_where_their_steps_go_back() -> None:
    patrol = Scripted(
        actor_id="patrol",
        look="pedestrian",
        steps=(
            Step(at_s=1.0, place=Place(lane="W_A_0", way_m=60.0, yaw_deg=90.0)),
            Step(at_s=5.0, place=Place(lane="W_A_0", way_m=64.0)),
            Step(at_s=9.0, place=Place(lane="W_A_0", way_m=60.0)),
        ),
    )
    timeline = of(roll_out(scenario("residential", ego("W_A A_X", 2, 30, 2), 11.0, scripted=(patrol,)), 1), "patrol")

    x = timeline.at(np.array([0.5, 5.0, 10.5]))[0][:, 0] + 220.0
    assert x == pytest.approx([60.0, 64.0, 60.0], abs=0.15)
    yaws = timeline.at(np.array([0.5, 3.0, 7.0, 10.5]))[1]
    assert np.cos(yaws) == pytest.approx([0.0, 1.0, -1.0, -1.0], abs=0.05)
    assert np.abs(np.diff(timeline.yaw_rad)).max() < 0.5


def test_who_comes_onto_the_road_at_its_very_start_looks_along_it() -> None:
    first = Driven(actor_id="first", look="box_truck", route=("A0_B0", "B0_C0"), lane=1, way_m=0.0, speed_mps=12.0)
    timeline = of(roll_out(scenario("grid", ego("A0_B0 B0_C0", 1, 30, 14), 4.0, driven=(first,)), 1), "first")

    assert np.abs(timeline.yaw_rad).max() < 0.01
