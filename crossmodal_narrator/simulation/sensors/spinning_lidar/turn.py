"""Where the rays of a turn point, and where the sensor is while they leave."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.simulation.sensors.rig import LidarMount
from crossmodal_narrator.simulation.sensors.spinning_lidar.model import TURN_S, LidarModel
from crossmodal_narrator.simulation.shapes.meshes import Floats
from crossmodal_narrator.simulation.traffic.timeline import Timeline


class Turn:
    """The rays of a model, column by column, each column from the uppermost channel on.

    The rotor turns clockwise seen from above (as Hesai's do by default) and begins behind, so that what lies ahead is
    met in the middle of a turn. A laser points to where the rotor is at its own time, and by its own offset aside.
    """

    def __init__(self, model: LidarModel) -> None:
        start_s = np.arange(model.columns) * (TURN_S / model.columns)  # (columns,) from the beginning of the turn
        fired_s = start_s[:, None] + model.firing_s  # (columns, channels)
        azimuth = math.pi - math.tau / TURN_S * fired_s - model.azimuth_rad
        flat = np.cos(model.elevation_rad)
        rays = np.empty((model.columns, model.channels, 3), np.float32)
        rays[..., 0], rays[..., 1] = np.cos(azimuth) * flat, np.sin(azimuth) * flat
        rays[..., 2] = np.sin(model.elevation_rad)
        self.columns, self.channels = model.columns, model.channels
        self.rays = rays.reshape(-1, 3)  # (rays, 3) unit vectors in the sensor's frame
        self.offset_s = (fired_s - TURN_S).astype(np.float32).reshape(-1)  # (rays,) from the end of the turn
        # Columns are cast as if all of it left in its middle: at 60 m/s that moves a point by 1.7 mm at most.
        middle_s = start_s + 0.5 * float(model.firing_s.max()) - TURN_S
        self.middle_s = middle_s.astype(np.float64)  # (columns,) from the end
        self.middle_azimuth_rad = math.pi - math.tau / TURN_S * (self.middle_s + TURN_S)  # (columns,)
        self.spread_rad = float(np.abs(model.azimuth_rad).max()) + math.tau / model.columns  # of a column's azimuths
        self.elevation_rad = model.elevation_rad


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passage:
    """The way of the sensor during one turn, in the world's frame."""

    time_s: NDArray[np.float64]  # (columns,)
    origin_m: NDArray[np.float64]  # (columns, 3)
    yaw_rad: NDArray[np.float64]  # (columns,)

    @staticmethod
    def of(ego: Timeline, mount: LidarMount, end_s: float, turn: Turn) -> Passage:
        time_s: NDArray[np.float64] = end_s + turn.middle_s
        base_m, yaw = ego.at(time_s)
        origin = base_m + rotated(np.broadcast_to(np.array(mount.position_m), base_m.shape), yaw)
        return Passage(time_s=time_s, origin_m=origin, yaw_rad=yaw + mount.yaw_rad)


def mount_pose(mount: LidarMount) -> Pose:
    """`base_from_sensor`."""
    x, y, z = mount.position_m
    return Pose.from_xy_yaw(x, y, mount.yaw_rad, z)


def rotated(vectors: NDArray[np.float64], yaw_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) turned about z, each by its own angle (n,)."""
    c, s = np.cos(yaw_rad), np.sin(yaw_rad)
    x, y, z = vectors.T
    return np.stack([x * c - y * s, x * s + y * c, z], axis=-1)


def rotate_columns(rays: Floats, yaw_rad: NDArray[np.float64], out: Floats) -> None:
    """(columns, n, 3) turned about z, each column by its own angle (columns,), into `out`."""
    c, s = (f(yaw_rad).astype(np.float32)[:, None] for f in (np.cos, np.sin))
    x, y = rays[..., 0], rays[..., 1]
    np.multiply(x, c, out=out[..., 0])
    out[..., 0] -= y * s
    np.multiply(x, s, out=out[..., 1])
    out[..., 1] += y * c
    out[..., 2] = rays[..., 2]
