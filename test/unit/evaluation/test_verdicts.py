"""A claim is right, contradicted, unsupported, or cannot be judged; and nothing else counts for the narrator."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from evaluated_scenes import answer, line, push_all, record, scene, thing

from crossmodal_narrator.evaluation import score_claims
from crossmodal_narrator.evaluation.mentions import MentionScorer
from crossmodal_narrator.evaluation.truth import TrueScene, TrueSignal, TrueSound
from crossmodal_narrator.evaluation.verdicts import Verdict, judge

RIGHT, CONTRADICTED, UNSUPPORTED, NOT_JUDGED = (
    Verdict.RIGHT,
    Verdict.CONTRADICTED,
    Verdict.UNSUPPORTED,
    Verdict.NOT_JUDGED,
)
SIREN = TrueSound(
    kind="siren",
    actor_id="a",
    azimuth_rad=3.0,
    arrival_azimuth_rad=3.0,
    level_db=70.0,
    noise_db=60.0,
    range_rate_mps=-8.0,
)
LIGHTS = (TrueSignal(state="red", is_for_ego=True), TrueSignal(state="green", is_for_ego=False))


def real(**changed: Any) -> TrueScene:
    """A car stands 12 m ahead, a siren comes from behind, our light is red, and we drive at 10 m/s."""
    full = dataclasses.replace(scene(0, thing("Car", 12.0), sounds=(SIREN,)), ego_speed_mps=10.0, signals=LIGHTS)
    return dataclasses.replace(full, **changed)


@pytest.mark.parametrize(
    ("predicate", "subject", "value", "verdict"),
    [
        ("exists", "track:1", "car", RIGHT),
        ("exists", "track:1", "pedestrian", CONTRADICTED),
        ("exists", "track:2", "car", UNSUPPORTED),
        ("motion", "track:1", "parked", RIGHT),
        ("motion", "track:1", "crossing", CONTRADICTED),
        ("motion", "track:1", "approaching", NOT_JUDGED),
        ("colour", "track:1", "white", NOT_JUDGED),
        ("exists", "track:9", "car", NOT_JUDGED),
        ("speed", "ego", 10.8, RIGHT),
        ("speed", "ego", 13.0, CONTRADICTED),
        ("ego_motion", "ego", "standing", CONTRADICTED),
        ("ego_motion", "ego", "slowing", NOT_JUDGED),
        ("heard", "sound:siren", "siren", RIGHT),
        ("side", "sound:siren", "behind", RIGHT),
        ("side", "sound:siren", "ahead", CONTRADICTED),
        ("heard", "sound:horn", "horn", UNSUPPORTED),
        ("sound_trend", "sound:siren", "approaching", RIGHT),
        ("sound_trend", "sound:siren", "fading", CONTRADICTED),
        ("signal_state", "signal:3", "red", RIGHT),
        ("signal_state", "signal:3", "green", CONTRADICTED),
        ("sense_trouble", "sense:camera", "lost", NOT_JUDGED),
    ],
)
def test_a_claim_is_judged_by_what_is_written_down(predicate: str, subject: str, value: Any, verdict: Verdict) -> None:
    seen = record(0, answer("car", 12.2), answer("car", 30.0, 10.0, track_id=2))
    claim = {"predicate": predicate, "subject": subject, "value": value}

    assert judge(claim, seen, real()) is verdict


def test_what_keeps_its_range_neither_comes_nor_goes() -> None:
    claim = {"predicate": "sound_trend", "subject": "sound:siren", "value": "approaching"}
    for rate_mps in (None, 0.4, -0.4):
        along = dataclasses.replace(SIREN, range_rate_mps=rate_mps)
        assert judge(claim, record(0, answer("car", 12.2)), real(sounds=(along,))) is NOT_JUDGED


def test_sounds_and_lights_that_nobody_wrote_down_are_not_judged() -> None:
    unlabelled = real(sounds=None, signals=None)
    for predicate, subject, value in (("heard", "sound:siren", "siren"), ("signal_state", "signal:1", "red")):
        assert judge({"predicate": predicate, "subject": subject, "value": value}, record(0), unlabelled) is NOT_JUDGED


def test_verdicts_are_counted_by_predicate() -> None:
    said = line(0, "…", ("exists", "track:1", "car"), ("exists", "track:2", "car"), ("colour", "track:1", "red"))
    score = score_claims([said], [record(0, answer("car", 12.2), answer("car", 30.0, 10.0, track_id=2))], [real()])

    assert score.summary()["claims_unsupported"] == 0.5
    assert score.table().rows == (("colour", 0, 0, 0, 1), ("exists", 1, 1, 0, 0))
    assert [(event.kind, event.subject) for event in score.events] == [("claim_unsupported", "track:2")]


def test_a_class_that_stands_nowhere_is_made_up_and_one_that_stands_elsewhere_is_not() -> None:
    said = [
        line(0, "A bus.", ("exists", "track:1", "bus"), ("exists", "track:2", "car")),
        line(0, "A car.", ("exists", "track:2", "car")),
        line(0, "Something.", ("exists", "track:3", "obstacle")),
    ]
    scored = push_all(MentionScorer(said), (), [scene(0, thing("Car", -30.0))])

    assert scored.figures["chair_per_claim"] == pytest.approx(1 / 3)
    assert scored.figures["chair_per_sentence"] == pytest.approx(1 / 2)
    assert [event.subject for event in scored.events] == ["track:1"]
