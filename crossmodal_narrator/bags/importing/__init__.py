"""Drives of public datasets → a bag and its truth, as the simulator writes them.

It stands in bags because it writes bags: truth.json is written here and read in evaluation, which lies above.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from crossmodal_narrator.bags.importing.drive import Drive
from crossmodal_narrator.bags.importing.kitti_object import KittiObject
from crossmodal_narrator.bags.importing.kitti_raw import KittiRaw
from crossmodal_narrator.bags.importing.nuscenes import NuScenes
from crossmodal_narrator.bags.importing.pandaset import PandaSet
from crossmodal_narrator.bags.importing.writing import ImportSummary, import_drive
from crossmodal_narrator.core.errors import BagError

_OPENERS: Mapping[str, Callable[[Path, str | None], Drive]] = {
    "kitti_raw": KittiRaw,
    "kitti_object": KittiObject,
    "nuscenes": NuScenes,
    "pandaset": PandaSet,
}
DATASETS = tuple(_OPENERS)


def open_dataset(name: str, folder: Path, scene: str | None = None) -> Drive:
    """The drive `scene` of a dataset's folder, or the only one in it.

    Raises:
        BagError: the folder, the drive or a file of it is not there, or not of the dataset's form.
    """
    if not folder.is_dir():
        raise BagError(f"{folder} is no folder", remedy=f"name the folder that {name} was unpacked into")
    return _OPENERS[name](folder, scene)


__all__ = ["DATASETS", "Drive", "ImportSummary", "import_drive", "open_dataset"]
