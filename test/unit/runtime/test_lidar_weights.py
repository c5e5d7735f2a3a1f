"""The LiDAR's network is opened only as its manifest says, and there is an answer without it."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.assembly import geometry_alone, open_lidar
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.snapshot import PlacedSweep
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.nodes.opened import opened


def config_of(folder: Path, detector: str = "bird_eye") -> PerceptionConfig:
    config = PerceptionConfig()
    return dataclasses.replace(
        config, models=dataclasses.replace(config.models, folder=str(folder), lidar_detector=detector)
    )


@pytest.fixture
def altered(repository: Path, tmp_path: Path) -> PerceptionConfig:
    """The model but for one byte of its weights."""
    shutil.copytree(repository / "models" / "bird_eye", tmp_path / "bird_eye")
    path = tmp_path / "bird_eye" / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return config_of(tmp_path)


def test_altered_weights_are_an_answer_that_says_so(altered: PerceptionConfig) -> None:
    found = opened(lambda refused: open_lidar(altered, refused))

    assert found.encoder is None
    assert isinstance(found.error, ModelError)
    assert "its manifest says" in str(found.error)


def test_geometry_goes_on_without_them(altered: PerceptionConfig) -> None:
    encoder = geometry_alone(altered)
    nothing = PlacedSweep(stamp_ns=1, xyz=np.zeros((0, 3), np.float32), intensity=None, origin_m=(0.0, 0.0, 1.9))

    assert encoder.engine_name == ""
    assert encoder.encode(nothing, StageTimer(lambda: 0)).detections == ()


def test_no_name_is_geometry_alone_and_no_weights_are_looked_for(tmp_path: Path) -> None:
    assert open_lidar(config_of(tmp_path, detector="")).engine_name == ""


def test_a_model_for_another_sense_is_refused_with_what_it_must_be(repository: Path) -> None:
    with pytest.raises(ModelError, match=r"labels are .*siren.*choose a model with"):
        open_lidar(config_of(repository / "models", detector="sound_events"))
