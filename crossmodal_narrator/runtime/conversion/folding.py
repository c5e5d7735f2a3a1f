"""Constant folding: what depends on weights alone is computed here, once, in numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.runtime.conversion.graph import Node

Array = NDArray[Any]


def fold(node: Node, inputs: Sequence[Array]) -> list[Array] | None:
    """The outputs of `node` for constant `inputs`, or None where this operator is left to the graph."""
    folding = _FOLDINGS.get(node.op)
    return None if folding is None else folding(node, inputs)


def _sparse_to_dense(_: Node, inputs: Sequence[Array]) -> list[Array]:
    indices, shape, values, default = inputs
    dense = np.full(tuple(int(n) for n in shape), default.reshape(-1)[0])
    places = indices.reshape(-1, dense.ndim)
    for place, value in zip(places, np.broadcast_to(values, (len(places),)), strict=True):
        dense[tuple(place)] = value
    return [dense]


def _split(_: Node, inputs: Sequence[Array]) -> list[Array]:
    value, sizes, axis = inputs
    return np.split(value, np.cumsum(sizes)[:-1], axis=int(axis))


_FOLDINGS: dict[str, Callable[[Node, Sequence[Array]], list[Array]]] = {
    "Add": lambda _, i: [i[0] + i[1]],
    "AddV2": lambda _, i: [i[0] + i[1]],
    "Identity": lambda _, i: [i[0]],
    "Mul": lambda _, i: [i[0] * i[1]],
    "Sub": lambda _, i: [i[0] - i[1]],
    "SparseToDense": _sparse_to_dense,
    "SplitV": _split,
    "Transpose": lambda _, i: [np.transpose(i[0], [int(p) for p in i[1]])],
}
