"""What all messages share: a stamp, a frame name and a buffer of bytes, as rclpy and rosbags give them."""

from __future__ import annotations

import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import FrameError

NS = 1_000_000_000


def stamp_ns(stamp: Any) -> int:
    """builtin_interfaces/Time → nanoseconds."""
    return int(stamp.sec) * NS + int(stamp.nanosec)


def frame_name(name: str) -> str:
    """A frame's name as tf2 knows it: the leading slash of ROS 1 is no part of it."""
    return name.removeprefix("/")


def buffer_of(data: Any) -> NDArray[np.uint8]:
    """The bytes of a `uint8[]` field as (bytes,), without a copy.

    rclpy gives array.array, rosbags numpy, raw readers bytes or memoryview.

    Raises:
        FrameError: another type, such as a list, whose conversion would cost a second per image.
    """
    if isinstance(data, (np.ndarray, array.array, bytes, bytearray, memoryview)):
        return np.frombuffer(data, dtype=np.uint8) if len(data) else np.empty(0, dtype=np.uint8)
    raise FrameError(
        f"message data must be a buffer of bytes, got {type(data).__name__}",
        remedy="fill uint8[] fields with bytes, array.array('B') or a numpy array",
    )
