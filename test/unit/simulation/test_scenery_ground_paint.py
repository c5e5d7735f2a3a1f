"""The ground's colour by place, at any fineness."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.simulation.scenery.ground_paint import TILE_M, GroundPaint

PLAIN = (90, 100, 60)


@pytest.fixture
def tile() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (256, 256, 4), dtype=np.uint8)


@pytest.fixture
def paint(tile) -> GroundPaint:
    """One fine tile, and north of it a coarse one."""
    return GroundPaint.of((-20.0, 8.0), (2, 1), {(0, 0): tile, (1, 0): tile[::4, ::4]}, PLAIN)


def _at(paint: GroundPaint, x: float, y: float, across: float = 0.0, along: tuple[float, float] = (0.0, 0.0)):
    found = paint.texels(np.array([[x, y]], np.float32), np.array([across], np.float32), np.array([along], np.float32))
    return found[0].astype(int)


def test_the_middle_of_a_texel_has_its_colour(paint, tile):
    for row, column in ((0, 0), (17, 203), (255, 255)):
        at = -20.0 + (column + 0.5) / 16, 8.0 + (row + 0.5) / 16
        np.testing.assert_array_equal(_at(paint, *at), tile[row, column])
    coarse = tile[::4, ::4][5, 9]
    np.testing.assert_array_equal(_at(paint, -20.0 + 9.5 / 4, 8.0 + TILE_M + 5.5 / 4), coarse)


def test_between_texels_the_colours_mix(paint, tile):
    mixed = tile[40, 60:62].astype(int).mean(axis=0)
    np.testing.assert_allclose(_at(paint, -20.0 + 61 / 16, 8.0 + 40.5 / 16), mixed, atol=1.01)


def test_a_wide_look_sees_the_mean(paint, tile):
    mean = tile.reshape(-1, 4).mean(axis=0)
    np.testing.assert_allclose(_at(paint, -12.0, 16.0, across=8.0), mean, atol=8.0)


def test_a_strip_is_averaged_along_its_length_only():
    lines = np.zeros((256, 256, 4), np.uint8)
    lines[:, ::8] = 255  # lines along y, each half a metre
    paint = GroundPaint.of((0.0, 0.0), (1, 1), {(0, 0): lines}, PLAIN)
    on_line = 8.0 + 0.5 / 16
    assert _at(paint, on_line, 8.0, across=0.02, along=(0.0, 0.4))[0] > 240
    assert _at(paint, on_line + 0.25, 8.0, across=0.02, along=(0.0, 0.4))[0] < 15
    assert _at(paint, on_line, 8.0, across=0.02, along=(2.0, 0.0))[0] < 130


def test_beyond_the_tiles_the_ground_is_plain(paint):
    for x, y in ((-500.0, 10.0), (400.0, 3000.0), (-23.0, 9.0), (-10.0, 5.0)):
        np.testing.assert_array_equal(_at(paint, x, y, across=0.05)[:3], PLAIN)


def test_a_colour_for_each_point(paint):
    points = np.random.default_rng(1).uniform(-40.0, 60.0, (1000, 2)).astype(np.float32)
    assert paint.colour(points, 0.1).shape == (1000, 3)
    assert paint.colour(points[:0], 0.1).shape == (0, 3)
