"""A recorded drive in the shapes of a simulator: encodings, point layouts, frames and axes, as a profile has them."""

from __future__ import annotations

import array
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Quaternion, TransformStamped, Vector3
from nav_msgs.msg import Odometry
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image, PointCloud2, PointField
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.nodes.profile import Profile, Stream
from crossmodal_narrator.wire import Intake, guess_topics

START_NS = 12_000_000_000  # simulated time begins at zero, and a drive some seconds later
BEGINS_S, STEPS = 3.0, 16  # of the recorded drive: a white car ahead of us is pulling away, and we follow
EVERY = 2  # points that are kept
NARROW_DEG = 60.0
OTHER_CLOCK_S = 1.7e9
ROWS = 32
_OPTICAL = Pose(rotation=np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), translation_m=np.zeros(3))
_DATATYPES = {"u1": PointField.UINT8, "u2": PointField.UINT16, "f4": PointField.FLOAT32, "f8": PointField.FLOAT64}
_CONVERSIONS = {"bgr8": cv2.COLOR_RGB2BGR, "bgra8": cv2.COLOR_RGB2BGRA}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What all sensors saw at about one time. `xyz` is in the LiDAR's frame, `rgb` undistorted."""

    recorded_ns: int
    stamp_ns: int
    camera_ns: int
    rgb: NDArray[np.uint8]
    xyz: NDArray[np.float32]
    ego: EgoMotion


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Some seconds of a drive, and where its sensors stand."""

    steps: Sequence[Step]
    intrinsics: Intrinsics
    base_from_camera: Pose
    base_from_lidar: Pose


def read_drive(path: Path) -> Recorded:
    """The recorded drive with its stamps moved to `START_NS`."""
    bag = open_bag(path)
    topics = guess_topics([(topic.name, topic.msgtype) for topic in bag.topics])
    intake = Intake(topics)
    begin_ns = bag.start_ns + round(BEGINS_S * 1e9)
    end_ns = begin_ns + (STEPS + 2) * 100_000_000
    # Most of the time goes into pictures, and few of them are needed.
    needed = (
        m
        for m in bag.messages(topics.names)
        if not topics.is_image(m.topic) or begin_ns - 200_000_000 < m.log_time_ns < end_ns
    )
    frames = [f for m in needed for f in intake.frames(m.topic, m.message)]
    poses = {f.child: f.parent_from_child for f in frames if isinstance(f, FrameTransform) and f.is_static}
    sweeps, cameras, egos = ([f for f in frames if isinstance(f, k)] for k in (LidarSweep, CameraFrame, EgoMotion))
    kept = [sweep for sweep in sweeps if sweep.stamp_ns >= begin_ns][:STEPS]
    moved_ns = START_NS - kept[0].stamp_ns
    steps = []
    for sweep in kept:
        camera = max((c for c in cameras if c.stamp_ns <= sweep.stamp_ns), key=lambda c: c.stamp_ns)
        ego = min(egos, key=lambda e: abs(e.stamp_ns - sweep.stamp_ns))
        steps.append(
            Step(
                recorded_ns=sweep.stamp_ns,
                stamp_ns=sweep.stamp_ns + moved_ns,
                camera_ns=camera.stamp_ns + moved_ns,
                rgb=camera.rgb,
                xyz=sweep.xyz[::EVERY],
                ego=ego,
            )
        )
    assert cameras[0].intrinsics is not None
    return Recorded(
        steps=steps,
        intrinsics=cameras[0].intrinsics,
        base_from_camera=poses[cameras[0].frame_id],
        base_from_lidar=poses[sweeps[0].frame_id],
    )


class Shaper:
    """Makes one step's messages. A camera that is told by its field of view alone sees with that one."""

    def __init__(self, profile: Profile, recorded: Recorded) -> None:
        self._streams, self._recorded = profile.streams, recorded
        parameters = profile.parameters["perception"]
        wide = parameters.get("intake.fov_deg", [])
        self._fov_deg = float(wide[0]) if wide else NARROW_DEG
        self._width = 1280 if wide else 640
        self._bodies = parameters.get("intake.body_frames", [])
        self._odom = str(parameters["sync.odom_frame"])
        self._poses = self._frames(str(parameters["sync.base_frame"]))

    def messages(self, step: Step) -> Mapping[str, Any]:
        """By the nodes' relative names; what is latched is not among them."""
        makers = {
            "camera/front/image": self._image,
            "camera/front/camera_info": self._camera_info,
            "lidar/points": self._points,
            "odom": self._odometry,
            "/tf": self._transforms,
        }
        return {name: makers[name](stream, step) for name, stream in self._streams.items() if name in makers}

    def latched(self) -> Mapping[str, Any]:
        streams = {name: stream for name, stream in self._streams.items() if name == "/tf_static"}
        return {name: self._transforms(stream, self._recorded.steps[0]) for name, stream in streams.items()}

    def _frames(self, base: str) -> dict[str, Pose]:
        """`base_from_frame` of each frame that an edge names; one that carries no sensor lies where its parent does."""
        camera, lidar = self._streams["camera/front/image"].frame, self._streams["lidar/points"].frame
        optical = self._recorded.base_from_camera
        mounted = {
            base: Pose.identity(),
            camera: optical @ _OPTICAL.inverse() if camera in self._bodies else optical,
            lidar: self._recorded.base_from_lidar,
        }
        for name in ("/tf_static", "/tf"):
            for parent, child in self._streams[name].edges if name in self._streams else ():
                if parent != self._odom:
                    mounted.setdefault(child, mounted[parent])
        return mounted

    def _focal_px(self) -> float:
        return self._width / (2.0 * math.tan(math.radians(self._fov_deg) / 2.0))

    def _image(self, stream: Stream, step: Step) -> Image:
        k, focal_px, height = self._recorded.intrinsics, self._focal_px(), self._width * 9 // 16
        scale = focal_px / k.fx
        shown = np.array([[scale, 0, self._width / 2 - scale * k.cx], [0, scale, height / 2 - scale * k.cy]])
        rgb = cv2.warpAffine(step.rgb, shown, (self._width, height), flags=cv2.INTER_AREA)
        pixels = rgb if stream.encoding == "rgb8" else cv2.cvtColor(rgb, _CONVERSIONS[stream.encoding])
        return Image(
            header=header(stream.frame, step.camera_ns),
            height=height,
            width=self._width,
            encoding=stream.encoding,
            step=pixels.shape[2] * self._width,
            data=as_array(pixels),
        )

    def _camera_info(self, stream: Stream, step: Step) -> CameraInfo:
        f, width, height = self._focal_px(), self._width, self._width * 9 // 16
        return CameraInfo(
            header=header(stream.frame, step.camera_ns),
            height=height,
            width=width,
            distortion_model="plumb_bob",
            d=[0.0] * 5,
            k=[f, 0.0, width / 2, 0.0, f, height / 2, 0.0, 0.0, 1.0],
            r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
            p=[f, 0.0, width / 2, 0.0, 0.0, f, height / 2, 0.0, 0.0, 0.0, 1.0, 0.0],
        )

    def _points(self, stream: Stream, step: Step) -> PointCloud2:
        xyz, rows = step.xyz, 1
        if stream.is_organised:  # as many in each row, and rays without an echo
            rows, lost = ROWS, -len(xyz) % ROWS + ROWS
            xyz = np.vstack([np.full((lost, 3), np.inf, np.float32), xyz])
        record = np.dtype(
            {
                "names": [name for name, _, _ in stream.fields],
                "formats": [f"<{kind}" for _, _, kind in stream.fields],
                "offsets": [offset for _, offset, _ in stream.fields],
                "itemsize": stream.point_step,
            }
        )
        table = np.zeros(len(xyz), dtype=record)
        columns = {**{name: xyz[:, k] for k, name in enumerate("xyz")}, "time_stamp": OTHER_CLOCK_S}
        for name in record.names or ():
            table[name] = columns.get(name, 1)
        return PointCloud2(
            header=header(stream.frame, step.stamp_ns),
            height=rows,
            width=len(xyz) // rows,
            fields=[PointField(name=n, offset=at, datatype=_DATATYPES[kind], count=1) for n, at, kind in stream.fields],
            is_bigendian=False,
            point_step=stream.point_step,
            row_step=stream.point_step * len(xyz) // rows,
            data=as_array(table),
            is_dense=False,
        )

    def _odometry(self, stream: Stream, step: Step) -> Odometry:
        message = Odometry(header=header(stream.frame, step.stamp_ns), child_frame_id=stream.child)
        pose, twist = message.pose.pose, message.twist.twist
        pose.position, pose.orientation = point(step.ego.odom_from_base), turn(step.ego.odom_from_base)
        twist.linear.x, twist.linear.y, twist.linear.z = step.ego.velocity_mps
        twist.angular.z = step.ego.yaw_rate_rps
        return message

    def _transforms(self, stream: Stream, step: Step) -> TFMessage:
        return TFMessage(transforms=[self._edge(parent, child, step) for parent, child in stream.edges])

    def _edge(self, parent: str, child: str, step: Step) -> TransformStamped:
        is_motion = parent == self._odom
        pose = step.ego.odom_from_base if is_motion else self._poses[parent].inverse() @ self._poses[child]
        message = TransformStamped(header=header(parent, step.stamp_ns), child_frame_id=child)
        x, y, z = (float(v) for v in pose.translation_m)
        message.transform.translation, message.transform.rotation = Vector3(x=x, y=y, z=z), turn(pose)
        return message


def header(frame: str, stamp_ns: int) -> Header:
    return Header(stamp=Time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9), frame_id=frame)


def as_array(values: NDArray[Any]) -> array.array[int]:
    return array.array("B", np.ascontiguousarray(values).tobytes())


def point(pose: Pose) -> Point:
    x, y, z = (float(v) for v in pose.translation_m)
    return Point(x=x, y=y, z=z)


def turn(pose: Pose) -> Quaternion:
    x, y, z, w = pose.quaternion()
    return Quaternion(x=x, y=y, z=z, w=w)
