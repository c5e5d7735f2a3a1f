"""sensor_msgs/CameraInfo → Intrinsics of the image as it is published, with binning and region of interest applied.

Sources: the comments of CameraInfo.msg; image_geometry's PinholeCameraModel::fromCameraInfo for the order (region of
interest first, then binning).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.core.geometry import Intrinsics

# Coefficients that each model may have; sensor_msgs/distortion_models.hpp.
_COEFFICIENTS: Mapping[str, tuple[int, ...]] = {
    "plumb_bob": (4, 5),
    "rational_polynomial": (4, 5, 8),
    "equidistant": (4,),
}
_SKEW_SHARE = 1e-3  # of fx; the pinhole of core has no skew


def decode_camera_info(message: Any, *, is_rectified: bool = False) -> Intrinsics:
    """The intrinsics of the raw image, or of the rectified one (matrix P, no distortion).

    Raises:
        EncodingError: a distortion model that is not known.
        FrameError: an uncalibrated camera, or values that contradict each other.
    """
    matrix = np.asarray(message.p if is_rectified else message.k, dtype=np.float64)
    row = 4 if is_rectified else 3
    fx, skew, cx, fy, cy = (float(matrix[i]) for i in (0, 1, 2, row + 1, row + 2))
    if not np.isfinite([fx, skew, cx, fy, cy]).all() or fx <= 0.0 or fy <= 0.0:
        raise FrameError(
            f"CameraInfo of {message.header.frame_id or 'a camera'} is not calibrated: "
            f"fx={fx}, fy={fy}, cx={cx}, cy={cy}",
            remedy="calibrate the camera, or have its driver load the calibration file",
        )
    if abs(skew) > _SKEW_SHARE * fx:
        raise FrameError(f"CameraInfo has a skew of {skew}", remedy="publish rectified images, whose P has none")
    left, top, width, height = _region(message)
    bin_x, bin_y = max(int(message.binning_x), 1), max(int(message.binning_y), 1)
    model, distortion = ("plumb_bob", ()) if is_rectified else _distortion(message)
    return Intrinsics(
        width=width // bin_x,
        height=height // bin_y,
        fx=fx / bin_x,
        fy=fy / bin_y,
        cx=(cx - left) / bin_x,
        cy=(cy - top) / bin_y,
        distortion_model=model,
        distortion=distortion,
    )


def pinhole(width: int, height: int, fov_deg: float) -> Intrinsics:
    """An ideal camera: square pixels, its axis through the middle, `fov_deg` from the left edge to the right."""
    focal_px = width / (2.0 * math.tan(math.radians(fov_deg) / 2.0))
    return Intrinsics(width=width, height=height, fx=focal_px, fy=focal_px, cx=width / 2.0, cy=height / 2.0)


def _region(message: Any) -> tuple[int, int, int, int]:
    """Left, top, width, height of what is published, in pixels of the full sensor; all zero means the whole image."""
    full_width, full_height, roi = int(message.width), int(message.height), message.roi
    if not roi.width and not roi.height:
        return 0, 0, full_width, full_height
    left, top, width, height = int(roi.x_offset), int(roi.y_offset), int(roi.width), int(roi.height)
    if not (width and height) or left + width > full_width or top + height > full_height:
        raise FrameError(
            f"CameraInfo's region of interest {width}x{height} at ({left}, {top}) leaves {full_width}x{full_height}",
            remedy="set roi inside of the full image, or all to zero",
        )
    return left, top, width, height


def _distortion(message: Any) -> tuple[str, tuple[float, ...]]:
    model = str(message.distortion_model) or "plumb_bob"
    coefficients = tuple(float(c) for c in message.d)
    if not any(coefficients):  # covers an empty list, and models that are named but not used
        return "plumb_bob", ()
    if model not in _COEFFICIENTS:
        raise EncodingError(
            f"distortion model {model!r} is not known", remedy=f"calibrate with one of {', '.join(_COEFFICIENTS)}"
        )
    if len(coefficients) not in _COEFFICIENTS[model] or not np.isfinite(coefficients).all():
        wanted = " or ".join(str(n) for n in _COEFFICIENTS[model])
        raise FrameError(
            f"distortion model {model} needs {wanted} finite coefficients, got {coefficients}",
            remedy="publish CameraInfo.d as the calibration wrote it",
        )
    return model, coefficients
