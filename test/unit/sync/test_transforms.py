"""The buffer of transforms answers as tf2 does, and says what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.errors import TransformError
from crossmodal_narrator.core.frames import FrameTransform
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.sync import TransformBuffer

S = 1_000_000_000


def edge(parent: str, child: str, pose: Pose, stamp_ns: int = S, static: bool = False) -> FrameTransform:
    return FrameTransform(stamp_ns=stamp_ns, parent=parent, child=child, parent_from_child=pose, is_static=static)


def test_a_lookup_goes_up_and_down_the_tree() -> None:
    buffer = TransformBuffer()
    buffer.push(edge("base_link", "roof", Pose.from_xy_yaw(0, 0, 0, z_m=2.0), static=True))
    buffer.push(edge("roof", "lidar", Pose.from_xy_yaw(0, 0, math.pi / 2), static=True))
    buffer.push(edge("base_link", "camera", Pose.from_xy_yaw(1.0, 0, 0), static=True))
    point = buffer.lookup("camera", "lidar", S).transform_point((5.0, 0.0, 0.0))
    assert point == pytest.approx((-1.0, 5.0, 2.0))


@given(st.floats(0, 1), st.floats(-3, 3), st.permutations(range(5)))
def test_a_moving_edge_is_interpolated_whatever_order_its_stamps_came_in(
    share: float, turn: float, order: list[int]
) -> None:
    buffer = TransformBuffer()
    for k in order:
        buffer.push(edge("odom", "base_link", Pose.from_xy_yaw(2.0 * k, 0, turn * k / 4), stamp_ns=(k + 1) * S))
    pose = buffer.lookup("odom", "base_link", round((2 + share) * S))
    assert pose.translation_m[0] == pytest.approx(2.0 * (1 + share), abs=1e-6)
    assert math.remainder(pose.yaw_rad - turn * (1 + share) / 4, math.tau) == pytest.approx(0, abs=1e-6)


def test_beyond_the_newest_stamp_the_motion_is_continued_only_a_little() -> None:
    buffer = TransformBuffer(max_extrapolation_s=0.2)
    for k in (1, 2):
        buffer.push(edge("odom", "base_link", Pose.from_xy_yaw(k, 0, 0), stamp_ns=k * S))
    assert buffer.lookup("odom", "base_link", round(2.1 * S)).translation_m[0] == pytest.approx(2.1)
    with pytest.raises(TransformError, match=r"\+0\.50 s from the newest"):
        buffer.lookup("odom", "base_link", round(2.5 * S))


def test_frames_that_nothing_connects_are_named() -> None:
    buffer = TransformBuffer()
    buffer.push(edge("base_link", "lidar", Pose.identity(), static=True))
    with pytest.raises(TransformError, match=r"no transform connects base_link and camera.*known children: lidar"):
        buffer.lookup("base_link", "camera", S)


def test_a_circle_is_refused_and_not_walked_for_ever() -> None:
    buffer = TransformBuffer()
    buffer.push(edge("a", "b", Pose.identity(), static=True))
    buffer.push(edge("b", "a", Pose.identity(), static=True))
    with pytest.raises(TransformError, match="circle"):
        buffer.lookup("a", "c", S)


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3), st.floats(-math.pi, math.pi))
def test_a_lookup_and_its_reverse_cancel(xyz: list[float], yaw: float) -> None:
    buffer = TransformBuffer()
    buffer.push(edge("base_link", "lidar", Pose.from_xy_yaw(xyz[0], xyz[1], yaw, z_m=xyz[2]), static=True))
    there, back = buffer.lookup("base_link", "lidar", S), buffer.lookup("lidar", "base_link", S)
    assert np.allclose((there @ back).rotation, np.eye(3), atol=1e-9)
    assert np.allclose((there @ back).translation_m, 0, atol=1e-9)
