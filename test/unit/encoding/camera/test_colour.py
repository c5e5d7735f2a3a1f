"""A body's colour is named where it shows, in the light that there is, and else not."""

import cv2
import numpy as np
import pytest

from crossmodal_narrator.core.detections import ImageDetection, ObjectClass
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.encoding.camera.colour import light_of, vehicle_colour

BOX = PixelBox(x0=400, y0=260, x1=560, y1=390)
PAINTS = {
    "white": (235, 236, 238),
    "black": (22, 22, 24),
    "red": (170, 25, 30),
    "blue": (30, 60, 140),
    "green": (40, 110, 60),
    "yellow": (225, 190, 40),
    "grey": (95, 97, 100),
}


def _street(paint: tuple[int, int, int], shade: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> np.ndarray:
    """A rear view: body, window, lamps, wheels; the whole picture in the light of `shade`."""
    image = np.full((540, 960, 3), (190, 205, 225), np.uint8)
    image[240:] = (92, 92, 92)
    cv2.rectangle(image, (405, 262), (555, 375), paint, -1)
    cv2.rectangle(image, (425, 268), (535, 305), (25, 30, 35), -1)
    for x in (405, 535):
        cv2.rectangle(image, (x, 312), (x + 20, 328), (190, 20, 20), -1)
        cv2.rectangle(image, (x, 365), (x + 20, 390), (15, 15, 15), -1)
    return np.clip(image * np.array(shade), 0, 255).astype(np.uint8)


def _bus_front(paint: tuple[int, int, int]) -> np.ndarray:
    """Glass from below the roof to the bumper, in a frame of the paint, between two lamps."""
    image = _street(PAINTS["grey"])
    cv2.rectangle(image, (400, 220), (560, 385), paint, -1)
    cv2.rectangle(image, (410, 230), (550, 340), (30, 34, 40), -1)
    for x in (402, 528):
        cv2.rectangle(image, (x, 348), (x + 30, 366), (235, 235, 225), -1)
    return image


def _bus_side(paint: tuple[int, int, int]) -> np.ndarray:
    """Windows over the upper half, two wheels, and shade on the road."""
    image = _street(PAINTS["grey"])
    cv2.rectangle(image, (300, 220), (640, 385), paint, -1)
    cv2.rectangle(image, (310, 235), (630, 310), (30, 34, 40), -1)
    for x in (370, 570):
        cv2.circle(image, (x, 372), 24, (18, 18, 18), -1)
    cv2.rectangle(image, (300, 386), (640, 400), (40, 40, 40), -1)
    return image


def _seen(label: ObjectClass = ObjectClass.CAR, box: PixelBox = BOX) -> ImageDetection:
    return ImageDetection(label=label, score=0.7, box=box, camera="front", stamp_ns=1)


def _colour(image: np.ndarray, detection: ImageDetection, others: tuple[ImageDetection, ...] = ()) -> str | None:
    found = vehicle_colour(image, detection, (detection, *others), light_of(image)).attributes
    return found[0].value if found else None


@pytest.mark.parametrize("word", list(PAINTS))
def test_a_paint_is_called_by_its_word(word):
    assert _colour(_street(PAINTS[word]), _seen()) == word


def test_a_white_car_in_bluish_shade_is_still_white():
    assert _colour(_street(PAINTS["white"], (0.42, 0.45, 0.5)), _seen()) == "white"


def test_at_night_no_colour_is_named():
    assert _colour(_street(PAINTS["red"], (0.12, 0.11, 0.1)), _seen()) is None


def test_a_car_of_a_few_pixels_has_no_colour():
    image = cv2.resize(_street(PAINTS["red"]), None, fx=0.15, fy=0.15, interpolation=cv2.INTER_AREA)
    small = PixelBox(x0=60, y0=39, x1=84, y1=58)
    assert _colour(image, _seen(box=small)) is None


def test_a_car_behind_a_nearer_one_has_no_colour():
    nearer = _seen(box=PixelBox(x0=390, y0=290, x1=560, y1=470))
    assert _colour(_street(PAINTS["red"]), _seen(), (nearer,)) is None


def test_half_red_half_white_is_not_called_by_one_word():
    image = _street(PAINTS["white"])
    image[305:375, 405:478] = PAINTS["green"]
    assert _colour(image, _seen()) is None


@pytest.mark.parametrize(
    ("paint", "word"), [("red", "red"), ("white", "white"), ("yellow", "yellow"), ("black", None), ("grey", None)]
)
def test_a_bus_from_its_front_has_the_colour_of_what_is_not_glass(paint, word):
    box = PixelBox(x0=400, y0=220, x1=560, y1=395)
    assert _colour(_bus_front(PAINTS[paint]), _seen(ObjectClass.BUS, box)) == word


@pytest.mark.parametrize("paint", ["red", "white", "yellow", "green"])
def test_a_bus_from_its_side_has_the_colour_of_what_is_below_its_windows(paint):
    box = PixelBox(x0=300, y0=220, x1=640, y1=396)
    assert _colour(_bus_side(PAINTS[paint]), _seen(ObjectClass.BUS, box)) == paint


@pytest.mark.parametrize("label", [ObjectClass.PEDESTRIAN, ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE])
def test_what_has_no_body_has_no_colour(label):
    assert _colour(_street(PAINTS["red"]), _seen(label)) is None


def test_the_car_ahead_in_the_real_drive_is_white_from_standing_to_driving(street_images):
    boxes = [
        PixelBox(x0=739, y0=534, x1=1132, y1=864),
        PixelBox(x0=814, y0=526, x1=1076, y1=741),
        PixelBox(x0=838, y0=527, x1=1054, y1=709),
    ]
    assert [_colour(image, _seen(box=box)) for image, box in zip(street_images, boxes, strict=True)] == ["white"] * 3
