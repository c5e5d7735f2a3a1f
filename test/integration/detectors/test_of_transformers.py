"""DETR and RT-DETR, built and exported by transformers, give the boxes that its own processors make of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brought import IMAGENET, PLAIN, Family, bring, document
from exporting import exported
from numpy.typing import NDArray
from street import street

from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera.candidates import Candidates
from crossmodal_narrator.encoding.camera.detector import Detector
from crossmodal_narrator.encoding.camera.views import View
from crossmodal_narrator.encoding.engine import Arrays, Engine
from crossmodal_narrator.runtime import detector_spec, open_engine

torch = pytest.importorskip("torch", reason="torch is not installed: it exports the networks of these tests")
transformers = pytest.importorskip("transformers", reason="transformers is not installed: it builds these networks")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: torch.onnx exports by it")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

WIDTH, HEIGHT = 256, 192
QUERIES, LABELS = 20, 4
STEM = {"embedding_size": 8, "hidden_sizes": [8, 16, 16, 16], "depths": [1, 1, 1, 1], "layer_type": "basic"}


class Kept:
    """An engine that keeps what went in and came out last."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self.name = engine, engine.name
        self.inputs: Arrays = {}
        self.answers: Arrays = {}

    def infer(self, inputs: Arrays) -> Mapping[str, NDArray[Any]]:
        self.inputs = {name: value.copy() for name, value in inputs.items()}
        self.answers = self._engine.infer(inputs)
        return self.answers


class Outputs(torch.nn.Module):  # type: ignore[misc]
    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: Any) -> Any:
        answer = self.network(pixel_values=pixel_values)
        return answer.logits, answer.pred_boxes


SMALL = {"layers": 1, "attention_heads": 2, "ffn_dim": 32}


def detr() -> Any:
    stem = transformers.ResNetConfig(**STEM, out_features=["stage4"])
    small = {f"{part}_{key}": value for part in ("encoder", "decoder") for key, value in SMALL.items()}
    config = transformers.DetrConfig(
        use_timm_backbone=False, backbone_config=stem, d_model=16, num_queries=QUERIES, num_labels=LABELS, **small
    )
    return transformers.DetrForObjectDetection(config)


def rtdetr() -> Any:
    stem = transformers.RTDetrResNetConfig(**STEM, out_features=["stage2", "stage3", "stage4"])
    config = transformers.RTDetrConfig(
        backbone_config=stem,
        encoder_hidden_dim=16,
        encoder_in_channels=[16, 16, 16],
        encoder_ffn_dim=32,
        encoder_attention_heads=2,
        d_model=16,
        decoder_in_channels=[16, 16, 16],
        decoder_ffn_dim=32,
        decoder_layers=1,
        decoder_attention_heads=2,
        num_queries=QUERIES,
        num_denoising=0,
        num_labels=LABELS,
    )
    return transformers.RTDetrForObjectDetection(config)


def family(activation: str, no_object: bool, preprocessing: dict[str, Any]) -> Family:
    decoding = {
        "kind": "detr",
        "outputs": {"logits": "logits", "boxes": "pred_boxes"},
        "activation": activation,
        "no_object": no_object,
        "box_format": "cxcywh",
        "box_unit": "fraction",
    }
    return Family(
        head=lambda finder: {},
        decoding=decoding,
        preprocessing={"channel_order": "rgb", **preprocessing},
        size=(HEIGHT, WIDTH),
    )


def looked(folder: Path, network: Any, taken: Family, columns: int, min_score: float) -> tuple[Kept, Candidates]:
    """What goes in and out of the exported network, and what our decoder makes of it."""
    torch.manual_seed(1)
    model = Outputs(network().eval())
    content = exported(model, torch.rand(1, 3, HEIGHT, WIDTH), ["image"], ["logits", "pred_boxes"])
    outputs = {"logits": ("float32", [1, QUERIES, columns]), "pred_boxes": ("float32", [1, QUERIES, 4])}
    manifest = document(taken, outputs)
    manifest["classes"] = dict.fromkeys(manifest["labels"], "car")
    store, read = bring(folder, content, manifest)
    engine = Kept(open_engine(read, store))
    detector = Detector(engine, detector_spec(read), min_score=min_score)
    view = View(x0=0, y0=0, x1=WIDTH, y1=HEIGHT, scale=1.0)
    return engine, detector.detect(picture(), view, StageTimer(lambda: 0))


def picture() -> NDArray[np.uint8]:
    return np.ascontiguousarray(street()[:HEIGHT, 100 : 100 + WIDTH])


def theirs(engine: Kept, processor: Any, min_score: float) -> list[tuple[float, int, list[float]]]:
    """(score, label, box) by the processor of transformers, from the same answers, clipped to the picture."""
    answer = type("Answer", (), {})()
    answer.logits, answer.pred_boxes = (torch.from_numpy(engine.answers[k]) for k in ("logits", "pred_boxes"))
    (found,) = processor.post_process_object_detection(answer, min_score, target_sizes=[(HEIGHT, WIDTH)])
    low, high = torch.zeros(4), torch.tensor([WIDTH, HEIGHT, WIDTH, HEIGHT])
    boxes = found["boxes"].clamp(low, high)
    return list(zip(found["scores"].tolist(), found["labels"].tolist(), boxes.tolist(), strict=True))


def has(ours: Candidates, found: tuple[float, int, list[float]]) -> bool:
    score, label, box = found
    same = np.isclose(ours.boxes, box, atol=1e-2).all(axis=1) & np.isclose(ours.scores, score, rtol=1e-5)
    return bool((same & (ours.labels == label)).any())


def test_detr_is_prepared_and_decoded_as_transformers_does(tmp_path: Path) -> None:
    min_score = 0.15
    engine, ours = looked(tmp_path, detr, family("softmax", True, IMAGENET), LABELS + 1, min_score)
    processor = transformers.DetrImageProcessor(do_resize=False, do_pad=False)

    prepared = processor(images=picture(), return_tensors="np")["pixel_values"]
    np.testing.assert_allclose(engine.inputs["image"], prepared, atol=1e-4)
    expected = theirs(engine, processor, min_score)
    assert len(expected) >= 5
    assert len(ours) == len(expected)
    assert all(has(ours, found) for found in expected)


def test_rtdetr_is_prepared_and_decoded_as_transformers_does(tmp_path: Path) -> None:
    min_score = 0.01
    plain = {**PLAIN, "scale": 1 / 255, "fit": "stretch"}
    engine, ours = looked(tmp_path, rtdetr, family("sigmoid", False, plain), LABELS, min_score)
    processor = transformers.RTDetrImageProcessor(do_resize=False)

    prepared = processor(images=picture(), return_tensors="np")["pixel_values"]
    np.testing.assert_allclose(engine.inputs["image"], prepared, atol=1e-5)
    # Theirs takes the best pairs of query and label; a query that names two labels is one thing to us.
    best: dict[tuple[float, ...], tuple[float, int, list[float]]] = {}
    for found in sorted(theirs(engine, processor, min_score), key=lambda pair: pair[0]):
        best[tuple(found[2])] = found
    assert len(best) >= 5
    assert len(ours) <= QUERIES
    assert all(has(ours, found) for found in best.values())
