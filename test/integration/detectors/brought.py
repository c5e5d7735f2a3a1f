"""Folders as a fleet would bring them: a manifest in YAML and an ONNX file, for each family."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from math import lcm
from pathlib import Path
from typing import Any

import graphs
import yaml
from graphs import LABELS, Finder, Graph

from crossmodal_narrator.runtime import ModelStore
from crossmodal_narrator.runtime.manifest import FileEntry, Manifest
from crossmodal_narrator.runtime.recording import record_detector

IMAGENET = {"scale": 1 / 255, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
PLAIN = {"mean": [0.0, 0.0, 0.0], "std": [1.0, 1.0, 1.0]}
Outputs = dict[str, tuple[str, list[Any]]]


@dataclass(frozen=True, kw_only=True)
class Family:
    """A head, what its manifest says, and how its input is."""

    head: Callable[[Finder], Outputs]
    decoding: dict[str, Any]
    preprocessing: dict[str, Any]
    size: tuple[int | str, int | str] = ("height", "width")
    dtype: str = "float32"
    second: dict[str, list[Any]] = dataclasses.field(default_factory=dict)  # inputs of int64
    once: bool = False  # whether a look gives each thing once without suppression


def _nanodet(strides: list[int], bins: int, point: float, outputs: dict[str, str], **more: Any) -> Family:
    return Family(
        head=lambda f: graphs.nanodet(f, tuple(strides), bins, point, joined="joined" in outputs),
        decoding={
            "kind": "nanodet",
            "outputs": outputs,
            "strides": strides,
            "bins": bins,
            "cell_point": point,
            "activation": "none",
        },
        preprocessing={
            "channel_order": "bgr",
            "mean": [103.53, 116.28, 123.675],
            "std": [57.375, 57.12, 58.395],
            "stride": lcm(*strides),
        },
        **more,
    )


def _yolox(boxes: str, activation: str, **more: Any) -> Family:
    return Family(
        head=lambda f: graphs.yolox(f, (8, 16, 32), decoded=boxes == "decoded", logits=activation == "sigmoid"),
        decoding={
            "kind": "yolox",
            "outputs": {"joined": "output"},
            "strides": [8, 16, 32],
            "activation": activation,
            "boxes": boxes,
        },
        preprocessing={"channel_order": "bgr", **PLAIN, "padding": 114.0, "stride": 32},
        **more,
    )


def _detr(activation: str, no_object: bool, preprocessing: dict[str, Any], **more: Any) -> Family:
    return Family(
        head=lambda f: graphs.detr(f, no_object=no_object),
        decoding={
            "kind": "detr",
            "outputs": {"logits": "logits", "boxes": "pred_boxes"},
            "activation": activation,
            "no_object": no_object,
            "box_format": "cxcywh",
            "box_unit": "fraction",
        },
        preprocessing={"channel_order": "rgb", **preprocessing},
        once=True,
        **more,
    )


RTDETR_CHOSEN = Family(
    head=graphs.rtdetr_chosen,
    decoding={
        "kind": "detr",
        "outputs": {"labels": "labels", "boxes": "boxes", "scores": "scores"},
        "activation": "none",
        "no_object": False,
        "box_format": "xyxy",
        "box_unit": "pixel",
    },
    preprocessing={
        "channel_order": "rgb",
        **PLAIN,
        "scale": 1 / 255,
        "fit": "stretch",
        "size_input": "orig_target_sizes",
    },
    size=(352, 416),
    second={"orig_target_sizes": [1, 2]},
    once=True,
)

FAMILIES = {
    "nanodet": _nanodet([8, 16, 32], 11, 0.5, {"scores": "scores_{stride}", "distances": "distances_{stride}"}),
    "nanodet-plus": _nanodet([8, 16, 32, 64], 16, 0.0, {"joined": "output"}),
    "nanodet-plus at a size that its last stride does not divide": _nanodet(
        [8, 16, 32, 64], 8, 0.0, {"joined": "output"}, size=(416, 416)
    ),
    "yolox": _yolox("offsets", "none", size=(416, 416)),
    "yolox, decoded, logits, any size": _yolox("decoded", "sigmoid"),
    "yolox, bytes": _yolox("offsets", "none", size=(416, 416), dtype="uint8"),
    "detr": _detr("softmax", True, {**IMAGENET, "stride": 1}),
    "rt-detr and d-fine of transformers": _detr(
        "sigmoid", False, {**PLAIN, "scale": 1 / 255, "fit": "stretch"}, size=(416, 416)
    ),
    "rt-detr and d-fine of their authors": RTDETR_CHOSEN,
}


def document(family: Family, outputs: Outputs, name: str = "brought") -> dict[str, Any]:
    """The manifest, with digests that nobody knows yet."""
    unknown = {"sha256": "0" * 64, "size_bytes": 1}
    inputs = [{"name": "image", "dtype": family.dtype, "shape": [1, 3, *family.size]}]
    inputs += [{"name": key, "dtype": "int64", "shape": shape} for key, shape in family.second.items()]
    return {
        "name": name,
        "licence": "Apache-2.0",
        "artifact": {"path": "model.onnx", **unknown},
        "inputs": inputs,
        "outputs": [{"name": key, "dtype": dtype, "shape": shape} for key, (dtype, shape) in outputs.items()],
        "preprocessing": family.preprocessing,
        "decoding": family.decoding,
        "golden": {"file": {"path": "golden.json", **unknown}, "absolute": 1.0e-3, "relative": 1.0e-3},
        "labels": list(LABELS),
        "classes": {"car": "car"},
        "signal_label": "traffic light",
    }


def draw(family: Family) -> tuple[bytes, Outputs]:
    """The family's ONNX file, and its outputs."""
    g = Graph()
    scale = family.preprocessing.get("scale", 1.0)
    mean, std = ([v / scale for v in family.preprocessing[key]] for key in ("mean", "std"))
    image = g.Cast("image", to=1) if family.dtype == "uint8" else "image"
    outputs = family.head(Finder(g, image, family.preprocessing["channel_order"], mean, std))
    inputs = {"image": (family.dtype, [1, 3, *family.size])}
    inputs |= {key: ("int64", shape) for key, shape in family.second.items()}
    return g.model(inputs, outputs), outputs


def bring(folder: Path, content: bytes, manifest: dict[str, Any]) -> tuple[ModelStore, Manifest]:
    """Put both into `folder` and record them, as `models record` and its user do."""
    own = folder / manifest["name"]
    own.mkdir(parents=True)
    (own / "model.onnx").write_bytes(content)
    (own / "manifest.yaml").write_text(yaml.safe_dump(manifest))
    store = ModelStore(folder, folder / "cache")
    artifact, golden = record_detector(store.manifest(manifest["name"]))
    recorded = {
        **manifest,
        "artifact": _entry(artifact),
        "golden": {**manifest["golden"], "file": _entry(golden)},
    }
    (own / "manifest.yaml").write_text(yaml.safe_dump(recorded))
    return store, store.manifest(manifest["name"])


def _entry(entry: FileEntry) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load("\n".join(entry.yaml_lines("")))
    return loaded
