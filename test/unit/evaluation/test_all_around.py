"""Answers on all sides, counted against what could be seen at all; of the direction only the axis counts."""

from __future__ import annotations

import math

import pytest

from crossmodal_narrator.evaluation.all_around import Answer, score_all_around
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene


def thing(x: float, y: float, *, label: str = "Car", points: int = 100, yaw: float = 0.0) -> TrueObject:
    return TrueObject(
        object_id=f"{x}/{y}",
        label=label,
        position_m=(x, y, 0.8),
        size_lwh_m=(4.5, 1.9, 1.6),
        yaw_rad=yaw,
        motion="Parked",
        lidar_points=points,
        in_front_image=False,
    )


def scene(*objects: TrueObject, stamp_ns: int = 1) -> TrueScene:
    return TrueScene(stamp_ns=stamp_ns, ego_speed_mps=0.0, objects=objects)


def answer(x: float, y: float, *, kind: Kind = Kind.VEHICLE, score: float = 0.9, yaw: float = 0.0) -> Answer:
    return Answer(kind=kind, score=score, xy_m=(x, y), yaw_rad=yaw)


def test_a_vehicle_behind_counts_as_one_ahead() -> None:
    found = score_all_around({1: [answer(-10.5, 0.0)]}, [scene(thing(-10.0, 0.0), thing(10.0, 0.0))], Kind.VEHICLE)

    assert found.curve.at(0.0) == (0.5, 1.0)


def test_what_has_few_points_or_is_far_counts_neither_way() -> None:
    truth = [scene(thing(5.0, 0.0), thing(12.0, 0.0, points=9), thing(45.0, 0.0))]
    found = score_all_around({1: [answer(5.0, 0.0), answer(12.0, 0.0), answer(45.0, 0.0)]}, truth, Kind.VEHICLE)

    assert found.curve.total == 1
    assert found.curve.is_right.tolist() == [True]


def test_another_kind_is_no_answer() -> None:
    found = score_all_around({1: [answer(5.0, 0.0, kind=Kind.PERSON)]}, [scene(thing(5.0, 0.0))], Kind.VEHICLE)

    assert found.curve.at(0.0) == (0.0, 1.0)


def test_a_scene_without_answers_is_all_missed() -> None:
    truth = [scene(thing(5.0, 0.0)), scene(thing(5.0, 0.0), stamp_ns=2)]

    assert score_all_around({1: [answer(5.0, 0.0)]}, truth, Kind.VEHICLE).curve.at(0.0)[0] == 0.5


@pytest.mark.parametrize("turned", [0.0, math.pi, -math.pi])
def test_an_axis_is_the_same_from_both_ends(turned: float) -> None:
    truth = [scene(thing(5.0, 0.0, yaw=1.5))]

    found = score_all_around({1: [answer(5.0, 0.0, yaw=1.6 + turned)]}, truth, Kind.VEHICLE)

    assert found.yaw_error_median_deg == pytest.approx(math.degrees(0.1))
