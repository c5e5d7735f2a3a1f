"""What a configuration says of messages that do not say it themselves: axes, calibration, times."""

from __future__ import annotations

import math

import numpy as np
import pytest
from wire_clouds import Layout, cloud
from wire_messages import STAMP_NS, camera_info, header, image

from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.config import build
from crossmodal_narrator.core.errors import ConfigError, FrameError
from crossmodal_narrator.core.frames import CameraFrame, FrameTransform, LidarSweep, SensorFrame
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.sync import TransformBuffer
from crossmodal_narrator.wire import Intake, IntakeConfig, TopicMap

RAW, INFO, POINTS = "camera/front/image", "camera/front/camera_info", "lidar/points"
PIXELS = np.zeros((480, 640, 4), dtype=np.uint8)


def intake_of(**said: object) -> Intake:
    config = build(IntakeConfig, said)
    return Intake(TopicMap.relative(["front"]).described(["front"], config), config=config)


def pictures(intake: Intake, frame_id: str, count: int = 2) -> list[SensorFrame]:
    frames: list[SensorFrame] = []
    for k in range(count):
        message = image("bgra8", PIXELS)
        message.header = header(frame_id, STAMP_NS + k)
        frames += intake.frames(RAW, message)
    return frames


def test_a_body_frame_gets_an_optical_one_that_looks_along_its_x() -> None:
    intake = intake_of(body_frames=["vehicle/chassis/front"], fov_deg=[90.0])
    edge, *frames = pictures(intake, "/vehicle/chassis/front")
    assert isinstance(edge, FrameTransform)
    assert edge.is_static
    buffer = TransformBuffer()
    buffer.push(edge)
    mount = Pose(rotation=np.eye(3), translation_m=np.array([2.0, 0.0, 1.5]))
    buffer.push(
        FrameTransform(stamp_ns=1, parent="vehicle", child=edge.parent, parent_from_child=mount, is_static=True)
    )
    assert all(isinstance(frame, CameraFrame) for frame in frames)
    assert len(frames) == 2  # the edge comes once
    optical = {frame.frame_id for frame in frames if isinstance(frame, CameraFrame)}
    camera_from_vehicle = buffer.lookup(optical.pop(), "vehicle", STAMP_NS)
    ahead_left_above = camera_from_vehicle.transform(np.array([[12.0, 1.0, 2.0]]))
    assert np.allclose(ahead_left_above, [[-1.0, -0.5, 10.0]])  # left is -x, up is -y, ahead is z


def test_a_frame_that_is_not_named_keeps_its_axes() -> None:
    frames = pictures(intake_of(body_frames=["front"], fov_deg=[90.0]), "front_optical")
    assert [frame.frame_id for frame in frames if isinstance(frame, CameraFrame)] == ["front_optical"] * 2
    assert not [frame for frame in frames if isinstance(frame, FrameTransform)]


def test_a_field_of_view_stands_for_the_calibration_and_nothing_is_waited_for() -> None:
    intake = intake_of(fov_deg=[60.0])
    assert INFO not in intake.topics.names
    first, _ = pictures(intake, "front")
    assert isinstance(first, CameraFrame)
    assert first.intrinsics is not None
    assert first.intrinsics.fx == first.intrinsics.fy == pytest.approx(320 / math.tan(math.radians(30)))
    assert (first.intrinsics.cx, first.intrinsics.cy) == (320.0, 240.0)


def test_of_a_rectified_camera_the_projection_matrix_counts_even_where_k_is_empty() -> None:
    only_p = camera_info(k=np.zeros(9))
    with pytest.raises(FrameError, match="not calibrated"):
        intake_of().frames(INFO, only_p)
    intake = intake_of(rectified=["front"])
    intake.frames(INFO, only_p)
    first, _ = pictures(intake, "front")
    assert isinstance(first, CameraFrame)
    assert first.intrinsics is not None
    assert (first.intrinsics.fx, first.intrinsics.cx, first.intrinsics.distortion) == (450.0, 310.0, ())


def test_point_times_of_another_clock_are_refused_unless_they_are_not_to_be_read() -> None:
    fields = (("x", "f4"), ("y", "f4"), ("z", "f4"), ("intensity", "f4"), ("ring", "u2"), ("time_stamp", "f8"))
    columns = {name: np.ones(8) for name, _ in fields} | {"time_stamp": np.linspace(12.3, 12.4, 8)}
    message = cloud(columns, Layout(fields=fields))
    with pytest.raises(FrameError, match="from the sweep's stamp"):
        intake_of().frames(POINTS, message)
    (sweep,) = intake_of(point_times=False).frames(POINTS, message)
    assert isinstance(sweep, LidarSweep)
    assert sweep.point_offset_s is None


def test_a_field_of_view_is_given_for_each_camera_or_for_none() -> None:
    with pytest.raises(ConfigError, match=r"intake.fov_deg has 1 values for 2 cameras \(front, rear\)"):
        build(PerceptionConfig, {"cameras": ["front", "rear"], "intake.fov_deg": [90.0]})
    topics = TopicMap.relative(["front", "rear"])
    described = topics.described(["front", "rear"], build(IntakeConfig, {"fov_deg": [0.0, 100.0]}))
    assert [described.cameras[name].camera_info for name in ("front", "rear")] == [INFO, None]


def test_autowares_layout_of_32_bytes_is_read_with_its_intensity_of_one_byte() -> None:
    packed = (("x", "f4"), ("y", "f4"), ("z", "f4"), ("intensity", "u1"), ("return_type", "u1"), ("channel", "u2"))
    fields = (*packed, ("azimuth", "f4"), ("elevation", "f4"), ("distance", "f4"), ("time_stamp", "u4"))
    columns = {name: np.arange(1, 9) for name, _ in fields} | {"time_stamp": np.linspace(0, 9e7, 8)}
    message = cloud(columns, Layout(fields=fields))
    assert message.point_step == 32
    (sweep,) = intake_of().frames(POINTS, message)
    assert isinstance(sweep, LidarSweep)
    assert sweep.intensity is not None
    assert sweep.point_offset_s is not None
    assert sweep.xyz[:, 2].tolist() == sweep.intensity.tolist() == list(range(1, 9))
    assert sweep.point_offset_s[-1] == pytest.approx(0.09)
