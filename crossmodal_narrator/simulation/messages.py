"""A drive's frames as serialized messages: what a recorder writes, and a live simulator publishes."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from crossmodal_narrator.bags.serializer import Serializer
from crossmodal_narrator.bags.storage import RawMessage
from crossmodal_narrator.core.frames import AudioChunk, SensorFrame
from crossmodal_narrator.simulation.sensors.ego import (
    ACCELEROMETER_NOISE_MPS2,
    GNSS_FRAME,
    GNSS_NOISE_M,
    GYROSCOPE_NOISE_RPS,
    IMU_FRAME,
    EgoSensors,
    GnssFix,
    ImuReading,
    mounting_frames,
)
from crossmodal_narrator.simulation.sensors.rig import Rig
from crossmodal_narrator.wire.compose import compose
from crossmodal_narrator.wire.navigation import GNSS, IMU, gnss_message, imu_message
from crossmodal_narrator.wire.sound import SOUND_DEFINITIONS

IMU_TOPIC, GNSS_TOPIC = "/imu", "/gnss/fix"


class Composer:
    """Frames → messages, serialized. `types` says of what type each topic is that it has used."""

    def __init__(self) -> None:
        self._serializer = Serializer(SOUND_DEFINITIONS)
        self.types: dict[str, str] = {}

    def raw(self, frame: SensorFrame | ImuReading | GnssFix) -> list[RawMessage]:
        """The messages that carry one frame. Sound is logged when its last sample was taken, the rest at its stamp."""
        if isinstance(frame, ImuReading):
            return [self._serialized(frame.stamp_ns, IMU_TOPIC, IMU, _imu(frame))]
        if isinstance(frame, GnssFix):
            return [self._serialized(frame.stamp_ns, GNSS_TOPIC, GNSS, _gnss(frame))]
        log_time_ns = frame.stamp_ns
        if isinstance(frame, AudioChunk):
            log_time_ns += round(len(frame.samples) * 1e9 / frame.sample_rate_hz)
        return [self._serialized(log_time_ns, topic, kind.value, message) for topic, kind, message in compose(frame)]

    def _serialized(self, log_time_ns: int, topic: str, msgtype: str, message: object) -> RawMessage:
        self.types[topic] = msgtype
        return RawMessage(log_time_ns, topic, self._serializer.raw(msgtype, message))


def ego_messages(composer: Composer, sensors: EgoSensors, rig: Rig) -> Iterator[RawMessage]:
    """Everything that needs no look at the world, in the order of log times; static transforms come first."""
    for mounting in mounting_frames(rig):
        yield from composer.raw(mounting)
    streams = (sensors.odometry(), sensors.inertial(), sensors.satellite())
    for reading in heapq.merge(*streams, key=lambda reading: reading.stamp_ns):
        yield from composer.raw(reading)


def _imu(reading: ImuReading) -> object:
    return imu_message(
        reading.stamp_ns,
        IMU_FRAME,
        orientation=reading.orientation,
        angular_velocity_rps=reading.angular_velocity_rps,
        specific_force_mps2=reading.specific_force_mps2,
        gyroscope_noise_rps=GYROSCOPE_NOISE_RPS,
        accelerometer_noise_mps2=ACCELEROMETER_NOISE_MPS2,
    )


def _gnss(fix: GnssFix) -> object:
    return gnss_message(
        fix.stamp_ns,
        GNSS_FRAME,
        latitude_deg=fix.latitude_deg,
        longitude_deg=fix.longitude_deg,
        altitude_m=fix.altitude_m,
        noise_m=GNSS_NOISE_M,
    )
