"""Without truth: do the senses agree, do tracks live, do they jump?"""

from __future__ import annotations

from typing import Any

import pytest
from evaluated_scenes import answer, push_all, record, stamp

from crossmodal_narrator.evaluation.consistency import ConsistencyScorer


def seen(x: float, *senses: str, k: int = 0, track_id: int = 1, label: str = "car", **changed: Any) -> dict[str, Any]:
    evidence = [{"modality": sense, "stamp_ns": stamp(k), "detail": ""} for sense in senses]
    return answer(label, x, track_id=track_id, evidence=evidence, azimuth_rad=0.0, **changed)


def test_a_car_of_the_camera_is_backed_by_what_the_lidar_measures_at_its_place_and_not_by_a_bearing() -> None:
    backed = seen(10.0, "camera", track_id=1)
    cluster = seen(11.0, "lidar", track_id=2, label="obstacle")
    alone = seen(30.0, "camera", track_id=3) | {"position_m": None}
    figures = push_all(ConsistencyScorer(), [record(0, backed, cluster, alone)]).figures

    assert figures["camera_vehicles"] == 2
    assert figures["camera_vehicles_with_lidar_share"] == 0.5


def test_a_car_of_the_lidar_is_asked_of_the_camera_only_where_it_looks() -> None:
    ahead, behind = seen(10.0, "lidar", "camera"), seen(-10.0, "lidar", track_id=2)
    figures = push_all(ConsistencyScorer(lambda point: point[0] > 0), [record(0, ahead, behind)]).figures

    assert (figures["lidar_vehicles_in_view"], figures["lidar_vehicles_with_camera_share"]) == (1, 1.0)
    assert push_all(ConsistencyScorer(), [record(0, ahead)]).figures["lidar_vehicles_with_camera_share"] is None


def test_old_evidence_is_not_of_this_moment() -> None:
    old = seen(10.0, "camera", k=-10)

    assert push_all(ConsistencyScorer(), [record(0, old)]).figures["camera_vehicles"] == 0


def test_tracks_are_born_and_die_but_not_at_the_edges_of_the_drive() -> None:
    always, short = [seen(10.0, "lidar", k=k) for k in range(61)], seen(20.0, "lidar", track_id=2)
    records = [record(k, always[k], *([short] if 20 <= k <= 30 else [])) for k in range(61)]
    figures = push_all(ConsistencyScorer(), records).figures

    assert figures["tracks"] == 2
    assert figures["track_length_median_s"] == pytest.approx(3.5)  # of 6 s and 1 s
    assert (figures["track_births_per_minute"], figures["track_deaths_per_minute"]) == (10.0, 10.0)


def test_a_track_that_is_named_is_no_flip_and_one_that_is_renamed_is() -> None:
    labels = ["obstacle", "car", "car", "obstacle", "van", "car"]
    records = [record(k, seen(10.0, "lidar", k=k, label=label)) for k, label in enumerate(labels)]

    assert push_all(ConsistencyScorer(), records).figures["label_flips_per_track"] == 2.0


def test_what_stands_while_we_drive_and_turn_does_not_jump_and_what_leaps_does() -> None:
    ego = {"speed_mps": 10.0, "yaw_rate_rps": 0.0}
    steady = [record(k, seen(20.0 - k, "lidar", k=k), ego=ego) for k in range(5)]  # a metre nearer each tenth
    leaping = [*steady, record(5, seen(18.5, "lidar", k=5), ego=ego)]

    assert push_all(ConsistencyScorer(), steady).figures["track_jumps"] == 0
    scored = push_all(ConsistencyScorer(), leaping)
    assert [event.text for event in scored.events if event.kind == "track_jump"] == [
        "car 1 is 3.5 m from where it was going"
    ]
