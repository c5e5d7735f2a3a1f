"""A camera's first picture often comes a moment before its calibration."""

from types import SimpleNamespace

import numpy as np

from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.wire import Intake, guess_topics

IMAGE, INFO = "/camera/front/image", "/camera/front/camera_info"


def intake() -> Intake:
    return Intake(guess_topics([(IMAGE, "sensor_msgs/msg/Image"), (INFO, "sensor_msgs/msg/CameraInfo")]))


def header(stamp_s: int) -> SimpleNamespace:
    return SimpleNamespace(stamp=SimpleNamespace(sec=stamp_s, nanosec=0), frame_id="front_optical")


def picture(stamp_s: int) -> SimpleNamespace:
    return SimpleNamespace(
        header=header(stamp_s),
        width=4,
        height=2,
        step=12,
        encoding="rgb8",
        is_bigendian=0,
        data=np.zeros(24, np.uint8),
    )


def calibration() -> SimpleNamespace:
    return SimpleNamespace(
        header=header(1),
        width=4,
        height=2,
        distortion_model="plumb_bob",
        d=[],
        k=[4.0, 0, 2, 0, 4.0, 1, 0, 0, 1],
        r=[1.0, 0, 0, 0, 1, 0, 0, 0, 1],
        p=[4.0, 0, 2, 0, 0, 4.0, 1, 0, 0, 0, 1, 0],
        binning_x=0,
        binning_y=0,
        roi=SimpleNamespace(x_offset=0, y_offset=0, width=0, height=0, do_rectify=False),
    )


def test_the_first_picture_is_given_with_the_calibration_that_follows_it() -> None:
    sense = intake()
    assert sense.frames(IMAGE, picture(1)) == ()
    (frame,) = sense.frames(INFO, calibration())
    assert isinstance(frame, CameraFrame)
    assert frame.stamp_ns == 1_000_000_000
    assert frame.intrinsics is not None


def test_pictures_without_any_calibration_are_given_all_the_same() -> None:
    sense = intake()
    sense.frames(IMAGE, picture(1))
    frames = sense.frames(IMAGE, picture(2)) + sense.frames(IMAGE, picture(3))
    assert [frame.stamp_ns // 10**9 for frame in frames] == [1, 2, 3]
    assert all(isinstance(frame, CameraFrame) and frame.intrinsics is None for frame in frames)


def test_a_calibration_that_comes_late_gives_no_picture_twice() -> None:
    sense = intake()
    sense.frames(IMAGE, picture(1))
    sense.frames(IMAGE, picture(2))
    assert sense.frames(INFO, calibration()) == ()
