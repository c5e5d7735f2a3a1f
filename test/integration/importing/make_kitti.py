"""Folders in the exact forms of KITTI raw and KITTI object.

The LiDAR sits 0.81 m before the GPS/IMU, 0.32 m to its right and 0.80 m above it; so at (0.76, 0, 1.73) in base_link.
Camera 0 is 0.27 m before it and 0.08 m below; camera 2 is 0.06 m left of camera 0. All axes are parallel.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from imported import painted, points_around

CAR_VELO = (20.0, 0.0, -0.98)  # the middle of a car of 4.0 x 1.8 x 1.5 m that stands on the road
SIZE_HWL = (1.5, 1.8, 4.0)
PIXEL = (64 + 100 * 0.06 / 19.73, 32 + 100 * 0.90 / 19.73)  # of CAR_VELO in camera 2
DRIVE = "2011_09_26_drive_0001_sync"
EGO_MPS, CAR_MPS, FRAMES = 10.0, 5.0, 3
_ROTATION = "0.0 -1.0 0.0 0.0 0.0 -1.0 1.0 0.0 0.0"
_RECT = "1.0 0.0 0.0 0.0 1.0 0.0 0.0 0.0 1.0"
_P2 = "100.0 0.0 64.0 6.0 0.0 100.0 32.0 0.0 0.0 0.0 1.0 0.0"


def bottom_velo(k: int) -> tuple[float, float, float]:
    """The middle of the car's bottom in the LiDAR's frame, in the k-th frame: it is slower than the vehicle."""
    return CAR_VELO[0] - (EGO_MPS - CAR_MPS) * 0.1 * k, 0.0, -1.73


def write_kitti_raw(folder: Path) -> Path:
    """A date's folder with one drive of three frames."""
    date = folder / "2011_09_26"
    drive = date / DRIVE
    for name in ("image_02/data", "velodyne_points/data", "oxts/data"):
        (drive / name).mkdir(parents=True)
    cameras = "".join(
        f"S_rect_0{n}: 1.28e+02 6.4e+01\nR_rect_0{n}: {_RECT}\n"
        f"P_rect_0{n}: {_P2 if n == 2 else _P2.replace(' 6.0 ', ' 0.0 ')}\n"
        for n in range(4)
    )
    (date / "calib_cam_to_cam.txt").write_text(
        f"calib_time: 09-Jan-2012 13:57:47\ncorner_dist: 9.950000e-02\n{cameras}"
    )
    (date / "calib_velo_to_cam.txt").write_text(
        f"calib_time: 15-Mar-2012 11:37:16\nR: {_ROTATION}\nT: 0.0 -0.08 -0.27\ndelta_f: 0.0 0.0\ndelta_c: 0.0 0.0\n"
    )
    (date / "calib_imu_to_velo.txt").write_text(f"calib_time: 25-May-2012 16:47:16\nR: {_RECT}\nT: -0.81 0.32 -0.80\n")
    for name, shift_ms in (("timestamps", 0), ("timestamps_start", -50), ("timestamps_end", 50)):
        (drive / "velodyne_points" / f"{name}.txt").write_text(_stamps(shift_ms))
    (drive / "image_02" / "timestamps.txt").write_text(_stamps(2))
    (drive / "oxts" / "timestamps.txt").write_text(_stamps(4))
    for k in range(FRAMES):
        x, y, z = bottom_velo(k)
        cloud = np.vstack([points_around((x, y, z + 0.75)), points_around((0.0, 10.0, -1.0), 20)])
        values = np.column_stack([cloud, np.full(len(cloud), 0.25)]).astype("<f4")
        (drive / "velodyne_points/data" / f"{k:010}.bin").write_bytes(values.tobytes())
        (drive / "image_02/data" / f"{k:010}.png").write_bytes(painted(".png", *PIXEL))
        (drive / "oxts/data" / f"{k:010}.txt").write_text(_oxts(k))
    (drive / "tracklet_labels.xml").write_text(_tracklets())
    return date


def _stamps(shift_ms: int) -> str:
    """A line each frame, ten a second."""
    times_ms = (900 + 100 * k + shift_ms for k in range(FRAMES))
    return "".join(f"2011-09-26 13:02:{25 + ms // 1000}.{ms % 1000:03}000000\n" for ms in times_ms)


