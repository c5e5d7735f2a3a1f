"""A blind camera is noticed; a street at night is not taken for one."""

import cv2
import numpy as np
import pytest

from crossmodal_narrator.encoding.camera.blindness import is_blind

SHAPE = (540, 960, 3)


def _noisy(level: int, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(1).normal(level, sigma, SHAPE)
    return np.clip(noise, 0, 255).astype(np.uint8)


def _night() -> np.ndarray:
    image = _noisy(5, 2.0)
    for k in range(12):
        cv2.circle(image, (60 + 80 * k, 200 + 8 * (k % 3)), 7, (255, 220, 160), -1)
    cv2.ellipse(image, (480, 480), (260, 60), 0, 0, 360, (70, 65, 55), -1)
    return image


@pytest.mark.parametrize(
    "image",
    [np.full(SHAPE, 255, np.uint8), _noisy(2, 1.0), _noisy(90, 4.0), np.zeros(SHAPE, np.uint8)],
    ids=["glare", "darkness", "a covered lens", "black"],
)
def test_an_image_of_nothing_is_blind(image):
    assert is_blind(image)


def test_a_street_at_night_with_its_lamps_is_not_blind():
    assert not is_blind(_night())


def test_a_low_sun_in_a_part_of_the_image_is_not_blindness(street_images):
    image = street_images[0].copy()
    image[:500, 400:1500] = 255
    assert not is_blind(image)


def test_real_streets_are_not_blind(street_images):
    assert not any(is_blind(image) for image in street_images)


def test_the_smallest_image_is_judged_too():
    assert is_blind(np.zeros((1, 1, 3), np.uint8))
