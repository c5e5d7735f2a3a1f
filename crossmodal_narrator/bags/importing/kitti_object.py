"""KITTI object: single frames of many drives, `training/{calib,image_2,label_2,velodyne}/NNNNNN.*`.

The frames have no stamps and no poses, and follow no order. So each of them is shown as a vehicle sees it that stands:
six times in half a second, as a track is believed only after a few sightings, then nothing until every track is given
up. The stamps are made up, and the labels are of the last showing. They are in the rectified frame of camera 0 (x
right, y down, z ahead): the middle of the bottom, and ry about y. Source: readme.txt of the object development kit.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from crossmodal_narrator.bags.importing.drive import (
    FRONT,
    LIDAR_FRAME,
    ImportedFrame,
    Label,
    LabelledSweep,
    Picture,
    Step,
    optical_frame,
)
from crossmodal_narrator.bags.importing.files import choose, pinhole, read_floats, read_picture, read_text
from crossmodal_narrator.bags.importing.kitti_calibration import (
    CLASSES,
    LICENCE,
    VISIBILITY,
    KittiSensors,
    matrix,
    pose,
    read_values,
    sensors,
)
from crossmodal_narrator.bags.importing.poses import mount
from crossmodal_narrator.bags.importing.vocabulary import Vocabulary
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.frames import EgoMotion, LidarSweep
from crossmodal_narrator.core.geometry import OrientedBox, Pose

START_NS = 1_000_000_000_000
SHOWINGS, SHOWING_NS, FRAME_NS = 6, 100_000_000, 3_000_000_000
_UNLABELLED = "DontCare"  # regions of the image that nobody labelled
_COLUMNS = 15


class KittiObject:
    """One split, `training` or `testing`. Raises BagError: it is not there, or holds no frames."""

    licence = LICENCE

    def __init__(self, folder: Path, scene: str | None) -> None:
        inside = [name for name in ("training", "testing") if (folder / name / "velodyne").is_dir()]
        if not inside and (folder / "velodyne").is_dir():
            folder, inside = folder.resolve().parent, [folder.resolve().name]
        self.name = choose(inside, scene or next(iter(inside), None), folder, "training or testing with velodyne")
        self._folder = folder / self.name
        self.vocabulary = Vocabulary(CLASSES)
        self.left_out: Counter[str] = Counter()
        self._names = sorted(path.stem for path in (self._folder / "velodyne").glob("*.bin"))

    @property
    def length(self) -> int:
        return SHOWINGS * len(self._names)

    def steps(self) -> Iterator[Step]:
        for k, name in enumerate(self._names):
            place = self._sensors(name)
            points = read_floats(self._folder / "velodyne" / f"{name}.bin", 4)
            data, size = read_picture(self._folder / "image_2" / f"{name}.png")
            labels = self._labels(name, place)
            for showing in range(SHOWINGS):
                stamp_ns = START_NS + k * FRAME_NS + showing * SHOWING_NS
                frames: list[ImportedFrame] = [
                    Picture(stamp_ns=stamp_ns, camera=FRONT, data=data, intrinsics=pinhole(place.matrix, size)),
                    LidarSweep(stamp_ns=stamp_ns, frame_id=LIDAR_FRAME, xyz=points[:, :3], intensity=points[:, 3]),
                    standing(stamp_ns),
                ]
                if showing == 0:  # each frame's vehicle was calibrated on another day
                    frames = [*_mounts(stamp_ns, place), *frames]
                is_labelled = labels is not None and showing == SHOWINGS - 1
                yield Step(frames=tuple(frames), labelled=_still(stamp_ns, labels) if is_labelled else None)

    def _sensors(self, name: str) -> KittiSensors:
        path = self._folder / "calib" / f"{name}.txt"
        values = read_values(path, remedy="unpack data_object_calib.zip beside the images")
        imu, velo = (matrix(values, key, 3, 4, path) for key in ("Tr_imu_to_velo", "Tr_velo_to_cam"))
        return sensors(
            pose(imu[:, :3], imu[:, 3]),
            pose(velo[:, :3], velo[:, 3]),
            matrix(values, "R0_rect", 3, 3, path),
            matrix(values, "P2", 3, 4, path),
        )

    def _labels(self, name: str, place: KittiSensors) -> tuple[Label, ...] | None:
        """None in the split that was never published with labels."""
        path = self._folder / "label_2" / f"{name}.txt"
        if not path.parent.is_dir():
            return None
        labels = []
        for number, line in enumerate(read_text(path).splitlines()):
            kind, *words = line.split() or [_UNLABELLED]
            if kind == _UNLABELLED:
                self.left_out[_UNLABELLED] += 1
                continue
            values = _values(words, path, number)
            labels.append(
                Label(
                    object_id=f"{name}-{number}",
                    label=self.vocabulary.label(kind),
                    dataset_label=kind,
                    box=box_in_base(values[7:14], place.base_from_rect),
                    visibility=VISIBILITY.get(int(values[1])),
                )
            )
        return tuple(labels)


def box_in_base(values: list[float], base_from_rect: Pose) -> OrientedBox:
    """From h, w, l, x, y, z, ry. The box looks along (cos ry, 0, -sin ry) in the camera's frame."""
    height, width, length, x, y, z, turn = values
    ahead = base_from_rect.rotation @ np.array([math.cos(turn), 0.0, -math.sin(turn)])
    return OrientedBox(
        centre_m=base_from_rect.transform_point((x, y - height / 2.0, z)),
        size_lwh_m=(length, width, height),
        yaw_rad=math.atan2(float(ahead[1]), float(ahead[0])),
    )


def standing(stamp_ns: int) -> EgoMotion:
    """The motion of a vehicle that stands: as little as the frames can tell of any."""
    return EgoMotion(stamp_ns=stamp_ns, odom_from_base=Pose.identity(), velocity_mps=(0.0, 0.0, 0.0), yaw_rate_rps=0.0)


def _still(stamp_ns: int, labels: tuple[Label, ...] | None) -> LabelledSweep:
    return LabelledSweep(stamp_ns=stamp_ns, odom_from_base=Pose.identity(), ego_speed_mps=0.0, labels=labels or ())


def _mounts(stamp_ns: int, place: KittiSensors) -> list[ImportedFrame]:
    places = {LIDAR_FRAME: place.base_from_velo, optical_frame(FRONT): place.base_from_camera}
    return [mount(stamp_ns, child, base_from_child) for child, base_from_child in places.items()]


def _values(words: list[str], path: Path, number: int) -> list[float]:
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        raise BagError(f"{path}, line {number + 1}: {error}", remedy="download the labels again") from error
    if len(values) < _COLUMNS - 1:
        raise BagError(
            f"{path}, line {number + 1} has {len(values) + 1} columns, not {_COLUMNS}",
            remedy="download the labels again",
        )
    return values
