"""A window's pixels go in as the network was trained, and its boxes come back to where they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.encoding.camera.preparation import Fit, Preparation, Preparer
from crossmodal_narrator.encoding.camera.views import View

WINDOW = View(x0=10, y0=20, x1=110, y1=70, scale=0.5)  # 100 x 50 of the image
IMAGE = np.random.default_rng(2).integers(0, 256, (100, 160, 3), dtype=np.uint8)


def preparation(**changed: Any) -> Preparation:
    usual: dict[str, Any] = {
        "input_name": "image",
        "dtype": "float32",
        "channel_order": "rgb",
        "mean": (0.0, 0.0, 0.0),
        "std": (1.0, 1.0, 1.0),
        "size": None,
        "stride": 32,
    }
    return Preparation(**(usual | changed))


def test_yolox_pads_right_and_below_with_its_grey_and_keeps_pixel_values_in_bgr() -> None:
    yolox = preparation(channel_order="bgr", padding=114.0, size=(100, 80))

    inputs, placement = Preparer(yolox).prepare(IMAGE, WINDOW)

    image = inputs["image"]
    assert image.shape == (1, 3, 80, 100)
    assert placement.content == (100, 50)
    np.testing.assert_array_equal(image[0, :, :50, :], IMAGE[20:70, 10:110, ::-1].transpose(2, 0, 1))
    assert (image[0, :, 50:, :] == 114.0).all()


def test_mean_and_deviation_count_for_padding_too() -> None:
    given_black = preparation(mean=(10.0, 20.0, 30.0), std=(2.0, 4.0, 5.0), size=(100, 64))

    image = Preparer(given_black).prepare(IMAGE, WINDOW)[0]["image"]

    np.testing.assert_allclose(image[0, 1, :50], (IMAGE[20:70, 10:110, 1] - 20.0) / 4.0, rtol=1e-5)
    assert [float(image[0, k, 63, 99]) for k in range(3)] == [-5.0, -5.0, -6.0]


def test_bytes_go_in_as_bytes() -> None:
    image = Preparer(preparation(dtype="uint8", size=(100, 50), padding=114.0)).prepare(IMAGE, WINDOW)[0]["image"]

    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image[0].transpose(1, 2, 0), IMAGE[20:70, 10:110])


def test_a_stretched_window_fills_an_input_of_another_aspect() -> None:
    stretched = preparation(size=(64, 64), fit=Fit.STRETCH)

    inputs, placement = Preparer(stretched).prepare(IMAGE, WINDOW)

    assert inputs["image"].shape == (1, 3, 64, 64)
    assert placement.content == (64, 64)
    assert placement.to_image_boxes(np.array([[0, 0, 64, 64]], np.float32)).tolist() == [[10, 20, 110, 70]]


def test_a_network_of_any_size_gets_the_window_at_its_scale_padded_to_the_stride() -> None:
    placement = preparation().place(WINDOW)

    assert (placement.content, placement.size) == ((50, 25), (64, 32))


def test_a_network_that_is_told_of_padding_means_fractions_of_the_picture() -> None:
    told = preparation(size=(128, 128), mask_input="mask", size_input="size")

    inputs, placement = Preparer(told).prepare(IMAGE, WINDOW)

    assert placement.extent == (128, 64)
    assert inputs["mask"].shape == (1, 128, 128)
    assert inputs["mask"].sum() == 128 * 64
    assert inputs["mask"][0, 63, 127] == 1
    assert inputs["size"].tolist() == [[128, 128]]
    assert preparation(size=(128, 128)).place(WINDOW).extent == (128, 128)


def test_what_an_earlier_window_left_in_the_buffer_is_not_seen() -> None:
    fresh, used = (Preparer(preparation(size=(96, 96), padding=114.0)) for _ in range(2))
    used.prepare(IMAGE, View(x0=0, y0=0, x1=90, y1=100, scale=1.0))

    np.testing.assert_array_equal(fresh.prepare(IMAGE, WINDOW)[0]["image"], used.prepare(IMAGE, WINDOW)[0]["image"])


def test_a_window_beyond_the_image_is_refused_with_both_sizes() -> None:
    with pytest.raises(FrameError, match=r"x1=500.*image of 160x100"):
        Preparer(preparation()).prepare(IMAGE, View(x0=0, y0=0, x1=500, y1=50, scale=1.0))


@given(
    st.tuples(st.integers(0, 900), st.integers(0, 500), st.integers(2, 900), st.integers(2, 500)),
    st.one_of(st.none(), st.tuples(st.integers(32, 700), st.integers(32, 700))),
    st.sampled_from(Fit),
    st.floats(0.1, 1.5),
)
def test_the_window_itself_comes_back_whole(
    window: tuple[int, int, int, int], size: tuple[int, int] | None, fit: Fit, scale: float
) -> None:
    x0, y0, width, height = window
    view = View(x0=x0, y0=y0, x1=x0 + width, y1=y0 + height, scale=scale)
    placement = preparation(size=size, fit=fit).place(view)

    assert all(0 < inner <= outer for inner, outer in zip(placement.content, placement.size, strict=True))
    box = np.array([[0, 0, *placement.content]], np.float32)
    np.testing.assert_allclose(placement.to_image_boxes(box), [[x0, y0, x0 + width, y0 + height]], rtol=1e-5)


def test_boxes_return_to_image_pixels_and_are_clipped_to_the_window() -> None:
    placement = preparation().place(View(x0=100, y0=50, x1=300, y1=150, scale=0.5))

    boxes = placement.to_image_boxes(np.array([[10, 10, 20, 20], [-5, -5, 500, 500]], np.float32))

    assert boxes.tolist() == [[120, 70, 140, 90], [100, 50, 300, 150]]
