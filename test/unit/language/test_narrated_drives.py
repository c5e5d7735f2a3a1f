"""Whole drives, as a passenger hears them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
import scripted_scenes as scripts
from labelled_drive import labelled_scenes

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.evaluation.claims import score_claims
from crossmodal_narrator.evaluation.truth import read_truth
from crossmodal_narrator.language import Narrator, NarratorConfig
from crossmodal_narrator.language.realisation import Realiser, read_lexicon

BOTH = NarratorConfig(languages=("en", "zh"))
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
    r"detect|object|track|bounding|confiden|modalit|\bego\b|sensor fusion|目标|检测|置信|对象|正在进行", re.I
)


def narrate(scenes: Iterable[SceneState], config: NarratorConfig = BOTH) -> list[Narration]:
    narrator = Narrator(config)
    return [n for scene in scenes for n in narrator.narrate(scene)]


def english(scenes: Iterable[SceneState]) -> list[str]:
    return [n.text for n in narrate(scenes) if n.language == "en"]


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
    hasty = NarratorConfig(words_per_minute=400.0, calm_pause_s=0.0, calm_share=1.0)
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


def test_a_red_light_is_the_reason_to_slow_and_a_green_one_is_told() -> None:
    said = english(scripts.street_drive().scenes())
    assert "Slowing for the red light." in said
    assert "It's green." in said


def test_a_person_who_steps_out_is_called_at_once_with_the_side_first() -> None:
    said = [n for n in narrate(scripts.stepping_out().scenes()) if n.urgency is Urgency.URGENT]
    assert [n.text for n in said] == ["Right side, person stepping out.", "右侧有人走出来。"]
    assert at_s(said[0]) <= 2.5


def test_a_car_that_we_approach_while_braking_as_usual_is_no_danger() -> None:
    queue = scripts.Actor(track_id=1, label=ObjectClass.CAR, x=55.0, y=0.0)
    script = scripts.Script(seconds=14.0, ego=scripts.ramp(1.0, 10.0, 9.0, 0.0), actors=[queue])
    assert all(n.urgency is not Urgency.URGENT for n in narrate(script.scenes()))


def test_a_blind_camera_is_owned_and_its_return_is_told_once() -> None:
    said = english(scripts.camera_lost().scenes())
    assert said.count("The camera can't see right now; I'm going by the laser.") == 1
    assert sum(text in ("The camera is back.", "I've got the camera back.") for text in said) == 1


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


def test_both_languages_make_the_same_claims(drive: scripts.Script) -> None:
    said = narrate(drive.scenes())
    assert said
    for en, zh in zip(said[::2], said[1::2], strict=True):
        assert (en.language, zh.language) == ("en", "zh")
        assert (en.stamp_ns, en.claims, en.urgency, en.trigger) == (zh.stamp_ns, zh.claims, zh.urgency, zh.trigger)


def test_the_same_drive_gives_the_same_sentences(drive: scripts.Script) -> None:
    assert narrate(drive.scenes()) == narrate(drive.scenes())


@pytest.mark.parametrize("language", ["en", "zh"])
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
    narrator = Narrator(BOTH)
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
    assert said == ["A traffic cone about 40 metres ahead in our lane.", "We're slowing for the traffic cone."]
