"""A folder in the exact form of nuScenes: two scenes, of which the first has two keyframes and a sweep between them.

The vehicle drives north in the world at 8 m/s from (1000, 2000). LIDAR_TOP sits at (0.9, 0, 1.8) and looks along its y;
CAM_FRONT at (1.7, 0, 1.5). A car drives 15 m ahead, at 6 m/s.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from imported import HEIGHT, WIDTH, painted, points_around

START_US = 1_532_402_927_600_000
EGO_MPS, CAR_MPS, CAR_YAW = 8.0, 6.0, math.radians(10.0)
NORTH = math.pi / 2
PIXEL = (64.0, 32.0 + 100 * 0.7 / 13.3)  # of the car in the first picture
_LIDAR_POINT = (0.0, 14.1, -1.0)  # of its middle, x to the right and y ahead
_Q_LIDAR = [math.cos(math.pi / 4), 0.0, 0.0, -math.sin(math.pi / 4)]
_Q_OPTICAL = [0.5, -0.5, 0.5, -0.5]


def about_z(yaw: float) -> list[float]:
    """w, x, y, z."""
    return [math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2)]


def write_nuscenes(folder: Path) -> Path:
    """v1.0-mini, samples and sweeps."""
    for name in ("samples/LIDAR_TOP", "sweeps/LIDAR_TOP", "samples/CAM_FRONT", "v1.0-mini"):
        (folder / name).mkdir(parents=True)
    tables: dict[str, list[dict[str, Any]]] = {
        "scene": [
            {"token": f"scene{n}", "name": f"scene-000{n}", "first_sample_token": f"sample{n}0", "nbr_samples": 2}
            for n in (1, 2)
        ],
        "sample": [
            _sample("sample10", "scene1", 0.0),
            _sample("sample11", "scene1", 0.5),
            _sample("sample20", "scene2", 60.0),
        ],
        "sensor": [_sensor("lidar", "LIDAR_TOP"), _sensor("camera", "CAM_FRONT"), _sensor("radar", "RADAR_FRONT")],
        "calibrated_sensor": _calibrated(),
        "category": [_named("c1", "vehicle.car"), _named("c2", "vehicle.bicycle"), _named("c3", "vehicle.hovercraft")],
        "attribute": [_named("a1", "vehicle.moving"), _named("a2", "cycle.with_rider")],
        "visibility": [{"token": "4", "level": "v80-100", "description": ""}],
        "instance": [{"token": f"i{n}", "category_token": f"c{n}"} for n in (1, 2, 3)],
        "sample_annotation": _annotations(),
        "sample_data": [],
        "ego_pose": [],
    }
    for token, sample, seconds, channel, is_key in (
        ("d0", "sample10", 0.0, "LIDAR_TOP", True),
        ("d1", "sample10", 0.01, "CAM_FRONT", True),
        ("d2", "sample11", 0.25, "LIDAR_TOP", False),
        ("d3", "sample11", 0.5, "LIDAR_TOP", True),
        ("d4", "sample11", 0.02, "RADAR_FRONT", True),
        ("d5", "sample20", 60.0, "LIDAR_TOP", True),
    ):
        tables["sample_data"].append(_data(folder, token, sample, seconds, channel, is_key))
        tables["ego_pose"].append(
            {
                "token": f"pose_{token}",
                "timestamp": START_US + round(seconds * 1e6),
                "translation": [1000.0, 2000.0 + EGO_MPS * seconds, 0.0],
                "rotation": about_z(NORTH),
            }
        )
    for name, rows in tables.items():
        (folder / "v1.0-mini" / f"{name}.json").write_text(json.dumps(rows))
    return folder


def _sample(token: str, scene: str, seconds: float) -> dict[str, Any]:
    return {"token": token, "scene_token": scene, "timestamp": START_US + round(seconds * 1e6), "prev": "", "next": ""}


def _sensor(modality: str, channel: str) -> dict[str, Any]:
    return {"token": f"sensor_{channel}", "channel": channel, "modality": modality}


def _named(token: str, name: str) -> dict[str, Any]:
    return {"token": token, "name": name, "description": ""}


def _calibrated() -> list[dict[str, Any]]:
    intrinsic = [[100.0, 0.0, 64.0], [0.0, 100.0, 32.0], [0.0, 0.0, 1.0]]
    places: dict[str, tuple[list[float], list[float], list[Any]]] = {
        "LIDAR_TOP": ([0.9, 0.0, 1.8], _Q_LIDAR, []),
        "CAM_FRONT": ([1.7, 0.0, 1.5], _Q_OPTICAL, intrinsic),
        "RADAR_FRONT": ([3.4, 0.0, 0.5], [1.0, 0.0, 0.0, 0.0], []),
    }
    return [
        {
            "token": f"calibrated_{channel}",
            "sensor_token": f"sensor_{channel}",
            "translation": place,
            "rotation": turn,
            "camera_intrinsic": matrix,
        }
        for channel, (place, turn, matrix) in places.items()
    ]


def _data(folder: Path, token: str, sample: str, seconds: float, channel: str, is_key: bool) -> dict[str, Any]:
    kind = "samples" if is_key else "sweeps"
    is_camera = channel == "CAM_FRONT"
    name = f"{kind}/{channel}/{token}" + (".jpg" if is_camera else ".pcd.bin")
    if is_camera:
        (folder / name).write_bytes(painted(".jpg", *PIXEL))
    elif channel == "LIDAR_TOP":
        ahead = (CAR_MPS - EGO_MPS) * seconds
        cloud = points_around((_LIDAR_POINT[0], _LIDAR_POINT[1] + ahead, _LIDAR_POINT[2]))
        values = np.column_stack([cloud, np.full(len(cloud), 37.0), np.full(len(cloud), 11.0)]).astype("<f4")
        (folder / name).write_bytes(values.tobytes())
    return {
        "token": token,
        "sample_token": sample,
        "ego_pose_token": f"pose_{token}",
        "calibrated_sensor_token": f"calibrated_{channel}",
        "filename": name,
        "fileformat": "jpg" if is_camera else "pcd",
        "width": WIDTH if is_camera else 0,
        "height": HEIGHT if is_camera else 0,
        "timestamp": START_US + round(seconds * 1e6),
        "is_key_frame": is_key,
        "prev": "",
        "next": "",
    }


def _annotations() -> list[dict[str, Any]]:
    cars = [
        _annotation(f"sample1{k}", "i1", [1000.0, 2015.0 + CAR_MPS * 0.5 * k, 0.8], [1.9, 4.6, 1.6], ["a1"])
        for k in (0, 1)
    ]
    # 5 m to the left of the vehicle, which is west.
    rider = _annotation("sample10", "i2", [995.0, 2000.0, 0.9], [0.6, 1.8, 1.7], ["a2"])
    strange = _annotation("sample10", "i3", [1005.0, 2000.0, 0.9], [2.0, 3.0, 1.7], [])
    other = _annotation("sample20", "i3", [1000.0, 2500.0, 0.9], [2.0, 3.0, 1.7], [])
    return [*cars, rider, strange, other]


def _annotation(
    sample: str, instance: str, place: list[float], size: list[float], attributes: list[str]
) -> dict[str, Any]:
    return {
        "token": f"{sample}_{instance}",
        "sample_token": sample,
        "instance_token": instance,
        "attribute_tokens": attributes,
        "visibility_token": "4" if attributes else "",
        "translation": place,
        "size": size,
        "rotation": about_z(NORTH + CAR_YAW),
        "num_lidar_pts": 7,
        "num_radar_pts": 0,
        "prev": "",
        "next": "",
    }
