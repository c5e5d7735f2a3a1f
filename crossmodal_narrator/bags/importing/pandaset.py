"""PandaSet: `NNN/{lidar,camera/*,annotations/cuboids}` with poses.json and timestamps.json beside the frames → a drive.

Points, poses and cuboids are in one world with z up. The frame of the lidar poses looks along y (x right, y ahead, z
up), so base_link is it, turned by 90°: x ahead, y left. It lies about 0.3 m above the road, under the LiDAR; where the
LiDAR itself sits was not published, and 1.9 m above it is our choice. Points in the world are compensated for the
vehicle's motion by that, so they have no times of their own. A cuboid's yaw is 0 along the world's y, and its length
lies along y. Source: docs of pandaset.annotations and pandaset.sensors.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal_narrator.bags.importing.drive import (
    LIDAR_FRAME,
    ImportedFrame,
    Label,
    LabelledSweep,
    Step,
    optical_frame,
)
from crossmodal_narrator.bags.importing.files import choose
from crossmodal_narrator.bags.importing.pandaset_camera import PandaCamera, pose_list, stamp_list
from crossmodal_narrator.bags.importing.pickled_frame import Columns, read_frame
from crossmodal_narrator.bags.importing.poses import EgoPath, ego_frames, mount, shifted
from crossmodal_narrator.bags.importing.vocabulary import Vocabulary
from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.frames import LidarSweep
from crossmodal_narrator.core.geometry import OrientedBox, Pose, wrap_angle

CAMERAS = {
    "front_camera": "front",
    "front_left_camera": "front_left",
    "front_right_camera": "front_right",
    "left_camera": "left",
    "right_camera": "right",
    "back_camera": "rear",
}
CLASSES = {
    ObjectClass.CAR: "Car",
    ObjectClass.TRUCK: (
        "Pickup Truck, Medium-sized Truck, Semi-truck, Towed Object, Other Vehicle - Construction Vehicle"
    ),
    ObjectClass.VAN: "Emergency Vehicle, Other Vehicle - Uncommon",
    ObjectClass.BUS: "Bus, Trolley",
    ObjectClass.TRAIN: "Train, Tram / Subway",
    ObjectClass.MOTORCYCLE: "Motorcycle",
    ObjectClass.BICYCLE: "Bicycle, Motorized Scooter",
    ObjectClass.CYCLIST: "Other Vehicle - Pedicab",
    ObjectClass.PEDESTRIAN: "Pedestrian, Pedestrian with Object, Personal Mobility Device",
    ObjectClass.ANIMAL: "Animals - Bird, Animals - Other",
    ObjectClass.CONE: "Cones, Pylons",
    ObjectClass.OBSTACLE: (
        "Signs, Construction Signs, Road Barriers, Temporary Construction Barriers, Rolling Containers"
    ),
}
EGO_FROM_BASE = Pose.from_xy_yaw(0.0, 0.0, math.pi / 2.0)
BASE_FROM_LIDAR = Pose.from_xy_yaw(0.0, 0.0, 0.0, 1.9)
SPINNING, FORWARD_FACING = 0, 1  # of a point's `d` and a cuboid's `cuboids.sensor_id`; -1 there: of both
_POINT = ("x", "y", "z", "i", "d")
_SIZES, _PLACE = ("dimensions.y", "dimensions.x", "dimensions.z"), ("position.x", "position.y", "position.z")
_CUBOID = ("uuid", "label", "yaw", *_PLACE, *_SIZES)
_TWICE = "second cuboids of objects that both LiDARs saw"


class PandaSet:
    """One sequence. Raises BagError: it is not there, or its poses or stamps are not."""

    licence = "CC BY 4.0 with PandaSet's terms of use: name Scale AI and Hesai"

    def __init__(self, folder: Path, scene: str | None) -> None:
        folder = folder.resolve()
        if (folder / "lidar").is_dir():
            folder, sequences = folder.parent, [folder.name]
        else:
            sequences = [path.parent.name for path in folder.glob("*/lidar") if path.is_dir()]
        self.name = choose(sequences, scene, folder, "sequence (a folder with lidar/)")
        self._folder = folder / self.name
        self.vocabulary = Vocabulary(CLASSES)
        self.left_out: Counter[str] = Counter()
        lidar = self._folder / "lidar"
        stamps_ns = stamp_list(lidar / "timestamps.json")
        ego = pose_list(lidar / "poses.json", len(stamps_ns))
        self._stamps_ns = stamps_ns
        self._world_from_base = [pose @ EGO_FROM_BASE for pose in ego]
        self._path = EgoPath(stamps_ns, shifted(self._world_from_base))
        world = EgoPath(stamps_ns, self._world_from_base)
        folders = {name: self._folder / "camera" / name for name in CAMERAS}
        self._cameras = [PandaCamera(path, CAMERAS[n], world) for n, path in folders.items() if path.is_dir()]

    @property
    def length(self) -> int:
        return len(self._stamps_ns)

    def steps(self) -> Iterator[Step]:
        for k, stamp_ns in enumerate(self._stamps_ns):
            motion = self._path.motion(stamp_ns)
            frames: list[ImportedFrame] = [camera.picture(k) for camera in self._cameras]
            frames += [*ego_frames(motion), self._sweep(k)]
            if k == 0:
                first_ns = min(frame.stamp_ns for frame in frames)
                frames += [mount(first_ns, optical_frame(c.name), c.base_from_camera) for c in self._cameras]
                frames.append(mount(first_ns, LIDAR_FRAME, BASE_FROM_LIDAR))
            labels = self._labels(k)
            labelled = LabelledSweep(
                stamp_ns=stamp_ns,
                odom_from_base=motion.odom_from_base,
                ego_speed_mps=motion.speed_mps,
                labels=labels or (),
            )
            frames.sort(key=lambda frame: frame.stamp_ns)
            yield Step(frames=tuple(frames), labelled=None if labels is None else labelled)

    def _sweep(self, k: int) -> LidarSweep:
        """The spinning LiDAR's points; those of the one that looks ahead are measured at other times."""
        points = read_frame(_frame_file(self._folder / "lidar", k), _POINT)
        spinning = points["d"] == SPINNING
        xyz = np.column_stack([np.asarray(points[axis], dtype=np.float64)[spinning] for axis in "xyz"])
        lidar_from_world = (self._world_from_base[k] @ BASE_FROM_LIDAR).inverse()
        return LidarSweep(
            stamp_ns=self._stamps_ns[k],
            frame_id=LIDAR_FRAME,
            xyz=lidar_from_world.transform(xyz).astype(np.float32),
            intensity=np.asarray(points["i"], dtype=np.float32)[spinning],
        )

    def _labels(self, k: int) -> tuple[Label, ...] | None:
        folder = self._folder / "annotations" / "cuboids"
        if not folder.is_dir():
            return None
        table = read_frame(_frame_file(folder, k), _CUBOID)
        sensors = table.get("cuboids.sensor_id", np.full(len(table["uuid"]), -1))
        labels = []
        for row in range(len(table["uuid"])):
            if sensors[row] == FORWARD_FACING:
                self.left_out[_TWICE] += 1
                continue
            labels.append(self._label(table, row))
        return tuple(labels)

    def _label(self, table: Columns, row: int) -> Label:
        x, y, z = (float(table[name][row]) for name in _PLACE)
        length, width, height = (float(table[name][row]) for name in _SIZES)
        origin = self._world_from_base[0].translation_m
        name = str(table["label"][row])
        rider = _word(table, "attributes.rider_status", row)
        return Label(
            object_id=str(table["uuid"][row]),
            label=self.vocabulary.label(name, has_rider=rider == "With Rider"),
            dataset_label=name,
            box=OrientedBox(
                centre_m=(x - float(origin[0]), y - float(origin[1]), z - float(origin[2])),
                size_lwh_m=(length, width, height),
                yaw_rad=wrap_angle(float(table["yaw"][row]) + math.pi / 2.0),
            ),
            motion=_word(table, "attributes.object_motion", row),
        )


def _frame_file(folder: Path, k: int) -> Path:
    """Also as some copies have it, unpacked."""
    packed, unpacked = folder / f"{k:02}.pkl.gz", folder / f"{k:02}.pkl"
    return unpacked if unpacked.is_file() and not packed.is_file() else packed


def _word(table: Columns, name: str, row: int) -> str | None:
    value: Any = table[name][row] if name in table else None
    return value if isinstance(value, str) and value else None
