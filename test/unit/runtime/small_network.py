"""A network of four layers with a free image size, its manifest and its golden sample, written as a model's folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

from crossmodal_narrator.runtime.cuda_device import CudaDevice
from crossmodal_narrator.runtime.golden import record_golden
from crossmodal_narrator.runtime.manifest import Manifest, read_manifest
from crossmodal_narrator.runtime.onnx_session import CPU, OnnxSessionEngine, Provider

DEVICE = CudaDevice(name="Orin", compute_capability="8.7", driver=12060)


def network(seed: int = 0, *, more: Sequence[onnx.NodeProto] = ()) -> bytes:
    """image (1, 3, height, width) → map (1, 4, height, width), scores (1, 5); `more` are nodes that nobody reads."""
    rng = np.random.default_rng(seed)
    weights = {
        "kernel": rng.normal(0, 0.2, (4, 3, 3, 3)),
        "bias": rng.normal(0, 0.2, 4),
        "matrix": rng.normal(0, 0.5, (4, 5)),
    }
    nodes = [
        helper.make_node("Conv", ["image", "kernel", "bias"], ["convolved"], "convolve", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["convolved"], ["map"], "rectify"),
        helper.make_node("ReduceMean", ["map", "axes"], ["pooled"], "pool", keepdims=0),
        helper.make_node("MatMul", ["pooled", "matrix"], ["scores"], "score"),
        *more,
    ]
    initializers = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    initializers.append(numpy_helper.from_array(np.array([2, 3]), "axes"))
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [
            helper.make_tensor_value_info("map", TensorProto.FLOAT, [1, 4, "height", "width"]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 5]),
        ],
        initializers,
    )
    return serialised(graph)


def serialised(graph: onnx.GraphProto, *domains: str) -> bytes:
    opsets = [helper.make_opsetid("", 18), *(helper.make_opsetid(domain, 1) for domain in domains)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    content: bytes = model.SerializeToString()
    return content


def entry(path: Path) -> dict[str, object]:
    content = path.read_bytes()
    return {"path": path.name, "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}


def write_model(folder: Path, content: bytes, **precisions: tuple[bytes, float]) -> Manifest:
    """`precisions`: by name the ONNX bytes and the tolerance, as a share of the largest answer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(content)
    (folder / "golden.json").write_text("{}")
    for name, (other, _) in precisions.items():
        (folder / f"model.{name}.onnx").write_bytes(other)
    lengths = {"least": 8, "typical": 16, "most": 64}
    document = {
        "name": folder.name,
        "licence": "Apache-2.0",
        "artifact": entry(folder / "model.onnx"),
        "inputs": [{"name": "image", "dtype": "float32", "shape": [1, 3, "height", "width"]}],
        "outputs": [
            {"name": "map", "dtype": "float32", "shape": [1, 4, "height", "width"]},
            {"name": "scores", "dtype": "float32", "shape": [1, 5]},
        ],
        "dimensions": {"height": lengths, "width": lengths},
        "precisions": {
            name: {"artifact": entry(folder / f"model.{name}.onnx"), "of_largest": of_largest}
            for name, (_, of_largest) in precisions.items()
        },
        "labels": [],
        "classes": {},
        "golden": {"file": entry(folder / "golden.json"), "absolute": 1e-4, "relative": 1e-4},
    }
    path = folder / "manifest.yaml"
    path.write_text(yaml.safe_dump(document))
    manifest = read_manifest(path)
    reference = OnnxSessionEngine(manifest, content, provider=Provider(name="reference", wanted=CPU), threads=1)
    (folder / "golden.json").write_text(record_golden(reference, {"image": (1, 3, 16, 24)}, seed=1, block=4))
    document["golden"]["file"] = entry(folder / "golden.json")
    path.write_text(yaml.safe_dump(document))
    return read_manifest(path)


def with_own_golden(manifest: Manifest, precision: str) -> Manifest:
    """With a golden sample of that precision alone, which here is the same as that of fp32."""
    path = manifest.folder / f"golden.{precision}.json"
    path.write_bytes((manifest.folder / "golden.json").read_bytes())
    document = yaml.safe_load((manifest.folder / "manifest.yaml").read_text())
    document["precisions"][precision]["golden"] = entry(path)
    (manifest.folder / "manifest.yaml").write_text(yaml.safe_dump(document))
    return read_manifest(manifest.folder / "manifest.yaml")
