"""A small scripted drive: the ego goes straight at a given speed; sensors tick at their own rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import Intrinsics, Pose

START_NS = 1_700_000_000_000_000_000
MS = 1_000_000
OPTICAL = Pose.from_quaternion((0.9, 0.0, 1.8), (-0.5, 0.5, -0.5, 0.5))
INTRINSICS = Intrinsics(width=8, height=6, fx=8.0, fy=8.0, cx=4.0, cy=3.0)


def static_transforms() -> list[FrameTransform]:
    lidar = Pose.from_xy_yaw(0.0, 0.0, 0.0, z_m=1.9)
    return [
        FrameTransform(stamp_ns=1, parent="base_link", child="lidar_top", parent_from_child=lidar, is_static=True),
        FrameTransform(
            stamp_ns=1, parent="base_link", child="front_optical", parent_from_child=OPTICAL, is_static=True
        ),
    ]


def ego(t_ms: int, speed_mps: float = 5.0, yaw_rate_rps: float = 0.0) -> EgoMotion:
    t_s = t_ms / 1e3
    return EgoMotion(
        stamp_ns=START_NS + t_ms * MS,
        odom_from_base=Pose.from_xy_yaw(speed_mps * t_s, 0.0, yaw_rate_rps * t_s),
        velocity_mps=(speed_mps, 0.0, 0.0),
        yaw_rate_rps=yaw_rate_rps,
    )


def braking(t_ms: int, deceleration_mps2: float = 3.0) -> EgoMotion:
    """The ego while it slows down from 12 m/s and turns ever faster."""
    t_s = t_ms / 1e3
    return EgoMotion(
        stamp_ns=START_NS + t_ms * MS,
        odom_from_base=Pose.from_xy_yaw(12.0 * t_s - deceleration_mps2 * t_s**2 / 2, 0.0, 0.2 * t_s**2),
        velocity_mps=(12.0 - deceleration_mps2 * t_s, 0.0, 0.0),
        yaw_rate_rps=0.4 * t_s,
    )


def transform_of(motion: EgoMotion) -> FrameTransform:
    """The same motion as /tf tells it."""
    return FrameTransform(
        stamp_ns=motion.stamp_ns, parent="odom", child="base_link", parent_from_child=motion.odom_from_base
    )


def pose(t_ms: int, speed_mps: float = 5.0) -> FrameTransform:
    """The ego as /tf tells it, where no odometry is published."""
    return transform_of(ego(t_ms, speed_mps))


def sweep(
    t_ms: int, xyz: NDArray[np.float32] | None = None, offsets_s: NDArray[np.float32] | None = None
) -> LidarSweep:
    points = np.array([[10.0, 0.0, -1.0]], dtype=np.float32) if xyz is None else xyz
    return LidarSweep(stamp_ns=START_NS + t_ms * MS, frame_id="lidar_top", xyz=points, point_offset_s=offsets_s)


def sound(t_ms: int) -> AudioChunk:
    """100 ms of silence from `t_ms` on."""
    return AudioChunk(
        stamp_ns=START_NS + t_ms * MS,
        frame_id="microphones",
        samples=np.zeros((1600, 1), np.float32),
        sample_rate_hz=16_000,
    )


def image(t_ms: int, camera: str = "front") -> CameraFrame:
    return CameraFrame(
        stamp_ns=START_NS + t_ms * MS,
        frame_id="front_optical",
        camera=camera,
        rgb=np.zeros((6, 8, 3), dtype=np.uint8),
        intrinsics=INTRINSICS,
    )
