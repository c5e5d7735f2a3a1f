"""Tracking scores of tracks whose right figure is known, and none where the library is absent."""

from __future__ import annotations

import math
import sys

import pytest
from evaluated_scenes import answer, push_all, record, scene, thing

from crossmodal_narrator.evaluation.tracking import TrackingScorer


@pytest.fixture
def motrics() -> None:
    pytest.importorskip("motrics", reason="motrics is not installed: extra evaluate")


TRUTH = [scene(k, thing("Car", 10.0)) for k in range(4)]


@pytest.mark.usefixtures("motrics")
def test_a_track_that_stays_with_its_car_is_perfect() -> None:
    figures = push_all(TrackingScorer(), [record(k, answer("car", 10.0)) for k in range(4)], TRUTH).figures

    assert [figures[name] for name in ("hota", "mota", "idf1", "id_switches")] == [1.0, 1.0, 1.0, 0]


@pytest.mark.usefixtures("motrics")
def test_a_track_that_becomes_another_halfway_costs_a_switch_and_half_of_the_identity() -> None:
    scored = push_all(TrackingScorer(), [record(k, answer("car", 10.0, track_id=1 + k // 2)) for k in range(4)], TRUTH)

    assert scored.figures["id_switches"] == 1
    assert scored.figures["mota"] == pytest.approx(1 - 1 / 4)
    assert scored.figures["idf1"] == pytest.approx(0.5)
    assert scored.figures["hota"] == pytest.approx(math.sqrt(0.5))  # all is found, half of each is associated
    assert [(event.kind, event.text) for event in scored.events] == [("id_switch", "Car a: track 1 became 2")]


@pytest.mark.usefixtures("motrics")
@pytest.mark.parametrize(("off_m", "mota"), [(1.9, 1.0), (2.1, -1.0)])
def test_a_track_matches_within_two_metres(off_m: float, mota: float) -> None:
    figures = push_all(TrackingScorer(), [record(k, answer("car", 10.0, off_m)) for k in range(4)], TRUTH).figures

    assert figures["mota"] == mota  # beyond, each answer is a miss and a false alarm


@pytest.mark.usefixtures("motrics")
def test_a_track_of_a_car_that_need_not_be_seen_is_no_false_alarm() -> None:
    truth = [scene(k, thing("Car", 10.0), thing("Car", 70.0, name="far")) for k in range(4)]
    found = [record(k, answer("car", 10.0), answer("car", 70.0, track_id=2)) for k in range(4)]

    assert push_all(TrackingScorer(), found, truth).figures["track_false_alarms"] == 0


def test_without_the_library_the_figures_are_null_and_a_note_tells_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "motrics", None)
    scored = push_all(TrackingScorer(), [record(0, answer("car", 10.0))], TRUTH)

    assert set(scored.figures.values()) == {None}
    assert [(event.kind, "pip install" in event.text) for event in scored.events] == [("note", True)]
