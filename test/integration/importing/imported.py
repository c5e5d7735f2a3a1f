"""What an import wrote, read again by our own reader; and pictures with a mark that a projection must hit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.bags.importing import ImportSummary, import_drive, open_dataset
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep, SensorFrame
from crossmodal_narrator.sync import TransformBuffer
from crossmodal_narrator.wire import Intake, guess_topics

WIDTH, HEIGHT = 128, 64


def painted(suffix: str, u: float, v: float) -> bytes:
    """A black picture with a red square of 5 pixels around (u, v), as a file's bytes."""
    picture = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    x, y = int(u), int(v)
    picture[y - 2 : y + 3, x - 2 : x + 3] = (0, 0, 255)
    done, data = cv2.imencode(suffix, picture, [cv2.IMWRITE_JPEG_QUALITY, 100] if suffix == ".jpg" else [])
    assert done
    return bytes(data.tobytes())


def points_around(centre: tuple[float, float, float], count: int = 50) -> NDArray[np.float32]:
    """(count, 3) within 0.3 m of `centre`, whose mean is `centre`."""
    half = np.random.default_rng(1).uniform(-0.3, 0.3, (count // 2, 3))
    return np.asarray(np.vstack([half, -half]) + centre, dtype=np.float32)


class Imported:
    """One imported drive: its frames, and the entries of truth.json."""

    def __init__(self, dataset: str, folder: Path, out: Path, scene: str | None = None, **options: Any) -> None:
        self.summary: ImportSummary = import_drive(open_dataset(dataset, folder, scene), out, **options)
        self.bag = open_bag(out / "bag")
        intake = Intake(guess_topics([(topic.name, topic.msgtype) for topic in self.bag.topics]))
        self.frames: list[SensorFrame] = []
        self.transforms = TransformBuffer()
        for message in self.bag.messages():
            for frame in intake.frames(message.topic, message.message):
                self.frames.append(frame)
                if isinstance(frame, FrameTransform):
                    self.transforms.push(frame)
        assert intake.drain_refused() == ()
        self.truth: list[dict[str, Any]] = json.loads((out / "truth.json").read_text())

    @property
    def sweeps(self) -> list[LidarSweep]:
        return [frame for frame in self.frames if isinstance(frame, LidarSweep)]

    @property
    def motions(self) -> list[EgoMotion]:
        return [frame for frame in self.frames if isinstance(frame, EgoMotion)]

    def pictures(self, camera: str = "front") -> list[CameraFrame]:
        return [frame for frame in self.frames if isinstance(frame, CameraFrame) and frame.camera == camera]

    def points_in_base(self, k: int) -> NDArray[np.floating]:
        sweep = self.sweeps[k]
        return self.transforms.lookup("base_link", sweep.frame_id, sweep.stamp_ns).transform(sweep.xyz)

    def thing(self, k: int, dataset_label: str) -> dict[str, Any]:
        (found,) = [o for o in self.truth[k]["objects"] if o["dataset_label"] == dataset_label]
        return found

    def colour_at(self, point: tuple[float, float, float] | list[float], picture: CameraFrame) -> tuple[int, ...]:
        """The colour where a point of base_link, as it was at the picture's stamp, is projected."""
        assert picture.intrinsics is not None
        camera_from_base = self.transforms.lookup(picture.frame_id, "base_link", picture.stamp_ns)
        pixels, seen = picture.intrinsics.project(camera_from_base.transform(np.array([point])))
        assert seen[0]
        u, v = (int(value) for value in pixels[0])
        return tuple(int(value) for value in picture.rgb[v, u])


def is_red(colour: tuple[int, ...]) -> bool:
    return colour[0] > 200 and colour[1] < 60 and colour[2] < 60
