"""Builds the ONNX graph. Values keep their transposes and paddings pending until an operator cannot take them.

TensorFlow computes images as NHWC, ONNX as NCHW. Instead of wrapping each operator in two transposes and removing them
afterwards, a `Value` remembers how the TensorFlow tensor differs from the ONNX tensor that stands for it; a transpose
only changes that memory, and a padding waits for the convolution that absorbs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
IR_VERSION = 8  # fixed, so that the same weights give the same bytes under every version of the onnx package
NHWC = (0, 2, 3, 1)  # how a TensorFlow image differs from its ONNX tensor

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Padding:
    """A pending padding: (before, after) per ONNX axis, and what it is filled with."""

    amounts: tuple[tuple[int, int], ...]
    fill: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The TensorFlow tensor is `pad(onnx_tensor).transpose(axes)`."""

    name: str
    axes: tuple[int, ...]
    padding: Padding | None = None

    def transposed(self, permutation: Sequence[int]) -> Value:
        return Value(name=self.name, axes=tuple(self.axes[p] for p in permutation), padding=self.padding)


class GraphBuilder:
    """Collects ONNX nodes and initialisers; names are counted, so equal graphs give equal bytes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._by_output: dict[str, onnx.NodeProto] = {}
        self._initializers: list[onnx.TensorProto] = []
        self._count = 0

    def node(self, op: str, inputs: Sequence[str], outputs: int = 1, **attributes: Any) -> list[str]:
        self._count += 1
        names = [f"{op.lower()}_{self._count}" + (f"_{k}" if outputs > 1 else "") for k in range(outputs)]
        made = helper.make_node(op, list(inputs), names, name=f"{op}_{self._count}", **attributes)
        self._nodes.append(made)
        self._by_output.update(dict.fromkeys(names, made))
        return names

    def constant(self, array: Array) -> str:
        self._count += 1
        name = f"constant_{self._count}"
        self._initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def onnx_tensor(self, value: Value, axes: Sequence[int]) -> str:
        """The name of the ONNX tensor for which `value` is `tensor.transpose(axes)`, with nothing pending."""
        plain = self.materialised_padding(value)
        if plain.axes == tuple(axes):
            return plain.name
        inverse = np.argsort(axes)
        return self.node("Transpose", [plain.name], perm=[plain.axes[i] for i in inverse])[0]

    def materialised_padding(self, value: Value) -> Value:
        if value.padding is None:
            return value
        pads = [before for before, _ in value.padding.amounts] + [after for _, after in value.padding.amounts]
        inputs = [value.name, self.constant(np.array(pads, np.int64)), self.constant(np.float32(value.padding.fill))]
        return Value(name=self.node("Pad", inputs)[0], axes=value.axes)

    def give_bias(self, output: str, bias: Array) -> bool:
        """Hand `bias` (channels,) to the convolution that makes `output`; False where it has one, or is none."""
        made = self._by_output.get(output)
        if made is None or made.op_type != "Conv" or len(made.input) != 2:
            return False
        made.input.append(self.constant(bias))
        return True

    def model(self, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[tuple[str, str]]) -> onnx.ModelProto:
        """The finished model, with the shape of every tensor inferred; `outputs` are (tensor, name to give it)."""
        nodes = [*self._nodes, *(helper.make_node("Identity", [t], [n], name=f"Output_{n}") for t, n in outputs)]
        declared = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for _, name in outputs]
        graph = helper.make_graph(nodes, "converted", list(inputs), declared, self._initializers)
        made = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="crossmodal_narrator",
        )
        return onnx.shape_inference.infer_shapes(made, strict_mode=True)
