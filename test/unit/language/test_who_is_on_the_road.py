"""Who is on the road is told in time: who crosses, comes towards us or waits beside us."""

from __future__ import annotations

from dataclasses import replace

import pytest
import scripted_scenes as scripts
from narrated import english, narrate

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.language import NarratorConfig

PERSON, CAR, CYCLIST, TRUCK = ObjectClass.PEDESTRIAN, ObjectClass.CAR, ObjectClass.CYCLIST, ObjectClass.TRUCK


def crosser(x: float) -> scripts.Actor:
    return scripts.Actor(track_id=2, label=PERSON, x=x, y=-4.0, across=lambda _: 1.5)


def test_who_crosses_beyond_the_car_that_we_wait_behind_is_told() -> None:
    waiting = scripts.Actor(track_id=1, label=CAR, x=14.0, y=0.0)
    drive = scripts.Script(seconds=8.0, actors=[waiting, crosser(22.0)])
    assert any("pedestrian" in text and "stepping into the road" in text for text in english(drive.scenes()))


def test_where_many_cross_while_we_wait_one_is_told() -> None:
    others = [scripts.Actor(track_id=k, label=PERSON, x=14.0 + k, y=4.8, across=lambda _: -0.9) for k in range(2, 7)]
    said = english(scripts.Script(seconds=9.0, actors=others).scenes())
    assert sum("crossing" in text or "stepping" in text for text in said) == 1, said


def test_who_was_told_to_step_out_is_the_reason_why_we_slow_and_not_told_again() -> None:
    child = scripts.Actor(track_id=1, label=PERSON, x=24.0, y=-3.6, across=lambda t: 2.2 * (t > 0.8))
    said = english(scripts.Script(seconds=5.0, ego=scripts.ramp(1.2, 3.5, 8.0, 1.5), actors=[child]).scenes())
    assert any("stepping out" in text for text in said), said
    assert any("slowing for" in text.lower() for text in said), said
    assert not any("crossing" in text for text in said), said


def test_a_car_at_an_ordinary_distance_is_no_reason_for_slowing() -> None:
    lead = scripts.Actor(track_id=1, label=CAR, x=27.0, y=0.0, along=lambda _: 10.0)
    said = english(scripts.Script(seconds=8.0, ego=scripts.ramp(3.0, 6.0, 10.0, 7.5), actors=[lead]).scenes())
    assert not any("for the car" in text for text in said), said


def test_who_hears_little_is_told_all_the_same_that_nobody_knows_why_we_slow() -> None:
    drive = scripts.Script(seconds=6.0, ego=scripts.ramp(1.0, 5.0, 12.0, 4.0))
    quiet = NarratorConfig(languages=("en",), profile="quiet")
    assert [n.text for n in narrate(drive.scenes(), quiet)] == ["We're slowing; I can't tell why."]


@pytest.mark.parametrize(("aside_m", "is_told"), [(-4.0, True), (-22.0, False)])
def test_what_stands_far_from_the_road_is_no_row_along_it(aside_m: float, is_told: bool) -> None:
    """Bushes behind a motorway's rail had the shape of cars."""
    cars = [scripts.Actor(track_id=k, label=CAR, x=6.0 + 7.0 * k, y=aside_m, parked=True) for k in range(1, 5)]
    said = english(scripts.Script(seconds=6.0, ego=lambda _: 5.0, actors=cars).scenes())
    assert any("parked" in text for text in said) is is_told, said


def test_the_one_ahead_pulls_away_while_we_have_just_set_off_ourselves() -> None:
    lead = scripts.Actor(track_id=1, label=CAR, x=9.0, y=0.0, along=scripts.ramp(4.0, 8.0, 0.0, 8.0))
    drive = scripts.Script(seconds=9.0, ego=scripts.ramp(4.3, 8.0, 0.0, 6.5), actors=[lead])
    assert any("pulling away" in text for text in english(drive.scenes()))


