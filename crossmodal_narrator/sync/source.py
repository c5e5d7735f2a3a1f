"""One sensor of a vehicle, and which of them count more."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, EgoMotion, LidarSweep
from crossmodal_narrator.core.snapshot import Sense

SensedFrame = CameraFrame | LidarSweep | AudioChunk | EgoMotion
# The sense whose stamps the snapshots take: the one that sees most, in most detail.
LEADERSHIP = (Sense.LIDAR, Sense.CAMERA, Sense.AUDIO, Sense.ODOMETRY)


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One sensor: its sense and its name, as camera/front."""

    sense: Sense
    name: str

    @property
    def rank(self) -> int:
        """Place of its sense in LEADERSHIP."""
        return LEADERSHIP.index(self.sense)

    @staticmethod
    def of(frame: SensedFrame) -> Source:
        if isinstance(frame, CameraFrame):
            return Source(Sense.CAMERA, frame.camera)
        if isinstance(frame, LidarSweep):
            return LIDAR
        if isinstance(frame, AudioChunk):
            return Source(Sense.AUDIO, frame.microphone)
        return ODOMETRY


LIDAR = Source(Sense.LIDAR, "lidar")
ODOMETRY = Source(Sense.ODOMETRY, "odometry")
