"""nuScenes: tables of JSON, samples/ (the labelled 2 Hz) and sweeps/ (what lies between) → a drive.

base_link is nuScenes' ego frame: x forward, y left, z up, on the road under the middle of the rear axle. The LiDAR's
own frame looks along y. Its points are already compensated for the motion of the vehicle, so they have no times of
their own. Cameras are rectified. There is an ego pose for each frame of each sensor, at its stamp. Radars are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.importing.drive import (
    LIDAR_FRAME,
    ImportedFrame,
    Label,
    LabelledSweep,
    Picture,
    Step,
    optical_frame,
)
from crossmodal_narrator.bags.importing.files import pinhole, read_floats, read_picture
from crossmodal_narrator.bags.importing.nuscenes_tables import Row, Tables, find_scene
from crossmodal_narrator.bags.importing.poses import EgoPath, ego_frames, mount, shifted
from crossmodal_narrator.bags.importing.vocabulary import Vocabulary
from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import BagError, FrameError
from crossmodal_narrator.core.frames import FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import OrientedBox, Pose

CAMERAS = {
    "CAM_FRONT": "front",
    "CAM_FRONT_LEFT": "front_left",
    "CAM_FRONT_RIGHT": "front_right",
    "CAM_BACK": "rear",
    "CAM_BACK_LEFT": "rear_left",
    "CAM_BACK_RIGHT": "rear_right",
}
LIDAR = "LIDAR_TOP"
CLASSES = {
    ObjectClass.CAR: "vehicle.car, vehicle.emergency.police",
    ObjectClass.VAN: "vehicle.emergency.ambulance",
    ObjectClass.TRUCK: "vehicle.truck, vehicle.trailer, vehicle.construction",
    ObjectClass.BUS: "vehicle.bus.rigid, vehicle.bus.bendy",
    ObjectClass.MOTORCYCLE: "vehicle.motorcycle",
    ObjectClass.BICYCLE: "vehicle.bicycle",
    ObjectClass.PEDESTRIAN: (
        "human.pedestrian.adult, human.pedestrian.child, human.pedestrian.construction_worker, "
        "human.pedestrian.police_officer, human.pedestrian.personal_mobility, human.pedestrian.stroller, "
        "human.pedestrian.wheelchair"
    ),
    ObjectClass.ANIMAL: "animal",
    ObjectClass.CONE: "movable_object.trafficcone",
    ObjectClass.OBSTACLE: (
        "movable_object.barrier, movable_object.debris, movable_object.pushable_pullable, static_object.bicycle_rack"
    ),
}
MOTIONS = {
    "vehicle.moving": "Moving",
    "vehicle.stopped": "Stopped",
    "vehicle.parked": "Parked",
    "pedestrian.moving": "Moving",
    "pedestrian.standing": "Stopped",
    "pedestrian.sitting_lying_down": "Stopped",
}
_WITH_RIDER = "cycle.with_rider"


class NuScenes:
    """One scene of 20 s. Raises BagError: it is not there, or a table is missing or contradicts another."""

    licence = "CC BY-NC-SA 4.0 with nuScenes' terms of use: not for commercial use; cite Caesar et al."

    def __init__(self, folder: Path, scene: str | None) -> None:
        self._tables, row = find_scene(folder, scene)
        self._folder = self._tables.folder if (self._tables.folder / "samples").is_dir() else folder
        self.name = str(row["name"])
        self.vocabulary = Vocabulary(CLASSES)
        self.left_out: Counter[str] = Counter()
        tables = self._tables
        samples = frozenset(str(r["token"]) for r in tables.rows("sample", lambda r: r["scene_token"] == row["token"]))
        self._channels = _channels(tables)
        taken = tables.rows("sample_data", lambda r: r["sample_token"] in samples)
        self._data = sorted(self._known(taken), key=lambda r: (int(r["timestamp"]), str(r["filename"])))
        if not self._data:
            raise BagError(f"{tables.path('sample_data')} has no data of {self.name}", remedy="unpack the tables again")
        self._poses = self._path()
        self._labels = _labels(tables, samples, self.vocabulary, self._origin_m)

    @property
    def length(self) -> int:
        return len(self._data)

    def steps(self) -> Iterator[Step]:
        is_first = True
        for row in self._data:
            stamp_ns = _stamp_ns(row)
            channel = self._channels[row["calibrated_sensor_token"]][0]
            frame = self._sweep(row) if channel == LIDAR else self._picture(row, CAMERAS[channel])
            frames: list[ImportedFrame] = [*ego_frames(self._poses.motion(stamp_ns)), frame]
            if is_first:
                frames, is_first = [*self._mounts(stamp_ns), *frames], False
            is_labelled = channel == LIDAR and row["is_key_frame"] and self._labels is not None
            yield Step(frames=tuple(frames), labelled=self._labelled(row, stamp_ns) if is_labelled else None)

    def _known(self, rows: list[Row]) -> Iterator[Row]:
        for row in rows:
            token = row["calibrated_sensor_token"]
            if token not in self._channels:
                raise BagError(
                    f"{self._tables.path('calibrated_sensor')} has no row {token!r}, which sample_data points to",
                    remedy="unpack the tables again",
                )
            channel = self._channels[token][0]
            if channel == LIDAR or channel in CAMERAS:
                yield row
            else:
                self.left_out[channel] += 1

    def _path(self) -> EgoPath:
        wanted = frozenset(str(row["ego_pose_token"]) for row in self._data)
        poses = self._tables.by_token("ego_pose", wanted)
        by_stamp: dict[int, Pose] = {}
        for row in self._data:
            pose = self._tables.get(poses, str(row["ego_pose_token"]), "ego_pose")
            by_stamp.setdefault(_stamp_ns(row), pose_of(pose))
        self._origin_m = next(iter(by_stamp.values())).translation_m
        return EgoPath(list(by_stamp), shifted(list(by_stamp.values())))

    def _mounts(self, stamp_ns: int) -> list[FrameTransform]:
        used = {row["calibrated_sensor_token"] for row in self._data}
        places = [self._channels[token] for token in sorted(used)]
        return [mount(stamp_ns, _frame_of(channel), pose_of(row)) for channel, row in places]

    def _sweep(self, row: Row) -> LidarSweep:
        points = read_floats(self._folder / row["filename"], 5)
        return LidarSweep(
            stamp_ns=_stamp_ns(row),
            frame_id=LIDAR_FRAME,
            xyz=points[:, :3],
            intensity=points[:, 3],
            ring=points[:, 4].astype(np.uint16),
        )

    def _picture(self, row: Row, camera: str) -> Picture:
        data, size = read_picture(self._folder / row["filename"])
        sensor = self._channels[row["calibrated_sensor_token"]][1]
        try:
            matrix = np.array(sensor["camera_intrinsic"], dtype=np.float64).reshape(3, 3)
        except ValueError as error:
            raise BagError(
                f"{sensor.path}: camera_intrinsic of {camera} is {sensor['camera_intrinsic']}",
                remedy="unpack the tables again",
            ) from error
        return Picture(stamp_ns=_stamp_ns(row), camera=camera, data=data, intrinsics=pinhole(matrix, size))

    def _labelled(self, row: Row, stamp_ns: int) -> LabelledSweep:
        motion = self._poses.motion(stamp_ns)
        return LabelledSweep(
            stamp_ns=stamp_ns,
            odom_from_base=motion.odom_from_base,
            ego_speed_mps=motion.speed_mps,
            labels=tuple((self._labels or {}).get(str(row["sample_token"]), ())),
        )


def pose_of(row: Row) -> Pose:
    """From translation and rotation, whose quaternion is written w, x, y, z.

    Raises:
        BagError: a value is missing, or is no rotation.
    """
    x, y, z = row.numbers("translation", 3)
    w, i, j, k = row.numbers("rotation", 4)
    try:
        return Pose.from_quaternion((x, y, z), (i, j, k, w))
    except FrameError as error:
        raise BagError(f"{row.path}: row {row['token']!r}: {error.what}", remedy="unpack the tables again") from error


def _channels(tables: Tables) -> dict[str, tuple[str, Row]]:
    """By calibrated_sensor token: the sensor's channel, and the row."""
    channels = {token: str(row["channel"]) for token, row in tables.by_token("sensor").items()}
    rows = tables.by_token("calibrated_sensor")
    return {token: (channels.get(str(row["sensor_token"]), "?"), row) for token, row in rows.items()}


