"""Messages of the sensors that tell how a vehicle moves and where on Earth it is, for recordings and the simulator."""

from __future__ import annotations

from types import SimpleNamespace as Message

import numpy as np

from crossmodal_narrator.core.geometry import Pose, Vec3
from crossmodal_narrator.wire.compose import header, vector

IMU, GNSS = "sensor_msgs/msg/Imu", "sensor_msgs/msg/NavSatFix"
_STATUS_FIX, _SERVICE_GPS, _COVARIANCE_DIAGONAL_KNOWN = 0, 1, 2


def imu_message(
    stamp_ns: int,
    frame_id: str,
    *,
    orientation: Pose,
    angular_velocity_rps: Vec3,
    specific_force_mps2: Vec3,
    gyroscope_noise_rps: float,
    accelerometer_noise_mps2: float,
) -> Message:
    """sensor_msgs/Imu by REP 145: what the accelerometer feels (9.81 upward at rest), in `frame_id`."""
    x, y, z, w = orientation.quaternion()
    return Message(
        header=header(stamp_ns, frame_id),
        orientation=Message(x=x, y=y, z=z, w=w),
        orientation_covariance=np.zeros(9),
        angular_velocity=vector(*angular_velocity_rps),
        angular_velocity_covariance=(np.eye(3) * gyroscope_noise_rps**2).reshape(-1),
        linear_acceleration=vector(*specific_force_mps2),
        linear_acceleration_covariance=(np.eye(3) * accelerometer_noise_mps2**2).reshape(-1),
    )


def gnss_message(
    stamp_ns: int,
    frame_id: str,
    *,
    latitude_deg: float,
    longitude_deg: float,
    altitude_m: float,
    noise_m: float,
) -> Message:
    """sensor_msgs/NavSatFix in WGS 84; `noise_m` is the standard deviation along east and north, twice that up."""
    return Message(
        header=header(stamp_ns, frame_id),
        status=Message(status=_STATUS_FIX, service=_SERVICE_GPS),
        latitude=latitude_deg,
        longitude=longitude_deg,
        altitude=altitude_m,
        position_covariance=np.diag([noise_m**2, noise_m**2, 4.0 * noise_m**2]).reshape(-1),
        position_covariance_type=_COVARIANCE_DIAGONAL_KNOWN,
    )
