"""A detector comes with a folder alone, a manifest and an ONNX file, and finds what it must where it must."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import graphs
import numpy as np
import pytest
import yaml
from brought import FAMILIES, Family, bring, document, draw
from numpy.typing import NDArray
from street import CAR, LIGHT, street

from crossmodal_narrator.assembly import open_camera
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.config import build
from crossmodal_narrator.core.detections import CameraFeatures, ObjectClass, RegionOfInterest, SignalState
from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera import CameraEncoder, CameraEncoderConfig
from crossmodal_narrator.runtime import detector_spec, open_engine

CONFIG = CameraEncoderConfig(crop_budget=2, region_answered_score=1.0, far_road=False)

Look = Callable[[str], tuple[CameraFeatures, list[str]]]


def opened(folder: Path, family: Family) -> CameraEncoder:
    content, outputs = draw(family)
    store, manifest = bring(folder, content, document(family, outputs))
    return CameraEncoder(CONFIG, open_engine(manifest, store), detector_spec(manifest))


def seen(encoder: CameraEncoder, rgb: NDArray[np.uint8]) -> CameraFeatures:
    frame = CameraFrame(stamp_ns=1, frame_id="camera", camera="front", rgb=rgb, intrinsics=None)
    return encoder.encode(frame, list, StageTimer(lambda: 0))


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """What a family makes of the street, with a second look at the car; each is opened once."""
    known: dict[str, tuple[CameraFeatures, list[str]]] = {}

    def looked(name: str) -> tuple[CameraFeatures, list[str]]:
        if name not in known:
            encoder = opened(tmp_path_factory.mktemp("models"), FAMILIES[name])
            frame = CameraFrame(stamp_ns=1, frame_id="camera", camera="front", rgb=street(), intrinsics=None)
            region = RegionOfInterest(box=CAR, priority=1.0, reason="cluster")
            timer = StageTimer(lambda: 0)
            features = encoder.encode(frame, lambda: [region], timer)
            known[name] = features, [t.stage for t in timer.drain()]
        return known[name]

    return looked


@pytest.mark.parametrize("name", FAMILIES)
def test_the_car_comes_out_once_and_where_it_is_after_two_looks(look: Look, name: str) -> None:
    features, stages = look(name)

    assert stages.count("camera/infer") == 2
    assert [d.label for d in features.detections] == [ObjectClass.CAR]
    (car,) = features.detections
    assert car.score > 0.95
    assert car.box.iou(CAR) > 0.93, car.box


@pytest.mark.parametrize("name", FAMILIES)
def test_the_traffic_light_comes_out_once_and_is_green(look: Look, name: str) -> None:
    features, _ = look(name)

    assert [s.state for s in features.signals] == [SignalState.GREEN]
    assert features.signals[0].box.iou(LIGHT) > 0.85, features.signals[0].box


@pytest.mark.parametrize("name", FAMILIES)
def test_pixels_that_go_in_otherwise_than_in_training_show_nothing_there(tmp_path: Path, name: str) -> None:
    family = FAMILIES[name]
    content, outputs = draw(family)
    swapped = {"bgr": "rgb", "rgb": "bgr"}[family.preprocessing["channel_order"]]
    wrong = document(family, outputs) | {"preprocessing": {**family.preprocessing, "channel_order": swapped}}
    store, manifest = bring(tmp_path, content, wrong)

    features = seen(CameraEncoder(CONFIG, open_engine(manifest, store), detector_spec(manifest)), street())

    assert all(d.box.iou(CAR) < 0.1 for d in features.detections)


def test_a_detector_that_names_each_thing_once_keeps_two_cars_that_hide_each_other(tmp_path: Path) -> None:
    family = dataclasses.replace(FAMILIES["detr"], head=lambda f: graphs.detr(f, no_object=True, beside=0.02))

    features = seen(opened(tmp_path, family), street())

    boxes = [d.box for d in features.detections]
    assert len(boxes) == 2
    assert boxes[0].iou(boxes[1]) > CONFIG.max_iou


def test_the_same_manifest_reads_a_folder_that_the_user_names(tmp_path: Path) -> None:
    family = FAMILIES["yolox"]
    content, outputs = draw(family)
    bring(tmp_path, content, document(family, outputs, name="ours"))
    config = build(PerceptionConfig, {"models.folder": str(tmp_path), "models.detector": "ours"})

    (car,) = seen(open_camera(config), street()).detections

    assert car.box.iou(CAR) > 0.93


def test_the_command_line_records_and_then_verifies_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    family = FAMILIES["rt-detr and d-fine of their authors"]
    content, outputs = draw(family)
    own = tmp_path / "brought"
    own.mkdir()
    (own / "model.onnx").write_bytes(content)
    manifest = document(family, outputs)
    (own / "manifest.yaml").write_text(yaml.safe_dump(manifest))
    where = ["--models-dir", str(tmp_path)]

    assert main(["models", "record", *where]) == 2  # nothing is recorded that was not named
    assert main(["models", "verify", "brought", *where]) == 1
    capsys.readouterr()
    assert main(["models", "record", "brought", *where]) == 0
    printed = yaml.safe_load(capsys.readouterr().out.split("must say:\n")[1])
    golden = {**manifest["golden"], "file": printed["golden"]["file"]}
    (own / "manifest.yaml").write_text(yaml.safe_dump({**manifest, "artifact": printed["artifact"], "golden": golden}))
    assert main(["models", "verify", "brought", *where]) == 0
