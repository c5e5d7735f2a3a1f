"""Whole drives, as a passenger hears them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import scripted_scenes as scripts
from labelled_drive import labelled_scenes
from narrated import ALL, english, narrate

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.scene import Motion, SceneObject, SceneState, SoundEvent, SoundTrend
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.evaluation.claims import score_claims
from crossmodal_narrator.evaluation.truth import read_truth
from crossmodal_narrator.language import LANGUAGES, Narrator, NarratorConfig
from crossmodal_narrator.language.realisation import Realiser, read_lexicon

DRIVES = {
    "pulling_away": scripts.pulling_away,
    "street_drive": scripts.street_drive,
    "stepping_out": scripts.stepping_out,
    "busy_street": scripts.busy_street,
    "siren_behind": scripts.siren_behind,
    "siren_passes": scripts.siren_passes,
    "wrong_class": scripts.wrong_class,
    "camera_lost": scripts.camera_lost,
}
JARGON = re.compile(
    r"detect|object|track|bounding|confiden|modalit|\bego\b|sensor fusion|目标|检测|置信|对象|正在进行"
    r"|detec|objeto|modalidad|confianza",
    re.I,
)


def stated(narration: Narration) -> tuple[tuple[str, str], ...]:
    return tuple((c.predicate, c.subject) for c in narration.claims)


def straight_on(thing: SceneObject) -> SceneObject:
    """As a filter shows who has just begun to change lane."""
    assert thing.velocity_mps is not None
    return replace(thing, velocity_mps=(thing.velocity_mps[0], 0.0, 0.0))


def at_s(narration: Narration) -> float:
    return (narration.stamp_ns - scripts.START_NS) / 1e9


@pytest.fixture(params=sorted(DRIVES))
def drive(request: pytest.FixtureRequest) -> scripts.Script:
    script: scripts.Script = DRIVES[request.param]()
    return script


def test_the_story_of_standing_behind_a_car_that_pulls_away_is_told_as_it_happens() -> None:
    said = [n for n in narrate(scripts.pulling_away().scenes()) if n.language == "en"]
    assert [n.text for n in said] == [
        "We are standing behind a white car, 13 metres ahead in our lane.",
        "The white car is pulling away.",
        "And we're moving too.",
    ]
    standing, leaving, following = (at_s(n) for n in said)
    assert standing <= 0.5
    assert 2.0 <= leaving <= 3.2
    assert 3.2 <= following <= 4.9


def test_the_same_story_in_chinese_is_chinese_and_no_translation() -> None:
    said = [n.text for n in narrate(scripts.pulling_away().scenes()) if n.language == "zh"]
    assert said == ["我们停着，同车道前方13米是一辆白色轿车。", "那辆白车起步了。", "我们也跟着走了。"]


@pytest.mark.shared
def test_the_labelled_san_francisco_drive_is_told_in_time_and_every_distance_is_true(shared_dir: Path) -> None:
    truth = shared_dir / "drives" / "san_francisco" / "truth.json"
    said = [n for n in narrate(labelled_scenes(truth)) if n.language == "en"]
    texts = [n.text for n in said]
    assert texts[0].startswith("We are standing behind a white car")
    assert "The white car is pulling away." in texts
    assert "And we're moving too." in texts
    start_ns = read_truth(truth)[0].stamp_ns
    assert (said[0].stamp_ns - start_ns) / 1e9 <= 1.0
    assert [n for n in narrate(labelled_scenes(truth)) if n.language == "en"] == said


@pytest.mark.shared
def test_what_is_said_of_the_labelled_drive_agrees_with_its_labels(shared_dir: Path) -> None:
    truth = shared_dir / "drives" / "san_francisco" / "truth.json"
    scenes = list(labelled_scenes(truth))
    records = [
        {
            "stamp_ns": s.stamp_ns,
            "objects": [
                {"track_id": o.track_id, "label": o.label.value, "position_m": o.position_m} for o in s.objects
            ],
        }
        for s in scenes
    ]
    # A calm pace would leave the row of parked cars untold in five seconds, and its claims unchecked.
    hasty = NarratorConfig(words_per_minute=400.0, calm_pause_s=0.0, profile="talkative")
    said = [
        {
            "stamp_ns": n.stamp_ns,
            "language": n.language,
            "text": n.text,
            "claims": [{"predicate": c.predicate, "subject": c.subject, "value": c.value} for c in n.claims],
        }
        for n in narrate(scenes, hasty)
    ]
    score = score_claims(said, records, read_truth(truth))
    assert score.wrong == []
    assert sum(score.right.values()) >= 5


def test_half_a_minute_of_street_gives_at_least_five_sentences_and_a_row_of_parked_cars_is_one() -> None:
    said = english(scripts.street_drive().scenes())
    assert len(said) >= 5
    assert "Cars are parked all along the right side." in said
    assert sum("parked" in text for text in said) == 1


def test_the_one_ahead_that_brakes_hard_is_told_once_and_again_when_it_leaves() -> None:
    assert english(scripts.hard_stop().scenes()) == [
        "A white car about 25 metres ahead in our lane.",
        "It is braking.",
        "We're slowing for the car.",
        "We've stopped behind the white car, 15 metres ahead.",
        "Now the white car is pulling away.",
        "And we're moving too.",
    ]


def test_who_drives_on_after_a_gap_of_the_odometry_does_not_set_off() -> None:
    def ego(t: float) -> float:
        return min(14.0, 4.0 * max(t - 1.0, 0.0))

    scenes = [
        replace(s, ego=None) if 8.0 <= k / scripts.HZ < 9.0 else s
        for k, s in enumerate(scripts.Script(seconds=14.0, ego=ego).scenes())
    ]
    assert english(scenes[:80]) == ["We're off."]
    assert english(scenes) == ["We're off."]


def test_the_first_guesses_of_a_speed_are_no_braking() -> None:
    """What stands seems to come, or to flee, until its track has settled: the works lorry of the scenario roadworks."""
    for first_mps in (-6.0, 7.0):
        lorry = scripts.Actor(track_id=1, label=ObjectClass.TRUCK, x=50.0, y=0.5)
        scenes = list(scripts.Script(seconds=4.0, ego=lambda _: 8.0, actors=[lorry]).scenes())
        guessed = [first_mps, 0.5 * first_mps, *[0.0] * len(scenes)]
        shown = (
            replace(s, objects=tuple(replace(o, velocity_mps=(v, 0.0, 0.0)) for o in s.objects))
            for s, v in zip(scenes, guessed, strict=False)
        )
        assert not any("brak" in text for text in english(shown)), first_mps


def test_a_lane_change_that_the_tracker_follows_late_is_a_cut_in_and_the_reason_to_slow() -> None:
    drive = scripts.Script(
        seconds=14.0,
        ego=scripts.ramp(5.8, 7.8, 12.0, 9.0),
        actors=[
            scripts.Actor(track_id=1, label=ObjectClass.VAN, x=11.0, y=3.4, along=lambda _: 13.0,
                          across=lambda t: -1.2 * (5.0 <= t < 7.8))
        ],
    )  # fmt: skip
    said = english(replace(s, objects=tuple(straight_on(o) for o in s.objects)) for s in drive.scenes())
    assert "A van is cutting in from the left." in said
    assert "We're slowing for the van." in said


def posts(left_m: float, count: int = 5, **changed: Any) -> list[scripts.Actor]:
    """A row of nameless things, as the laser sees them, from 30 m ahead of where we start."""
    return [
        scripts.Actor(
            track_id=10 + k, label=ObjectClass.OBSTACLE, x=30.0 + 5.0 * k, y=left_m, senses=(Sense.LIDAR,), **changed
        )
        for k in range(count)
    ]


def told_of(actors: list[scripts.Actor], *, seconds: float = 8.0) -> list[Narration]:
    return list(narrate(scripts.Script(seconds=seconds, ego=lambda _: 6.0, actors=actors).scenes()))


def test_what_stands_in_a_row_where_we_pass_is_told_though_it_has_no_name() -> None:
    said = told_of(posts(-2.4))
    rows = [n for n in said if any(c.predicate == "row" for c in n.claims)]
    texts = {n.language: n.text for n in rows}

    assert len(rows) == 3
    assert texts["en"] in (
        "A row of things on the right.",
        "There's a row of things on the right.",
    )
    assert texts["zh"] in ("右侧立着一排东西。", "右侧有一排东西。")
    assert texts["es"].startswith(("Hay una fila de bultos a la derecha", "A la derecha hay bultos en fila"))
    (exists,) = (c for c in rows[0].claims if c.predicate == "exists")
    assert exists.value == "obstacle"
    assert len(exists.subject.split(",")) >= 3


def test_too_few_too_far_aside_or_in_motion_they_are_no_row() -> None:
    for actors in (posts(-2.4, 2), posts(-7.0), posts(-2.4, along=lambda _: 2.0)):
        assert not any(c.predicate == "row" for n in told_of(actors) for c in n.claims)


def test_who_stands_where_a_lane_is_closed_is_told_though_much_has_been_said() -> None:
    worker = scripts.Actor(track_id=1, label=ObjectClass.PEDESTRIAN, x=55.0, y=-3.6)
    people = [n for n in told_of([*posts(-2.4), worker]) if "pedestrian" in n.text]

    assert [n.urgency for n in people] == [Urgency.NOTABLE]


def test_whom_we_pass_is_told_where_he_could_be_hurt_and_who_passes_us_where_he_is_loud() -> None:
    cyclist = scripts.Actor(track_id=1, label=ObjectClass.CYCLIST, x=60.0, y=-2.8, along=lambda _: 4.0)
    car = scripts.Actor(track_id=2, label=ObjectClass.CAR, x=-40.0, y=3.4, along=lambda _: 16.0)
    drive = scripts.Script(seconds=14.0, ego=lambda _: 10.0, actors=[cyclist, car])
    assert [n.text for n in narrate(drive.scenes()) if n.trigger == "change"] == [
        "We're passing the cyclist ahead on the right.",
        "我们正在超过右前方那个骑车的人。",
        "Adelantamos al ciclista de la derecha.",
    ]
    assert "The white truck behind us on the left is passing us." in english(scripts.siren_passes().scenes())


def test_what_was_told_of_beside_us_and_drives_before_us_now_is_told_to_be_there() -> None:
    truck = scripts.Actor(track_id=1, label=ObjectClass.TRUCK, x=18.0, y=3.4, along=lambda _: 12.5,
                          across=lambda t: -0.5 * (8.0 <= t < 14.8))  # fmt: skip
    drive = scripts.Script(seconds=22.0, ego=lambda _: 12.0, actors=[truck])
    assert english(drive.scenes()) == [
        "A truck 15 metres ahead on the left.",
        "The truck is ahead of us now, at 20 metres.",
    ]


def in_a_bend(radius_m: float, left_m: float, seconds: float = 6.0, ego_mps: float = 10.0) -> Iterator[SceneState]:
    """Who keeps the lane beside ours, as we do ours, in a bend to the left; where he is in base_link never changes."""
    x = 12.0
    y = left_m + 0.5 * x * x / radius_m
    beside = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=x, y=y)
    drive = scripts.Script(seconds=seconds, ego=lambda _: ego_mps, yaw_rate=lambda _: ego_mps / radius_m)
    for scene in drive.scenes():
        thing = scripts.seen(beside, (x, y), (ego_mps * 0.99, ego_mps * x / radius_m), scene.stamp_ns)
        yield replace(scene, objects=(replace(thing, motion=Motion.MOVING),))


@pytest.mark.parametrize("radius_m", [150.0, 200.0, 300.0])
@pytest.mark.parametrize("left_m", [-3.4, 3.4])
def test_who_keeps_his_lane_in_a_bend_does_not_cut_in(radius_m: float, left_m: float) -> None:
    assert not any("cutting in" in text for text in english(in_a_bend(radius_m, left_m)))


def test_whom_we_would_hit_we_do_not_pass() -> None:
    crosses = scripts.Actor(track_id=1, label=ObjectClass.CYCLIST, x=34.0, y=-5.0, along=lambda _: 1.5,
                            across=lambda t: 2.5 * (t > 1.0))  # fmt: skip
    drive = scripts.Script(seconds=5.0, ego=lambda _: 8.0, actors=[crosses])
    assert not any("passing" in text for text in english(drive.scenes()))


def test_who_comes_towards_us_in_our_lane_is_not_ahead_of_us_now() -> None:
    swings = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=75.0, y=3.4, along=lambda _: -6.0,
                           across=lambda t: -1.2 * (3.0 <= t < 5.8))  # fmt: skip
    drive = scripts.Script(seconds=8.0, ego=lambda _: 4.0, actors=[swings])
    assert not any("ahead of us now" in text for text in english(drive.scenes()))


def test_who_steps_out_and_had_no_name_until_now_is_warned_of_at_once() -> None:
    place = {"x": 40.0, "y": -4.5, "along": scripts.still, "across": scripts.ramp(1.8, 2.0, 0.0, 1.6)}
    nameless = scripts.Actor(track_id=5, label=ObjectClass.OBSTACLE, to_s=2.6, **place)
    person = scripts.Actor(track_id=5, label=ObjectClass.PEDESTRIAN, from_s=2.6, **place)
    drive = scripts.Script(seconds=5.0, ego=lambda _: 8.0, actors=[nameless, person])
    urgent = [n for n in narrate(drive.scenes()) if n.urgency is Urgency.URGENT and n.language == "en"]
    assert urgent
    assert at_s(urgent[0]) <= 3.0
    assert "person stepping out" in urgent[0].text


def test_a_track_that_is_too_young_to_have_a_speed_frightens_nobody() -> None:
    wild = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=30.0, y=0.0, along=lambda _: -12.0, to_s=0.6)
    drive = scripts.Script(seconds=2.0, ego=lambda _: 4.0, actors=[wild])
    young = (replace(s, objects=tuple(replace(o, motion=Motion.UNKNOWN) for o in s.objects)) for s in drive.scenes())
    assert not any(n.urgency is Urgency.URGENT for n in narrate(young))


def test_a_track_whose_box_grows_does_not_cut_in() -> None:
    beside = scripts.Actor(track_id=1, label=ObjectClass.VAN, x=11.0, y=3.4, along=lambda _: 10.0)
    jump = scripts.Actor(track_id=1, label=ObjectClass.VAN, x=11.0, y=2.6, along=lambda _: 10.0, from_s=4.0)
    drive = scripts.Script(seconds=8.0, ego=lambda _: 10.0, actors=[replace(beside, to_s=4.0), jump])
    assert not any("cutting in" in text for text in english(drive.scenes()))


def test_in_feet_and_miles_the_same_is_told() -> None:
    metric = narrate(scripts.busy_street().scenes())
    imperial = narrate(scripts.busy_street().scenes(), replace(ALL, units="imperial"))
    assert [stated(n) for n in imperial] == [stated(n) for n in metric]
    alone = scripts.Script(seconds=8.0, ego=lambda _: 9.0)
    talk = narrate(alone.scenes(), replace(ALL, units="imperial", profile="talkative"))
    told = " ".join(n.text for n in (*imperial, *talk))
    assert "We're doing about 20 miles an hour." in told
    assert re.search(r"about \d+0 feet ahead", told)
    assert "现在时速20英里左右。" in told
    assert not re.search(r"metre|metro|kil[oó]|公里|米", told)


def test_a_red_light_is_the_reason_to_slow_and_a_green_one_is_told() -> None:
    said = english(scripts.street_drive().scenes())
    assert "Slowing for the red light." in said
    assert "It's green." in said


def test_a_person_who_steps_out_is_called_at_once_with_the_side_first() -> None:
    said = [n for n in narrate(scripts.stepping_out().scenes()) if n.urgency is Urgency.URGENT]
    assert [n.text for n in said] == [
        "Right side, person stepping out.",
        "右侧有人走出来。",
        "A la derecha, peatón cruzándose.",
    ]
    assert at_s(said[0]) <= 2.5


def test_a_car_that_we_approach_while_braking_as_usual_is_no_danger() -> None:
    queue = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=55.0, y=0.0)
    script = scripts.Script(seconds=14.0, ego=scripts.ramp(1.0, 10.0, 9.0, 0.0), actors=[queue])
    assert all(n.urgency is not Urgency.URGENT for n in narrate(script.scenes()))


@pytest.mark.parametrize(
    ("seen_from_s", "words"), [(2.0, "Straight ahead, something not moving."), (0.0, "Straight ahead, car not moving.")]
)
def test_in_haste_what_was_just_seen_is_something_until_it_has_been_called_so_for_a_second(
    seen_from_s: float, words: str
) -> None:
    """A row of barriers is a car for half a second, to both senses."""
    car = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=42.0, y=0.0, from_s=seen_from_s)
    said = narrate(scripts.Script(seconds=3.2, ego=lambda _: 10.0, actors=[car]).scenes())
    urgent = [n for n in said if n.urgency is Urgency.URGENT and n.language == "en"]
    assert [n.text for n in urgent] == [words]
    assert at_s(urgent[0]) <= 2.8


def test_a_bus_that_is_lost_for_a_moment_as_we_come_close_is_still_the_same_bus() -> None:
    """Its new track begins where the old one must be by now, and shows another middle: only its rear is in sight."""
    bus = scripts.Actor(track_id=1, label=ObjectClass.BUS, x=50.0, y=0.0, colour="red", to_s=5.0)
    again = replace(bus, track_id=2, x=47.5, colour="black", from_s=5.8, to_s=20.0)
    script = scripts.Script(seconds=14.0, ego=scripts.ramp(4.0, 8.0, 6.0, 0.0), actors=[bus, again])
    said = english(script.scenes())
    assert sum("a red bus" in text.lower() for text in said) == 1
    assert "We've stopped behind the bus, 5 metres ahead." in said


def test_for_whom_we_brake_is_known_before_he_is_in_our_way() -> None:
    """He steps out, we brake at once: the cause is who was just called."""
    person = scripts.Actor(
        track_id=5, label=ObjectClass.PEDESTRIAN, x=34.0, y=-4.5, across=scripts.ramp(1.8, 2.0, 0.0, 1.2)
    )
    script = scripts.Script(seconds=6.0, ego=scripts.ramp(2.2, 5.0, 9.0, 0.0), actors=[person])
    said = english(script.scenes())
    assert not any("can't tell" in text for text in said)
    assert any("slowing for" in text.lower() or "slowing down for" in text.lower() for text in said)


def test_one_of_a_row_that_turns_out_to_be_a_van_is_not_worth_a_correction() -> None:
    cars = scripts.parked_row(10, 8.0, -3.4)
    row = [replace(cars[0], to_s=4.0), *cars[1:], replace(cars[0], label=ObjectClass.VAN, from_s=4.0)]
    said = english(scripts.Script(seconds=8.0, ego=lambda _: 1.0, actors=row).scenes())
    assert "Cars are parked all along the right side." in said
    assert not any(text.startswith(("Correction", "I was wrong")) for text in said)


def test_a_siren_that_goes_on_is_no_new_one_however_long_it_is_heard() -> None:
    """Told at 2 s, its source at 24 s; then it fades."""

    def heard(t: float) -> list[SoundEvent]:
        trend = SoundTrend.UNKNOWN if t < 27.0 else SoundTrend.RECEDING
        event = scripts.siren(scripts.START_NS + round(t * 1e9), math.atan2(3.5, -60.0 + 2.0 * t), trend)
        return [] if t < 1.5 else [replace(event, track_id=1)] if t > 24.0 else [event]

    truck = scripts.Actor(track_id=1, label=ObjectClass.TRUCK, x=-60.0, y=3.5, along=lambda _: 7.0, from_s=20.0)
    said = english(scripts.Script(seconds=32.0, ego=lambda _: 5.0, actors=[truck], sounds=heard).scenes())
    assert sum(text.lower().startswith(("a siren", "i can hear a siren")) for text in said) == 1
    assert any("siren is moving away" in text for text in said)


def test_what_has_just_begun_to_be_a_car_and_seems_to_come_at_us_is_no_danger_yet() -> None:
    """Its track goes from one cone to the next one."""
    hops = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=52.0, y=-0.3, along=lambda _: -6.0, from_s=2.0, to_s=2.9)
    said = narrate(scripts.Script(seconds=3.2, ego=lambda _: 10.0, actors=[hops]).scenes())
    assert not [n.text for n in said if n.urgency is Urgency.URGENT]
    comes = replace(hops, x=64.0, from_s=0.0)
    said = narrate(scripts.Script(seconds=3.2, ego=lambda _: 10.0, actors=[comes]).scenes())
    assert [n.text for n in said if n.urgency is Urgency.URGENT]


def test_what_has_come_towards_us_for_seconds_is_a_danger_though_its_name_flickers() -> None:
    comes = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=90.0, y=-0.3, along=lambda _: -6.0)
    names = [
        replace(comes, label=(ObjectClass.CAR, ObjectClass.OBSTACLE)[k % 2], from_s=0.9 * k, to_s=0.9 * (k + 1))
        for k in range(6)
    ]
    said = narrate(scripts.Script(seconds=5.0, ego=lambda _: 10.0, actors=names).scenes())
    urgent = [n.text for n in said if n.urgency is Urgency.URGENT and n.language == "en"]
    assert urgent == ["Straight ahead, something too close."]


@pytest.mark.parametrize(
    ("senses", "looking", "speed_mps", "is_told"),
    [
        ((Sense.LIDAR,), scripts.CAMERA_AND_LIDAR, 0.0, False),
        (scripts.CAMERA_AND_LIDAR, scripts.CAMERA_AND_LIDAR, 0.0, True),
        ((Sense.LIDAR,), (Sense.LIDAR,), 0.0, True),
        ((Sense.LIDAR,), scripts.CAMERA_AND_LIDAR, 1.2, True),
    ],
)
def test_a_shape_of_somebody_that_stands_where_the_camera_sees_nobody_is_not_spoken_of(
    senses: tuple[Sense, ...], looking: tuple[Sense, ...], speed_mps: float, *, is_told: bool
) -> None:
    """A post has it, too; a post does not walk. Without a camera the shape is all there is."""
    post = scripts.Actor(
        track_id=1, label=ObjectClass.PEDESTRIAN, x=30.0, y=-3.5, senses=senses, along=lambda _: speed_mps
    )
    script = scripts.Script(seconds=4.0, ego=lambda _: 5.0, actors=[post], senses=looking)
    assert any("pedestrian" in text for text in english(script.scenes())) is is_told


@pytest.mark.parametrize(("x", "y", "is_told"), [(6.0, -5.0, True), (8.0, 5.0, True), (14.0, -5.0, False)])
@pytest.mark.parametrize("seconds", [0.9, 6.0])
def test_who_stands_where_a_front_camera_does_not_look_is_told_once_he_has_stood_there(
    x: float, y: float, seconds: float, *, is_told: bool
) -> None:
    somebody = scripts.Actor(track_id=1, label=ObjectClass.PEDESTRIAN, x=x, y=y, senses=(Sense.LIDAR,))
    said = english(scripts.Script(seconds=seconds, actors=[somebody]).scenes())
    assert any("pedestrian" in text for text in said) is (is_told and seconds > 1.0)


def test_who_stands_where_we_pass_is_told_four_seconds_before_and_what_is_passed_no_more() -> None:
    worker = scripts.Actor(track_id=1, label=ObjectClass.PEDESTRIAN, x=75.0, y=-3.5)
    truck = scripts.Actor(track_id=2, label=ObjectClass.TRUCK, x=-4.0, y=-4.0, parked=True, from_s=1.0)
    said = narrate(scripts.Script(seconds=8.0, ego=lambda _: 9.0, actors=[worker, truck]).scenes())
    (told,) = [n for n in said if n.language == "en"]
    assert told.text == "A pedestrian is standing about 35 metres ahead on the right."


def test_what_carries_the_siren_is_one_thing_and_a_mistake_about_it_names_the_siren() -> None:
    """A car, it seems, from behind; as it passes it is followed anew, and is a van."""
    car = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=-45.0, y=3.5, along=lambda _: 12.0, to_s=5.5)
    van = replace(car, track_id=2, label=ObjectClass.VAN, x=-41.0, from_s=5.0, to_s=math.inf)

    def heard(t: float) -> list[SoundEvent]:
        azimuth = math.atan2(3.5, -45.0 + 7.0 * t)
        event = scripts.siren(scripts.START_NS + round(t * 1e9), azimuth, SoundTrend.UNKNOWN)
        return [replace(event, track_id=1 if t < 5.5 else 2)] if t > 1.0 else [event]

    said = narrate(scripts.Script(seconds=11.0, ego=lambda _: 5.0, actors=[car, van], sounds=heard).scenes())
    corrected = {n.language: n.text for n in said if n.trigger == "correction"}
    assert corrected == {
        "en": "Correction: the siren comes from a van behind us on the left, not a car.",
        "zh": "更正：发出警笛声的是左后方一辆面包车，不是轿车。",
        "es": "Corrección: la sirena viene de una furgoneta que está detrás a la izquierda, no de un coche.",
    }
    assert not any("a van" in n.text.lower() for n in said if n.language == "en" and n.trigger != "correction")


def test_what_is_known_by_its_own_name_keeps_it_when_the_siren_is_heard_from_there() -> None:
    """The van that we follow is no car that it was told to be, though a car behind it had the siren on."""
    van = scripts.Actor(track_id=2, label=ObjectClass.VAN, x=18.0, y=0.0, along=lambda _: 5.0)
    car = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=-45.0, y=3.5, along=lambda _: 12.0, to_s=8.0)

    def heard(t: float) -> list[SoundEvent]:
        azimuth = math.atan2(3.5, -45.0 + 7.0 * t)
        event = scripts.siren(scripts.START_NS + round(t * 1e9), azimuth, SoundTrend.UNKNOWN)
        return [replace(event, track_id=1 if t < 8.0 else 2)] if t > 2.0 else []

    said = narrate(scripts.Script(seconds=16.0, ego=lambda _: 5.0, actors=[van, car], sounds=heard).scenes())
    assert [n.text for n in said if n.language == "en" and n.trigger == "correction"] == []
    assert any("siren" in n.text and "car" in n.text for n in said if n.language == "en")


def test_a_blind_camera_is_owned_and_its_return_is_told_once() -> None:
    said = english(scripts.camera_lost().scenes())
    assert said.count("The camera can't see right now; I'm going by the laser.") == 1
    assert sum(text in ("The camera is back.", "I've got the camera back.") for text in said) == 1


def test_of_two_cameras_one_that_fails_is_not_the_camera() -> None:
    script = scripts.Script(
        seconds=8.0,
        ego=lambda _: 5.0,
        cameras=2,
        trouble=lambda t: ((Sense.CAMERA, "rear", Trouble.STALE),) if t >= 3.0 else (),
    )
    said = narrate(script.scenes())
    assert [n.text for n in said if n.language == "en"] == ["A camera has gone silent."]
    assert [n.text for n in said if n.language == "zh"] == ["有个摄像头没有信号了。"]
    (lost, *_) = said
    assert [(c.predicate, c.subject) for c in lost.claims] == [("sense_trouble", "sense:camera/rear")]


def test_a_perception_that_was_started_again_counts_anew_and_nothing_is_corrected() -> None:
    bus = scripts.Actor(track_id=1, label=ObjectClass.BUS, x=18.0, y=0.0, along=lambda _: 8.0)
    person = scripts.Actor(track_id=1, label=ObjectClass.PEDESTRIAN, x=60.0, y=-3.6)
    before = scripts.Script(seconds=6.0, ego=lambda _: 8.0, actors=[bus])
    after = scripts.Script(seconds=6.0, ego=lambda _: 8.0, actors=[person], start_ns=scripts.START_NS + 10_000_000_000)
    said = english([*before.scenes(), *after.scenes()])
    assert any("bus" in text for text in said)
    assert any("pedestrian" in text for text in said)
    assert not any(text.startswith(("Correction", "I was wrong")) for text in said)


@pytest.mark.parametrize(
    ("sense", "source", "words"),
    [
        (Sense.LIDAR, "lidar", "The laser has sent nothing so far"),
        (Sense.CAMERA, "front", "The camera has sent nothing so far"),
        (Sense.ODOMETRY, "odometry", "The speed sensor has sent nothing so far"),
    ],
)
def test_a_sense_that_never_came_is_named(sense: Sense, source: str, words: str) -> None:
    left = tuple(s for s in (Sense.CAMERA, Sense.LIDAR) if s is not sense)
    script = scripts.Script(
        seconds=4.0,
        odometry=sense is not Sense.ODOMETRY,
        actors=[scripts.Actor(track_id=1, label=ObjectClass.CAR, x=15.0, y=0.0, senses=left)],
        trouble=lambda _: ((sense, source, Trouble.MISSING),),
    )
    said = english(script.scenes())
    assert sum(text.startswith(words) for text in said) == 1


def test_something_that_nobody_can_name_is_told_as_that() -> None:
    nameless = scripts.Actor(track_id=1, label=ObjectClass.OBSTACLE, x=30.0, y=0.0, senses=(Sense.LIDAR,))
    said = english(scripts.Script(seconds=3.0, actors=[nameless]).scenes())
    assert said == ["Something about 30 metres ahead in our lane, I can't make it out."]


def test_a_wrong_class_is_corrected_in_one_breath() -> None:
    assert "Correction: that's a truck, not a bus." in english(scripts.wrong_class().scenes())


def test_a_wrong_class_is_corrected_before_anything_else_is_said_of_it() -> None:
    """The simulated ambulance: first it has the siren on as a car, then it passes us as a van."""
    drive = scripts.siren_passes()
    truck = replace(drive.actors[0], along=lambda _: 9.0)  # slowly, so that it passes still when that has been said
    called = [replace(truck, label=ObjectClass.CAR, to_s=7.3), replace(truck, from_s=7.3)]
    said = english(replace(drive, actors=called).scenes())
    named = [text for text in said if re.search(r"\b(car|truck)\b", text)]
    assert "car" in named[0], said
    assert named[1] == "Correction: the siren comes from a truck behind us, not a car.", said
    assert any("passing us" in text for text in named[2:]), said


def test_a_siren_that_has_come_round_us_is_told_where_it_is_now() -> None:
    """Out of sight, and neither nearer nor farther as far as one can tell: the scenario siren_behind_building."""

    def heard(t: float) -> list[SoundEvent]:
        azimuth_rad = math.radians(-130.0 + 90.0 * min(max(t - 5.0, 0.0) / 6.0, 1.0))
        return [scripts.siren(scripts.START_NS + round(t * 1e9), azimuth_rad, SoundTrend.UNKNOWN)]

    said = english(scripts.Script(seconds=14.0, ego=lambda _: 4.0, sounds=heard).scenes())
    assert [text for text in said if "siren" in text] == [
        "A siren behind us on the right.",
        "The siren is on our right.",
        "I can hear a siren ahead on the right.",
    ]


def test_who_is_heard_by_a_facade_first_is_told_without_a_side_and_then_with_the_right_one() -> None:
    def heard(t: float) -> list[SoundEvent]:
        azimuth_rad = math.radians(-55.0 if t < 0.4 else -125.0)
        return [scripts.siren(scripts.START_NS + round(t * 1e9), azimuth_rad, SoundTrend.UNKNOWN)]

    said = english(scripts.Script(seconds=8.0, ego=lambda _: 4.0, sounds=heard).scenes())
    assert [text for text in said if "siren" in text] == ["I can hear a siren.", "The siren is behind us on the right."]


def test_nothing_calm_is_said_while_it_is_found_out_where_a_siren_is() -> None:
    """Ten words about a bus kept the siren waiting."""
    bus = scripts.Actor(track_id=1, label=ObjectClass.BUS, x=18.0, y=0.0, along=lambda _: 4.0)

    def heard(t: float) -> list[SoundEvent]:
        at_ns = scripts.START_NS + round(t * 1e9)
        return [scripts.siren(at_ns, math.radians(150.0), SoundTrend.UNKNOWN)] if t >= 0.4 else []

    said = english(scripts.Script(seconds=6.0, ego=lambda _: 4.0, actors=[bus], sounds=heard).scenes())
    assert said[0] == "A siren behind us on the left."
    assert any("bus" in text for text in said[1:])


def test_a_siren_is_heard_then_placed_then_seen() -> None:
    """Each once, and its side as soon as it is known."""
    said = [text for text in english(scripts.siren_passes().scenes()) if "siren" in text]
    assert said[:2] == ["I can hear a siren.", "The siren is behind us."]
    assert said[2] == "A white truck behind us has the siren on."
    assert sum("comes from" in text or "has the" in text for text in said) == 1


def test_a_siren_is_told_from_where_it_comes_and_whether_it_nears() -> None:
    said = english(scripts.siren_behind().scenes())
    assert said[0] == "A siren behind us on the left."
    assert any("getting closer" in text for text in said)
    assert any("moving away" in text for text in said)


def test_every_claim_holds_in_the_scene_that_it_describes(drive: scripts.Script) -> None:
    scenes = {scene.stamp_ns: scene for scene in drive.scenes()}
    for narration in narrate(drive.scenes()):
        objects = {f"track:{o.track_id}": o for o in scenes[narration.stamp_ns].objects}
        for claim in narration.claims:
            subjects = [objects[s] for s in claim.subject.split(",") if s in objects]
            if claim.predicate == "exists":
                assert subjects
                assert all(o.label.value == claim.value for o in subjects)
            elif claim.predicate == "distance":
                assert [o.relation.distance_m for o in subjects] == [claim.value]
            elif claim.predicate == "colour":
                assert subjects[0].attribute("colour").value == claim.value  # type: ignore[union-attr]
            assert claim.evidence or claim.predicate == "sense_works"


def test_every_language_makes_the_same_claims(drive: scripts.Script) -> None:
    said = narrate(drive.scenes())
    assert said
    for told in zip(*(said[k :: len(LANGUAGES)] for k in range(len(LANGUAGES))), strict=True):
        assert tuple(n.language for n in told) == LANGUAGES
        assert len({(n.stamp_ns, n.claims, n.urgency, n.trigger) for n in told}) == 1


def test_the_gate_refuses_no_sentence_of_a_drive_for_its_words(
    drive: scripts.Script, caplog: pytest.LogCaptureFixture
) -> None:
    narrate(drive.scenes())
    assert caplog.messages == []


def test_the_same_drive_gives_the_same_sentences(drive: scripts.Script) -> None:
    assert narrate(drive.scenes()) == narrate(drive.scenes())


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short_begin_differently_and_hold_no_jargon(drive: scripts.Script, language: str) -> None:
    realiser = Realiser(read_lexicon(language))
    said = [n for n in narrate(drive.scenes()) if n.language == language]
    measure = realiser.lexicon.measure
    for narration in said:
        limit = measure.urgent if narration.urgency is Urgency.URGENT else measure.calm
        assert realiser.length(narration.text) <= limit
        assert not JARGON.search(narration.text)
        assert not re.search(r"\d\.\d", narration.text)
    assert all(realiser.opening(a.text) != realiser.opening(b.text) for a, b in pairwise(said))


def test_a_calm_sentence_waits_until_the_last_one_has_been_heard(drive: scripts.Script) -> None:
    free_s = 0.0
    realiser = Realiser(read_lexicon("en"))
    config = NarratorConfig()
    for narration in narrate(drive.scenes(), config):
        begins_s = at_s(narration)
        if narration.urgency is Urgency.CALM and free_s:
            assert begins_s >= free_s + config.calm_pause_s - 0.05
        duration_s = realiser.duration_s(narration.text, config.words_per_minute)
        free_s = (begins_s if narration.urgency is Urgency.URGENT else max(begins_s, free_s)) + duration_s


def test_there_is_silence_when_nothing_is_new() -> None:
    car = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=15.0, y=0.0, colour="white")
    said = english(scripts.Script(seconds=60.0, actors=[car, *scripts.parked_row(10, 7.0, -3.4)]).scenes())
    assert said == [
        "We are standing behind a white car, 13 metres ahead in our lane.",
        "Cars are parked all along the right side.",
    ]


def test_an_empty_world_is_not_spoken_of() -> None:
    assert english(scripts.Script(seconds=20.0).scenes()) == []


def test_when_the_clock_jumps_back_everything_is_forgotten_and_told_anew() -> None:
    narrator = Narrator(ALL)
    first = [n for scene in scripts.pulling_away().scenes() for n in narrator.narrate(scene)]
    again = [n for scene in scripts.pulling_away().scenes() for n in narrator.narrate(scene)]
    assert first == again


def test_lights_of_two_lanes_that_differ_are_not_spoken_of() -> None:
    def differing(scene: SceneState) -> SceneState:
        lights = tuple(scripts.light(state, scene.stamp_ns) for state in (SignalState.RED, SignalState.GREEN))
        return SceneState(stamp_ns=scene.stamp_ns, ego=scene.ego, objects=(), sounds=(), signals=lights, degraded=())

    assert english(differing(scene) for scene in scripts.Script(seconds=5.0).scenes()) == []


def test_what_was_told_of_is_not_introduced_again_when_it_comes_towards_us() -> None:
    bus = scripts.Actor(track_id=1, label=ObjectClass.BUS, x=28.0, y=3.4, along=scripts.ramp(4.0, 5.0, 0.0, -2.0))
    said = english(scripts.Script(seconds=10.0, actors=[bus]).scenes())
    assert said == ["A bus is standing about 20 metres ahead on the left."]


def test_what_stands_all_the_time_is_not_said_to_have_stopped_when_we_slow_for_it() -> None:
    cone = scripts.Actor(track_id=1, label=ObjectClass.CONE, x=45.0, y=0.0)
    said = english(scripts.Script(seconds=5.0, ego=scripts.ramp(1.0, 4.0, 9.0, 2.0), actors=[cone]).scenes())
    assert said == ["A traffic cone about 35 metres ahead in our lane.", "We're slowing for the traffic cone."]


def test_what_was_told_long_ago_is_forgotten_so_that_a_long_drive_takes_no_more_memory() -> None:
    actors = [
        scripts.Actor(track_id=k, label=ObjectClass.CYCLIST, x=40.0 + 60.0 * k, y=-2.6, along=lambda _: 3.0)
        for k in range(1, 60)
    ]
    narrator = Narrator(NarratorConfig(profile="talkative"))
    sizes = []
    for k, scene in enumerate(scripts.Script(seconds=400.0, ego=lambda _: 11.0, actors=actors).scenes()):
        near = tuple(o for o in scene.objects if o.relation.distance_m is not None and o.relation.distance_m < 60.0)
        narrator.narrate(replace(scene, objects=near))
        if k % 1000 == 999:
            memory = narrator._planner._memory
            sizes.append((len(memory.known), len(memory._said)))
    assert sizes[-1][0] <= 20
    assert sizes[-1][1] <= 2 * sizes[0][1]
