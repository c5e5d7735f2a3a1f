"""Average precision as nuScenes has it, on cases that can be reckoned by hand."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.evaluation.average_precision import Answers, Truths, curve


def answers(*rows: tuple[float, float, float]) -> Answers:
    """(score, x, y) each."""
    table = np.array(rows, np.float64).reshape(-1, 3)
    return Answers(xy_m=table[:, 1:], scores=table[:, 0])


def truths(*rows: tuple[float, float], uncounted: int = 0) -> Truths:
    """The last `uncounted` do not count."""
    table = np.array(rows, np.float64).reshape(-1, 2)
    return Truths(xy_m=table, counts=np.arange(len(table)) < len(table) - uncounted)


def test_all_found_and_nothing_invented_is_one() -> None:
    scene = answers((0.9, 0, 0), (0.8, 10, 0)), truths((0.5, 0), (10, 1))

    assert curve([scene]).average_precision == pytest.approx(1.0)


def test_nothing_found_is_nought() -> None:
    assert curve([(answers(), truths((0, 0)))]).average_precision == 0.0
    assert curve([(answers((0.9, 5, 0)), truths((0, 0)))]).average_precision == 0.0


def test_half_found_is_what_is_left_of_half_the_recalls() -> None:
    scene = answers((0.9, 0, 0)), truths((0, 0), (10, 0))

    # Precision is 1 at the recalls 0.11 to 0.5, 40 of the 90 that count.
    assert curve([scene]).average_precision == pytest.approx(40 / 90)


def test_a_false_answer_that_is_surer_costs_more_than_one_that_is_not() -> None:
    right = (0.5, 0.0, 0.0)

    surer = curve([(answers(right, (0.9, 30, 0)), truths((0, 0)))]).average_precision
    vaguer = curve([(answers(right, (0.1, 30, 0)), truths((0, 0)))]).average_precision

    assert surer < 0.5
    assert vaguer > 0.99  # at the very last recall nuScenes takes the later precision


def test_one_thing_is_found_once_by_the_surest_answer() -> None:
    found = curve([(answers((0.6, 0.1, 0), (0.9, 1.5, 0)), truths((0, 0)))])

    assert found.is_right.tolist() == [True, False]
    assert found.scores.tolist() == [0.9, 0.6]


def test_beyond_two_metres_it_is_not_found() -> None:
    assert curve([(answers((0.9, 2.01, 0)), truths((0, 0)))]).is_right.tolist() == [False]
    assert curve([(answers((0.9, 1.99, 0)), truths((0, 0)))]).is_right.tolist() == [True]


def test_what_does_not_count_is_neither_found_nor_missed_nor_invented() -> None:
    found = curve([(answers((0.9, 0, 0), (0.8, 10, 0)), truths((0, 0), (10, 0), uncounted=1))])

    assert found.total == 1
    assert found.is_right.tolist() == [True]
    assert found.at(0.5) == (1.0, 1.0)


def test_recall_and_precision_at_a_threshold() -> None:
    found = curve([(answers((0.9, 0, 0), (0.6, 50, 0), (0.3, 10, 0)), truths((0, 0), (10, 0)))])

    assert found.at(0.5) == (0.5, 0.5)
    assert found.at(0.2) == (1.0, pytest.approx(2 / 3))
    assert found.at(0.95) == (0.0, 1.0)
