"""Messages of a vehicle become frames; one that cannot be read is refused by its topic's name, and no other is lost."""

from __future__ import annotations

import copy
from typing import Any

import cv2
import numpy as np
import pytest
from wire_clouds import cloud, xyz_columns
from wire_messages import STAMP_NS, camera_info, compressed, header, image, odometry, transform, transforms

from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.wire import Intake, TopicMap

RAW, JPEG, INFO = "camera/front/image", "camera/front/image/compressed", "camera/front/camera_info"
PIXELS = np.full((480, 640, 3), 77, dtype=np.uint8)


def picture(stamp_ns: int = STAMP_NS) -> Any:
    message = image("rgb8", PIXELS)
    message.header = header("camera_front_optical", stamp_ns)
    return message


def jpeg(stamp_ns: int = STAMP_NS) -> Any:
    message = compressed(bytes(cv2.imencode(".jpg", PIXELS)[1]))
    message.header = header("camera_front_optical", stamp_ns)
    return message


@pytest.fixture
def intake() -> Intake:
    return Intake(TopicMap.relative(["front"]))


def test_the_first_picture_waits_for_the_calibration_that_follows_it(intake: Intake) -> None:
    assert intake.frames(RAW, picture()) == ()
    (first,) = intake.frames(INFO, camera_info())
    (second,) = intake.frames(RAW, picture(STAMP_NS + 1))
    for frame, stamp_ns in ((first, STAMP_NS), (second, STAMP_NS + 1)):
        assert isinstance(frame, CameraFrame)
        assert (frame.camera, frame.frame_id, frame.stamp_ns) == ("front", "camera_front_optical", stamp_ns)
        assert frame.intrinsics is not None
        assert frame.intrinsics.fx == 500.0
    assert intake.frames(INFO, camera_info()) == ()


def test_pictures_of_a_camera_without_calibration_come_without_one(intake: Intake) -> None:
    assert intake.frames(RAW, picture()) == ()
    frames = [frame for k in (1, 2) for frame in intake.frames(RAW, picture(STAMP_NS + k))]
    assert [frame.stamp_ns - STAMP_NS for frame in frames] == [0, 1, 2]
    assert all(isinstance(frame, CameraFrame) and frame.intrinsics is None for frame in frames)


@pytest.mark.parametrize(("first", "second"), [((RAW, picture), (JPEG, jpeg)), ((JPEG, jpeg), (RAW, picture))])
def test_of_two_transports_one_is_read_until_it_falls_silent(intake: Intake, first: Any, second: Any) -> None:
    intake.frames(INFO, camera_info())
    (topic, make), (other, make_other) = first, second
    for k in range(5):
        assert len(intake.frames(topic, make(STAMP_NS + k * 10**8))) == 1
        assert intake.frames(other, make_other(STAMP_NS + k * 10**8)) == ()
    later_ns = STAMP_NS + 2 * 10**9
    assert len(intake.frames(other, make_other(later_ns))) == 1
    assert intake.frames(topic, make(later_ns)) == ()


def test_a_picture_that_is_not_read_is_not_decoded(intake: Intake) -> None:
    intake.frames(RAW, picture())
    broken = jpeg()
    broken.data = broken.data[:100]
    assert intake.frames(JPEG, broken) == ()


def test_sweeps_and_motion_and_transforms_come_out(intake: Intake) -> None:
    (sweep,) = intake.frames("lidar/points", cloud(xyz_columns(np.ones((5, 3)))))
    (motion,) = intake.frames("odom", odometry())
    (moving,) = intake.frames("/tf", transforms(transform("odom", "base_link")))
    (rigid,) = intake.frames("/tf_static", transforms(transform("base_link", "lidar")))
    assert isinstance(sweep, LidarSweep)
    assert isinstance(motion, EgoMotion)
    assert isinstance(moving, FrameTransform)
    assert isinstance(rigid, FrameTransform)
    assert (moving.is_static, rigid.is_static) == (False, True)


