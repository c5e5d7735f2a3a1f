"""Intrinsics come out of CameraInfo as OpenCV understands them, with distortion, binning and region of interest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from wire_messages import camera_info

from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.wire.camera_info import decode_camera_info

POINTS = np.array([[0.0, 0.0, 5.0], [1.0, -0.5, 4.0], [-2.0, 0.7, 6.0], [1.5, 1.0, 5.0]])


def region(x: int, y: int, width: int, height: int) -> SimpleNamespace:
    return SimpleNamespace(x_offset=x, y_offset=y, width=width, height=height, do_rectify=False)


@pytest.mark.parametrize(
    ("model", "coefficients"),
    [
        ("plumb_bob", [-0.3, 0.1, 0.001, -0.002, 0.02]),
        ("plumb_bob", [-0.3, 0.1, 0.001, -0.002]),
        ("rational_polynomial", [0.2, -0.1, 0.001, 0.002, 0.01, 0.3, -0.05, 0.02]),
        ("plumb_bob", []),
        ("", [0.0] * 5),
    ],
)
def test_points_project_as_opencv_projects_them(model: str, coefficients: list[float]) -> None:
    message = camera_info(distortion_model=model, d=np.array(coefficients))
    pixels, seen = decode_camera_info(message).project(POINTS)
    wanted, _ = cv2.projectPoints(POINTS, np.zeros(3), np.zeros(3), message.k.reshape(3, 3), np.array(coefficients))
    assert seen.all()
    assert np.allclose(pixels, wanted.reshape(-1, 2), atol=1e-6)


def test_a_fisheye_projects_as_opencv_projects_it() -> None:
    coefficients = np.array([0.05, -0.01, 0.002, 0.0005])
    message = camera_info(distortion_model="equidistant", d=coefficients)
    pixels, _ = decode_camera_info(message).project(POINTS)
    k = message.k.reshape(3, 3)
    wanted, _ = cv2.fisheye.projectPoints(POINTS[:, None], np.zeros(3), np.zeros(3), k, coefficients)
    assert np.allclose(pixels, wanted.reshape(-1, 2), atol=1e-6)


def test_a_rectified_image_has_p_and_no_distortion() -> None:
    k = decode_camera_info(camera_info(), is_rectified=True)
    assert (k.fx, k.fy, k.cx, k.cy, k.distortion) == (450.0, 460.0, 310.0, 230.0, ())


def test_binning_and_region_move_the_axis_and_the_scale_with_the_pixels() -> None:
    k = decode_camera_info(camera_info(roi=region(100, 40, 400, 300), binning_x=2, binning_y=2))
    assert (k.width, k.height) == (200, 150)
    assert (k.fx, k.fy, k.cx, k.cy) == (250.0, 255.0, 110.0, 100.0)


@pytest.mark.parametrize(
    ("changed", "error", "match"),
    [
        ({"k": np.zeros(9)}, FrameError, "not calibrated.*load the calibration"),
        ({"k": np.full(9, np.nan)}, FrameError, "not calibrated"),
        ({"k": np.array([500.0, 9, 320, 0, 510, 240, 0, 0, 1])}, FrameError, "skew of 9"),
        ({"distortion_model": "thin_prism"}, EncodingError, "'thin_prism' is not known.*plumb_bob"),
        ({"d": np.ones(7)}, FrameError, "needs 4 or 5 finite coefficients"),
        ({"d": np.array([np.nan] * 5)}, FrameError, "finite coefficients"),
        ({"roi": region(300, 0, 400, 300)}, FrameError, r"leaves 640x480"),
        ({"width": 0, "height": 0}, FrameError, "positive size"),
    ],
)
def test_what_cannot_be_true_is_refused(changed: dict[str, Any], error: type[FrameError], match: str) -> None:
    with pytest.raises(error, match=match):
        decode_camera_info(camera_info(**changed))
