"""Average precision by distance and errors by range are those that reasoning gives."""

from __future__ import annotations

import math

import pytest
from evaluated_scenes import answer, push_all, record, scene, stamp, thing

from crossmodal_narrator.evaluation.accuracy import AccuracyScorer


def test_a_car_that_is_placed_70_cm_off_is_found_at_1_m_and_not_at_half_a_metre() -> None:
    figures = push_all(AccuracyScorer({}), [record(0, answer("car", 10.7))], [scene(0, thing("Car", 10.0))]).figures

    assert [figures[f"ap_vehicle_{m}_m"] for m in ("0.5", "1", "2", "4")] == pytest.approx([0.0, 1.0, 1.0, 1.0])
    assert figures["ap_person_1_m"] is None
    assert figures["map"] == pytest.approx(0.75)


def test_of_a_matched_car_the_errors_stand_in_the_band_of_its_true_range() -> None:
    true = thing("Car", 19.0, yaw_rad=0.0, motion="Moving")
    seen = answer("car", 19.0, 1.5, yaw_rad=math.radians(170), velocity_mps=[3.0, 4.0, 0.0])
    figures = push_all(AccuracyScorer({(stamp(0), "a"): 6.0}), [record(0, seen)], [scene(0, true)]).figures

    assert figures["vehicle_position_error_10_20_m_median_m"] == pytest.approx(1.5)
    assert figures["vehicle_yaw_error_10_20_m_median_deg"] == pytest.approx(10.0)
    assert figures["vehicle_speed_error_10_20_m_median_mps"] == pytest.approx(1.0)
    assert figures["moving_vehicle_faces_wrong_share"] == 1.0
    assert figures["vehicle_position_error_0_10_m_median_m"] is None
    assert figures["vehicle_position_error_20_30_m_count"] == 0


def test_half_of_the_cars_found_is_half_of_the_curve_above_a_tenth() -> None:
    truth = [scene(0, thing("Car", 10.0), thing("Car", 20.0, name="b"))]
    figures = push_all(AccuracyScorer({}), [record(0, answer("car", 10.0))], truth).figures

    assert figures["ap_vehicle_2_m"] == pytest.approx(40 / 90)  # recalls 0.11 to 0.50 of 0.11 to 1.00, at precision 1


def test_a_car_that_no_ray_meets_need_not_be_found_and_may_be() -> None:
    truth = [scene(0, thing("Car", 10.0), thing("Car", 20.0, name="b", lidar_points=2))]
    for answers in ([answer("car", 10.0)], [answer("car", 10.0), answer("car", 20.0, track_id=2)]):
        assert push_all(AccuracyScorer({}), [record(0, *answers)], truth).figures["ap_vehicle_2_m"] == pytest.approx(
            1.0
        )
