"""What every dataset is turned into: steps of frames with their labels, in our own frames and units.

`odom` is the dataset's world with z up, shifted so that numbers stay small; `base_link` is as REP 105 has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from crossmodal_narrator.bags.importing.vocabulary import Vocabulary
from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.frames import EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import Intrinsics, OrientedBox, Pose

BASE_FRAME, ODOM_FRAME, LIDAR_FRAME = "base_link", "odom", "lidar_top"
FRONT = "front"  # the camera that truth.json speaks of


def optical_frame(camera: str) -> str:
    return f"camera_{camera}_optical"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One image as it lies in the dataset: `data` is JPEG or PNG, and is stored as it is."""

    stamp_ns: int
    camera: str
    data: bytes
    intrinsics: Intrinsics


ImportedFrame = Picture | LidarSweep | EgoMotion | FrameTransform


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One labelled object. `box` is in odom; what the dataset does not tell is None."""

    object_id: str
    label: ObjectClass
    dataset_label: str
    box: OrientedBox
    motion: str | None = None
    visibility: str | None = None
    lidar_points: int | None = None  # as the dataset counted them; None: they are counted here


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledSweep:
    """All labels of one sweep."""

    stamp_ns: int
    odom_from_base: Pose
    ego_speed_mps: float
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """Frames in the order of their stamps, none of them earlier than those of the step before."""

    frames: tuple[ImportedFrame, ...]
    labelled: LabelledSweep | None = None


class Drive(Protocol):
    """One drive of a dataset, opened. `length` is the number of its steps; `licence` what its publishers allow.

    `left_out` counts what is not imported, by its name; it is whole when the steps have been read.
    """

    @property
    def name(self) -> str: ...
    @property
    def length(self) -> int: ...
    @property
    def licence(self) -> str: ...
    @property
    def vocabulary(self) -> Vocabulary: ...
    @property
    def left_out(self) -> Mapping[str, int]: ...

    def steps(self) -> Iterator[Step]:
        """Read the drive.

        Raises:
            BagError: a file is missing, cut short, or not of the dataset's form.
        """
        ...
