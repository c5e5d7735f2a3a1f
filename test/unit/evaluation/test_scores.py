"""The scores tell a right answer from a wrong one."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.evaluation import Scope, TrueScene, score_claims, score_detection, true_speeds
from crossmodal_narrator.evaluation.truth import TrueObject

STAMP = 1_000_000_000


def labelled(label: str, x: float, y: float, motion: str = "Parked", name: str = "a", points: int = 100) -> TrueObject:
    return TrueObject(
        object_id=name,
        label=label,
        position_m=(x, y, 0.5),
        size_lwh_m=(4.5, 1.8, 1.5),
        yaw_rad=0.0,
        motion=motion,
        lidar_points=points,
        in_front_image=x > 0,
    )


def answer(label: str, x: float, y: float, vx: float = 0.0, track_id: int = 1, age_s: float = 2.0) -> dict[str, Any]:
    return {
        "track_id": track_id,
        "label": label,
        "position_m": [x, y, 0.5],
        "velocity_mps": [vx, 0.0, 0.0],
        "age_s": age_s,
    }


def score(objects: list[TrueObject], answers: list[dict[str, Any]], speeds: dict[Any, float] | None = None) -> Any:
    truth = [TrueScene(stamp_ns=STAMP, ego_speed_mps=0.0, objects=tuple(objects))]
    records = [{"stamp_ns": STAMP, "objects": answers}]
    return score_detection(records, truth, lambda p: p[0] > 0, speeds or {}, Scope()).summary()


def test_a_vehicle_within_two_metres_is_found_and_its_error_counted() -> None:
    figures = score([labelled("Car", 12, 0), labelled("Car", 20, 3, name="b")], [answer("truck", 12.5, 0)])
    assert (figures["vehicle_recall"], figures["precision"]) == (0.5, 1.0)
    assert figures["position_error_median_m"] == pytest.approx(0.5)


def test_two_answers_for_one_car_are_one_right_and_one_invented() -> None:
    figures = score([labelled("Car", 12, 0)], [answer("car", 12, 0), answer("car", 13, 0, track_id=2)])
    assert (figures["answers"], figures["precision"]) == (2, 0.5)


def test_a_person_where_a_car_stands_is_no_match() -> None:
    figures = score([labelled("Car", 12, 0)], [answer("pedestrian", 12, 0)])
    assert (figures["vehicle_recall"], figures["precision"]) == (0.0, 0.0)


def test_obstacles_without_a_class_and_things_outside_the_view_are_not_asked() -> None:
    figures = score([labelled("Car", 12, 0)], [answer("obstacle", 12, 0), answer("car", -10, 0), answer("car", 35, 0)])
    assert figures["answers"] == 0


def test_a_car_with_few_points_is_not_asked_of_the_recall_but_is_a_match_for_the_precision() -> None:
    figures = score([labelled("Car", 12, 0, points=5)], [answer("car", 12, 0)])
    assert (figures["vehicles"], figures["precision"]) == (0, 1.0)


def test_a_sweep_without_a_scene_is_all_missed() -> None:
    truth = [TrueScene(stamp_ns=STAMP, ego_speed_mps=0.0, objects=(labelled("Car", 12, 0),))]
    assert score_detection([], truth, lambda p: True, {}, Scope()).summary()["vehicle_recall"] == 0.0


def test_speed_is_asked_only_of_moving_things_whose_track_has_settled() -> None:
    objects = [labelled("Car", 12, 0, motion="Moving"), labelled("Car", 20, 0, motion="Moving", name="b")]
    answers = [answer("car", 12, 0, vx=4.0), answer("car", 20, 0, vx=9.0, track_id=2, age_s=0.5)]
    figures = score(objects, answers, {(STAMP, "a"): 5.0, (STAMP, "b"): 5.0})
    assert (figures["speeds"], figures["speed_error_median_mps"]) == (1, pytest.approx(1.0))


def test_true_speeds_are_over_the_ground_whatever_the_ego_does() -> None:
    stamps = [STAMP + k * 100_000_000 for k in range(10)]
    # The ego drives at 5 m/s; a parked car comes closer by 0.5 m each sweep.
    scenes = [
        TrueScene(stamp_ns=s, ego_speed_mps=5.0, objects=(labelled("Car", 30 - 0.5 * k, 3),))
        for k, s in enumerate(stamps)
    ]
    poses = {s: Pose.from_xy_yaw(0.5 * k, 0.0, 0.0) for k, s in enumerate(stamps)}
    speeds = true_speeds(scenes, poses)
    told = [speeds.get((scene.stamp_ns, scene.objects[0].object_id)) for scene in scenes]
    assert told == pytest.approx([0.0] * 10, abs=1e-9)


@pytest.mark.parametrize(
    ("predicate", "value", "holds"),
    [
        ("exists", "car", True),
        ("exists", "pedestrian", False),
        ("side", "ahead", True),
        ("side", "left", False),
        ("distance", 9.8, True),
        ("distance", 12.0, False),
    ],
)
def test_a_claim_holds_when_the_labelled_thing_agrees(predicate: str, value: Any, holds: bool) -> None:
    truth = [TrueScene(stamp_ns=STAMP, ego_speed_mps=0.0, objects=(labelled("Car", 12, 0),))]  # nearest point 9.75 m
    records = [{"stamp_ns": STAMP, "objects": [answer("car", 12.2, 0)]}]
    claim = {"predicate": predicate, "subject": "track:1", "value": value}
    narration = {"stamp_ns": STAMP, "language": "en", "text": "…", "claims": [claim]}
    figures = score_claims([narration], records, truth).summary()
    assert figures["claims_right"] == (1.0 if holds else 0.0)


def test_a_claim_about_the_rear_of_a_long_bus_is_about_the_bus() -> None:
    bus = dataclasses.replace(labelled("Bus", 20, 0), size_lwh_m=(12.0, 2.6, 3.2))
    truth = [TrueScene(stamp_ns=STAMP, ego_speed_mps=0.0, objects=(bus,))]
    records = [{"stamp_ns": STAMP, "objects": [answer("bus", 15.0, 0.2)]}]  # 5 m from its middle
    claims = [
        {"predicate": "exists", "subject": "track:1", "value": "bus"},
        {"predicate": "distance", "subject": "track:1", "value": 14.1},
    ]
    narration = {"stamp_ns": STAMP, "language": "en", "text": "…", "claims": claims}
    assert score_claims([narration], records, truth).summary()["claims_right"] == 1.0


def test_a_colour_has_no_truth_and_is_counted_apart() -> None:
    truth = [TrueScene(stamp_ns=STAMP, ego_speed_mps=0.0, objects=(labelled("Car", 12, 0),))]
    records = [{"stamp_ns": STAMP, "objects": [answer("car", 12.2, 0)]}]
    claim = {"predicate": "colour", "subject": "track:1", "value": "white"}
    narration = {"stamp_ns": STAMP, "language": "en", "text": "…", "claims": [claim]}
    figures = score_claims([narration], records, truth).summary()
    assert (figures["claims_checked"], figures["claims_without_truth"]) == (0, 1)
