"""The table of operators: how each TensorFlow node becomes ONNX. A new one is a function and a row of `OPERATORS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.conversion.builder import NHWC, GraphBuilder, Padding, Value
from crossmodal_narrator.runtime.conversion.graph import Node

Array = NDArray[Any]
_HWIO_TO_OIHW = (3, 2, 0, 1)


class Translation:
    """What the operators' functions share: the builder, the constants, and the values made so far."""

    def __init__(self, builder: GraphBuilder, constants: Mapping[str, Array], consumers: Mapping[str, int]) -> None:
        self.builder = builder
        self.constants = dict(constants)
        self.values: dict[str, Value] = {}
        self.consumers = consumers

    def value(self, name: str) -> Value:
        return self.values[name]

    def constant(self, node: Node, index: int) -> Array:
        name = node.inputs[index]
        if name not in self.constants:
            raise ModelError(
                f"{node.op} {node.name} needs a constant, {name} is computed", remedy="freeze the graph first"
            )
        return self.constants[name]

    def integers(self, node: Node, index: int) -> list[int]:
        return [int(v) for v in np.atleast_1d(self.constant(node, index))]


def translate(node: Node, translation: Translation) -> list[Value]:
    """The values that `node` makes, in the order of its outputs.

    Raises:
        ModelError: an operator that the table does not hold.
    """
    operator = OPERATORS.get(node.op)
    if operator is None:
        known = ", ".join(sorted(OPERATORS))
        raise ModelError(f"operator {node.op} of {node.name} is not known", remedy=f"known are: {known}")
    return operator(node, translation)


def _spatial_pads(node: Node, value: Value, absorbed_fill: float, t: Translation) -> tuple[str, dict[str, Any]]:
    """The NCHW tensor and the padding attributes of a windowed operator, which absorbs a pending padding if it may."""
    scheme = node.text("padding")
    padding = value.padding
    may_absorb = (
        padding is not None
        and scheme == "VALID"
        and value.axes == NHWC
        and padding.fill == absorbed_fill
        and padding.amounts[0] == padding.amounts[1] == (0, 0)
    )
    if padding is not None and may_absorb:
        (top, bottom), (left, right) = padding.amounts[2:]
        return value.name, {"pads": [top, left, bottom, right]}
    attributes = {"auto_pad": "SAME_UPPER"} if scheme == "SAME" else {"pads": [0, 0, 0, 0]}
    return t.builder.onnx_tensor(value, NHWC), attributes


def _conv(node: Node, t: Translation) -> list[Value]:
    name, attributes = _spatial_pads(node, t.value(node.inputs[0]), 0.0, t)
    kernel = t.constant(node, 1).transpose(_HWIO_TO_OIHW)  # (out, in, height, width)
    output = t.builder.node(
        "Conv",
        [name, t.builder.constant(kernel)],
        kernel_shape=list(kernel.shape[2:]),
        strides=node.integers("strides")[1:3],
        dilations=node.integers("dilations")[1:3],
        **attributes,
    )
    return [Value(name=output[0], axes=NHWC)]


def _max_pool(node: Node, t: Translation) -> list[Value]:
    name, attributes = _spatial_pads(node, t.value(node.inputs[0]), -np.inf, t)
    window, strides = node.integers("ksize")[1:3], node.integers("strides")[1:3]
    output = t.builder.node("MaxPool", [name], kernel_shape=window, strides=strides, **attributes)
    return [Value(name=output[0], axes=NHWC)]


def _binary(op: str) -> Callable[[Node, Translation], list[Value]]:
    def translate_binary(node: Node, t: Translation) -> list[Value]:
        first, second = node.inputs
        if second in t.constants:
            return [_with_constant(op, node, t, t.value(first), t.constants[second])]
        if first in t.constants and op in ("Add", "Mul"):
            return [_with_constant(op, node, t, t.value(second), t.constants[first])]
        left = t.builder.materialised_padding(t.value(first))
        names = [left.name, t.builder.onnx_tensor(t.value(second), left.axes)]
        return [Value(name=t.builder.node(op, names)[0], axes=left.axes)]

    return translate_binary


def _with_constant(op: str, node: Node, t: Translation, value: Value, constant: Array) -> Value:
    """A bias over the last axis of an image goes into its convolution; any other constant is laid out as the tensor."""
    plain = t.builder.materialised_padding(value)
    is_bias = op == "Add" and plain.axes == NHWC and constant.ndim == 1 and t.consumers[node.inputs[0]] == 1
    if is_bias and t.builder.give_bias(plain.name, constant):
        return plain
    full = constant.reshape((1,) * (len(plain.axes) - constant.ndim) + constant.shape)
    laid_out = full.transpose(np.argsort(plain.axes))
    return Value(name=t.builder.node(op, [plain.name, t.builder.constant(laid_out)])[0], axes=plain.axes)


