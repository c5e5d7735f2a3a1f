"""sensor_msgs/Image and CompressedImage → RGB. Sizes are checked before a byte is decoded.

Encodings are those of sensor_msgs/image_encodings.hpp; the ones without a channel order (8UC3, 8UC4) are OpenCV's, BGR.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.wire.compressed import check_compressed
from crossmodal_narrator.wire.headers import buffer_of

MAX_SIDE_PX = 16_384
MAX_PIXELS = 64_000_000

RgbImage = NDArray[np.uint8]  # (height, width, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How one encoding lies in memory: channels per pixel, bytes per channel, and OpenCV's conversion to RGB."""

    channels: int
    conversion: int | None
    sample_bytes: int = 1
    even_width: bool = False


# OpenCV names a Bayer pattern by its first row since 4.5.4; the older names, which start at the second, mean others.
_BAYER = {
    "bayer_rggb": cv2.COLOR_BayerRGGB2RGB,
    "bayer_bggr": cv2.COLOR_BayerBGGR2RGB,
    "bayer_gbrg": cv2.COLOR_BayerGBRG2RGB,
    "bayer_grbg": cv2.COLOR_BayerGRBG2RGB,
}
_RGB = _Layout(channels=3, conversion=None)
_BGR = _Layout(channels=3, conversion=cv2.COLOR_BGR2RGB)
_BGRA = _Layout(channels=4, conversion=cv2.COLOR_BGRA2RGB)
_MONO = _Layout(channels=1, conversion=cv2.COLOR_GRAY2RGB)
_UYVY = _Layout(channels=2, conversion=cv2.COLOR_YUV2RGB_UYVY, even_width=True)
_YUYV = _Layout(channels=2, conversion=cv2.COLOR_YUV2RGB_YUY2, even_width=True)

_LAYOUTS: Mapping[str, _Layout] = {
    "rgb8": _RGB,
    "bgr8": _BGR,
    "rgba8": _Layout(channels=4, conversion=cv2.COLOR_RGBA2RGB),
    "bgra8": _BGRA,
    "mono8": _MONO,
    "8UC1": _MONO,
    "8UC3": _BGR,
    "8UC4": _BGRA,
    "mono16": _Layout(channels=1, conversion=cv2.COLOR_GRAY2RGB, sample_bytes=2),
    "rgb16": _Layout(channels=3, conversion=None, sample_bytes=2),
    "bgr16": _Layout(channels=3, conversion=cv2.COLOR_BGR2RGB, sample_bytes=2),
    "yuv422": _UYVY,
    "uyvy": _UYVY,
    "yuv422_yuy2": _YUYV,
    "yuyv": _YUYV,
    **{f"{name}8": _Layout(channels=1, conversion=code) for name, code in _BAYER.items()},
    **{f"{name}16": _Layout(channels=1, conversion=code, sample_bytes=2) for name, code in _BAYER.items()},
}
KNOWN_ENCODINGS = tuple(sorted(_LAYOUTS))


def decode_image(message: Any) -> RgbImage:
    """sensor_msgs/Image → (height, width, 3). An rgb8 image without padding is not copied.

    Raises:
        EncodingError: an encoding that is not a picture, or not known.
        FrameError: a size that the data cannot hold, or that no camera has.
    """
    layout = _LAYOUTS.get(message.encoding)
    if layout is None:
        raise EncodingError(
            f"image encoding {message.encoding!r} is not known", remedy=f"publish one of {', '.join(KNOWN_ENCODINGS)}"
        )
    pixels = _pixels(message, layout)
    if layout.sample_bytes == 2:
        pixels = (pixels >> 8).astype(np.uint8)
    if layout.conversion is None:
        return np.ascontiguousarray(pixels)
    rgb: RgbImage = cv2.cvtColor(pixels, layout.conversion)
    return rgb


def decode_compressed(message: Any) -> RgbImage:
    """sensor_msgs/CompressedImage holding JPEG or PNG → (height, width, 3).

    Raises:
        EncodingError: neither JPEG nor PNG, or a depth image.
        FrameError: cut short, broken, or of an absurd size.
    """
    if "compressedDepth" in message.format:
        raise EncodingError(f"format {message.format!r} is a depth image", remedy="subscribe to the camera's picture")
    data = buffer_of(message.data)
    size = check_compressed(data.data, message.format)
    check_size(size.width, size.height)
    # The EXIF orientation would turn the pixels away from the calibration that CameraInfo states.
    rgb = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    if rgb is None or rgb.shape != (size.height, size.width, 3):
        raise FrameError(
            f"the {message.format or 'compressed'} image of {len(data)} bytes cannot be decoded",
            remedy="check the camera driver's encoder and the link to it",
        )
    decoded: RgbImage = rgb
    return decoded


def check_size(width: int, height: int) -> None:
    """Refuse what would only exhaust the memory.

    Raises:
        FrameError: no pixels, or more than any camera has.
    """
    if not (0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX and width * height <= MAX_PIXELS):
        raise FrameError(
            f"an image of {width}x{height} pixels is not taken",
            remedy=f"sides of 1 to {MAX_SIDE_PX} and at most {MAX_PIXELS} pixels are",
        )


def _pixels(message: Any, layout: _Layout) -> NDArray[Any]:
    """The message's bytes as (height, width[, channels]) in place, rows `step` bytes apart."""
    width, height, step = int(message.width), int(message.height), int(message.step)
    check_size(width, height)
    row_bytes = width * layout.channels * layout.sample_bytes
    data = buffer_of(message.data)
    needed = step * (height - 1) + row_bytes  # the last row may come without its padding
    if step < row_bytes or needed > len(data):
        raise FrameError(
            f"a {message.encoding} image of {width}x{height} needs rows of {row_bytes} bytes, "
            f"got step {step} and {len(data)} bytes of data",
            remedy="check step, width, height and encoding in the camera driver",
        )
    if layout.even_width and width % 2:
        raise FrameError(f"a {message.encoding} image needs an even width, got {width}")
    order = ">" if message.is_bigendian and layout.sample_bytes > 1 else "<"
    sample = layout.sample_bytes
    shape, strides = (height, width, layout.channels), (step, layout.channels * sample, sample)
    pixels: NDArray[Any] = np.ndarray(shape, dtype=f"{order}u{sample}", buffer=data, strides=strides)
    return pixels[:, :, 0] if layout.channels == 1 else pixels
