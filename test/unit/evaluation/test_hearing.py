"""What is heard against what sounded: direction, delays, what nobody made and what nobody heard."""

from __future__ import annotations

import math
from typing import Any

import pytest
from evaluated_scenes import push_all, record, scene

from crossmodal_narrator.evaluation.hearing import HearingScorer
from crossmodal_narrator.evaluation.truth import TrueScene, TrueSound

LENGTH = 101  # sweeps: ten seconds


def siren(azimuth_deg: float = 90.0, level_db: float = 80.0) -> TrueSound:
    azimuth = math.radians(azimuth_deg)
    return TrueSound(
        kind="siren",
        actor_id="ambulance",
        azimuth_rad=azimuth,
        arrival_azimuth_rad=azimuth - math.radians(5),
        level_db=level_db,
        noise_db=60.0,
    )


def truth(from_k: int, to_k: int, sound: TrueSound) -> list[TrueScene]:
    return [scene(k, sounds=(sound,) if from_k <= k <= to_k else ()) for k in range(LENGTH)]


def heard(from_k: int, to_k: int, azimuth_deg: float | None = 93.0) -> list[dict[str, Any]]:
    azimuth = None if azimuth_deg is None else math.radians(azimuth_deg)
    sounds = [{"kind": "siren", "azimuth_rad": azimuth}]
    senses = ["audio"]
    return [record(k, sounds=sounds if from_k <= k <= to_k else [], senses=senses) for k in range(LENGTH)]


def test_a_siren_that_is_heard_late_and_held_has_its_delays_and_errors() -> None:
    figures = push_all(HearingScorer(), heard(27, 64), truth(20, 60, siren())).figures

    assert figures["sound_onset_delay_median_s"] == pytest.approx(0.7)
    assert figures["sound_offset_delay_median_s"] == pytest.approx(0.4)
    assert figures["sound_azimuth_error_median_deg"] == pytest.approx(3.0)
    assert figures["sound_arrival_error_median_deg"] == pytest.approx(8.0)
    assert (figures["sounds_true"], figures["sounds_missed"], figures["sound_false_alarms"]) == (1, 0, 0)


def test_what_is_heard_while_nobody_sounds_is_a_false_alarm_and_the_true_one_is_missed() -> None:
    scored = push_all(HearingScorer(), heard(0, 9), truth(60, 90, siren()))

    assert (scored.figures["sounds_missed"], scored.figures["sound_false_alarms"]) == (1, 1)
    assert scored.figures["sound_false_alarms_per_hour"] == pytest.approx(360.0)  # one in ten seconds
    assert {event.kind for event in scored.events} == {"sound_missed", "sound_false_alarm"}


def test_what_is_quieter_than_the_street_need_not_be_heard_and_is_no_false_alarm() -> None:
    quiet = truth(20, 60, siren(level_db=50.0))

    assert push_all(HearingScorer(), heard(200, 200), quiet).figures["sounds_missed"] == 0
    assert push_all(HearingScorer(), heard(30, 40), quiet).figures["sound_false_alarms"] == 0


def test_a_short_silence_of_a_yelp_is_no_second_sound() -> None:
    gap = [*heard(20, 40)[:50], *heard(52, 60)[50:]]

    assert push_all(HearingScorer(), gap, truth(20, 60, siren())).figures["sound_offset_delay_median_s"] == 0.0


def test_a_direction_across_the_rear_is_not_far_from_itself() -> None:
    figures = push_all(HearingScorer(), heard(20, 60, -179.0), truth(20, 60, siren(179.0))).figures

    assert figures["sound_azimuth_error_median_deg"] == pytest.approx(2.0)


def test_a_drive_without_microphones_is_not_judged() -> None:
    scored = push_all(HearingScorer(), [record(0)], [scene(0, sounds=())])

    assert set(scored.figures.values()) == {None}
    assert "no sound" in scored.events[0].text
