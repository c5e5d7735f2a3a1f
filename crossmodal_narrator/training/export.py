"""From a trained network to a model folder: ONNX that every engine takes, its manifest, its golden sample."""

from __future__ import annotations

import copy
import hashlib
import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import yaml
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from crossmodal_narrator.core.errors import TrainingError
from crossmodal_narrator.runtime import EngineConfig, ModelStore, open_engine
from crossmodal_narrator.runtime.golden import block_noise, record_golden
from crossmodal_narrator.runtime.manifest import read_manifest
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine

OPSET = 18
MAX_BYTES = 8_000_000
_GOLDEN_SEED, _GOLDEN_BLOCK = 11, 4
_SAME = 1e-4  # largest difference between PyTorch's answers and ONNX Runtime's


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What the manifest says of a model that was trained here."""

    name: str
    licence: str = "Apache-2.0"
    labels: Sequence[str] = ()
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Sequence[str]
    absolute: float = 1e-3  # how far an engine's answer may lie from the golden sample
    relative: float = 1e-3


def export(network: nn.Module, card: ModelCard, folder: Path) -> Path:
    """Write model.onnx, golden.json and manifest.yaml into `folder`, whose name becomes that of the model.

    Raises:
        TrainingError: the ONNX file is too large for the repository, or answers otherwise than the network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = to_onnx(network, card)
    if len(content) > MAX_BYTES:
        remedy = f"at most {MAX_BYTES} go into the repository"
        raise TrainingError(f"{card.name} has {len(content)} bytes", remedy=remedy)
    (folder / "model.onnx").write_bytes(content)
    document = _document(card, network, content)
    path = folder / "manifest.yaml"
    (folder / "golden.json").write_text("{}\n", encoding="utf-8")
    _write(path, document, folder / "golden.json")
    engine = OnnxCpuEngine(read_manifest(path), content, EngineConfig(threads=1))
    _compare(network, engine, card)
    golden = record_golden(engine, card.inputs, seed=_GOLDEN_SEED, block=_GOLDEN_BLOCK)
    (folder / "golden.json").write_text(golden, encoding="utf-8")
    _write(path, document, folder / "golden.json")
    open_engine(read_manifest(path), ModelStore(folder.parent), EngineConfig(engines=("onnxruntime_cpu",)))
    return path


def to_onnx(network: nn.Module, card: ModelCard) -> bytes:
    """By the dynamo exporter; normalisation is folded into the convolutions before it."""
    fused = fused_network(network).to(memory_format=torch.contiguous_format)
    samples = tuple(torch.zeros(shape) for shape in card.inputs.values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own dependencies
        program = torch.onnx.export(
            fused,
            samples,
            dynamo=True,
            opset_version=OPSET,
            input_names=list(card.inputs),
            output_names=list(card.outputs),
            verbose=False,
        )
    assert program is not None
    model = onnx.load_from_string(program.model_proto.SerializeToString())
    model.producer_name, model.producer_version = "crossmodal_narrator", ""
    for node in model.graph.node:
        node.ClearField("metadata_props")  # stack traces of the machine that exported it
        node.ClearField("doc_string")
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer):
        value.ClearField("metadata_props")
    model.ClearField("metadata_props")
    model.graph.ClearField("metadata_props")
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def fused_network(network: nn.Module) -> nn.Module:
    """A copy for inference, with each batch normalisation folded into the convolution before it."""
    fused = copy.deepcopy(network).eval()
    for _, module, k in normalised(fused):
        module[k], module[k + 1] = fuse_conv_bn_eval(module[k], module[k + 1]), nn.Identity()
    return fused


def normalised(network: nn.Module) -> list[tuple[str, nn.Sequential, int]]:
    """The convolutions that a batch normalisation follows: the name, and the place in which sequence."""
    return [
        (f"{name}.{k}", module, k)
        for name, module in network.named_modules()
        if isinstance(module, nn.Sequential)
        for k in range(len(module) - 1)
        if isinstance(module[k], (nn.Conv1d, nn.Conv2d)) and isinstance(module[k + 1], (nn.BatchNorm1d, nn.BatchNorm2d))
    ]


def _document(card: ModelCard, network: nn.Module, content: bytes) -> dict[str, Any]:
    samples = [torch.zeros(shape) for shape in card.inputs.values()]
    with torch.no_grad():
        answers = network.eval()(*samples)
    shapes = [list(a.shape) for a in (answers if isinstance(answers, tuple) else (answers,))]
    tensors = {
        "inputs": [(name, list(shape)) for name, shape in card.inputs.items()],
        "outputs": list(zip(card.outputs, shapes, strict=True)),
    }
    return {
        "name": card.name,
        "licence": card.licence,
        "artifact": {"path": "model.onnx", "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)},
        **{
            key: [{"name": name, "dtype": "float32", "shape": shape} for name, shape in values]
            for key, values in tensors.items()
        },
        "golden": {"file": {}, "absolute": card.absolute, "relative": card.relative},
        "labels": list(card.labels),
        "classes": {},
    }


def _write(path: Path, document: dict[str, Any], golden: Path) -> None:
    content = golden.read_bytes()
    document["golden"]["file"] = {
        "path": golden.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
    }
    text = io.StringIO()
    text.write("# Written by `crossmodal-narrator train`: see README.md in this folder.\n")
    yaml.safe_dump(document, text, sort_keys=False, default_flow_style=None, width=120)
    path.write_text(text.getvalue(), encoding="utf-8")


def _compare(network: nn.Module, engine: OnnxCpuEngine, card: ModelCard) -> None:
    arrays = {name: block_noise(shape, _GOLDEN_SEED, _GOLDEN_BLOCK) for name, shape in card.inputs.items()}
    with torch.no_grad():
        answers = network.eval()(*(torch.from_numpy(array) for array in arrays.values()))
    theirs: Sequence[Tensor] = answers if isinstance(answers, tuple) else (answers,)
    mine = engine.infer(arrays)
    for name, wanted in zip(card.outputs, theirs, strict=True):
        away = float(np.abs(mine[name] - wanted.numpy()).max() / max(1.0, float(wanted.abs().max())))
        if not away <= _SAME:
            raise TrainingError(f"{card.name}: ONNX Runtime's {name} is off by {away:g}", remedy="report this")
