"""Messages as plain objects with the fields of their ROS types."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace as Message
from typing import Any

import numpy as np
from numpy.typing import NDArray

STAMP_NS = 1_700_000_000_123_456_789


def header(frame_id: str = "sensor", stamp_ns: int = STAMP_NS) -> Message:
    return Message(stamp=Message(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9), frame_id=frame_id)


def image(
    encoding: str, pixels: NDArray[Any], *, padding: int = 0, is_bigendian: bool = False, **changed: Any
) -> Message:
    """An Image of `pixels`, (height, width[, channels]), each row followed by `padding` bytes."""
    height, width = pixels.shape[:2]
    rows = np.ascontiguousarray(pixels).reshape(height, -1).view(np.uint8)
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=0xEE)
    fields = {
        "header": header("camera_optical"),
        "height": height,
        "width": width,
        "encoding": encoding,
        "is_bigendian": int(is_bigendian),
        "step": padded.shape[1],
        "data": padded.reshape(-1),
    }
    return Message(**{**fields, **changed})


def compressed(data: bytes, stated: str = "jpeg") -> Message:
    return Message(header=header("camera_optical"), format=stated, data=np.frombuffer(data, dtype=np.uint8))


def camera_info(**changed: Any) -> Message:
    fields = {
        "header": header("camera_optical"),
        "height": 480,
        "width": 640,
        "distortion_model": "plumb_bob",
        "d": np.array([-0.3, 0.1, 0.001, -0.002, 0.02]),
        "k": np.array([500.0, 0, 320, 0, 510, 240, 0, 0, 1]),
        "r": np.eye(3).reshape(-1),
        "p": np.array([450.0, 0, 310, 0, 0, 460, 230, 0, 0, 0, 1, 0]),
        "binning_x": 0,
        "binning_y": 0,
        "roi": Message(x_offset=0, y_offset=0, height=0, width=0, do_rectify=False),
    }
    return Message(**{**fields, **changed})


def pose(x: float = 0.0, y: float = 0.0, z: float = 0.0, turned: Sequence[float] = (0, 0, 0, 1)) -> tuple[Any, Any]:
    qx, qy, qz, qw = turned
    return Message(x=x, y=y, z=z), Message(x=qx, y=qy, z=qz, w=qw)


def odometry(
    child: str = "base_link",
    linear: Sequence[float] = (3, 0, 0),
    angular: Sequence[float] = (0, 0, 0.5),
    turned: Sequence[float] = (0, 0, 0, 1),
    at: Sequence[float] = (10, 20, 0),
) -> Message:
    position, orientation = pose(*at, turned=turned)
    twist = Message(linear=Message(**dict(zip("xyz", linear, strict=True))))
    twist.angular = Message(**dict(zip("xyz", angular, strict=True)))
    return Message(
        header=header("odom"),
        child_frame_id=child,
        pose=Message(pose=Message(position=position, orientation=orientation)),
        twist=Message(twist=twist),
    )


def transform(
    parent: str, child: str, *, at: Sequence[float] = (0, 0, 0), turned: Sequence[float] = (0, 0, 0, 1)
) -> Any:
    translation, rotation = pose(*at, turned=turned)
    return Message(
        header=header(parent), child_frame_id=child, transform=Message(translation=translation, rotation=rotation)
    )


def transforms(*edges: Any) -> Message:
    return Message(transforms=list(edges))