def _unary(op: str, **attributes: str) -> Callable[[Node, Translation], list[Value]]:
    """An operator that takes each element by itself. `attributes` map an ONNX attribute to the TensorFlow one."""

    def translate_unary(node: Node, t: Translation) -> list[Value]:
        plain = t.builder.materialised_padding(t.value(node.inputs[0]))
        given: dict[str, Any] = {key: node.number(source) for key, source in attributes.items()}
        return [Value(name=t.builder.node(op, [plain.name], **given)[0], axes=plain.axes)]

    return translate_unary


def _transpose(node: Node, t: Translation) -> list[Value]:
    return [t.value(node.inputs[0]).transposed(t.integers(node, 1))]


def _pad(node: Node, t: Translation) -> list[Value]:
    plain = t.builder.materialised_padding(t.value(node.inputs[0]))
    fill = float(t.constant(node, 2)) if node.op == "PadV2" else 0.0
    amounts = t.constant(node, 1)[np.argsort(plain.axes)]  # (rank, 2), from TensorFlow's axes to ONNX's
    padding = Padding(amounts=tuple((int(before), int(after)) for before, after in amounts), fill=fill)
    return [Value(name=plain.name, axes=plain.axes, padding=padding)]


def _concat(node: Node, t: Translation) -> list[Value]:
    values = [t.value(name) for name in node.inputs[:-1]]
    axes = values[0].axes
    (axis,) = t.integers(node, len(node.inputs) - 1)
    names = [t.builder.onnx_tensor(value, axes) for value in values]
    return [Value(name=t.builder.node("Concat", names, axis=axes[axis])[0], axes=axes)]


def _split(node: Node, t: Translation) -> list[Value]:
    plain = t.builder.materialised_padding(t.value(node.inputs[0]))
    sizes, (axis,) = t.integers(node, 1), t.integers(node, 2)
    inputs = [plain.name, t.builder.constant(np.array(sizes, np.int64))]
    names = t.builder.node("Split", inputs, outputs=len(sizes), axis=plain.axes[axis])
    return [Value(name=name, axes=plain.axes) for name in names]


def _reshape(node: Node, t: Translation) -> list[Value]:
    target = t.integers(node, 1)
    if target[0] == 1:
        target[0] = 0  # ONNX: keep the batch as it comes
    name = t.builder.onnx_tensor(t.value(node.inputs[0]), range(len(t.value(node.inputs[0]).axes)))
    shape = t.builder.constant(np.array(target, np.int64))
    return [Value(name=t.builder.node("Reshape", [name, shape])[0], axes=tuple(range(len(target))))]


def _resize_bilinear(node: Node, t: Translation) -> list[Value]:
    if node.flag("align_corners"):
        raise ModelError(f"{node.name} resizes with align_corners", remedy="convert models made without it")
    name = t.builder.onnx_tensor(t.value(node.inputs[0]), NHWC)
    sizes = t.builder.constant(np.array(t.integers(node, 1), np.int64))
    output = t.builder.node(
        "Resize",
        [name, "", "", sizes],
        mode="linear",
        axes=[2, 3],
        coordinate_transformation_mode="half_pixel" if node.flag("half_pixel_centers") else "asymmetric",
    )
    return [Value(name=output[0], axes=NHWC)]


def _identity(node: Node, t: Translation) -> list[Value]:
    return [t.value(node.inputs[0])]


OPERATORS: Mapping[str, Callable[[Node, Translation], list[Value]]] = {
    "Add": _binary("Add"),
    "AddV2": _binary("Add"),
    "ConcatV2": _concat,
    "Conv2D": _conv,
    "Identity": _identity,
    "LeakyRelu": _unary("LeakyRelu", alpha="alpha"),
    "MaxPool": _max_pool,
    "Mul": _binary("Mul"),
    "Pad": _pad,
    "PadV2": _pad,
    "Relu": _unary("Relu"),
    "Reshape": _reshape,
    "ResizeBilinear": _resize_bilinear,
    "Sigmoid": _unary("Sigmoid"),
    "SplitV": _split,
    "Sub": _binary("Sub"),
    "Transpose": _transpose,
}
