"""All senses at one stamp, in one frame of reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.arrays import frozen_array
from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, EgoMotion
from crossmodal_narrator.core.geometry import Pose


class Sense(str, Enum):
    """A sense of the vehicle, as evidence and as something that can fail."""

    CAMERA = "camera"
    LIDAR = "lidar"
    AUDIO = "audio"
    ODOMETRY = "odometry"


class Trouble(str, Enum):
    """Why a sense cannot be relied on."""

    MISSING = "missing"  # nothing has ever come
    STALE = "stale"  # it came, and stopped coming
    UNPLACED = "unplaced"  # it comes, but no transform says where it looks from
    UNREADABLE = "unreadable"  # it comes, and cannot be decoded
    BLIND = "blind"  # it comes, and shows nothing (glare, darkness, a covered lens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """A sense that fails, since when, and what would mend it. `source` is the sensor's own name, as 'front'."""

    sense: Sense
    trouble: Trouble
    source: str
    since_ns: int
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedCamera:
    """A camera frame, and where the camera was: `camera_from_base` maps base_link *at the snapshot's stamp* into the
    optical frame *at the image's own stamp*, so that the ego's motion between the two is already in it.
    """

    frame: CameraFrame
    camera_from_base: Pose


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedSweep:
    """A sweep in base_link at the snapshot's stamp, compensated for the ego's motion while it was taken.

    `stamp_ns` is the sweep's own: where a camera leads it is older than the snapshot's. `ages_s` is how long before the
    snapshot's stamp the points were taken, by sectors of equal width from straight behind on, counter-clockwise: other
    things have moved on since, which nothing here undoes.
    """

    stamp_ns: int
    xyz: NDArray[np.float32]  # (points, 3)
    intensity: NDArray[np.float32] | None  # (points,)
    origin_m: tuple[float, float, float]  # of the sensor, in base_link
    ages_s: NDArray[np.float32] | None = None  # (sectors,)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "xyz", frozen_array(self.xyz, name="PlacedSweep.xyz", shape=(None, 3), dtype=np.float32)
        )
        if self.ages_s is not None:
            ages_s = frozen_array(self.ages_s, name="PlacedSweep.ages_s", shape=(None,), dtype=np.float32)
            object.__setattr__(self, "ages_s", ages_s)

    def age_s(self, x_m: float, y_m: float) -> float:
        """How old the points of that place are; 0 where the sweep does not tell."""
        if self.ages_s is None or not len(self.ages_s):
            return 0.0
        turn = (math.atan2(y_m - self.origin_m[1], x_m - self.origin_m[0]) + math.pi) / (2.0 * math.pi)
        return float(self.ages_s[min(int(turn * len(self.ages_s)), len(self.ages_s) - 1)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """Frames that belong together. `skew_ns` is the largest distance of a frame's stamp from the snapshot's."""

    stamp_ns: int
    cameras: tuple[PlacedCamera, ...]
    lidar: PlacedSweep | None
    audio: tuple[AudioChunk, ...]
    ego: EgoMotion | None
    missing: tuple[Degradation, ...]
    skew_ns: int
