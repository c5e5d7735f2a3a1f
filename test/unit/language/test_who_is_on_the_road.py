"""Who is on the road is told in time: who crosses, comes towards us or waits beside us, and whom we follow."""

from __future__ import annotations

import pytest
import scripted_scenes as scripts
from narrated import english, narrate

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.speech import Urgency

PERSON, CAR, CYCLIST, TRUCK = ObjectClass.PEDESTRIAN, ObjectClass.CAR, ObjectClass.CYCLIST, ObjectClass.TRUCK


def crosser(x: float) -> scripts.Actor:
    return scripts.Actor(track_id=2, label=PERSON, x=x, y=-4.0, across=lambda _: 1.5)


def test_who_crosses_beyond_the_car_that_we_wait_behind_is_told() -> None:
    waiting = scripts.Actor(track_id=1, label=CAR, x=14.0, y=0.0)
    drive = scripts.Script(seconds=8.0, actors=[waiting, crosser(22.0)])
    assert any("pedestrian" in text and "crossing" in text for text in english(drive.scenes()))


def test_where_many_cross_while_we_wait_one_is_told() -> None:
    others = [
        scripts.Actor(track_id=k, label=PERSON, x=14.0 + k, y=4.8, across=lambda _: -1.2, from_s=0.5 * k)
        for k in range(2, 7)
    ]
    drive = scripts.Script(seconds=14.0, actors=others)
    assert sum("crossing" in text for text in english(drive.scenes())) <= 1


def test_we_slow_for_the_rider_whose_speed_we_have_taken_on() -> None:
    """While the sentence before is being spoken, we come down to his speed."""
    rider = scripts.Actor(track_id=1, label=CYCLIST, x=14.0, y=-0.5, along=lambda _: 5.0)
    drive = scripts.Script(seconds=10.0, ego=scripts.ramp(3.0, 7.0, 6.5, 4.9), actors=[rider])
    said = english(drive.scenes())
    assert not any("can't tell why" in text for text in said)


def coming(rider: scripts.Actor | None) -> list[tuple[str, Urgency]]:
    car = scripts.Actor(track_id=7, label=CAR, x=90.0, y=3.6, along=lambda _: -14.0)
    actors = [car] if rider is None else [car, rider]
    drive = scripts.Script(seconds=7.0, ego=lambda _: 5.0, actors=actors)
    return [(n.text, n.urgency) for n in narrate(drive.scenes()) if "towards us" in n.text]


def test_who_comes_towards_us_is_worth_a_word_at_once_where_we_would_pass_a_rider() -> None:
    rider = scripts.Actor(track_id=1, label=CYCLIST, x=14.0, y=-0.5, along=lambda _: 5.0)
    assert [urgency for _, urgency in coming(rider)] == [Urgency.NOTABLE]
    assert [urgency for _, urgency in coming(None)] in ([], [Urgency.CALM])


def test_several_who_stand_beside_our_path_are_told_at_once() -> None:
    people = [scripts.Actor(track_id=k, label=PERSON, x=30.0 + 2.0 * k, y=-3.2) for k in range(1, 4)]
    drive = scripts.Script(seconds=5.0, ego=lambda _: 8.0, actors=people)
    told = [n for n in narrate(drive.scenes()) if n.language == "en" and "people" in n.text]
    assert [n.urgency for n in told] == [Urgency.NOTABLE]


@pytest.mark.parametrize(("x", "is_told"), [(-40.0, False), (-18.0, True), (18.0, True)])
def test_a_truck_far_behind_us_is_not_spoken_of_however_fast_we_are(x: float, is_told: bool) -> None:
    truck = scripts.Actor(track_id=1, label=TRUCK, x=x, y=-3.5, along=lambda _: 25.0)
    drive = scripts.Script(seconds=6.0, ego=lambda _: 25.0, actors=[truck])
    assert any("truck" in text for text in english(drive.scenes())) is is_told
