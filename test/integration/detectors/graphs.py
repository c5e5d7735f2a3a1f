"""Small networks that find two coloured things for certain, with heads that answer as each family does.

Each finds the bounds of what is red (a car) and of what is dark blue (the housing of a traffic light) anywhere in its
input. It brings pixels back to 0 to 255 by the mean and deviation that it "was trained with", so it finds nothing, or
the wrong thing, where pixels go in otherwise than its manifest says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

LABELS = ("tree", "car", "traffic light", "bench")
CAR, SIGNAL = 1, 2
SURE, UNSURE = 6.0, -6.0  # logits
# Weights over red, green and blue, and the bias of what counts.
COLOURS = (((1.0, -0.5, -0.5), -100.0), ((-0.5, -0.5, 1.0), -60.0))


class Graph:
    """Nodes by calling their type as a method: `g.Add(a, b)` gives the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def __getattr__(self, op: str) -> Any:
        def node(*inputs: str, outputs: int = 1, **attributes: Any) -> Any:
            names = [f"{op}_{len(self.nodes)}_{k}" for k in range(outputs)]
            self.nodes.append(helper.make_node(op, list(inputs), names, **attributes))
            return names[0] if outputs == 1 else names

        return node

    def const(self, value: Any, dtype: Any = np.float32) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def named(self, name: str, source: str) -> None:
        self.nodes.append(helper.make_node("Identity", [source], [name]))

    def model(self, inputs: dict[str, tuple[str, list[Any]]], outputs: dict[str, tuple[str, list[Any]]]) -> bytes:
        kinds = {"float32": onnx.TensorProto.FLOAT, "uint8": onnx.TensorProto.UINT8, "int64": onnx.TensorProto.INT64}
        values = [
            [helper.make_tensor_value_info(name, kinds[dtype], shape) for name, (dtype, shape) in group.items()]
            for group in (inputs, outputs)
        ]
        graph = helper.make_graph(self.nodes, "drawn", *values, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString()
        return content


class Finder:
    """The bounds of both things in a graph's input, as tensors (1, 2)."""

    def __init__(self, g: Graph, image: str, order: str, mean: Any, std: Any) -> None:
        self.g = g
        column = [1, 3, 1, 1]
        pixels = g.Add(
            g.Mul(image, g.const(np.reshape(std, column))), g.const(np.reshape(np.asarray(mean, np.float32), column))
        )
        weights = np.array([w for w, _ in COLOURS], np.float32)
        if order == "bgr":
            weights = weights[:, ::-1]
        response = g.Conv(pixels, g.const(weights[:, :, None, None]), g.const([b for _, b in COLOURS]))
        is_it = g.Cast(g.Greater(response, g.const(0.0)), to=onnx.TensorProto.FLOAT)  # (1, 2, height, width)
        shape = g.Shape(image)
        self.height, self.width = (g.Gather(shape, g.const(k, np.int64)) for k in (2, 3))
        self.x0, self.x1, self.present = self._bounds(is_it, axis=2, length=self.width)
        self.y0, self.y1, _ = self._bounds(is_it, axis=3, length=self.height)
        self.cx, self.cy = (g.Mul(g.Add(a, b), g.const(0.5)) for a, b in ((self.x0, self.x1), (self.y0, self.y1)))
        self.w, self.h = g.Sub(self.x1, self.x0), g.Sub(self.y1, self.y0)

    def _bounds(self, is_it: str, axis: int, length: str) -> tuple[str, str, str]:
        g = self.g
        line = g.ReduceMax(is_it, g.const([axis], np.int64), keepdims=0)  # (1, 2, length)
        places = g.Cast(
            g.Range(g.const(0, np.int64), length, g.const(1, np.int64)), to=onnx.TensorProto.FLOAT
        )  # (length,)
        there, last = g.Greater(line, g.const(0.0)), g.const([2], np.int64)
        low = g.ReduceMin(g.Where(there, places, g.const(1e6)), last, keepdims=0)
        high = g.ReduceMax(g.Where(there, g.Add(places, g.const(1.0)), g.const(0.0)), last, keepdims=0)
        return low, high, g.ReduceMax(line, last, keepdims=0)

    def as_float(self, tensor: str) -> str:
        return str(self.g.Cast(tensor, to=onnx.TensorProto.FLOAT))

    def stacked(self, *tensors: str) -> str:
        """Tensors (1, 2) → (1, 2, tensors)."""
        last = self.g.const([-1], np.int64)
        return str(self.g.Concat(*(self.g.Unsqueeze(t, last) for t in tensors), axis=-1))

    def label_logits(self, columns: int) -> str:
        """(1, 2, columns): sure of the thing's label where it is there, and of nothing else."""
        one_hot = np.full((1, 2, columns), 0.0, np.float32)
        one_hot[0, 0, CAR] = one_hot[0, 1, SIGNAL] = SURE - UNSURE
        present = self.g.Unsqueeze(self.present, self.g.const([-1], np.int64))
        return str(self.g.Add(self.g.Mul(present, self.g.const(one_hot)), self.g.const(UNSURE)))


class Cells:
    """The cells of one stride, and in which of them each thing's centre lies."""

    def __init__(self, f: Finder, stride: int) -> None:
        g = self.g = f.g
        size = g.const(stride, np.float32)
        across, down = (self._line(length, stride) for length in (f.width, f.height))
        zero = g.const(0.0)
        row, column = g.Unsqueeze(across, g.const([0], np.int64)), g.Unsqueeze(down, g.const([1], np.int64))
        flat = g.const([1, -1, 1], np.int64)
        self.x = g.Reshape(g.Add(row, g.Mul(column, zero)), flat)  # (1, cells, 1)
        self.y = g.Reshape(g.Add(column, g.Mul(row, zero)), flat)
        middle = g.const([1], np.int64)
        self.f = {name: g.Div(g.Unsqueeze(getattr(f, name), middle), size) for name in ("cx", "cy", "w", "h")}
        self.f |= {name: g.Div(g.Unsqueeze(getattr(f, name), middle), size) for name in ("x0", "y0", "x1", "y1")}
        holds = g.And(g.Equal(self.x, g.Floor(self.f["cx"])), g.Equal(self.y, g.Floor(self.f["cy"])))
        self.holds = g.Mul(g.Cast(holds, to=onnx.TensorProto.FLOAT), g.Unsqueeze(f.present, middle))  # (1, cells, 2)

    def _line(self, length: str, stride: int) -> str:
        g = self.g
        count = g.Div(g.Add(length, g.const(stride - 1, np.int64)), g.const(stride, np.int64))
        return str(g.Cast(g.Range(g.const(0, np.int64), count, g.const(1, np.int64)), to=onnx.TensorProto.FLOAT))

    def of_things(self, values: str) -> str:
        """(1, cells, 2) for each thing → (1, cells, 1) of the one whose centre lies there, 0 where none does."""
        g = self.g
        there = g.Greater(self.holds, g.const(0.0))
        return str(g.ReduceSum(g.Where(there, values, g.const(0.0)), g.const([2], np.int64), keepdims=1))

    def anything(self) -> str:
        return str(self.g.ReduceMax(self.holds, self.g.const([2], np.int64), keepdims=1))

    def labels(self) -> str:
        one_hot = np.zeros((2, len(LABELS)), np.float32)
        one_hot[0, CAR] = one_hot[1, SIGNAL] = 1.0
        return str(self.g.MatMul(self.holds, self.g.const(one_hot)))  # (1, cells, labels)


def logits_of(g: Graph, scores: str) -> str:
    return str(g.Add(g.Mul(scores, g.const(SURE - UNSURE)), g.const(UNSURE)))


def yolox(f: Finder, strides: tuple[int, ...], *, decoded: bool, logits: bool) -> dict[str, tuple[str, list[Any]]]:
    """One output (1, cells, 5 + labels), as `tools/export_onnx.py` of YOLOX names it."""
    g, parts = f.g, []
    for stride in strides:
        cells = Cells(f, stride)
        scores = g.Concat(cells.anything(), cells.labels(), axis=2)
        if decoded:
            box = [g.Mul(cells.of_things(cells.f[name]), g.const(float(stride))) for name in ("cx", "cy", "w", "h")]
        else:
            box = [cells.of_things(g.Sub(cells.f[c], at)) for c, at in (("cx", cells.x), ("cy", cells.y))]
            box += [cells.of_things(g.Log(g.Max(cells.f[side], g.const(1e-3)))) for side in ("w", "h")]
        scores = logits_of(g, scores) if logits else g.Sigmoid(logits_of(g, scores))
        parts.append(g.Concat(*box, scores, axis=2))
    g.named("output", g.Concat(*parts, axis=1))
    return {"output": ("float32", [1, "cells", 5 + len(LABELS)])}


def nanodet(f: Finder, strides: tuple[int, ...], bins: int, point: float, *, joined: bool) -> dict[str, Any]:
    """Two outputs for each stride, or one for all, as `_forward_onnx` of NanoDet gives it."""
    g, parts, outputs = f.g, [], {}
    for stride in strides:
        cells = Cells(f, stride)
        x, y = (g.Add(at, g.const(point)) for at in (cells.x, cells.y))
        sides = [(x, "x0", 1.0), (y, "y0", 1.0), (x, "x1", -1.0), (y, "y1", -1.0)]
        away = [cells.of_things(g.Mul(g.Sub(at, cells.f[name]), g.const(sign))) for at, name, sign in sides]
        away = g.Concat(*away, axis=2)  # (1, cells, 4), in strides
        # As in training, a cell whose point lies outside of the thing does not answer for it.
        nearest = g.ReduceMin(away, g.const([2], np.int64), keepdims=1)
        inside = g.Cast(g.Greater(nearest, g.const(-1e-3)), to=onnx.TensorProto.FLOAT)
        scores = g.Sigmoid(logits_of(g, g.Mul(cells.labels(), inside)))
        distances = g.Unsqueeze(away, g.const([3], np.int64))
        nearness = g.Relu(g.Sub(g.const(1.0), g.Abs(g.Sub(distances, g.const(np.arange(bins))))))
        logits = g.Log(g.Add(nearness, g.const(1e-6)))  # between two bins: weights that give the mean
        logits = g.Reshape(logits, g.const([1, -1, 4 * bins], np.int64))
        parts.append(g.Concat(scores, logits, axis=2))
        if not joined:
            g.named(f"scores_{stride}", scores)
            g.named(f"distances_{stride}", logits)
            outputs[f"scores_{stride}"] = ("float32", [1, f"rows_{stride}", len(LABELS)])
            outputs[f"distances_{stride}"] = ("float32", [1, f"rows_{stride}", 4 * bins])
    if joined:
        g.named("output", g.Concat(*parts, axis=1))
        return {"output": ("float32", [1, "cells", len(LABELS) + 4 * bins])}
    return outputs


def detr(f: Finder, *, no_object: bool, beside: float | None = None) -> dict[str, Any]:
    """`logits` and `pred_boxes` of three queries, the last of which finds nothing, as optimum exports them.

    With `beside` the last says a second car, that far right of the first, as a fraction of the width.
    """
    g = f.g
    width, height = f.as_float(f.width), f.as_float(f.height)
    fractions = [g.Div(a, b) for a, b in ((f.cx, width), (f.cy, height), (f.w, width), (f.h, height))]
    columns = len(LABELS) + no_object
    logits = f.label_logits(columns)
    idle = np.full((1, 1, columns), UNSURE, np.float32)
    if no_object:
        idle[..., -1] = SURE
    boxes, last_box, last_logits = f.stacked(*fractions), g.const(np.full((1, 1, 4), 0.5)), g.const(idle)
    if beside is not None:
        first = g.const([0], np.int64)
        last_box = g.Add(g.Gather(boxes, first, axis=1), g.const([[[beside, 0.0, 0.0, 0.0]]]))
        last_logits = g.Gather(logits, first, axis=1)
    g.named("pred_boxes", g.Concat(boxes, last_box, axis=1))
    g.named("logits", g.Concat(logits, last_logits, axis=1))
    return {"logits": ("float32", [1, "queries", columns]), "pred_boxes": ("float32", [1, "queries", 4])}


def rtdetr_chosen(f: Finder) -> dict[str, Any]:
    """`labels`, `boxes`, `scores`, as RT-DETR's own export gives them: corners, times `orig_target_sizes`."""
    g = f.g
    width, height = f.as_float(f.width), f.as_float(f.height)
    fractions = f.stacked(*(g.Div(a, b) for a, b in ((f.x0, width), (f.y0, height), (f.x1, width), (f.y1, height))))
    size = g.Cast("orig_target_sizes", to=onnx.TensorProto.FLOAT)  # (1, 2): width, height
    g.named("boxes", g.Mul(fractions, g.Unsqueeze(g.Concat(size, size, axis=1), g.const([1], np.int64))))
    g.named("scores", g.Sigmoid(g.Add(g.Mul(f.present, g.const(SURE - UNSURE)), g.const(UNSURE))))
    g.named("labels", g.const([[CAR, SIGNAL]], np.int64))
    return {"labels": ("int64", [1, 2]), "boxes": ("float32", [1, 2, 4]), "scores": ("float32", [1, 2])}
