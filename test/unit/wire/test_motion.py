"""Odometry and transforms become the ego's motion and the edges of the tree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_messages import STAMP_NS, odometry, transform, transforms

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.wire.odometry import decode_odometry
from crossmodal_narrator.wire.transforms import decode_transforms

HALF_TURN = (0.0, 0.0, 1.0, 0.0)


def test_odometry_of_base_link_is_taken_as_it_is() -> None:
    motion = decode_odometry(odometry(turned=HALF_TURN))
    assert motion.stamp_ns == STAMP_NS
    assert motion.velocity_mps == (3.0, 0.0, 0.0)
    assert motion.yaw_rate_rps == 0.5
    assert motion.odom_from_base.translation_m.tolist() == [10.0, 20.0, 0.0]
    assert abs(motion.odom_from_base.yaw_rad) == pytest.approx(math.pi)


@given(yaw=st.floats(-3.0, 3.0), x=st.floats(-3.0, 3.0), y=st.floats(-3.0, 3.0), rate=st.floats(-1.0, 1.0))
def test_odometry_of_another_body_gives_the_same_motion_of_base_link(
    yaw: float, x: float, y: float, rate: float
) -> None:
    """A sensor stands at (x, y), turned by yaw, on a vehicle that drives forwards at 5 m/s and turns."""
    base_from_child = Pose.from_xy_yaw(x, y, yaw)
    at_sensor = np.array([5.0, 0.0, 0.0]) + np.cross([0.0, 0.0, rate], [x, y, 0.0])
    linear = base_from_child.rotation.T @ at_sensor
    message = odometry(child="imu", linear=linear, angular=(0.0, 0.0, rate), at=(x, y, 0.0))
    qx, qy, qz, qw = base_from_child.quaternion()
    orientation = message.pose.pose.orientation
    orientation.x, orientation.y, orientation.z, orientation.w = qx, qy, qz, qw
    motion = decode_odometry(message, child_from_base=base_from_child.inverse())
    assert motion.velocity_mps == pytest.approx((5.0, 0.0, 0.0), abs=1e-9)
    assert motion.yaw_rate_rps == pytest.approx(rate)
    assert np.allclose(motion.odom_from_base.translation_m, 0.0, atol=1e-9)


@pytest.mark.parametrize(
    "message",
    [
        odometry(turned=(0, 0, 0, 0)),
        odometry(turned=(0, 0, 0, 2)),
        odometry(at=(math.nan, 0, 0)),
        odometry(linear=(math.inf, 0, 0)),
        odometry(angular=(0, 0, math.nan)),
    ],
)
def test_motion_that_cannot_be_true_is_refused(message: object) -> None:
    with pytest.raises(FrameError):
        decode_odometry(message)


def test_transforms_become_edges_with_their_frames_and_stamp() -> None:
    decoded = decode_transforms(transforms(transform("/odom", "/base_link", at=(1, 2, 3))), is_static=True)
    (edge,) = decoded.edges
    assert (edge.parent, edge.child, edge.stamp_ns, edge.is_static) == ("odom", "base_link", STAMP_NS, True)
    assert edge.parent_from_child.translation_m.tolist() == [1.0, 2.0, 3.0]
    assert decoded.refused == ()


@pytest.mark.parametrize(
    "bad",
    [
        transform("odom", "base_link", turned=(0, 0, 0, 0)),
        transform("odom", "base_link", at=(math.nan, 0, 0)),
        transform("odom", "odom"),
        transform("", "base_link"),
        transform("odom", "/"),
    ],
)
def test_a_bad_edge_is_refused_by_name_and_the_others_stay(bad: object) -> None:
    decoded = decode_transforms(transforms(transform("a", "b"), bad, transform("b", "c")), is_static=False)
    assert [edge.child for edge in decoded.edges] == ["b", "c"]
    (refusal,) = decoded.refused
    assert "transform " in str(refusal)
    assert refusal.remedy
