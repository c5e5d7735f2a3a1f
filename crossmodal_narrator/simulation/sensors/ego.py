"""What the vehicle feels of its own motion: wheel odometry, an inertial unit and satellite navigation.

Odometry drifts as that of a good car does: a fixed error of scale, and of heading in turns. The error models are
deliberately simple; their sizes are those of datasheets of automotive units.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.frames import EgoMotion, FrameTransform
from crossmodal_narrator.core.geometry import Pose, Vec3
from crossmodal_narrator.simulation.rollout import START_NS, Rollout, stamp_at
from crossmodal_narrator.simulation.sensors.rig import BASE_FRAME, CABIN_FRAME, CABIN_POSITION_M, ODOM_FRAME, Rig

ODOMETRY_S, IMU_S, GNSS_S = 0.02, 0.01, 0.1
IMU_FRAME, GNSS_FRAME = "imu", "gnss"
GRAVITY_MPS2 = 9.80665
GYROSCOPE_NOISE_RPS, ACCELEROMETER_NOISE_MPS2, GNSS_NOISE_M = 0.002, 0.03, 0.8
SCALE_ERROR, HEADING_ERROR = 0.002, 0.004  # standard deviations, of the way and of the turns
BASE_FROM_GNSS = Pose.from_xy_yaw(0.6, 0.0, 0.0, 1.55)
# Where (0, 0, 0) of the world's frame lies on Earth: a place in the Atlantic, which is nobody's street.
ORIGIN_LATITUDE_DEG, ORIGIN_LONGITUDE_DEG, ORIGIN_ALTITUDE_M = 30.0, -40.0, 40.0
_WGS84_RADIUS_M, _WGS84_ECCENTRICITY_SQUARED = 6_378_137.0, 6.69437999014e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImuReading:
    """Angular velocity and specific force (9.81 m/s² upward at rest), in the axes of base_link."""

    stamp_ns: int
    orientation: Pose  # odom_from_imu
    angular_velocity_rps: Vec3
    specific_force_mps2: Vec3


@dataclass(frozen=True, slots=True, kw_only=True)
class GnssFix:
    """The antenna's place in WGS 84."""

    stamp_ns: int
    latitude_deg: float
    longitude_deg: float
    altitude_m: float


EgoReading = EgoMotion | FrameTransform | ImuReading | GnssFix


def mounting_frames(rig: Rig) -> Iterator[FrameTransform]:
    """Where the sensors sit: the static transforms."""
    places = [(camera.frame_id, camera.base_from_camera) for camera in rig.cameras]
    if rig.lidar is not None:
        x, y, z = rig.lidar.position_m
        places.append((rig.lidar.frame_id, Pose.from_xy_yaw(x, y, rig.lidar.yaw_rad, z)))
    if rig.microphones is not None:
        x, y, z = rig.microphones.position_m
        places.append((rig.microphones.frame_id, Pose.from_xy_yaw(x, y, 0.0, z)))
    if rig.has_cabin_microphone:
        x, y, z = CABIN_POSITION_M
        places.append((CABIN_FRAME, Pose.from_xy_yaw(x, y, 0.0, z)))
    places += [(IMU_FRAME, Pose.identity()), (GNSS_FRAME, BASE_FROM_GNSS)]
    for child, pose in places:
        yield FrameTransform(stamp_ns=START_NS, parent=BASE_FRAME, child=child, parent_from_child=pose, is_static=True)


