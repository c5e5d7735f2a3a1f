"""A manifest that does not fit its network, or itself, is refused when it is opened, with what was found."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from brought import FAMILIES, bring, document, draw

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime import detector_spec
from crossmodal_narrator.runtime.manifest import read_manifest

Edit = tuple[str, object]

# (family, path in the manifest, value; what the refusal must name)
CONTRADICTIONS = [
    ("yolox", ("decoding.kind", "yolo8"), "decoding.kind = 'yolo8'.*allowed: one of nanodet, yolox, detr"),
    (
        "yolox",
        ("decoding.outputs", {"joined": "out"}),
        r"needs an output out of \(1, any, 9\).*output \[1, 'cells', 9\]",
    ),
    ("yolox", ("decoding.outputs", {"logits": "output"}), "decoding.outputs = .*allowed: joined"),
    ("yolox", ("decoding.strides", [8, 0]), r"decoding.strides = \[8, 0\].*above 0"),
    ("yolox", ("decoding.activation", "softmax"), "decoding.activation = 'softmax'.*one of none, sigmoid"),
    ("yolox", ("decoding.boxes", "xyxy"), "decoding.boxes = 'xyxy'.*one of offsets, decoded"),
    ("yolox", ("labels", ["car", "traffic light"]), r"for 2 labels; the manifest has output \[1, 'cells', 9\]"),
    ("yolox", ("decoding.bins", 11), "decoding.bins = 11.*only keys that a manifest knows"),
    (
        "nanodet",
        ("decoding.bins", 8),
        r"needs an output distances_8 of \(1, any, 32\).*distances_8 \[1, 'rows_8', 44\]",
    ),
    ("nanodet", ("decoding.bins", 0), "decoding.bins = 0.*1 or more"),
    ("nanodet", ("decoding.outputs.scores", "scores"), "decoding.outputs.scores = 'scores'.*{stride}"),
    ("nanodet", ("preprocessing.stride", 8), "preprocessing.stride = 8 is no multiple of 32.*set it to 32"),
    ("detr", ("decoding.no_object", False), r"needs an output logits of \(1, any, 4\).*logits \[1, 'queries', 5\]"),
    ("detr", ("decoding.box_format", "xywh"), "decoding.box_format = 'xywh'.*cxcywh, xyxy"),
    (
        "rt-detr and d-fine of their authors",
        ("decoding.no_object", True),
        "decoding.no_object = True.*false, where the graph",
    ),
    (
        "rt-detr and d-fine of their authors",
        ("decoding.activation", "sigmoid"),
        "activation = 'sigmoid'.*none, where the graph",
    ),
    ("rt-detr and d-fine of their authors", ("preprocessing.size_input", "size"), "size_input = 'size'.*dtype int64"),
    ("rt-detr and d-fine of their authors", ("preprocessing.size_input", None), "preprocessing.size_input = None"),
    ("detr", ("preprocessing.fit", "crop"), "preprocessing.fit = 'crop'.*letterbox, stretch"),
    ("detr", ("preprocessing.scale", 0), "preprocessing.scale = 0"),
    ("detr", ("preprocessing.std", [1.0, 0.0, 1.0]), "preprocessing.std"),
    ("detr", ("preprocessing.padding", 300), "preprocessing.padding = 300"),
    ("yolox, bytes", ("preprocessing.mean", [1.0, 1.0, 1.0]), "input image is uint8, with mean .*float32"),
]


def edited(manifest: dict[str, Any], edit: Edit) -> dict[str, Any]:
    changed = copy.deepcopy(manifest)
    *way, last = edit[0].split(".")
    section = changed
    for key in way:
        section = section[key]
    section[last] = edit[1]
    return changed


@pytest.mark.parametrize(
    ("name", "edit", "refusal"), CONTRADICTIONS, ids=[f"{n}: {e[0]}" for n, e, _ in CONTRADICTIONS]
)
def test_a_contradiction_is_named_with_its_remedy(tmp_path: Path, name: str, edit: Edit, refusal: str) -> None:
    content, outputs = draw(FAMILIES[name])

    with pytest.raises(ModelError, match=refusal):
        bring(tmp_path, content, edited(document(FAMILIES[name], outputs), edit))


def test_a_model_without_decoding_is_no_camera_detector(tmp_path: Path) -> None:
    content, outputs = draw(FAMILIES["detr"])
    manifest = document(FAMILIES["detr"], outputs)
    del manifest["decoding"]

    with pytest.raises(ModelError, match=r"its manifest has no decoding.*docs/encoders/camera.md"):
        bring(tmp_path, content, manifest)


@pytest.mark.parametrize(
    ("shape", "named"),
    [([1, 416, 416, 3], r"shape \[1, 416, 416, 3\]"), ([1, 3, 416, "width"], r"\[1, 3, 416, 'width'\]")],
)
def test_an_image_that_goes_in_otherwise_is_refused(tmp_path: Path, shape: list[Any], named: str) -> None:
    content, outputs = draw(FAMILIES["yolox"])
    manifest = document(FAMILIES["yolox"], outputs)
    manifest["inputs"][0]["shape"] = shape

    with pytest.raises(ModelError, match=named):
        bring(tmp_path, content, manifest)


def test_a_network_that_answers_other_rows_than_its_strides_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    # The manifest agrees with itself, since rows are a symbol; only the network knows that it has a third stride.
    content, outputs = draw(FAMILIES["yolox"])
    manifest = edited(document(FAMILIES["yolox"], outputs), ("decoding.strides", [8, 16]))

    with pytest.raises(
        ModelError, match=r"brought does not do what.*output with \(1, 3549, 9\) instead of \(1, 3380, 9\)"
    ):
        bring(tmp_path, content, manifest)


def test_a_refused_detector_leaves_no_golden_sample(tmp_path: Path) -> None:
    content, outputs = draw(FAMILIES["yolox"])
    with pytest.raises(ModelError):
        bring(tmp_path, content, edited(document(FAMILIES["yolox"], outputs), ("decoding.strides", [8, 16])))

    assert not (tmp_path / "brought" / "golden.json").exists()


def test_labels_beyond_the_manifest_are_refused_and_not_guessed(tmp_path: Path) -> None:
    from street import street

    from crossmodal_narrator.core.timing import StageTimer
    from crossmodal_narrator.encoding.camera.detector import Detector
    from crossmodal_narrator.encoding.camera.views import full_view
    from crossmodal_narrator.runtime import open_engine

    family = FAMILIES["rt-detr and d-fine of their authors"]
    content, outputs = draw(family)
    manifest = document(family, outputs) | {"labels": ["tree", "car"], "classes": {"car": "car"}}
    del manifest["signal_label"]
    store, read = bring(tmp_path, content, manifest)
    detector = Detector(open_engine(read, store), detector_spec(read), min_score=0.3)

    with pytest.raises(ModelError, match="answers label 2, its manifest names 2"):
        detector.detect(street(), full_view(640, 360, 416), StageTimer(lambda: 0))


def test_the_shipped_detector_says_how_it_is_decoded(repository: Path) -> None:
    spec = detector_spec(read_manifest(repository / "models" / "nanodet_g" / "manifest.yaml"))

    assert spec.decoding.kind == "nanodet"
    assert spec.preparation.size is None
