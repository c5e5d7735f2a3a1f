"""The scenario tells what its first lines promise, for every seed, and contradictions are refused."""

import dataclasses

import pytest

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.drive import moments_in
from crossmodal_narrator.simulation.street import Scenario, build_scenario, check


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return build_scenario("street", 0)


def _actor(scenario, name):
    return next(a for a in scenario.actors if a.actor_id == name)


def test_the_drive_begins_twelve_metres_behind_a_white_car_that_stands(scenario):
    ahead = _actor(scenario, "car-ahead")
    assert ahead.motion(0.0) == "Stopped"
    assert min(ahead.paint) > 200
    box = ahead.box(0.0).moved(scenario.ego_pose(0.0).inverse())
    assert box.nearest_in_plan_m() == pytest.approx(12.0, abs=0.05)


def test_the_car_ahead_pulls_away_before_the_ego_does(scenario):
    ahead = _actor(scenario, "car-ahead")
    assert ahead.motion(4.0) == "Moving"
    assert scenario.ego_speed.speed_mps(4.4) == 0.0
    assert scenario.ego_speed.speed_mps(9.5) == pytest.approx(7.0)


def test_the_ego_waits_for_the_second_who_crosses(scenario):
    person = _actor(scenario, "crossing-2").box(19.0).moved(scenario.ego_pose(19.0).inverse())
    assert scenario.ego_speed.speed_mps(19.0) == pytest.approx(0.0)
    assert 6.0 < person.centre_m[0] < 15.0
    assert scenario.ego_speed.speed_mps(24.0) > 3.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_tell_the_same_story_in_other_colours(scenario, seed):
    other = build_scenario("street", seed)
    moving = [a.actor_id for a in scenario.actors if a.is_moving_ever]
    assert [a.actor_id for a in other.actors if a.is_moving_ever] == moving
    assert [a.paint for a in other.actors] != [a.paint for a in scenario.actors]


def test_two_in_one_place_are_refused(scenario):
    ghost = dataclasses.replace(_actor(scenario, "car-ahead"), actor_id="ghost", x_m=15.0)
    with pytest.raises(ScenarioError, match="ghost"):
        check(dataclasses.replace(scenario, actors=(*scenario.actors, ghost)))


def test_who_steps_in_front_of_the_ego_is_refused(scenario):
    sleeper = dataclasses.replace(_actor(scenario, "waiting-1"), actor_id="sleeper", x_m=40.0, y_m=-1.75)
    with pytest.raises(ScenarioError, match="ego"):
        check(dataclasses.replace(scenario, actors=(sleeper,)))


def test_one_id_for_two_is_refused(scenario):
    with pytest.raises(ScenarioError, match="one id"):
        check(dataclasses.replace(scenario, actors=(scenario.actors[0], scenario.actors[0])))


def test_an_unknown_scenario_names_the_known():
    with pytest.raises(ScenarioError, match="street"):
        build_scenario("moon", 0)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 26.0])
def test_lengths_that_the_scenario_does_not_have_are_refused(scenario, seconds):
    with pytest.raises(ScenarioError, match="25"):
        moments_in(scenario, seconds)


def test_a_length_is_counted_in_turns(scenario):
    assert moments_in(scenario, 2.0) == 20
    assert moments_in(scenario, None) == 250


def test_nobody_walks_into_a_house(scenario):
    for actor in scenario.actors:
        assert all(abs(actor.pose(t).translation_m[1]) < 9.0 for t in (0.0, 8.0, 16.0, 25.0)), actor.actor_id
