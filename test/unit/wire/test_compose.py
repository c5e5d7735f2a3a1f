"""What is composed is decoded again as the same frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.wire.camera_info import decode_camera_info
from crossmodal_narrator.wire.compose import (
    camera_info_message,
    compose,
    image_message,
    odometry_message,
    points_message,
    transforms_message,
)
from crossmodal_narrator.wire.images import decode_image
from crossmodal_narrator.wire.odometry import decode_odometry
from crossmodal_narrator.wire.points import decode_points
from crossmodal_narrator.wire.sound import decode_audio
from crossmodal_narrator.wire.topics import MessageKind
from crossmodal_narrator.wire.transforms import decode_transforms

STAMP_NS = 1_700_000_000_987_654_321


@settings(max_examples=50, deadline=None)
@given(
    points=st.integers(0, 30), intensity=st.booleans(), times=st.booleans(), ring=st.booleans(), seed=st.integers(0, 99)
)
def test_a_sweep_comes_back_with_intensity_times_and_rings(
    points: int, intensity: bool, times: bool, ring: bool, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    sweep = LidarSweep(
        stamp_ns=STAMP_NS,
        frame_id="lidar",
        xyz=generator.uniform(1, 50, (points, 3)).astype(np.float32),
        intensity=generator.uniform(0, 255, points).astype(np.float32) if intensity else None,
        point_offset_s=np.linspace(-0.1, 0.0, points, dtype=np.float32) if times else None,
        ring=generator.integers(0, 128, points).astype(np.uint16) if ring else None,
    )
    back = decode_points(points_message(sweep))
    assert (back.stamp_ns, back.frame_id) == (sweep.stamp_ns, sweep.frame_id)
    assert np.array_equal(back.xyz, sweep.xyz)
    pairs = (
        (back.intensity, sweep.intensity),
        (back.point_offset_s, sweep.point_offset_s),
        (back.ring, sweep.ring),
    )
    for ours, theirs in pairs:
        assert (ours is None) == (theirs is None)
        assert ours is None or np.array_equal(ours, theirs)


def test_an_image_comes_back_to_the_pixel() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    frame = CameraFrame(stamp_ns=STAMP_NS, frame_id="optical", camera="front", rgb=rgb, intrinsics=None)
    assert np.array_equal(decode_image(image_message(frame)), rgb)


@pytest.mark.parametrize(("model", "distortion"), [("plumb_bob", ()), ("equidistant", (0.1, 0.01, -0.02, 0.001))])
def test_intrinsics_come_back(model: str, distortion: tuple[float, ...]) -> None:
    k = Intrinsics(
        width=640, height=480, fx=500.0, fy=510.0, cx=321.0, cy=239.0, distortion_model=model, distortion=distortion
    )
    assert decode_camera_info(camera_info_message(STAMP_NS, "optical", k)) == k
    assert decode_camera_info(camera_info_message(STAMP_NS, "optical", k), is_rectified=True).fx == 500.0


def test_motion_and_transforms_come_back() -> None:
    pose = Pose.from_quaternion((1.0, -2.0, 3.0), (0.1, 0.2, 0.3, (1 - 0.14) ** 0.5))
    motion = EgoMotion(stamp_ns=STAMP_NS, odom_from_base=pose, velocity_mps=(4.0, 0.5, -0.25), yaw_rate_rps=0.125)
    edge = FrameTransform(stamp_ns=STAMP_NS, parent="odom", child="base_link", parent_from_child=pose)
    back = decode_odometry(odometry_message(motion))
    (edge_back,) = decode_transforms(transforms_message([edge]), is_static=False).edges
    assert (back.velocity_mps, back.yaw_rate_rps) == (motion.velocity_mps, motion.yaw_rate_rps)
    assert (edge_back.parent, edge_back.child, edge_back.stamp_ns) == ("odom", "base_link", STAMP_NS)
    for other in (back.odom_from_base, edge_back.parent_from_child):
        assert np.allclose(other.rotation, pose.rotation, atol=1e-12)
        assert np.allclose(other.translation_m, pose.translation_m)


def test_sound_comes_back_by_the_name_of_its_microphone() -> None:
    samples = (np.arange(-4, 4, dtype=np.float32) / 32).reshape(4, 2)
    chunk = AudioChunk(stamp_ns=STAMP_NS, frame_id="mic", samples=samples, sample_rate_hz=16_000, microphone="cabin")
    ((topic, kind, message),) = compose(chunk)
    assert (topic, kind) == ("/audio/cabin", MessageKind.SOUND)
    assert np.array_equal(decode_audio(message).samples, samples)
