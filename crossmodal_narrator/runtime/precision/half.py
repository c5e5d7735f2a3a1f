"""fp32 → fp16: weights and the work between layers in float16, inputs and outputs as they were.

A pass of our own, because it has to give the same bytes everywhere (the manifest knows their digest) and because the
known converter leaves operators half converted where an input must stay float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, helper, numpy_helper

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.graph_check import read_model
from crossmodal_narrator.runtime.precision.observed import LARGEST_HALF

# Sums of squares, exponentials and means over many values leave float16's range or its precision; the last ones make
# float32 whatever goes in.
_KEPT = frozenset(
    {
        "CumSum",
        "Exp",
        "InstanceNormalization",
        "LayerNormalization",
        "LpNormalization",
        "Pow",
        "Range",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMean",
        "ReduceProd",
        "ReduceSum",
        "ReduceSumSquare",
        "Softmax",
        "LogSoftmax",
        "DFT",
        "STFT",
        "EyeLike",
        "BlackmanWindow",
        "HammingWindow",
        "HannWindow",
        "MelWeightMatrix",
        "QuantizeLinear",
        "DequantizeLinear",
    }
)
# Inputs that the operator's definition wants in float32 whatever it works on (ONNX, Resize: roi is free, scales not).
_FLOAT_INPUTS = {"Resize": (1, 2)}


def to_half(content: bytes, *, keep: frozenset[str] = frozenset()) -> bytes:
    """The model in fp16. Nodes whose first output is named in `keep` stay in fp32, as some operators always do.

    The same bytes come out wherever it runs.

    Raises:
        ModelError: no ONNX, graphs inside of nodes, or a tensor of unknown type.
    """
    model = read_model(content, name="the model")
    for node in model.graph.node:
        if any(attribute.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS) for attribute in node.attribute):
            told = f"{node.op_type} {node.name or node.output[0]} holds a graph of its own"
            raise ModelError(told, remedy="export the model without branches and loops")
    converted = onnx.ModelProto()
    converted.CopyFrom(model)
    _Halving(onnx.shape_inference.infer_shapes(model).graph, converted.graph, keep).run()
    made: bytes = converted.SerializeToString(deterministic=True)
    return made


class _Halving:
    """One pass over the nodes in their order. A tensor exists in the type it was made in; casts are made on demand."""

    def __init__(self, typed: GraphProto, graph: GraphProto, keep: frozenset[str]) -> None:
        self._graph, self._keep = graph, keep
        self._floats = _float_names(typed)
        self._weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        # Weights and constants that float16 does not hold.
        self._wide = {name for name, weight in self._weights.items() if not _fits(weight)}
        self._wide |= {node.output[0] for node in graph.node if not all(map(_fits, _tensors(node)))}
        self._outputs = {value.name for value in graph.output}
        self._made_half: dict[str, str] = {}  # the name of a tensor → that of its half
        self._made_float: set[str] = self._floats - {name for node in graph.node for name in node.output}
        self._nodes: list[NodeProto] = []
        self._halves: list[TensorProto] = []

    def run(self) -> None:
        for node in self._graph.node:
            self._convert(node)
        del self._graph.node[:]
        self._graph.node.extend(self._nodes)
        read = {name for node in self._nodes for name in node.input} | self._outputs
        kept = [tensor for tensor in self._graph.initializer if tensor.name in read]
        inputs = [value for value in self._graph.input if value.name in read or value.name not in self._weights]
        del self._graph.initializer[:], self._graph.input[:]
        self._graph.initializer.extend([*kept, *self._halves])
        self._graph.input.extend(inputs)  # of which old files name their weights, too
        del self._graph.value_info[:]  # of the types as they were

    def _convert(self, node: NodeProto) -> None:
        is_kept = bool(self._keep & set(node.output)) or _makes_float(node) or bool(self._wide & set(node.input))
        floats = range(len(node.input)) if is_kept else _FLOAT_INPUTS.get(node.op_type, ())
        made = NodeProto()
        made.CopyFrom(node)
        for position, name in enumerate(node.input):
            if name in self._floats:
                made.input[position] = self._as_float(name) if position in floats else self._as_half(name)
        if is_kept:
            self._made_float.update(name for name in node.output if name in self._floats)
        else:
            _attributes_to_half(made)
            for position, name in enumerate(node.output):
                if name in self._floats:
                    made.output[position] = self._made_half[name] = f"{name}.fp16"
        self._nodes.append(made)
        for name in node.output:
            if name in self._outputs and name in self._floats:
                self._as_float(name)

    def _as_half(self, name: str) -> str:
        if name not in self._made_half:
            self._made_half[name] = half = f"{name}.fp16"
            if name in self._weights:
                self._halves.append(numpy_helper.from_array(self._weights[name].astype(np.float16), half))
            else:
                self._nodes.append(_cast(name, half, TensorProto.FLOAT16))
        return self._made_half[name]

    def _as_float(self, name: str) -> str:
        if name not in self._made_float:
            self._made_float.add(name)
            self._nodes.append(_cast(self._made_half[name], name, TensorProto.FLOAT))
        return name


def _float_names(typed: GraphProto) -> set[str]:
    """All tensors of float32.

    Raises:
        ModelError: a tensor whose type cannot be inferred.
    """
    types = {v.name: v.type.tensor_type.elem_type for v in (*typed.input, *typed.output, *typed.value_info)}
    types |= {tensor.name: tensor.data_type for tensor in typed.initializer}
    for node in typed.node:
        for name in node.output:
            if name and not types.get(name):
                told = f"the type of {name}, which {node.op_type} {node.name} makes, is not known"
                raise ModelError(told, remedy="export the model with a standard opset")
    return {name for name, element in types.items() if element == TensorProto.FLOAT}


def _makes_float(node: NodeProto) -> bool:
    """Whether it works in float32 always; a constant does that says its value in another way than by a tensor."""
    if node.op_type not in ("Constant", "ConstantOfShape"):
        return node.op_type in _KEPT
    tensors = _tensors(node)
    return not tensors or not all(map(_fits, tensors))


def _tensors(node: NodeProto) -> list[NDArray[Any]]:
    return [numpy_helper.to_array(a.t) for a in node.attribute if a.type == AttributeProto.TENSOR]


def _fits(weights: NDArray[Any]) -> bool:
    return weights.dtype != np.float32 or weights.size == 0 or bool(np.abs(weights).max() <= LARGEST_HALF)


def _attributes_to_half(node: NodeProto) -> None:
    """A node that says which type it makes (Cast, Constant, ConstantOfShape) makes float16 now."""
    for attribute in node.attribute:
        if attribute.name in ("to", "dtype") and attribute.i == TensorProto.FLOAT:
            attribute.i = TensorProto.FLOAT16
        if attribute.type == AttributeProto.TENSOR and attribute.t.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(attribute.t).astype(np.float16)
            attribute.t.CopyFrom(numpy_helper.from_array(values, attribute.t.name))


def _cast(source: str, target: str, element: int) -> NodeProto:
    return helper.make_node("Cast", [source], [target], name=f"cast {target}", to=element)