def _frame_of(channel: str) -> str:
    return LIDAR_FRAME if channel == LIDAR else optical_frame(CAMERAS[channel])


def _stamp_ns(row: Row) -> int:
    return int(row["timestamp"]) * 1000  # µs


def _labels(
    tables: Tables, samples: frozenset[str], vocabulary: Vocabulary, origin_m: NDArray[np.float64]
) -> dict[str, list[Label]] | None:
    """By sample. None where the version was published without labels, as v1.0-test."""
    if not tables.path("sample_annotation").is_file() and tables.folder.name.endswith("test"):
        return None
    rows = tables.rows("sample_annotation", lambda r: r["sample_token"] in samples)
    instances = tables.by_token("instance", frozenset(str(row["instance_token"]) for row in rows))
    categories, attributes, levels = (tables.by_token(name) for name in ("category", "attribute", "visibility"))
    labels: dict[str, list[Label]] = {}
    for row in rows:
        instance = tables.get(instances, str(row["instance_token"]), "instance")
        name = str(tables.get(categories, str(instance["category_token"]), "category")["name"])
        told = [str(tables.get(attributes, str(t), "attribute")["name"]) for t in row["attribute_tokens"]]
        level = levels.get(str(row["visibility_token"]))
        labels.setdefault(str(row["sample_token"]), []).append(
            Label(
                object_id=str(row["instance_token"]),
                label=vocabulary.label(name, has_rider=_WITH_RIDER in told),
                dataset_label=name,
                box=_box(row, origin_m),
                motion=next((MOTIONS[each] for each in told if each in MOTIONS), None),
                visibility=None if level is None else str(level["level"]),
                lidar_points=int(row["num_lidar_pts"]),
            )
        )
    return labels


def _box(row: Row, origin_m: NDArray[np.float64]) -> OrientedBox:
    """In odom; nuScenes writes width, length, height."""
    pose, (width, length, height) = pose_of(row), row.numbers("size", 3)
    x, y, z = (float(v) for v in pose.translation_m - origin_m)
    return OrientedBox(centre_m=(x, y, z), size_lwh_m=(length, width, height), yaw_rad=pose.yaw_rad)
