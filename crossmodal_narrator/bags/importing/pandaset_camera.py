"""The cameras of PandaSet, and its lists of poses and stamps."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal_narrator.bags.importing.drive import Picture
from crossmodal_narrator.bags.importing.files import pinhole, read_json, read_picture
from crossmodal_narrator.bags.importing.poses import EgoPath, mean_pose
from crossmodal_narrator.core.errors import BagError, FrameError
from crossmodal_narrator.core.geometry import Pose

_AGAIN = "download the sequence again"


class PandaCamera:
    """One camera. Its poses are told in the world, at its own stamps; where it sits follows from all of them.

    Raises BagError: a file of it is missing, or not of PandaSet's form.
    """

    def __init__(self, folder: Path, name: str, world_from_base: EgoPath) -> None:
        self.name = name
        self._folder = folder
        self._stamps_ns = stamp_list(folder / "timestamps.json")
        poses = pose_list(folder / "poses.json", len(self._stamps_ns))
        pairs = zip(self._stamps_ns, poses, strict=True)
        self.base_from_camera = mean_pose([world_from_base.at(at).inverse() @ pose for at, pose in pairs])
        path = folder / "intrinsics.json"
        told = read_json(path, remedy=_AGAIN)
        try:
            self._matrix = np.array([[told["fx"], 0.0, told["cx"]], [0.0, told["fy"], told["cy"]], [0.0, 0.0, 1.0]])
        except (KeyError, TypeError) as error:
            raise BagError(f"{path} has no {error}", remedy=_AGAIN) from error

    def picture(self, k: int) -> Picture:
        """The k-th image.

        Raises:
            BagError: it is missing or broken, or has no stamp.
        """
        path = self._folder / f"{k:02}.jpg"
        if k >= len(self._stamps_ns):
            raise BagError(f"{self._folder / 'timestamps.json'} has no stamp for {path.name}", remedy=_AGAIN)
        data, size = read_picture(path)
        return Picture(stamp_ns=self._stamps_ns[k], camera=self.name, data=data, intrinsics=pinhole(self._matrix, size))


def stamp_list(path: Path) -> list[int]:
    """timestamps.json: seconds since the epoch, in the µs that they were written with.

    Raises:
        BagError: the file is missing, or not a list of rising numbers.
    """
    told = read_json(path, remedy=_AGAIN)
    try:
        stamps_ns = [round(float(value) * 1e6) * 1000 for value in told]
    except (TypeError, ValueError) as error:
        raise BagError(f"{path} is no list of seconds: {error}", remedy=_AGAIN) from error
    if not stamps_ns or any(b <= a for a, b in itertools.pairwise(stamps_ns)):
        raise BagError(f"{path} holds {len(stamps_ns)} stamps that do not rise", remedy=_AGAIN)
    return stamps_ns


def pose_list(path: Path, count: int) -> list[Pose]:
    """poses.json: world_from_sensor, `count` entries, one for each stamp of timestamps.json.

    Raises:
        BagError: the file is missing, not of that form, or of another length.
    """
    told: Any = read_json(path, remedy=_AGAIN)
    try:
        poses = [_pose(entry) for entry in told]
    except (KeyError, TypeError, FrameError) as error:
        raise BagError(f"{path} is no list of poses: {error!r}", remedy=_AGAIN) from error
    if len(poses) != count:
        raise BagError(f"{path} has {len(poses)} poses for {count} stamps", remedy=_AGAIN)
    return poses


def _pose(entry: Any) -> Pose:
    place, turn = entry["position"], entry["heading"]
    return Pose.from_quaternion((place["x"], place["y"], place["z"]), (turn["x"], turn["y"], turn["z"], turn["w"]))
