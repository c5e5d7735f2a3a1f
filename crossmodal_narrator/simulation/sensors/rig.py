"""Which sensors the vehicle carries, and where. Frames as in REP 103; base_link lies under the rear axle (REP 105)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import Intrinsics, Pose, Vec3

BASE_FRAME, ODOM_FRAME, CABIN_FRAME = "base_link", "odom", "cabin_microphone"
# Optical axes in base_link's: x right is -y, y down is -z, z forward is x.
_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraMount:
    """One camera: topics camera/<name>/…, frame camera_<name>_optical."""

    name: str
    intrinsics: Intrinsics  # with its distortion, as CameraInfo tells it
    base_from_camera: Pose  # of the optical frame

    @property
    def frame_id(self) -> str:
        return f"camera_{self.name}_optical"


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarMount:
    """One spinning LiDAR at 10 Hz; `model` is a name of the firing tables (beams_32, beams_64, beams_128)."""

    model: str = "beams_64"
    position_m: Vec3 = (1.0, 0.0, 1.9)
    yaw_rad: float = 0.0
    frame_id: str = "lidar_top"


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneArray:
    """Microphones on the roof; frame `frame_id` has the axes of base_link and stands at `position_m` in it."""

    position_m: Vec3 = (1.3, 0.0, 1.7)
    # Corners of a square of 20 cm, from front left, counter-clockwise seen from above.
    capsules_m: tuple[Vec3, ...] = ((0.1, 0.1, 0.0), (-0.1, 0.1, 0.0), (-0.1, -0.1, 0.0), (0.1, -0.1, 0.0))
    sample_rate_hz: int = 16_000
    chunk_s: float = 0.1
    frame_id: str = "microphones"

    @property
    def in_base_m(self) -> tuple[Vec3, ...]:
        """Each capsule in base_link."""
        x, y, z = self.position_m
        return tuple((x + a, y + b, z + c) for a, b, c in self.capsules_m)


CABIN_POSITION_M: Vec3 = (1.6, 0.0, 1.25)  # of its microphone: at the roof, behind the mirror


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rig:
    """All of them. An empty `cameras`, or None, is a sensor that the vehicle does not have."""

    cameras: tuple[CameraMount, ...]
    lidar: LidarMount | None = LidarMount()
    microphones: MicrophoneArray | None = MicrophoneArray()
    has_cabin_microphone: bool = True


def camera_mount(
    name: str,
    *,
    width: int = 960,
    height: int = 540,
    field_of_view_rad: float = math.radians(70.0),
    yaw_rad: float = 0.0,
    position_m: Vec3 = (1.7, 0.0, 1.45),
    distortion: tuple[float, ...] = (),
) -> CameraMount:
    """A camera that looks to `yaw_rad` from ahead (left is positive); `distortion` is (k1, k2, p1, p2, k3)."""
    focal = 0.5 * width / math.tan(0.5 * field_of_view_rad)
    rotation = Pose.from_xy_yaw(0.0, 0.0, yaw_rad).rotation @ _OPTICAL
    intrinsics = Intrinsics(
        width=width, height=height, fx=focal, fy=focal, cx=0.5 * width, cy=0.5 * height, distortion=distortion
    )
    return CameraMount(
        name=name,
        intrinsics=intrinsics,
        base_from_camera=Pose(rotation=rotation, translation_m=np.array(position_m)),
    )


# Where each camera of the vehicle looks, and from where: degrees from ahead, left is positive; metres in base_link.
CAMERA_PLACES: Mapping[str, tuple[float, Vec3]] = {
    "front": (0.0, (1.7, 0.0, 1.45)),
    "front_left": (55.0, (1.5, 0.6, 1.5)),
    "front_right": (-55.0, (1.5, -0.6, 1.5)),
    "left": (110.0, (1.0, 0.75, 1.5)),
    "right": (-110.0, (1.0, -0.75, 1.5)),
    "rear": (180.0, (-0.7, 0.0, 1.4)),
}


def default_rig(
    cameras: Sequence[str] = ("front",),
    *,
    width: int = 960,
    height: int = 540,
    lidar: str | None = "beams_64",
    distortion: tuple[float, ...] = (),
) -> Rig:
    """The vehicle's own rig with some of its cameras, all of one size; `lidar` None leaves it off.

    Raises:
        ScenarioError: a camera that the vehicle does not have, or an image without pixels.
    """
    if len(set(cameras)) < len(cameras):
        raise ScenarioError(f"a camera is named twice: {', '.join(cameras)}", remedy="name each camera once")
    for name in cameras:
        if name not in CAMERA_PLACES:
            raise ScenarioError(f"there is no camera {name!r}", remedy=f"known cameras: {', '.join(CAMERA_PLACES)}")
    if width < 32 or height < 32:
        raise ScenarioError(f"an image of {width}x{height} shows nothing", remedy="choose at least 32x32 pixels")
    mounts = [
        camera_mount(
            name,
            width=width,
            height=height,
            yaw_rad=math.radians(CAMERA_PLACES[name][0]),
            position_m=CAMERA_PLACES[name][1],
            distortion=distortion,
        )
        for name in cameras
    ]
    return Rig(cameras=tuple(mounts), lidar=LidarMount(model=lidar) if lidar is not None else None)
