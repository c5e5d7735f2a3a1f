"""KITTI raw, synced and rectified: `DATE/calib_*.txt` and `DATE/DATE_drive_NNNN_sync/`.

What is taken: the left colour camera as `front` (the other three look the same way), the LiDAR, GPS/IMU and tracklets.
The LiDAR is as it was measured, so each point is given its time: the scanner turns counter-clockwise, from the rear at
timestamps_start to the rear at timestamps_end, and the camera is triggered when it looks ahead, at the sweep's stamp.
Source: readme.txt of the raw data development kit.
"""

from __future__ import annotations

import calendar
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import strptime

import numpy as np
from numpy.typing import NDArray

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
from crossmodal_narrator.bags.importing.kitti_oxts import read_oxts
from crossmodal_narrator.bags.importing.poses import EgoPath, ego_frames, mount
from crossmodal_narrator.bags.importing.tracklets import Tracklet, read_tracklets
from crossmodal_narrator.bags.importing.vocabulary import Vocabulary
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.frames import EgoMotion, LidarSweep

_CALIBRATION = "unpack DATE_calib.zip beside the drives of that date"
_DRIVE, _EXTRACT = re.compile(r"\d{4}_\d\d_\d\d_drive_\d{4}_[a-z]+"), "_extract"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One turn of the LiDAR: when it looks ahead, and when it begins and ends, where that is known."""

    stamp_ns: int
    start_ns: int | None
    end_ns: int | None

    def offsets_s(self, xyz: NDArray[np.floating]) -> NDArray[np.float32] | None:
        """(points,) when each was measured, seconds from the stamp, by its direction; None where that is not known."""
        if self.start_ns is None or self.end_ns is None:
            return None
        share = 0.5 + np.arctan2(xyz[:, 1], xyz[:, 0]) / math.tau
        start_s, length_s = (self.start_ns - self.stamp_ns) / 1e9, (self.end_ns - self.start_ns) / 1e9
        return np.asarray(start_s + share * length_s, dtype=np.float32)


class KittiRaw:
    """One drive. Raises BagError: it is not there, or its calibration, times or poses are not."""

    licence = LICENCE

    def __init__(self, folder: Path, scene: str | None) -> None:
        drives = {path.name: path for path in _drives(folder)}
        self.name = choose(list(drives), scene, folder, "*_drive_*_sync folder")
        self._folder = drives[self.name]
        self.vocabulary = Vocabulary(CLASSES)
        self.left_out: Counter[str] = Counter()
        self._sensors = _calibration(self._folder.parent)
        self._turns = _turns(self._folder / "velodyne_points")
        self._pictures = _stamps(self._folder / "image_02" / "timestamps.txt")
        self._motions = self._rising(
            read_oxts(self._folder / "oxts", _stamps(self._folder / "oxts" / "timestamps.txt"))
        )
        motions = self._motions.values()
        self._path = EgoPath([motion.stamp_ns for motion in motions], [motion.odom_from_base for motion in motions])
        labels = self._folder / "tracklet_labels.xml"
        self._labels = read_tracklets(labels, self.left_out) if labels.is_file() else None

    @property
    def length(self) -> int:
        return len(self._numbers())

    def steps(self) -> Iterator[Step]:
        numbers = self._numbers()
        for number in numbers:
            turn, motion = self._turns.get(number), self._motions.get(number)
            moving = () if motion is None else ego_frames(motion)
            sweep = () if turn is None else self._sweep(number, turn)
            frames: list[ImportedFrame] = [*self._picture(number), *sweep, *moving]
            if not frames:
                continue
            if number == numbers[0]:
                first_ns = min(frame.stamp_ns for frame in frames)
                frames += self._mounts(first_ns)
            frames.sort(key=lambda frame: frame.stamp_ns)
            labelled = self._labelled(number, turn) if turn is not None and sweep else None
            yield Step(frames=tuple(frames), labelled=labelled)

    def _numbers(self) -> list[int]:
        return sorted({*self._turns, *self._pictures})

    def _rising(self, motions: dict[int, EgoMotion]) -> dict[int, EgoMotion]:
        """Without the poses whose stamp is not later than all before, which the GPS/IMU's clock gives now and then."""
        rising: dict[int, EgoMotion] = {}
        newest_ns = 0
        for number, motion in motions.items():
            if motion.stamp_ns <= newest_ns:
                self.left_out["poses out of order"] += 1
                continue
            rising[number], newest_ns = motion, motion.stamp_ns
        return rising

    def _mounts(self, stamp_ns: int) -> list[ImportedFrame]:
        places = {LIDAR_FRAME: self._sensors.base_from_velo, optical_frame(FRONT): self._sensors.base_from_camera}
        return [mount(stamp_ns, child, place) for child, place in places.items()]

    def _picture(self, number: int) -> list[ImportedFrame]:
        if number not in self._pictures:
            return []
        data, size = read_picture(self._folder / "image_02" / "data" / f"{number:010}.png")
        intrinsics = pinhole(self._sensors.matrix, size)
        return [Picture(stamp_ns=self._pictures[number], camera=FRONT, data=data, intrinsics=intrinsics)]

    def _sweep(self, number: int, turn: _Turn) -> tuple[LidarSweep, ...]:
        path = self._folder / "velodyne_points" / "data" / f"{number:010}.bin"
        # Some drives lack a few sweeps (2011_09_26_drive_0009 four), as their recording did; the others go on.
        if not path.is_file():
            self.left_out["sweeps that the dataset lacks"] += 1
            return ()
        points = read_floats(path, 4)
        sweep = LidarSweep(
            stamp_ns=turn.stamp_ns,
            frame_id=LIDAR_FRAME,
            xyz=points[:, :3],
            intensity=points[:, 3],
            point_offset_s=turn.offsets_s(points),
        )
        return (sweep,)

    def _labelled(self, number: int, turn: _Turn) -> LabelledSweep | None:
        if self._labels is None:
            return None
        motion = self._path.motion(turn.stamp_ns)
        return LabelledSweep(
            stamp_ns=turn.stamp_ns,
            odom_from_base=motion.odom_from_base,
            ego_speed_mps=self._motions.get(number, motion).speed_mps,
            labels=tuple(self._label(tracklet, turn) for tracklet in self._labels.get(number, ())),
        )

    def _label(self, tracklet: Tracklet, turn: _Turn) -> Label:
        """In odom: the labellers saw the sweep as it was measured, each direction of it at its own time."""
        offsets_s = turn.offsets_s(np.array([tracklet.box.centre_m]))
        met_ns = turn.stamp_ns + (0 if offsets_s is None else round(float(offsets_s[0]) * 1e9))
        odom_from_velo = self._path.at(met_ns) @ self._sensors.base_from_velo
        return Label(
            object_id=tracklet.object_id,
            label=self.vocabulary.label(tracklet.name),
            dataset_label=tracklet.name,
            box=tracklet.box.moved(odom_from_velo),
            visibility=None if tracklet.occlusion is None else VISIBILITY.get(tracklet.occlusion),
        )


