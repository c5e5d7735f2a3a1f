"""The network's image counts points by cell and height, wherever its window lies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal_narrator.encoding.lidar.bird_eye import (
    CELL_M,
    CELLS,
    CHANNELS,
    REACH_M,
    SLICES_M,
    Window,
    bird_eye_image,
)


def image_of(*points: tuple[float, float, float]) -> np.ndarray:
    return bird_eye_image(np.array(points, np.float32).reshape(-1, 3))


def test_a_point_is_counted_in_its_cell_and_its_slice() -> None:
    image = image_of((10.1, -5.1, 1.0))
    row, column = int((10.1 + REACH_M) / CELL_M), int((-5.1 + REACH_M) / CELL_M)

    counted = np.argwhere(image[: len(SLICES_M) - 1])

    assert counted.tolist() == [[2, row, column]]  # between 0.9 and 1.3 m
    assert image[-2, row, column] == pytest.approx(1.0 / 3.0)  # its height; 3 m and more are 1


def test_more_points_count_more_up_to_a_limit() -> None:
    few, more, most, beyond = (image_of(*[(1.0, 1.0, 0.6)] * n)[1].max() for n in (1, 5, 32, 100))

    assert 0.0 < few < more < most == beyond == 1.0


def test_points_on_the_ground_above_everything_and_out_of_reach_are_left_out() -> None:
    image = image_of((1.0, 1.0, 0.1), (1.0, 1.0, 7.0), (60.0, 0.0, 1.0), (0.0, -44.9, 1.0))

    assert not image[:-1].any()


def test_a_sweep_without_points_is_an_image_of_distances_alone() -> None:
    image = image_of()

    assert image.shape == (CHANNELS, CELLS, CELLS)
    assert not image[:-1].any()
    assert image[-1, CELLS // 2, CELLS - 1] == pytest.approx(1.0, abs=0.01)
    assert image[-1, CELLS // 2, CELLS // 2] < 0.01


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), row=st.integers(0, 56), column=st.integers(0, 56))
def test_a_window_is_the_same_part_of_the_whole(seed: int, row: int, column: int) -> None:
    points = np.random.default_rng(seed).uniform((-50, -50, 0), (50, 50, 4), (5000, 3)).astype(np.float32)
    window = Window(row=4 * row, column=4 * column, side=224)

    part, whole = bird_eye_image(points, window), bird_eye_image(points)

    rows, columns = slice(window.row, window.row + 224), slice(window.column, window.column + 224)
    np.testing.assert_array_equal(part[:-1], whole[:-1, rows, columns])
    np.testing.assert_allclose(part[-1], whole[-1, rows, columns], atol=1e-6)
