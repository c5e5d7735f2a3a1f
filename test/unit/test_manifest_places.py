"""run.json says the same wherever the bag and the models lie."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.bags import BagWriter, open_bag
from crossmodal_narrator.cli.recorded import DriveConfig
from crossmodal_narrator.cli.replaying import _without_folders, configuration_document, configuration_of
from crossmodal_narrator.configuration import NarratorNodeConfig, PerceptionConfig
from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.geometry import Intrinsics
from crossmodal_narrator.wire.topics import TopicMap


@pytest.fixture
def camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bag in a folder that is called like a part of its topics' names, named by a relative path."""
    monkeypatch.chdir(tmp_path)
    frame = CameraFrame(
        stamp_ns=1_000_000_000,
        frame_id="optical",
        camera="front",
        rgb=np.zeros((12, 16, 3), np.uint8),
        intrinsics=Intrinsics(width=16, height=12, fx=10.0, fy=10.0, cx=8.0, cy=6.0),
    )
    with BagWriter(Path("camera")) as bag:
        bag.write_frame(frame)
    return Path("camera")


def drive_with(models: str) -> DriveConfig:
    perception = PerceptionConfig()
    perception = dataclasses.replace(perception, models=dataclasses.replace(perception.models, folder=models))
    return DriveConfig(topics=TopicMap(), perception=perception, narrator=NarratorNodeConfig())


def test_where_the_models_lie_is_no_part_of_the_configuration() -> None:
    document = configuration_document(drive_with("/data/weights_v3"))

    assert document == configuration_document(drive_with("/copy/models"))
    assert configuration_of(document, Path("/copy/models")) == drive_with("/copy/models")
    assert configuration_of(document, None) == drive_with("")


def test_damage_is_told_without_folders_and_with_the_whole_names_of_topics(camera: Path) -> None:
    bag = open_bag(camera)
    topic = next(topic.name for topic in bag.topics if "/camera/" in topic.name)

    line = f"camera/camera.mcap: a message of {topic} at 5 ns is cut short; camera: 3 lost"
    assert _without_folders(line, bag) == f"camera.mcap: a message of {topic} at 5 ns is cut short; the bag: 3 lost"


def test_a_single_file_is_the_bag_whatever_it_is_called_and_however_it_was_named(camera: Path) -> None:
    (recording,) = camera.glob("*.mcap")
    for path in (recording, recording.resolve()):
        bag = open_bag(path)
        assert _without_folders(f"{path}: chunk at byte 9 is damaged", bag) == "the bag: chunk at byte 9 is damaged"
        assert _without_folders(f"{path.name} is cut short", bag) == "the bag is cut short"
