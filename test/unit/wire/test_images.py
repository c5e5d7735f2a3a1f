"""A known picture comes out of every encoding that cameras publish."""

from __future__ import annotations

import array
import struct
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from wire_messages import compressed, image

from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.wire.images import KNOWN_ENCODINGS, decode_compressed, decode_image

# Large even patches: what Bayer and 4:2:2 interpolate at the borders is left out by looking at the middle of each.
COLOURS = {"red": (220, 20, 30), "green": (20, 200, 40), "blue": (30, 40, 230), "white": (250, 250, 250)}
SIDE = 16


def picture() -> NDArray[np.uint8]:
    """Four patches in a row, (16, 64, 3) RGB."""
    return np.hstack([np.full((SIDE, SIDE, 3), colour, dtype=np.uint8) for colour in COLOURS.values()])


def middles(rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The colour in the middle of each patch, (4, 3)."""
    return np.array([rgb[4:12, SIDE * k + 4 : SIDE * k + 12].mean(axis=(0, 1)) for k in range(4)]).round().astype(int)


def mosaic(pattern: str) -> NDArray[np.uint8]:
    """What a sensor with this colour filter sees: `pattern` names the first two rows, as in rggb."""
    rgb = picture()
    raw = np.empty(rgb.shape[:2], dtype=np.uint8)
    for k, letter in enumerate(pattern):
        raw[k // 2 :: 2, k % 2 :: 2] = rgb[k // 2 :: 2, k % 2 :: 2, "rgb".index(letter)]
    return raw


def yuv422(order: str) -> NDArray[np.uint8]:
    """BT.601 as OpenCV has it, (height, width, 2): uyvy or yuyv."""
    y, v, u = (channel.astype(np.uint8) for channel in np.moveaxis(cv2.cvtColor(picture(), cv2.COLOR_RGB2YCrCb), -1, 0))
    y = (y.astype(float) * 219 / 255 + 16).round().astype(np.uint8)
    u, v = (((c.astype(float) - 128) * 224 / 255 + 128).round().astype(np.uint8) for c in (u, v))
    chroma = np.empty_like(y)
    chroma[:, 0::2], chroma[:, 1::2] = u[:, 0::2], v[:, 0::2]
    return np.dstack([chroma, y] if order == "uyvy" else [y, chroma])


def encoded(encoding: str) -> NDArray[Any]:
    """The picture in `encoding`."""
    rgb = picture()
    opaque = np.full((*rgb.shape[:2], 1), 255, dtype=np.uint8)
    if encoding.startswith("bayer_"):
        pattern, bits = encoding.removeprefix("bayer_")[:4], encoding.removeprefix("bayer_")[4:]
        return mosaic(pattern) if bits == "8" else mosaic(pattern).astype("<u2") << 8
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return {
        "rgb8": rgb,
        "bgr8": rgb[:, :, ::-1],
        "8UC3": rgb[:, :, ::-1],
        "rgba8": np.dstack([rgb, opaque]),
        "bgra8": np.dstack([rgb[:, :, ::-1], opaque]),
        "8UC4": np.dstack([rgb[:, :, ::-1], opaque]),
        "rgb16": rgb.astype("<u2") << 8,
        "bgr16": rgb[:, :, ::-1].astype("<u2") << 8,
        "mono8": grey,
        "8UC1": grey,
        "mono16": grey.astype("<u2") << 8,
        "yuv422": yuv422("uyvy"),
        "uyvy": yuv422("uyvy"),
        "yuv422_yuy2": yuv422("yuyv"),
        "yuyv": yuv422("yuyv"),
    }[encoding]


def expected(encoding: str) -> NDArray[Any]:
    if encoding.startswith(("mono", "8UC1")):
        return np.repeat(cv2.cvtColor(picture(), cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    return picture()


@pytest.mark.parametrize("padding", [0, 6])
@pytest.mark.parametrize("encoding", KNOWN_ENCODINGS)
def test_every_known_encoding_decodes_the_known_picture(encoding: str, padding: int) -> None:
    rgb = decode_image(image(encoding, encoded(encoding), padding=padding))
    assert rgb.shape == (SIDE, 4 * SIDE, 3)
    assert rgb.dtype == np.uint8
    off_by = 4 if "yuv" in encoding or encoding in ("uyvy", "yuyv") else 0
    assert np.abs(middles(rgb) - middles(expected(encoding))).max() <= off_by


@pytest.mark.parametrize("encoding", ["mono16", "rgb16", "bayer_rggb16"])
def test_sixteen_bits_are_read_in_either_byte_order(encoding: str) -> None:
    little, big = encoded(encoding).astype("<u2"), encoded(encoding).astype(">u2")
    assert np.array_equal(decode_image(image(encoding, little)), decode_image(image(encoding, big, is_bigendian=True)))


def test_an_rgb_image_is_not_copied() -> None:
    message = image("rgb8", picture())
    assert np.shares_memory(decode_image(message), message.data)


@pytest.mark.parametrize("buffer", [bytes, bytearray, lambda d: array.array("B", d), lambda d: memoryview(bytes(d))])
def test_the_buffers_of_rclpy_and_of_raw_readers_are_read_alike(buffer: Any) -> None:
    message = image("bgr8", picture()[:, :, ::-1])
    message.data = buffer(message.data.tobytes())
    assert np.array_equal(decode_image(message), picture())


def test_a_list_is_refused_with_what_to_use_instead() -> None:
    message = image("rgb8", picture(), data=[0] * 3072)
    with pytest.raises(FrameError, match=r"got list.*array\.array"):
        decode_image(message)


def test_an_unknown_encoding_is_refused_with_the_known_ones() -> None:
    with pytest.raises(EncodingError, match=r"'32FC1' is not known.*bayer_rggb8"):
        decode_image(image("32FC1", np.zeros((4, 4), np.float32)))


@settings(max_examples=200)
@given(
    width=st.integers(4 * SIDE + 1, 2**32 - 1),
    height=st.integers(SIDE + 1, 2**32 - 1),
    step=st.integers(0, 2**32 - 1),
    encoding=st.sampled_from(KNOWN_ENCODINGS),
)
def test_sizes_that_the_data_cannot_hold_are_refused_without_allocating(
    width: int, height: int, step: int, encoding: str
) -> None:
    message = image(encoding, encoded(encoding), width=width, height=height, step=step)
    with pytest.raises(FrameError):
        decode_image(message)


def test_the_last_row_may_come_without_its_padding() -> None:
    message = image("rgb8", picture(), padding=8)
    message.data = message.data[:-8]
    assert np.array_equal(decode_image(message), picture())


def test_a_four_two_two_image_of_odd_width_is_refused() -> None:
    with pytest.raises(FrameError, match="even width"):
        decode_image(image("yuv422", np.zeros((2, 3, 2), np.uint8)))


def as_file(extension: str, *parameters: int) -> bytes:
    return bytes(cv2.imencode(extension, picture()[:, :, ::-1], list(parameters))[1])


PROGRESSIVE = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)


@pytest.mark.parametrize(
    ("data", "off_by"),
    [(as_file(".jpg"), 6), (as_file(".jpg", *PROGRESSIVE), 6), (as_file(".png"), 0)],
    ids=["jpeg", "progressive_jpeg", "png"],
)
def test_jpeg_and_png_decode_by_their_content_whatever_format_says(data: bytes, off_by: int) -> None:
    for stated in ("jpeg", "bgr8; png compressed bgr8", ""):
        rgb = decode_compressed(compressed(data, stated))
        assert np.abs(middles(rgb) - middles(picture())).max() <= off_by


def test_a_grey_jpeg_becomes_rgb() -> None:
    grey = cv2.cvtColor(picture(), cv2.COLOR_RGB2GRAY)
    rgb = decode_compressed(compressed(bytes(cv2.imencode(".jpg", grey)[1])))
    assert rgb.shape == (SIDE, 4 * SIDE, 3)


@pytest.mark.parametrize("extension", [".jpg", ".png"])
def test_a_picture_cut_anywhere_is_refused_and_never_half_grey(extension: str) -> None:
    data = as_file(extension)
    for size in range(len(data)):
        with pytest.raises(FrameError):
            decode_compressed(compressed(data[:size]))


def test_a_cut_jpeg_names_the_link_as_what_to_check() -> None:
    data = as_file(".jpg")
    with pytest.raises(FrameError, match=rf"JPEG image ends after {len(data) - 40} bytes.*check the link"):
        decode_compressed(compressed(data[:-40]))


def test_padding_after_the_picture_is_taken() -> None:
    assert decode_compressed(compressed(as_file(".jpg") + bytes(100))).shape == (SIDE, 4 * SIDE, 3)


def test_the_exif_orientation_does_not_turn_the_picture_away_from_its_calibration() -> None:
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0)  # rotate by 90 degrees
    exif = b"Exif\0\0" + tiff
    data = as_file(".jpg")
    turned = data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]
    assert np.array_equal(decode_compressed(compressed(turned)), decode_compressed(compressed(data)))


def test_a_bomb_is_refused_by_its_header() -> None:
    data = bytearray(as_file(".png"))
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    with pytest.raises(FrameError, match="60000x60000"):
        decode_compressed(compressed(bytes(data)))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff", bytes(64)])
def test_what_is_neither_jpeg_nor_png_is_refused(data: bytes) -> None:
    with pytest.raises(EncodingError, match="publish JPEG or PNG"):
        decode_compressed(compressed(data))


def test_a_depth_image_is_no_picture() -> None:
    with pytest.raises(EncodingError, match="depth image"):
        decode_compressed(compressed(as_file(".png"), "32FC1; compressedDepth png"))


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 600), value=st.integers(0, 255))
def test_a_byte_that_the_link_changed_is_decoded_or_refused_and_nothing_else(at: int, value: int) -> None:
    data = bytearray(as_file(".jpg"))
    data[at % len(data)] = value
    try:
        rgb = decode_compressed(compressed(bytes(data)))
    except FrameError:
        return
    assert rgb.dtype == np.uint8
