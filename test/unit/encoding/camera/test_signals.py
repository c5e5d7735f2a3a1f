"""The lamp that is lit is named; backs, banners and specks are not."""

import cv2
import numpy as np
import pytest

from crossmodal_narrator.core.detections import SignalState
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.encoding.camera.signals import signal_state

COLOURS = {SignalState.RED: (255, 60, 50), SignalState.AMBER: (255, 180, 40), SignalState.GREEN: (60, 250, 200)}
ROWS = {SignalState.RED: 0, SignalState.AMBER: 1, SignalState.GREEN: 2}


def _street() -> np.ndarray:
    return np.full((120, 160, 3), (170, 180, 195), np.uint8)


def _light(lit: SignalState | None, width: int) -> tuple[np.ndarray, PixelBox]:
    image = _street()
    height = round(2.6 * width)
    cv2.rectangle(image, (40, 10), (40 + width, 10 + height), (35, 35, 38), -1)
    if lit is not None:
        centre = (40 + width // 2, 10 + round(height * (2 * ROWS[lit] + 1) / 6))
        cv2.circle(image, centre, max(2, round(0.33 * width)), COLOURS[lit], -1)
    return cv2.GaussianBlur(image, (3, 3), 0), PixelBox(x0=40, y0=10, x1=40 + width, y1=10 + height)


@pytest.mark.parametrize("state", list(COLOURS))
@pytest.mark.parametrize("width", [8, 14, 30])
def test_the_lit_lamp_is_named(state, width):
    found, confidence = signal_state(*_light(state, width))
    assert found is state
    assert confidence >= 0.6


def test_the_back_of_a_light_says_nothing():
    assert signal_state(*_light(None, 20)) == (SignalState.UNKNOWN, 0.0)


def test_a_light_of_a_few_pixels_says_nothing():
    assert signal_state(*_light(SignalState.RED, 4)) == (SignalState.UNKNOWN, 0.0)


def test_two_lamps_of_different_colours_say_nothing():
    image, box = _light(SignalState.RED, 30)
    cv2.circle(image, (55, 75), 10, COLOURS[SignalState.GREEN], -1)
    assert signal_state(image, box)[0] is SignalState.UNKNOWN


def test_a_red_banner_is_no_lamp():
    image = _street()
    cv2.rectangle(image, (43, 30), (57, 80), (200, 30, 45), -1)
    assert signal_state(image, PixelBox(x0=40, y0=10, x1=60, y1=90))[0] is SignalState.UNKNOWN


def test_a_box_past_the_border_is_cut():
    assert signal_state(_street(), PixelBox(x0=150, y0=100, x1=190, y1=180))[0] is SignalState.UNKNOWN
    assert signal_state(_street(), PixelBox(x0=500, y0=500, x1=520, y1=540)) == (SignalState.UNKNOWN, 0.0)


def test_the_lights_of_a_real_crossing_are_read(street_images):
    ahead = PixelBox(x0=933, y0=365, x1=950, y1=397)
    turned_away = PixelBox(x0=715, y0=288, x1=743, y1=334)
    beside = PixelBox(x0=593, y0=428, x1=609, y1=452)
    assert signal_state(street_images[0], ahead)[0] is SignalState.GREEN
    assert signal_state(street_images[0], turned_away)[0] is SignalState.UNKNOWN
    assert signal_state(street_images[0], beside)[0] is SignalState.RED
