"""Poses, boxes and cameras agree with their definitions."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.geometry import Intrinsics, OrientedBox, Pose, end_seen, wrap_angle

angles = st.floats(-math.pi, math.pi)
metres = st.floats(-50, 50)


@given(st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1), st.tuples(metres, metres, metres))
def test_a_quaternion_survives_the_way_through_a_pose(q: tuple[float, ...], t: tuple[float, float, float]) -> None:
    x, y, z, w = (float(v) for v in np.array(q) / np.linalg.norm(q))
    pose = Pose.from_quaternion(t, (x, y, z, w))
    assert abs(np.dot(pose.quaternion(), (x, y, z, w))) == pytest.approx(1.0, abs=1e-9)
    assert np.allclose((pose @ pose.inverse()).rotation, np.eye(3), atol=1e-9)


def test_a_quaternion_of_zeros_is_refused_with_its_value() -> None:
    with pytest.raises(FrameError, match=r"unit quaternion.*0.0, 0.0, 0.0, 0.0"):
        Pose.from_quaternion((0, 0, 0), (0.0, 0.0, 0.0, 0.0))


@given(metres, metres, angles, st.floats(0.1, 10), st.floats(0.1, 10))
def test_the_nearest_point_of_a_box_is_the_nearest_of_its_outline(
    x: float, y: float, yaw: float, length: float, width: float
) -> None:
    box = OrientedBox(centre_m=(x, y, 0.0), size_lwh_m=(length, width, 1.0), yaw_rad=yaw)
    corners = box.footprint()
    steps = np.linspace(0, 1, 400)[:, None]
    outline = np.vstack([corners[k] * (1 - steps) + corners[(k + 1) % 4] * steps for k in range(4)])
    sampled = float(np.hypot(outline[:, 0], outline[:, 1]).min())
    nearest = box.nearest_in_plan_m()
    assert nearest == 0.0 or nearest == pytest.approx(sampled, abs=0.03)


@given(angles)
def test_wrapping_keeps_the_direction(angle: float) -> None:
    wrapped = wrap_angle(angle + 6 * math.pi)
    assert -math.pi < wrapped <= math.pi
    assert math.cos(wrapped) == pytest.approx(math.cos(angle), abs=1e-9)


@pytest.mark.parametrize(
    ("model", "distortion"),
    [
        ("plumb_bob", ()),
        ("plumb_bob", (-0.3, 0.1, 0.001, -0.002, 0.01)),
        ("rational_polynomial", (0.2, -0.1, 0.001, 0.0005, 0.02, 0.5, -0.2, 0.03)),
        ("equidistant", (0.05, -0.01, 0.002, -0.0005)),
    ],
)
def test_projection_is_that_of_opencv_and_rays_undo_it(model: str, distortion: tuple[float, ...]) -> None:
    camera = Intrinsics(
        width=1280, height=720, fx=900, fy=910, cx=640, cy=360, distortion_model=model, distortion=distortion
    )
    rng = np.random.default_rng(3)
    points = np.column_stack([rng.uniform(-4, 4, 50), rng.uniform(-2, 2, 50), rng.uniform(8, 30, 50)])
    k = np.array([[900.0, 0, 640], [0, 910, 360], [0, 0, 1]])
    coefficients = np.array(distortion or (0.0,) * 4)
    if model == "equidistant":
        expected, _ = cv2.fisheye.projectPoints(points[:, None], np.zeros(3), np.zeros(3), k, coefficients)
    else:
        expected, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), k, coefficients)
    pixels, seen = camera.project(points)
    assert seen.all()
    assert np.abs(pixels - expected.reshape(-1, 2)).max() < 1e-6
    ray = camera.ray((float(pixels[0, 0]), float(pixels[0, 1])))
    assert np.array(ray) == pytest.approx(points[0] / points[0, 2], abs=1e-4)


def test_points_behind_the_camera_are_never_seen() -> None:
    camera = Intrinsics(width=100, height=100, fx=50, fy=50, cx=50, cy=50)
    _, seen = camera.project(np.array([[0.0, 0.0, -5.0], [0.0, 0.0, 0.0], [0.0, 0.0, 5.0]]))
    assert seen.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("centre_m", "yaw_rad", "end"),
    [
        ((10.0, 0.0), 0.0, -1.0),  # ahead, going our way: its rear
        ((10.0, 0.0), math.pi, 1.0),  # ahead, coming: its front
        ((-10.0, 0.0), 0.0, 1.0),  # behind us
        ((10.0, 3.5), 0.0, 0.0),  # in the next lane: its side too
        ((10.0, 0.0), math.pi / 2, 0.0),  # across our way: its side
    ],
)
def test_an_end_is_seen_alone_only_of_what_is_in_line(
    centre_m: tuple[float, float], yaw_rad: float, end: float
) -> None:
    assert end_seen(centre_m, (4.5, 1.8), yaw_rad) == end