@pytest.mark.parametrize(("is_pictured", "is_told"), [(True, True), (False, False)])
def test_what_comes_so_near_a_camera_would_see(is_pictured: bool, is_told: bool) -> None:
    """A row of cones that the laser takes for a car seems to come towards us as we pass it."""
    senses = (Sense.CAMERA, Sense.LIDAR) if is_pictured else (Sense.LIDAR,)
    labels = (CAR, ObjectClass.OBSTACLE)
    scenes = scripts.Script(
        seconds=3.0,
        ego=lambda _: 9.0,
        actors=[scripts.Actor(track_id=1, label=CAR, x=48.0, y=0.5, along=lambda _: -6.0, senses=senses)],
    ).scenes()
    named = (
        replace(s, objects=tuple(replace(o, label=labels[(k // 4) % 2]) for o in s.objects))
        for k, s in enumerate(scenes)
    )
    assert any("too close" in text or "coming" in text for text in english(named)) is is_told


def test_what_is_far_is_looked_at_for_a_while_before_it_is_called_a_bus_or_a_truck() -> None:
    """A "bus" for a second and a half took the words from the worker beside it, and had to be corrected."""
    standing = scripts.Actor(track_id=1, label=ObjectClass.BUS, x=40.0, y=-3.5)
    scenes = scripts.Script(seconds=5.0, ego=lambda _: 6.0, actors=[standing]).scenes()
    named = (
        replace(s, objects=tuple(replace(o, label=TRUCK) for o in s.objects)) if k >= 17 else s
        for k, s in enumerate(scenes)
    )
    said = english(named)
    assert not any("bus" in text for text in said), said
    assert any("truck" in text for text in said), said


def coming(rider: scripts.Actor | None, *cars: scripts.Actor) -> set[Urgency]:
    actors = [*cars] if rider is None else [*cars, rider]
    drive = scripts.Script(seconds=7.0, ego=lambda _: 5.0, actors=actors)
    return {n.urgency for n in narrate(drive.scenes()) if n.language == "en" and "towards us" in n.text}


def oncoming(track_id: int, y: float, x: float = 90.0) -> scripts.Actor:
    return scripts.Actor(track_id=track_id, label=CAR, x=x, y=y, along=lambda _: -14.0)


RIDER = scripts.Actor(track_id=1, label=CYCLIST, x=14.0, y=-0.5, along=lambda _: 5.0)


@pytest.mark.parametrize("cars", [(oncoming(7, 3.6),), (oncoming(7, 3.6), oncoming(8, 3.6, 98.0))])
def test_who_comes_towards_us_is_worth_a_word_at_once_where_we_would_pass_a_rider(
    cars: tuple[scripts.Actor, ...],
) -> None:
    assert coming(RIDER, *cars) == {Urgency.NOTABLE}
    assert coming(None, *cars) == {Urgency.CALM}


def test_who_comes_is_told_before_that_we_slow_for_the_rider_who_was_told_just_now() -> None:
    """He is past in three seconds, and of whom we slow for one hears already."""
    rider = scripts.Actor(track_id=1, label=CYCLIST, x=40.0, y=-0.5, along=lambda _: 5.0)
    drive = scripts.Script(
        seconds=9.0, ego=scripts.ramp(2.0, 6.0, 12.0, 5.0), actors=[rider, oncoming(7, 3.6, x=120.0)]
    )
    said = english(drive.scenes())
    coming_at, slowing_at = (next(k for k, t in enumerate(said) if word in t) for word in ("towards us", "slowing for"))
    assert coming_at < slowing_at, said


@pytest.mark.parametrize(("is_pictured", "is_told"), [(True, True), (False, False)])
@pytest.mark.parametrize(
    "actor",
    [
        scripts.Actor(track_id=1, label=TRUCK, x=50.0, y=8.0, along=lambda _: 5.0),  # a guard rail
        scripts.Actor(track_id=1, label=CAR, x=60.0, y=0.0),  # a row of barriers
    ],
)
def test_what_no_camera_sees_where_one_looks_is_no_vehicle_by_its_shape(
    actor: scripts.Actor, is_pictured: bool, is_told: bool
) -> None:
    senses = (Sense.CAMERA, Sense.LIDAR) if is_pictured else (Sense.LIDAR,)
    drive = scripts.Script(seconds=4.5, ego=scripts.ramp(2.0, 4.0, 12.0, 4.0), actors=[replace(actor, senses=senses)])
    assert any(actor.label.value in text for text in english(drive.scenes())) is is_told


@pytest.mark.parametrize("is_pictured", [True, False])
def test_who_cuts_in_a_camera_has_seen(is_pictured: bool) -> None:
    """The front of a lorry of 14 m beside us was a lorry of its own to the laser, and seemed to come into our lane."""
    senses = (Sense.CAMERA, Sense.LIDAR) if is_pictured else (Sense.LIDAR,)
    lorry = scripts.Actor(
        track_id=1, label=TRUCK, x=9.0, y=3.6, along=lambda _: 9.0, across=lambda t: -1.2 * (t > 2.0), senses=senses
    )
    said = english(scripts.Script(seconds=3.5, ego=lambda _: 9.0, actors=[lorry]).scenes())
    assert any("cutting in" in text for text in said) is is_pictured, said


def test_a_truck_that_stands_aside_ahead_is_told_once_a_camera_has_seen_it() -> None:
    truck = scripts.Actor(track_id=1, label=TRUCK, x=18.0, y=9.0, parked=True, senses=(Sense.LIDAR,))
    drive = scripts.Script(seconds=3.0, ego=lambda _: 1.0, actors=[truck])
    assert english(drive.scenes()) == []
    seen = replace(drive, actors=[replace(truck, senses=(Sense.CAMERA, Sense.LIDAR))])
    assert any("truck" in text for text in english(seen.scenes()))


@pytest.mark.parametrize(("aside_m", "is_told"), [(6.0, True), (19.0, False)])
def test_what_stands_far_from_the_road_is_not_worth_a_word_however_large(aside_m: float, is_told: bool) -> None:
    """A house has the shape of a lorry."""
    truck = scripts.Actor(track_id=1, label=TRUCK, x=24.0, y=aside_m, parked=True, senses=(Sense.LIDAR,))
    drive = scripts.Script(seconds=5.0, ego=lambda _: 4.0, actors=[truck], senses=(Sense.LIDAR,))
    assert any("truck" in text for text in english(drive.scenes())) is is_told


@pytest.mark.parametrize(("confidence", "is_told"), [(0.9, True), (0.5, False)])
def test_who_only_may_be_somebody_and_stands_is_told_of_when_he_moves(confidence: float, is_told: bool) -> None:
    person = scripts.Actor(track_id=1, label=PERSON, x=35.0, y=-3.5, confidence=confidence)
    stands = english(scripts.Script(seconds=4.0, ego=lambda _: 6.0, actors=[person]).scenes())
    assert any("pedestrian" in text for text in stands) is is_told
    moving = replace(person, across=lambda t: 2.0 * (t > 2.0))
    assert any(
        "stepping" in t for t in english(scripts.Script(seconds=4.0, ego=lambda _: 6.0, actors=[moving]).scenes())
    )


def test_what_seems_to_come_far_from_this_road_does_not_come_towards_us() -> None:
    """What stands behind a motorway's rail had the shape of a car, and moved for a moment."""
    assert coming(None, oncoming(1, 30.0)) == set()
    assert coming(None, oncoming(1, 12.0)) != set()


@pytest.mark.parametrize(("aside_m", "first"), [(3.6, "towards us"), (12.0, "parked")])
def test_who_comes_in_the_next_lane_is_told_before_a_row_that_stands(aside_m: float, first: str) -> None:
    """As in the scenario night_rain: he had passed by when the row was told, which was there for longer."""
    row = [scripts.Actor(track_id=k, label=CAR, x=6.0 + 7.0 * k, y=-4.5, parked=True) for k in range(1, 5)]
    lead = scripts.Actor(track_id=9, label=CAR, x=20.0, y=0.0, along=lambda _: 5.0)  # of whom one hears first
    drive = scripts.Script(seconds=8.0, ego=lambda _: 5.0, actors=[lead, *row, oncoming(7, aside_m, x=110.0)])
    said = [text for text in english(drive.scenes()) if "towards us" in text or "parked" in text]
    assert first in said[0], said


def test_who_comes_beyond_a_divide_is_in_nobodys_way() -> None:
    assert Urgency.NOTABLE not in coming(RIDER, oncoming(7, 14.0))


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


def test_who_comes_towards_us_in_the_next_lane_is_told_while_he_is_still_ahead() -> None:
    car = scripts.Actor(track_id=7, label=CAR, x=60.0, y=3.6, along=lambda _: -8.0)
    drive = scripts.Script(seconds=4.0, ego=lambda _: 5.0, actors=[car])
    told = [n for n in narrate(drive.scenes()) if "towards us" in n.text]
    distances = [float(str(c.value)) for n in told for c in n.claims if c.predicate == "distance"]
    assert distances
    assert min(distances) > 25.0


def test_nobody_on_foot_is_as_fast_as_a_rider() -> None:
    """From behind a rider is somebody on foot to the camera, until he is near."""
    called = [
        scripts.Actor(track_id=1, label=PERSON, x=40.0, y=-0.9, along=lambda _: 5.0, to_s=2.5),
        scripts.Actor(track_id=1, label=CYCLIST, x=40.0, y=-0.9, along=lambda _: 5.0, from_s=2.5),
    ]
    said = " ".join(english(scripts.Script(seconds=6.0, ego=lambda _: 9.0, actors=called).scenes()))
    assert "pedestrian" not in said
    assert "cyclist" in said


def test_who_runs_across_the_road_is_somebody_on_foot_however_fast() -> None:
    runner = scripts.Actor(track_id=1, label=PERSON, x=25.0, y=-8.0, across=lambda _: 4.2)
    drive = scripts.Script(seconds=4.0, ego=scripts.ramp(1.0, 3.0, 7.0, 0.0), actors=[runner])
    assert any("person" in text or "pedestrian" in text for text in english(drive.scenes()))


def test_that_nobody_knows_why_we_slow_can_wait() -> None:
    drive = scripts.Script(seconds=6.0, ego=scripts.ramp(1.0, 5.0, 12.0, 4.0))
    (told,) = [n for n in narrate(drive.scenes()) if "can't tell why" in n.text]
    assert told.urgency is Urgency.CALM


@pytest.mark.parametrize(("seconds", "is_corrected"), [(1.5, False), (3.0, True)])
def test_a_name_that_shapes_alone_give_for_a_moment_corrects_nothing(seconds: float, is_corrected: bool) -> None:
    def called(label: ObjectClass, from_s: float, to_s: float) -> scripts.Actor:
        return scripts.Actor(track_id=1, label=label, x=4.0, y=3.5, along=lambda _: 9.0, senses=(Sense.LIDAR,),
                             from_s=from_s, to_s=to_s)  # fmt: skip

    until_s = 4.0 + seconds
    actors = [called(TRUCK, 0.0, 4.0), called(CAR, 4.0, until_s), called(TRUCK, until_s, 12.0)]
    said = english(scripts.Script(seconds=12.0, ego=lambda _: 9.0, actors=actors).scenes())
    assert any("truck" in text for text in said)
    assert any("Correction" in text for text in said) is is_corrected


def test_a_truck_that_stands_where_we_pass_is_told_at_once() -> None:
    def urgencies(y: float) -> list[Urgency]:
        truck = scripts.Actor(track_id=1, label=TRUCK, x=45.0, y=y, parked=True)
        drive = scripts.Script(seconds=4.0, ego=lambda _: 8.0, actors=[truck])
        return [n.urgency for n in narrate(drive.scenes()) if n.language == "en" and "truck" in n.text]

    assert urgencies(-3.5) == [Urgency.NOTABLE]
    assert urgencies(-7.0) == [Urgency.CALM]
