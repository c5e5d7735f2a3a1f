"""Bags made for a test: a short drive with every kind of message that the intake reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags import BagWriter
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep, SensorFrame
from crossmodal_narrator.core.geometry import Intrinsics, Pose

START_NS = 1_700_000_000_000_000_000
STEP_NS = 100_000_000


def noise(shape: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    """Incompressible, so that a cut in the file is a cut in the data."""
    return np.random.default_rng(seed).uniform(-40.0, 40.0, shape).astype(np.float32)


def drive(steps: int, points: int = 3_000) -> list[SensorFrame]:
    """A vehicle that rolls straight on at 5 m/s: a front camera, a LiDAR, odometry and its transforms."""
    intrinsics = Intrinsics(width=32, height=16, fx=30.0, fy=30.0, cx=16.0, cy=8.0)
    picture = np.full((16, 32, 3), 90, dtype=np.uint8)
    frames: list[SensorFrame] = [
        FrameTransform(
            stamp_ns=START_NS, parent="base_link", child=child, parent_from_child=Pose.identity(), is_static=True
        )
        for child in ("lidar_top", "camera_front_optical")
    ]
    for k in range(steps):
        stamp_ns = START_NS + k * STEP_NS
        pose = Pose.from_xy_yaw(0.5 * k, 0.0, 0.0)
        frames += [
            CameraFrame(
                stamp_ns=stamp_ns, frame_id="camera_front_optical", camera="front", rgb=picture, intrinsics=intrinsics
            ),
            LidarSweep(stamp_ns=stamp_ns, frame_id="lidar_top", xyz=noise((points, 3), k)),
            FrameTransform(stamp_ns=stamp_ns, parent="odom", child="base_link", parent_from_child=pose),
            EgoMotion(stamp_ns=stamp_ns, odom_from_base=pose, velocity_mps=(5.0, 0.0, 0.0), yaw_rate_rps=0.0),
        ]
    return frames


def write_drive(folder: Path, steps: int, points: int = 3_000) -> Path:
    with BagWriter(folder) as bag:
        for frame in drive(steps, points):
            bag.write_frame(frame)
    return folder
