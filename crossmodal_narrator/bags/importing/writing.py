"""One drive of a dataset → a folder with bag/ and truth.json; pictures are stored byte for byte."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace as Message

import numpy as np

from crossmodal_narrator.bags.importing.drive import (
    FRONT,
    LIDAR_FRAME,
    Drive,
    LabelledSweep,
    Picture,
    Step,
    optical_frame,
)
from crossmodal_narrator.bags.importing.truth import SeenSweep, View, count_points, truth_entries
from crossmodal_narrator.bags.whole_folder import written_whole
from crossmodal_narrator.bags.writer import BagWriter
from crossmodal_narrator.core.errors import BagError, FrameError
from crossmodal_narrator.core.frames import FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.wire.compose import camera_info_message, header
from crossmodal_narrator.wire.compressed import PNG_SIGNATURE
from crossmodal_narrator.wire.topics import MessageKind

OnProgress = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    pass


@dataclass(slots=True, kw_only=True)
class ImportSummary:
    """What was written. `unknown` are the dataset's names that none of our classes stands for, with their number."""

    bag: Path
    name: str
    licence: str
    sweeps: int = 0
    pictures: Counter[str] = field(default_factory=Counter)  # by camera
    labelled_sweeps: int = 0
    objects: Counter[str] = field(default_factory=Counter)  # by our class
    unknown: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    first_ns: int | None = None
    last_ns: int = 0

    @property
    def length_s(self) -> float:
        return 0.0 if self.first_ns is None else (self.last_ns - self.first_ns) / 1e9


def import_drive(
    drive: Drive, folder: Path, *, limit_s: float | None = None, on_progress: OnProgress = _silent
) -> ImportSummary:
    """Write `drive`, or its first `limit_s` seconds, to a new `folder`. The same files give the same bytes.

    Raises:
        BagError: a file of the dataset is missing or broken, or `folder` exists or cannot be written.
    """
    with written_whole(folder) as making:
        making.mkdir()
        summary = ImportSummary(bag=folder / "bag", name=drive.name, licence=drive.licence)
        with BagWriter(making / "bag") as bag:
            writer = _StepWriter(bag, summary)
            for done, step in enumerate(drive.steps(), start=1):
                if not writer.write(step, limit_s):
                    break
                on_progress(done, drive.length)
        if not summary.sweeps and not summary.pictures:
            raise BagError(f"{drive.name} holds neither sweeps nor pictures", remedy="copy or download it again")
        entries = json.dumps(truth_entries(writer.seen), indent=1, ensure_ascii=False)
        (making / "truth.json").write_text(entries + "\n", encoding="utf-8")
    summary.unknown, summary.left_out = dict(drive.vocabulary.unknown), dict(drive.left_out)
    return summary


class _StepWriter:
    """Writes steps, and gathers what truth.json needs of them."""

    def __init__(self, bag: BagWriter, summary: ImportSummary) -> None:
        self.seen: list[SeenSweep] = []
        self._bag = bag
        self._summary = summary
        self._mounts: dict[str, Pose] = {}
        self._front: Intrinsics | None = None

    def write(self, step: Step, limit_s: float | None) -> bool:
        """False, and nothing written, where the step is beyond the limit."""
        summary = self._summary
        last_ns = max(frame.stamp_ns for frame in step.frames)
        if summary.first_ns is None:
            summary.first_ns = min(frame.stamp_ns for frame in step.frames)
        if limit_s is not None and last_ns - summary.first_ns > limit_s * 1e9:
            return False
        summary.last_ns = max(summary.last_ns, last_ns)
        sweep: LidarSweep | None = None
        for frame in step.frames:
            if isinstance(frame, Picture):
                self._write_picture(frame)
                continue
            self._bag.write_frame(frame)
            if isinstance(frame, FrameTransform) and frame.is_static:
                self._mounts[frame.child] = frame.parent_from_child
            sweep = frame if isinstance(frame, LidarSweep) else sweep
        summary.sweeps += sweep is not None
        if step.labelled is not None:
            self._note(step.labelled, sweep)
        return True

    def _write_picture(self, picture: Picture) -> None:
        if picture.camera == FRONT:
            self._front = picture.intrinsics
        self._summary.pictures[picture.camera] += 1
        topic, stamp_ns, frame_id = f"/camera/{picture.camera}", picture.stamp_ns, optical_frame(picture.camera)
        info = camera_info_message(stamp_ns, frame_id, picture.intrinsics)
        self._bag.write(f"{topic}/camera_info", MessageKind.CAMERA_INFO.value, info, stamp_ns)
        image = Message(
            header=header(stamp_ns, frame_id),
            format="png" if picture.data.startswith(PNG_SIGNATURE) else "jpeg",
            data=np.frombuffer(picture.data, dtype=np.uint8),
        )
        self._bag.write(f"{topic}/image/compressed", MessageKind.COMPRESSED_IMAGE.value, image, stamp_ns)

    def _note(self, labelled: LabelledSweep, sweep: LidarSweep | None) -> None:
        xyz = np.empty((0, 3), dtype=np.float32)
        if sweep is not None:
            if LIDAR_FRAME not in self._mounts:
                raise FrameError("a labelled sweep came before its LiDAR's place on the vehicle")
            xyz = self._mounts[LIDAR_FRAME].transform(sweep.xyz).astype(np.float32)
        place = self._mounts.get(optical_frame(FRONT))
        view: View | None = None
        if self._front is not None and place is not None:
            view = View(intrinsics=self._front, base_from_camera=place)
        self.seen.append(SeenSweep(sweep=labelled, points=count_points(labelled, xyz), view=view))
        self._summary.labelled_sweeps += 1
        self._summary.objects.update(label.label.value for label in labelled.labels)
