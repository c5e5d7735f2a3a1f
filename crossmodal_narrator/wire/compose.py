"""The core's types → messages with the fields of their ROS types, for recordings and the simulator.

The messages are plain objects: what serializes them, or reads them again, only asks for their fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace as Message
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep, SensorFrame
from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.wire.headers import NS
from crossmodal_narrator.wire.sound import audio_message
from crossmodal_narrator.wire.topics import MessageKind

UINT16, FLOAT32 = 4, 7  # of sensor_msgs/PointField
_DATATYPES = {np.uint16: UINT16, np.float32: FLOAT32}


def time_message(stamp_ns: int) -> Message:
    """builtin_interfaces/Time."""
    return Message(sec=stamp_ns // NS, nanosec=stamp_ns % NS)


def image_message(frame: CameraFrame) -> Message:
    """sensor_msgs/Image in rgb8, without padding."""
    height, width, _ = frame.rgb.shape
    return Message(
        header=header(frame.stamp_ns, frame.frame_id),
        height=height,
        width=width,
        encoding="rgb8",
        is_bigendian=0,
        step=3 * width,
        data=np.ascontiguousarray(frame.rgb).reshape(-1),
    )


def jpeg_message(frame: CameraFrame, *, quality: int = 90) -> Message:
    """sensor_msgs/CompressedImage in JPEG; `quality` is libjpeg's, 1 to 100.

    Raises:
        FrameError: the picture cannot be encoded.
    """
    is_encoded, data = cv2.imencode(".jpg", frame.rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not is_encoded:
        raise FrameError(f"an image of {frame.rgb.shape} cannot be encoded as JPEG")
    return Message(
        header=header(frame.stamp_ns, frame.frame_id),
        format="rgb8; jpeg compressed bgr8",  # as image_transport writes it
        data=np.asarray(data, dtype=np.uint8).reshape(-1),
    )


def camera_info_message(stamp_ns: int, frame_id: str, intrinsics: Intrinsics) -> Message:
    """sensor_msgs/CameraInfo of an unrectified camera: K and D as they are, P as K without distortion."""
    k = intrinsics
    matrix = np.array([k.fx, 0.0, k.cx, 0.0, k.fy, k.cy, 0.0, 0.0, 1.0])
    return Message(
        header=header(stamp_ns, frame_id),
        height=k.height,
        width=k.width,
        distortion_model=k.distortion_model,
        d=np.array(k.distortion or (0.0,) * 5, dtype=np.float64),
        k=matrix,
        r=np.eye(3).reshape(-1),
        p=np.insert(matrix, (3, 6, 9), 0.0),
        binning_x=0,
        binning_y=0,
        roi=Message(x_offset=0, y_offset=0, height=0, width=0, do_rectify=False),
    )


def points_message(sweep: LidarSweep) -> Message:
    """sensor_msgs/PointCloud2, unorganised, packed as by velodyne_pointcloud: x, y, z, and where they are known
    intensity, ring and `time` (s from the stamp: zero or negative where the stamp is the end of the turn).
    """
    columns: list[tuple[str, NDArray[Any]]] = [(name, sweep.xyz[:, k]) for k, name in enumerate("xyz")]
    known = (("intensity", sweep.intensity), ("ring", sweep.ring), ("time", sweep.point_offset_s))
    columns += [(name, values) for name, values in known if values is not None]
    record = np.dtype([(name, values.dtype.newbyteorder("<")) for name, values in columns])
    points = np.empty(len(sweep.xyz), dtype=record)
    for name, values in columns:
        points[name] = values
    return Message(
        header=header(sweep.stamp_ns, sweep.frame_id),
        height=1,
        width=len(sweep.xyz),
        fields=[
            Message(name=name, offset=record.fields[name][1], datatype=_DATATYPES[values.dtype.type], count=1)
            for name, values in columns
            if record.fields is not None
        ],
        is_bigendian=False,
        point_step=record.itemsize,
        row_step=record.itemsize * len(sweep.xyz),
        data=points.view(np.uint8),
        is_dense=True,
    )


def odometry_message(motion: EgoMotion, *, odom_frame: str = "odom", base_frame: str = "base_link") -> Message:
    """nav_msgs/Odometry of `base_frame` in `odom_frame`; the covariances are zero, which means that none is known."""
    position, orientation = _pose(motion.odom_from_base)
    forward, left, up = motion.velocity_mps
    return Message(
        header=header(motion.stamp_ns, odom_frame),
        child_frame_id=base_frame,
        pose=Message(pose=Message(position=position, orientation=orientation), covariance=np.zeros(36)),
        twist=Message(
            twist=Message(linear=vector(forward, left, up), angular=vector(0.0, 0.0, motion.yaw_rate_rps)),
            covariance=np.zeros(36),
        ),
    )


def transforms_message(edges: Iterable[FrameTransform]) -> Message:
    """tf2_msgs/TFMessage."""
    transforms = []
    for edge in edges:
        translation, rotation = _pose(edge.parent_from_child)
        transforms.append(
            Message(
                header=header(edge.stamp_ns, edge.parent),
                child_frame_id=edge.child,
                transform=Message(translation=translation, rotation=rotation),
            )
        )
    return Message(transforms=transforms)


def compose(frame: SensorFrame) -> tuple[tuple[str, MessageKind, Message], ...]:
    """The messages that carry one frame, with their default topics (absolute) and kinds; images as JPEG.

    A calibrated image comes with its CameraInfo before it. Sound has a message of our own: see SOUND_DEFINITIONS.
    """
    if isinstance(frame, CameraFrame):
        folder = f"/camera/{frame.camera}"
        image = (f"{folder}/image/compressed", MessageKind.COMPRESSED_IMAGE, jpeg_message(frame))
        if frame.intrinsics is None:
            return (image,)
        info = camera_info_message(frame.stamp_ns, frame.frame_id, frame.intrinsics)
        return (f"{folder}/camera_info", MessageKind.CAMERA_INFO, info), image
    if isinstance(frame, LidarSweep):
        return (("/lidar/points", MessageKind.POINTS, points_message(frame)),)
    if isinstance(frame, EgoMotion):
        return (("/odom", MessageKind.ODOMETRY, odometry_message(frame)),)
    if isinstance(frame, FrameTransform):
        topic = "/tf_static" if frame.is_static else "/tf"
        return ((topic, MessageKind.TRANSFORMS, transforms_message((frame,))),)
    return ((f"/audio/{frame.microphone}", MessageKind.SOUND, audio_message(frame)),)


def header(stamp_ns: int, frame_id: str) -> Message:
    """std_msgs/Header."""
    return Message(stamp=time_message(stamp_ns), frame_id=frame_id)


def _pose(pose: Pose) -> tuple[Message, Message]:
    x, y, z, w = pose.quaternion()
    moved = pose.translation_m
    return vector(float(moved[0]), float(moved[1]), float(moved[2])), Message(x=x, y=y, z=z, w=w)


def vector(x: float, y: float, z: float) -> Message:
    """geometry_msgs/Vector3, or Point: the fields are the same."""
    return Message(x=x, y=y, z=z)
