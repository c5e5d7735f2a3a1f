"""KITTI's calibration: the files `key: numbers`, and where its sensors sit on our base_link.

GPS/IMU: x forward, y left, z up. base_link lies on the road under the middle of the rear axle: the unit is mounted 0.05
m behind that axle, 0.32 m to the left and 0.93 m above the road (the drawing of the sensor setup on KITTI's page; the
same numbers as in kitti2bag, which puts its base_link half a wheelbase further ahead).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.importing.files import read_text
from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.geometry import Pose

BASE_FROM_IMU = Pose(rotation=np.eye(3), translation_m=np.array([-0.05, 0.32, 0.93]))
LICENCE = "CC BY-NC-SA 3.0: not for commercial use; cite Geiger et al."
CLASSES = {
    ObjectClass.CAR: "Car",
    ObjectClass.VAN: "Van",
    ObjectClass.TRUCK: "Truck",
    ObjectClass.PEDESTRIAN: "Pedestrian, Person (sitting), Person_sitting",
    ObjectClass.CYCLIST: "Cyclist",
    ObjectClass.TRAIN: "Tram",
    ObjectClass.OBSTACLE: "Misc",
}
VISIBILITY = {0: "fully visible", 1: "partly occluded", 2: "largely occluded"}

Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KittiSensors:
    """The left colour camera (number 2) and the LiDAR. `rect` is the rectified frame of camera 0."""

    base_from_velo: Pose
    base_from_rect: Pose
    base_from_camera: Pose
    matrix: NDArray[np.float64]  # (3, 3) of the rectified camera


def read_values(path: Path, *, remedy: str) -> Values:
    """Lines of `key: numbers`; those that hold something else, as dates, are passed over.

    Raises:
        BagError: the file is missing.
    """
    values: dict[str, NDArray[np.float64]] = {}
    for line in read_text(path, remedy=remedy).splitlines():
        key, _, numbers = line.partition(":")
        try:
            values[key.strip()] = np.array([float(number) for number in numbers.split()])
        except ValueError:
            continue
    return values


def sensors(
    velo_from_imu: Pose,
    unrectified_from_velo: Pose,
    rectification: NDArray[np.float64],
    projection: NDArray[np.float64],
) -> KittiSensors:
    """From the matrices of the calibration: `rectification` (3, 3) of camera 0, `projection` (3, 4) of camera 2.

    A projection is K [I | t]: its camera stands at -t in the rectified frame.
    """
    base_from_velo = BASE_FROM_IMU @ velo_from_imu.inverse()
    rect_from_velo = Pose(rotation=rectification, translation_m=np.zeros(3)) @ unrectified_from_velo
    base_from_rect = base_from_velo @ rect_from_velo.inverse()
    matrix = projection[:, :3]
    place = -np.asarray(np.linalg.solve(matrix, projection[:, 3]), dtype=np.float64)
    return KittiSensors(
        base_from_velo=base_from_velo,
        base_from_rect=base_from_rect,
        base_from_camera=base_from_rect @ Pose(rotation=np.eye(3), translation_m=place),
        matrix=matrix,
    )


def matrix(values: Values, key: str, rows: int, columns: int, path: Path) -> NDArray[np.float64]:
    """(rows, columns) of one key.

    Raises:
        BagError: the key is missing, or has another number of values.
    """
    found = values.get(key)
    if found is None or found.size != rows * columns:
        has = "is missing" if found is None else f"has {found.size} values"
        raise BagError(f"{path}: {key} {has}", remedy=f"{rows * columns} are needed; download the calibration again")
    return found.reshape(rows, columns)


def pose(rotation: NDArray[np.float64], translation: NDArray[np.float64]) -> Pose:
    """A pose of printed numbers, with the rotation that is nearest to them."""
    u, _, vt = np.linalg.svd(rotation)
    return Pose(rotation=u @ vt, translation_m=translation.reshape(3))
