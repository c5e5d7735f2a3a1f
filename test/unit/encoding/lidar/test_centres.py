"""What the network is taught to answer is decoded to the boxes that it was made of."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossmodal_narrator.encoding.lidar.centres import GRID, GRID_M, REACH_M, REGRESSIONS, centres

CLASSES = 4
THRESHOLDS = [0.3] * CLASSES


def answer(
    boxes: list[tuple[int, float, float, float, float, float, float, float]],
) -> tuple[np.ndarray, np.ndarray]:
    """(class, score, x, y, length, width, height, yaw) → scores and regressions."""
    scores, regressions = np.zeros((CLASSES, GRID, GRID), np.float32), np.zeros((REGRESSIONS, GRID, GRID), np.float32)
    for label, score, x, y, length, width, height, yaw in boxes:
        u, v = (x + REACH_M) / GRID_M, (y + REACH_M) / GRID_M
        row, column = int(u), int(v)
        scores[label, row, column] = score
        turned = [math.sin(2 * yaw), math.cos(2 * yaw), math.sin(yaw), math.cos(yaw)]
        sizes = [math.log(s) for s in (length, width, height)]
        regressions[:, row, column] = [u - row - 0.5, v - column - 0.5, *sizes, *turned]
    return scores, regressions


@pytest.mark.parametrize("yaw", [-3.1, -1.6, -0.4, 0.0, 0.7, 1.55, 2.4, 3.1])
def test_a_box_is_read_with_its_front_at_its_front(yaw: float) -> None:
    (found,) = centres(*answer([(0, 0.9, 12.3, -7.7, 4.5, 1.9, 1.6, yaw)]), THRESHOLDS)

    assert found.xy_m == pytest.approx((12.3, -7.7), abs=1e-3)
    assert found.size_lwh_m == pytest.approx((4.5, 1.9, 1.6), rel=1e-4)
    assert math.cos(found.yaw_rad - yaw) == pytest.approx(1.0, abs=1e-4)


def test_the_axis_comes_from_the_doubled_angle_even_where_the_heading_is_vague() -> None:
    scores, regressions = answer([(0, 0.9, 5.0, 5.0, 4.5, 1.9, 1.6, 1.0)])
    row, column = np.argwhere(scores[0])[0]
    regressions[7:9, row, column] = 0.05 * regressions[7:9, row, column] + (0.02, 0.0)

    (found,) = centres(scores, regressions, THRESHOLDS)

    assert found.yaw_rad == pytest.approx(1.0, abs=1e-3)


def test_the_surest_come_first_and_those_below_the_threshold_not_at_all() -> None:
    boxes = [
        (0, 0.5, 0.0, 10.0, 4.0, 2.0, 1.5, 0.0),
        (1, 0.8, 5.0, 0.0, 0.6, 0.6, 1.7, 0.0),
        (0, 0.2, 20.0, 0.0, 4, 2, 2, 0),
    ]

    found = centres(*answer(boxes), THRESHOLDS)

    assert [(c.index, round(c.score, 2)) for c in found] == [(1, 0.8), (0, 0.5)]


def test_a_second_peak_inside_of_a_long_vehicle_is_the_same_vehicle() -> None:
    bus, echo = (0, 0.9, 10.0, 0.0, 12.0, 2.5, 3.0, 0.0), (0, 0.6, 13.0, 0.2, 5.0, 2.0, 1.6, 0.0)
    person = (1, 0.5, 13.0, 0.2, 0.6, 0.6, 1.7, 0.0)

    found = centres(*answer([bus, echo]), THRESHOLDS)
    beside = centres(*answer([bus, person]), THRESHOLDS)

    assert len(found) == 1
    assert [c.index for c in beside] == [0, 1]  # somebody of another class is somebody else


def test_two_neighbouring_cells_are_one_peak() -> None:
    scores, regressions = answer([(1, 0.7, 4.4, 4.4, 0.6, 0.6, 1.7, 0.0)])
    row, column = np.argwhere(scores[1])[0]
    scores[1, row + 1, column] = 0.6
    regressions[:, row + 1, column] = regressions[:, row, column]

    assert len(centres(scores, regressions, THRESHOLDS)) == 1


def test_an_answer_without_sense_stays_a_box_of_finite_size() -> None:
    scores, regressions = answer([(0, 0.9, 0.0, 10.0, 4.0, 2.0, 1.5, 0.0)])
    regressions[2:5] = 500.0

    (found,) = centres(scores, regressions, THRESHOLDS)

    assert max(found.size_lwh_m) <= 25.0


@pytest.mark.parametrize(("aside_m", "length_m", "yaw", "expected"), [
    (2.4, 8.0, 0.0, 1),  # no room between
    (3.2, 8.0, 0.0, 2),  # two that stand in lanes of their own
    (2.4, 8.0, 0.6, 2),  # one turns off
    (1.95, 4.5, 0.0, 2),  # cars in a car park stand so near
])  # fmt: skip
def test_a_long_side_is_of_one_lorry_and_not_of_two_on_both_sides_of_it(
    aside_m: float, length_m: float, yaw: float, expected: int
) -> None:
    width_m = 2.3 if length_m > 6.0 else 1.9
    boxes = [
        (0, 0.7, 20.0, -3.7, length_m, width_m, 3.0, 0.0),
        (0, 0.5, 21.0, -3.7 + aside_m, length_m, width_m, 3.0, yaw),
    ]

    assert len(centres(*answer(boxes), THRESHOLDS)) == expected
