"""nav_msgs/Odometry → EgoMotion of base_link, whichever body frame the message speaks of.

By the message's definition the pose is that of `child_frame_id` in `header.frame_id`, and the twist is in
`child_frame_id`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose, Vec3
from crossmodal_narrator.wire.headers import stamp_ns


def decode_odometry(message: Any, *, child_from_base: Pose | None = None) -> EgoMotion:
    """The motion of base_link. `child_from_base` stands where the message's body frame is another one.

    Raises:
        FrameError: a rotation that is none, or values that are not finite.
    """
    pose = decode_pose(message.pose.pose)
    linear, angular = _vector(message.twist.twist.linear), _vector(message.twist.twist.angular)
    if child_from_base is not None:
        # A rigid body: v_base = v_child + ω x r, then turned into base_link's axes.
        turn = child_from_base.rotation.T
        linear = turn @ (linear + np.cross(angular, child_from_base.translation_m))
        angular = turn @ angular
        pose = pose @ child_from_base
    return EgoMotion(
        stamp_ns=stamp_ns(message.header.stamp),
        odom_from_base=pose,
        velocity_mps=(float(linear[0]), float(linear[1]), float(linear[2])),
        yaw_rate_rps=float(angular[2]),
    )


def decode_pose(message: Any) -> Pose:
    """geometry_msgs/Pose → Pose.

    Raises:
        FrameError: the quaternion is not of unit length, or a value is not finite.
    """
    return pose_of(message.position, message.orientation)


def pose_of(translation: Any, rotation: Any) -> Pose:
    """A geometry_msgs Point or Vector3 and a Quaternion → Pose."""
    moved: Vec3 = (float(translation.x), float(translation.y), float(translation.z))
    if not np.isfinite(moved).all():
        raise FrameError(f"a translation is not finite: {moved}")
    return Pose.from_quaternion(moved, (float(rotation.x), float(rotation.y), float(rotation.z), float(rotation.w)))


def _vector(vector: Any) -> NDArray[np.float64]:
    return np.array([float(vector.x), float(vector.y), float(vector.z)])