def _drives(folder: Path) -> list[Path]:
    """The drives in a folder: it is one, or a date's, or holds those of dates."""
    near = [folder.resolve(), *folder.glob("*_drive_*"), *folder.glob("*/*_drive_*")]
    found = [path for path in near if _DRIVE.fullmatch(path.name) and path.is_dir()]
    drives = [path for path in found if not path.name.endswith(_EXTRACT)]
    if found and not drives:
        raise BagError(
            f"{found[0]} is unsynced and unrectified", remedy="download the drive's [synced+rectified data] (…_sync)"
        )
    return drives


def _calibration(date: Path) -> KittiSensors:
    paths = {name: date / f"calib_{name}.txt" for name in ("cam_to_cam", "velo_to_cam", "imu_to_velo")}
    values = {name: read_values(path, remedy=_CALIBRATION) for name, path in paths.items()}
    rigid = {
        name: pose(matrix(values[name], "R", 3, 3, paths[name]), matrix(values[name], "T", 3, 1, paths[name]))
        for name in ("velo_to_cam", "imu_to_velo")
    }
    cameras, path = values["cam_to_cam"], paths["cam_to_cam"]
    return sensors(
        rigid["imu_to_velo"],
        rigid["velo_to_cam"],
        matrix(cameras, "R_rect_00", 3, 3, path),
        matrix(cameras, "P_rect_02", 3, 4, path),
    )


def _turns(folder: Path) -> dict[int, _Turn]:
    starts, ends = (
        _stamps(path) if (path := folder / f"timestamps_{name}.txt").is_file() else {} for name in ("start", "end")
    )
    return {
        number: _Turn(stamp_ns=stamp_ns, start_ns=starts.get(number), end_ns=ends.get(number))
        for number, stamp_ns in _stamps(folder / "timestamps.txt").items()
    }


def _stamps(path: Path) -> dict[int, int]:
    """Nanoseconds by frame number, a line each, `2011-09-26 13:02:25.964389445`; an empty line is a frame that lacks.

    They are Karlsruhe's time, and taken as UTC: only differences matter.
    """
    stamps: dict[int, int] = {}
    for number, line in enumerate(read_text(path).splitlines()):
        if not line.strip():
            continue
        whole, _, fraction = line.strip().partition(".")
        try:
            seconds = calendar.timegm(strptime(whole, "%Y-%m-%d %H:%M:%S"))
            stamps[number] = seconds * 1_000_000_000 + int(fraction.ljust(9, "0")[:9])
        except ValueError as error:
            raise BagError(
                f"{path}, line {number + 1}: {line!r} is no time", remedy="expected 2011-09-26 13:02:25.964389445"
            ) from error
    return stamps
