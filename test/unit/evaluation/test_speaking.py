"""Pace, repetition and equality of languages are counted as a listener would."""

from __future__ import annotations

import pytest
from evaluated_scenes import START, line

from crossmodal_narrator.evaluation.latency import score_latency
from crossmodal_narrator.evaluation.speaking import score_speaking

CAR = ("distance", "track:1", 10.0)


def test_ten_words_and_ten_characters_in_a_minute_are_counted_without_punctuation() -> None:
    lines = [
        line(0, "A white car, 3.5 metres ahead: it is pulling away."),
        line(0, "那辆白车起步了，3.5 米。", language="zh"),
    ]
    figures = score_speaking(lines, START, 60.0).figures

    assert (figures["words_per_minute_en"], figures["words_per_minute_zh"]) == (10.0, 9.0)
    assert figures["speaking_share_en"] == pytest.approx(10 / 200)


def test_what_is_not_yet_said_at_the_end_and_what_an_urgent_sentence_cuts_off_is_no_speech() -> None:
    twenty = " ".join(["word"] * 20)  # six seconds
    lines = [line(0, twenty), line(20, "Stop now", urgency="urgent"), line(20, twenty)]
    figures = score_speaking(lines, START, 5.0).figures

    assert figures["speaking_share_en"] == pytest.approx(1.0)
    assert score_speaking(lines[:2], START, 10.0).figures["speaking_share_en"] == pytest.approx(0.26)  # 2 s and 0.6 s


def test_the_same_claim_within_ten_seconds_is_a_repetition_and_later_is_not() -> None:
    figures = score_speaking([line(0, "a", CAR), line(50, "b", CAR), line(250, "c", CAR)], START, 30.0).figures

    assert figures["claims_repeated_share"] == pytest.approx(1 / 3)
    assert figures["sentences_repeated_share_en"] == 0.0


def test_distinct_n_is_the_share_of_different_words_and_pairs() -> None:
    figures = score_speaking([line(0, "A car. A bus."), line(9, "A car")], START, 30.0).figures

    assert figures["distinct_1_en"] == pytest.approx(3 / 6)
    assert figures["distinct_2_en"] == pytest.approx(3 / 4)  # a car, car a, a bus; a car again


def test_languages_are_equal_where_each_makes_the_same_claims_at_each_stamp() -> None:
    lines = [line(0, "a", CAR), line(0, "甲", CAR, language="zh"), line(9, "b", CAR), line(9, "乙", language="zh")]
    scored = score_speaking(lines, START, 30.0)

    assert scored.figures["language_equality"] == 0.5
    assert [(event.kind, event.stamp_ns) for event in scored.events] == [("languages_differ", lines[2]["stamp_ns"])]
    assert score_speaking(lines[:1], START, 30.0).figures["language_equality"] is None


def test_corrections_are_counted_once_whatever_the_number_of_languages() -> None:
    wrong = ("was_said", "track:1", "car")
    lines = [line(0, "No, a bus.", wrong), line(0, "不，是公交车。", wrong, language="zh")]

    assert score_speaking(lines, START, 30.0).figures["corrections"] == 1


def test_a_drive_in_which_nothing_is_said_has_no_shares() -> None:
    figures = score_speaking([], START, 30.0).figures

    assert (figures["sentences"], figures["claims_repeated_share"]) == (0, None)


def test_latencies_are_percentiles_of_each_stage() -> None:
    scored = score_latency([{"stage": "lidar/box", "stamp_ns": k, "ms": float(k)} for k in range(101)])

    assert scored.figures == {"latency_lidar_box_median_ms": 50.0, "latency_lidar_box_p95_ms": 95.0}
    assert scored.tables["latency_by_stage"].rows == (("lidar/box", 101, 50.0, 95.0, 99.0, 100.0),)