def _oxts(k: int) -> str:
    """Due east at 10 m/s, 0.5 rad/s to the left; 30 numbers."""
    metres_per_degree = math.cos(math.radians(49.0)) * math.pi * 6378137.0 / 180.0
    longitude = 8.4 + EGO_MPS * 0.1 * k / metres_per_degree
    pose = [49.0, longitude, 116.0, 0.0, 0.0, 0.0]
    speeds = [0.0, EGO_MPS, EGO_MPS, 0.0, 0.0]
    turning = [0.0] * 6 + [0.0, 0.0, 0.5] * 2
    return " ".join(f"{value:.12f}" for value in [*pose, *speeds, *turning, 0.1, 0.1, 4, 9, 4, 4, 0]) + "\n"


def _tracklets() -> str:
    car = "".join(_pose(*bottom_velo(k), 0.1, 0) for k in range(FRAMES))
    post = _pose(0.0, 10.0, -1.73, 0.0, 1) + _pose(0.0, 10.0, -1.73, 0.0, 3)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\n<!DOCTYPE boost_serialization>\n'
        '<boost_serialization signature="serialization::archive" version="9">\n'
        '<tracklets class_id="0" tracking_level="0" version="0">\n<count>2</count>\n<item_version>1</item_version>\n'
        f"{_item('Car', SIZE_HWL, 0, car, FRAMES)}{_item('Hovercraft', (1.46, 0.5, 0.5), 1, post, 2)}"
        "</tracklets>\n</boost_serialization>\n"
    )


def _item(name: str, hwl: tuple[float, float, float], first: int, poses: str, count: int) -> str:
    h, w, length = hwl
    return (
        f'<item class_id="1" tracking_level="0" version="1"><objectType>{name}</objectType><h>{h}</h><w>{w}</w>'
        f'<l>{length}</l><first_frame>{first}</first_frame><poses class_id="2" tracking_level="0" version="0">'
        f"<count>{count}</count><item_version>2</item_version>{poses}</poses><finished>1</finished></item>\n"
    )


def _pose(x: float, y: float, z: float, yaw: float, truncation: int) -> str:
    return (
        f'<item class_id="3" tracking_level="0" version="2"><tx>{x}</tx><ty>{y}</ty><tz>{z}</tz><rx>0</rx><ry>0</ry>'
        f"<rz>{yaw}</rz><state>2</state><occlusion>1</occlusion><occlusion_kf>1</occlusion_kf>"
        f"<truncation>{truncation}</truncation><amt_occlusion>-1</amt_occlusion></item>"
    )


def write_kitti_object(folder: Path) -> Path:
    """A training split of two frames; in the second stands nobody."""
    split = folder / "training"
    for name in ("calib", "image_2", "label_2", "velodyne"):
        (split / name).mkdir(parents=True)
    turn = -(math.pi / 2 + 0.1)  # 0.1 rad to the left of where the camera looks
    car = f"Car 0.00 0 -1.57 60.0 30.0 70.0 40.0 1.50 1.80 4.00 0.00 1.65 19.73 {turn:.6f}\n"
    rest = "Segway 0.00 3 0.0 1 1 2 2 1.70 0.60 0.60 -5.0 1.65 12.0 0.0\n"
    rest += "DontCare -1 -1 -10 0 0 5 5 -1 -1 -1 -1000 -1000 -1000 -10\n"
    for k, labels in enumerate((car + rest, "")):
        name = f"{k:06}"
        (split / "calib" / f"{name}.txt").write_text(
            f"P0: {_P2.replace(' 6.0 ', ' 0.0 ')}\nP2: {_P2}\nR0_rect: {_RECT}\n"
            "Tr_velo_to_cam: 0.0 -1.0 0.0 0.0 0.0 0.0 -1.0 -0.08 1.0 0.0 0.0 -0.27\n"
            "Tr_imu_to_velo: 1.0 0.0 0.0 -0.81 0.0 1.0 0.0 0.32 0.0 0.0 1.0 -0.80\n\n"
        )
        cloud = points_around(CAR_VELO)
        values = np.column_stack([cloud, np.full(len(cloud), 0.25)]).astype("<f4")
        (split / "velodyne" / f"{name}.bin").write_bytes(values.tobytes())
        (split / "image_2" / f"{name}.png").write_bytes(painted(".png", *PIXEL))
        (split / "label_2" / f"{name}.txt").write_text(labels)
    return folder