def test_odometry_of_another_body_is_brought_to_base_link_by_static_transforms(intake: Intake) -> None:
    message = odometry(child="imu_link", linear=(3.0, 1.0, 0.0), angular=(0, 0, 0.5))
    with pytest.raises(FrameError, match=r"odom: odometry is of imu_link.*base_link → imu_link on /tf_static"):
        intake.frames("odom", message)
    intake.frames("/tf_static", transforms(transform("base_link", "imu_link", at=(2, 0, 0))))
    (motion,) = intake.frames("odom", message)
    assert isinstance(motion, EgoMotion)
    assert motion.velocity_mps == pytest.approx((3.0, 0.0, 0.0))  # 1 m/s sideways at 2 m in front is the turning
    assert motion.odom_from_base.translation_m.tolist() == [8.0, 20.0, 0.0]


def test_odometry_that_names_no_body_is_that_of_base_link(intake: Intake) -> None:
    (motion,) = intake.frames("odom", odometry(child=""))
    assert isinstance(motion, EgoMotion)
    assert motion.velocity_mps == (3.0, 0.0, 0.0)


def test_a_topic_that_is_not_in_the_map_gives_nothing(intake: Intake) -> None:
    assert intake.frames("/gps/fix", object()) == ()


@pytest.mark.parametrize(
    ("topic", "message", "error"),
    [
        (RAW, image("64FC9", PIXELS), EncodingError),
        (RAW, image("rgb8", PIXELS, width=10**6), FrameError),
        (JPEG, compressed(b"\xff\xd8\xff\xe0\0\x10"), FrameError),
        (INFO, camera_info(k=np.zeros(9)), FrameError),
        ("lidar/points", cloud(xyz_columns(np.ones((0, 3)))), None),
        ("odom", odometry(turned=(0, 0, 0, 9)), FrameError),
        ("/tf", transforms(transform("a", "a")), FrameError),
    ],
)
def test_a_refusal_names_the_topic_and_keeps_its_kind(
    intake: Intake, topic: str, message: Any, error: type[FrameError] | None
) -> None:
    if error is None:
        assert len(intake.frames(topic, message)) == 1
        return
    with pytest.raises(FrameError, match=rf"^{topic}: ") as refusal:
        intake.frames(topic, message)
    assert type(refusal.value) is error
    assert refusal.value.remedy


def test_an_image_of_another_size_than_its_calibration_is_refused(intake: Intake) -> None:
    intake.frames(INFO, camera_info(width=1280))
    with pytest.raises(FrameError, match="CameraInfo says 1280x480, the image has 640x480"):
        intake.frames(RAW, picture())


def test_a_message_without_stamp_or_frame_is_refused(intake: Intake) -> None:
    unstamped, unnamed = picture(), copy.deepcopy(picture())
    unstamped.header = header("camera", 0)
    unnamed.header = header("")
    for message, match in ((unstamped, "stamp 0"), (unnamed, "empty frame_id")):
        with pytest.raises(FrameError, match=match):
            intake.frames(RAW, message)


def test_one_bad_transform_is_told_once_and_does_not_lose_the_others(intake: Intake) -> None:
    message = transforms(transform("base_link", "lidar"), transform("base_link", "x", turned=(0, 0, 0, 0)))
    assert [frame.child for frame in intake.frames("/tf_static", message) if isinstance(frame, FrameTransform)] == [
        "lidar"
    ]
    (refusal,) = intake.drain_refused()
    assert str(refusal).startswith("/tf_static: transform base_link → x")
    assert intake.drain_refused() == ()


def test_each_camera_has_its_own_calibration_and_picture() -> None:
    intake = Intake(TopicMap.relative(["front", "rear"]))
    intake.frames("camera/rear/camera_info", camera_info())
    intake.frames(RAW, picture())
    _, front = intake.frames(RAW, picture(STAMP_NS + 1))
    (rear,) = intake.frames("camera/rear/image/compressed", jpeg())
    assert isinstance(front, CameraFrame)
    assert isinstance(rear, CameraFrame)
    assert (front.intrinsics, rear.camera) == (None, "rear")
    assert rear.intrinsics is not None