class EgoSensors:
    """All readings of a drive, by number; those of one seed are the same bytes in whatever order they are asked for."""

    def __init__(self, rollout: Rollout, length_s: float) -> None:
        """`length_s` is that of what is recorded, at most the rollout's."""
        self._ego, self._seed = rollout.ego, rollout.seed
        rng = np.random.default_rng((rollout.seed, 0xE60))
        self._scale = 1.0 + SCALE_ERROR * float(rng.standard_normal())
        self._turn = 1.0 + HEADING_ERROR * float(rng.standard_normal())
        self._gnss_bias = rng.normal(0.0, GNSS_NOISE_M, 3) * (1.0, 1.0, 2.0)  # wanders too slowly for a short drive
        count = math.floor(length_s / ODOMETRY_S + 1e-9) + 1
        self._times_s: NDArray[np.float64] = np.arange(count, dtype=np.float64) * ODOMETRY_S
        self._odometry_xy, self._odometry_yaw = self._reckoned()

    def odometry(self) -> Iterator[EgoMotion | FrameTransform]:
        """Motion and the transform odom → base_link, 50 times a second. Both start at zero."""
        for time_s, (x, y), yaw in zip(self._times_s, self._odometry_xy, self._odometry_yaw, strict=True):
            pose, stamp_ns = Pose.from_xy_yaw(float(x), float(y), float(yaw)), stamp_at(float(time_s))
            speed = self._ego.speed(float(time_s)) * self._scale
            yaw_rate = self._ego.yaw_rate_rps(float(time_s)) * self._turn
            yield EgoMotion(
                stamp_ns=stamp_ns, odom_from_base=pose, velocity_mps=(speed, 0.0, 0.0), yaw_rate_rps=yaw_rate
            )
            yield FrameTransform(stamp_ns=stamp_ns, parent=ODOM_FRAME, child=BASE_FRAME, parent_from_child=pose)

    def inertial(self) -> Iterator[ImuReading]:
        """100 times a second."""
        for k in range(math.floor(self._times_s[-1] / IMU_S + 1e-9) + 1):
            time_s = k * IMU_S
            noise = np.random.default_rng((self._seed, 0x1A0, k)).standard_normal(6)
            half = 0.05
            forward = (self._ego.speed(time_s + half) - self._ego.speed(time_s - half)) / (2.0 * half)
            yaw_rate = self._ego.yaw_rate_rps(time_s)
            force = np.array([forward, yaw_rate * self._ego.speed(time_s), GRAVITY_MPS2])
            turned = np.array([0.0, 0.0, yaw_rate]) + GYROSCOPE_NOISE_RPS * noise[:3]
            force += ACCELEROMETER_NOISE_MPS2 * noise[3:]
            yaw = float(np.interp(time_s, self._times_s, self._odometry_yaw))
            yield ImuReading(
                stamp_ns=stamp_at(time_s),
                orientation=Pose.from_xy_yaw(0.0, 0.0, yaw),
                angular_velocity_rps=_vec3(turned),
                specific_force_mps2=_vec3(force),
            )

    def satellite(self) -> Iterator[GnssFix]:
        """Ten times a second."""
        for k in range(math.floor(self._times_s[-1] / GNSS_S + 1e-9) + 1):
            time_s = k * GNSS_S
            antenna = np.array(self._ego.pose(time_s).transform_point(_vec3(BASE_FROM_GNSS.translation_m)))
            noise = np.random.default_rng((self._seed, 0x6E5, k)).standard_normal(3)
            latitude, longitude, altitude = geodetic(_vec3(antenna + self._gnss_bias + 0.1 * GNSS_NOISE_M * noise))
            yield GnssFix(
                stamp_ns=stamp_at(time_s), latitude_deg=latitude, longitude_deg=longitude, altitude_m=altitude
            )

    def _reckoned(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(samples, 2) places and (samples,) yaws in odom, summed from what the wheels and the gyroscope tell."""
        xyz, yaw = self._ego.at(self._times_s)
        yaw = yaw - yaw[0]
        steps, c, s = np.diff(xyz[:, :2], axis=0), math.cos(self._start_yaw), math.sin(self._start_yaw)
        steps = self._scale * np.stack([c * steps[:, 0] + s * steps[:, 1], c * steps[:, 1] - s * steps[:, 0]], axis=-1)
        middle = 0.5 * (yaw[1:] + yaw[:-1]) * (self._turn - 1.0)  # by how much the heading is wrong meanwhile
        turned = np.stack(
            [
                np.cos(middle) * steps[:, 0] - np.sin(middle) * steps[:, 1],
                np.sin(middle) * steps[:, 0] + np.cos(middle) * steps[:, 1],
            ],
            axis=-1,
        )
        return np.concatenate([np.zeros((1, 2)), np.cumsum(turned, axis=0)]), yaw * self._turn

    @property
    def _start_yaw(self) -> float:
        return float(self._ego.at(np.zeros(1))[1][0])


def geodetic(east_north_up_m: Vec3) -> tuple[float, float, float]:
    """Latitude and longitude in degrees and altitude of a place in the world's frame.

    By the radii of curvature at the origin: within a few kilometres the error is a few centimetres.
    """
    east, north, up = east_north_up_m
    sine = math.sin(math.radians(ORIGIN_LATITUDE_DEG))
    bend = 1.0 - _WGS84_ECCENTRICITY_SQUARED * sine * sine
    prime_vertical = _WGS84_RADIUS_M / math.sqrt(bend)
    meridian = prime_vertical * (1.0 - _WGS84_ECCENTRICITY_SQUARED) / bend
    latitude = ORIGIN_LATITUDE_DEG + math.degrees(north / meridian)
    cosine = math.cos(math.radians(ORIGIN_LATITUDE_DEG))
    longitude = ORIGIN_LONGITUDE_DEG + math.degrees(east / (prime_vertical * cosine))
    return latitude, longitude, ORIGIN_ALTITUDE_M + up


def _vec3(values: NDArray[np.float64]) -> Vec3:
    x, y, z = (float(v) for v in values)
    return x, y, z
