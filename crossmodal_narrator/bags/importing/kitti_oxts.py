"""KITTI's GPS/IMU: a file of 30 numbers for each frame → the motion of base_link, in a Mercator plane.

The projection, its scale (the cosine of the first latitude) and the order of the angles are those of
convertOxtsToPose.m and pykitti. The origin is the first pose; x is east, y north.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from crossmodal_narrator.bags.importing.files import read_text
from crossmodal_narrator.bags.importing.kitti_calibration import BASE_FROM_IMU
from crossmodal_narrator.bags.importing.poses import shifted
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose

_EARTH_RADIUS_M = 6_378_137.0
_VALUES = 30
_FORWARD, _YAW_RATE = 8, 22  # vf, followed by vl and vu; wu, about the axis that points up


def read_oxts(folder: Path, stamps_ns: Mapping[int, int]) -> dict[int, EgoMotion]:
    """By frame number, with the stamps of oxts/timestamps.txt.

    Raises:
        BagError: there are none, or a file is missing or has other than 30 numbers.
    """
    rows = {number: _row(folder / "data" / f"{number:010}.txt") for number in stamps_ns}
    if not rows:
        raise BagError(f"{folder} holds no poses", remedy="download the drive again, with its oxts folder")
    scale = math.cos(math.radians(next(iter(rows.values()))[0]))
    poses = shifted([_odom_from_imu(row, scale) @ BASE_FROM_IMU.inverse() for row in rows.values()])
    return {
        number: _motion(stamps_ns[number], odom_from_base, row)
        for (number, row), odom_from_base in zip(rows.items(), poses, strict=True)
    }


def _row(path: Path) -> list[float]:
    text = read_text(path)
    try:
        row = [float(value) for value in text.split()]
    except ValueError as error:
        raise BagError(f"{path}: {error}", remedy="download the drive again") from error
    if len(row) < _VALUES:
        raise BagError(f"{path} has {len(row)} numbers, not {_VALUES}", remedy="download the drive again")
    return row


def _odom_from_imu(row: list[float], scale: float) -> Pose:
    latitude, longitude, altitude, roll, pitch, yaw = row[:6]
    east = scale * _EARTH_RADIUS_M * math.radians(longitude)
    north = scale * _EARTH_RADIUS_M * math.log(math.tan(math.radians(90.0 + latitude) / 2.0))
    (cr, cp, cy), (sr, sp, sy) = np.cos([roll, pitch, yaw]), np.sin([roll, pitch, yaw])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cr, -sr], [0.0, sr, cr]])
    about_y = np.array([[cp, 0.0, sp], [0.0, 1.0, 0.0], [-sp, 0.0, cp]])
    about_z = np.array([[cy, -sy, 0.0], [sy, cy, 0.0], [0.0, 0.0, 1.0]])
    return Pose(rotation=about_z @ about_y @ about_x, translation_m=np.array([east, north, altitude]))


def _motion(stamp_ns: int, odom_from_base: Pose, row: list[float]) -> EgoMotion:
    """A rigid body: base_link moves as the unit does, and turns about it."""
    yaw_rate = row[_YAW_RATE]
    base_from_unit = np.cross([0.0, 0.0, yaw_rate], -BASE_FROM_IMU.translation_m)
    forward, left, up = np.array(row[_FORWARD : _FORWARD + 3]) + base_from_unit
    return EgoMotion(
        stamp_ns=stamp_ns,
        odom_from_base=odom_from_base,
        velocity_mps=(float(forward), float(left), float(up)),
        yaw_rate_rps=yaw_rate,
    )
