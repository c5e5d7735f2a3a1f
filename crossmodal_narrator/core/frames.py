"""What sensors deliver, already in our own types. Stamps are nanoseconds of the sensor's clock, never of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.arrays import frozen_array
from crossmodal_narrator.core.errors import FrameError, StampError
from crossmodal_narrator.core.geometry import Intrinsics, Pose, Vec3

MAX_POINTS = 4_000_000
MAX_CHANNELS = 8


def _check_header(kind: str, stamp_ns: int, frame_id: str) -> None:
    if stamp_ns <= 0:
        raise StampError(f"{kind} has stamp {stamp_ns} ns", remedy="have the driver stamp its messages")
    if not frame_id:
        raise FrameError(f"{kind} has an empty frame_id", remedy="set header.frame_id to the sensor's frame")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraFrame:
    """One image, with the name of the camera that took it. `frame_id` is an optical frame (z forward)."""

    stamp_ns: int
    frame_id: str
    camera: str
    rgb: NDArray[np.uint8]  # (height, width, 3)
    intrinsics: Intrinsics | None

    def __post_init__(self) -> None:
        _check_header("CameraFrame", self.stamp_ns, self.frame_id)
        rgb = frozen_array(self.rgb, name="CameraFrame.rgb", shape=(None, None, 3), dtype=np.uint8)
        if 0 in rgb.shape:
            raise FrameError(f"CameraFrame.rgb is empty: {rgb.shape}")
        k = self.intrinsics
        if k is not None and (k.width, k.height) != (rgb.shape[1], rgb.shape[0]):
            raise FrameError(
                f"CameraInfo says {k.width}x{k.height}, the image has {rgb.shape[1]}x{rgb.shape[0]}",
                remedy="publish the CameraInfo that belongs to this image size",
            )
        object.__setattr__(self, "rgb", rgb)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LidarSweep:
    """One turn of a LiDAR. Points are finite; `point_offset_s` is each point's time relative to `stamp_ns`."""

    stamp_ns: int
    frame_id: str
    xyz: NDArray[np.float32]  # (points, 3) metres, in frame_id
    intensity: NDArray[np.float32] | None = None  # (points,) as the driver gives it
    point_offset_s: NDArray[np.float32] | None = None  # (points,) seconds, negative before the stamp
    ring: NDArray[np.uint16] | None = None  # (points,) which laser, in the driver's count

    def __post_init__(self) -> None:
        _check_header("LidarSweep", self.stamp_ns, self.frame_id)
        xyz = frozen_array(self.xyz, name="LidarSweep.xyz", shape=(None, 3), dtype=np.float32)
        if len(xyz) > MAX_POINTS:
            raise FrameError(f"LidarSweep has {len(xyz)} points; at most {MAX_POINTS} are taken")
        object.__setattr__(self, "xyz", xyz)
        for name, dtype in (("intensity", np.float32), ("point_offset_s", np.float32), ("ring", np.uint16)):
            value: Any = getattr(self, name)
            if value is not None:
                checked = frozen_array(value, name=f"LidarSweep.{name}", shape=(len(xyz),), dtype=dtype)
                object.__setattr__(self, name, checked)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AudioChunk:
    """A run of samples of one microphone or array. `stamp_ns` is the stamp of the first sample."""

    stamp_ns: int
    frame_id: str
    samples: NDArray[np.float32]  # (samples, channels) in [-1, 1]
    sample_rate_hz: int
    microphone: str = "outside"  # its name: topic audio/<name>

    def __post_init__(self) -> None:
        _check_header("AudioChunk", self.stamp_ns, self.frame_id)
        samples = frozen_array(self.samples, name="AudioChunk.samples", shape=(None, None), dtype=np.float32)
        if not 1 <= samples.shape[1] <= MAX_CHANNELS:
            raise FrameError(f"AudioChunk has {samples.shape[1]} channels; 1 to {MAX_CHANNELS} are taken")
        if not 4_000 <= self.sample_rate_hz <= 192_000:
            raise FrameError(f"AudioChunk has a rate of {self.sample_rate_hz} Hz; 4000 to 192000 are taken")
        object.__setattr__(self, "samples", samples)

    @property
    def length_ns(self) -> int:
        """From the first sample to the end of the last."""
        return round(len(self.samples) * 1_000_000_000 / self.sample_rate_hz)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EgoMotion:
    """How the vehicle stands and moves: pose of base_link in odom, velocity over the ground in base_link."""

    stamp_ns: int
    odom_from_base: Pose
    velocity_mps: Vec3
    yaw_rate_rps: float

    def __post_init__(self) -> None:
        _check_header("EgoMotion", self.stamp_ns, "base_link")
        if not np.isfinite([*self.velocity_mps, self.yaw_rate_rps]).all():
            raise FrameError(f"EgoMotion is not finite: {self.velocity_mps}, yaw rate {self.yaw_rate_rps}")

    @property
    def speed_mps(self) -> float:
        """Signed: negative when the vehicle rolls backwards."""
        forward, sideways, _ = self.velocity_mps
        return float(np.copysign(np.hypot(forward, sideways), forward))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameTransform:
    """One edge of the transform tree: `parent_from_child` at a stamp, or for ever where `is_static`."""

    stamp_ns: int
    parent: str
    child: str
    parent_from_child: Pose
    is_static: bool = False


SensorFrame = CameraFrame | LidarSweep | AudioChunk | EgoMotion | FrameTransform
