"""What flows between the layers of a model, observed on given inputs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
import onnxruntime

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.runtime.graph_check import read_model

LARGEST_HALF = 65504.0
# Inputs that were not seen can be larger than those that were.
HEADROOM = 4.0


def overflowing_nodes(content: bytes, inputs: Iterable[Arrays]) -> frozenset[str]:
    """The first outputs of nodes that float16 is too narrow for, on any of `inputs`.

    A node counts if anything that it reads or writes comes within a quarter of float16's largest value.

    Raises:
        ModelError: no ONNX, or no inputs.
    """
    model = read_model(content, name="the model")
    largest = _largest(model, inputs)
    wide = {name for name, value in largest.items() if not value * HEADROOM < LARGEST_HALF}
    return frozenset(node.output[0] for node in model.graph.node if wide & {*node.input, *node.output})


def _largest(model: onnx.ModelProto, inputs: Iterable[Arrays]) -> dict[str, float]:
    """By tensor of floats: its largest magnitude."""
    observed = onnx.ModelProto()
    observed.CopyFrom(onnx.shape_inference.infer_shapes(model))
    known = {value.name for value in observed.graph.output}
    floats = [v for v in observed.graph.value_info if v.type.tensor_type.elem_type == onnx.TensorProto.FLOAT]
    observed.graph.output.extend(value for value in floats if value.name not in known)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Fused layers would not show what flows between them.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(observed.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_outputs()]
    largest = {tensor.name: _magnitude(onnx.numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}
    count = 0
    for feed in inputs:
        count += 1
        answers = {**feed, **dict(zip(names, session.run(names, dict(feed)), strict=True))}
        for name, answer in answers.items():
            largest[name] = max(largest.get(name, 0.0), _magnitude(answer))
    if count == 0:
        raise ModelError("no inputs were given to observe the model on", remedy="give some that it will meet")
    return largest


def _magnitude(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> float:
    is_float = array.size > 0 and array.dtype.kind == "f"
    return float(np.abs(array.astype(np.float64)).max()) if is_float else 0.0
