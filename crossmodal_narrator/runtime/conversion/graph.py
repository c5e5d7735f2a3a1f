"""A TensorFlow.js graph model, parsed: nodes in the order they can be computed, and their weights as arrays.

Source of the format: tfjs-converter, `graph_model.ts` and `weights_loader.ts` (weights manifest, float16 quantisation).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ModelError

_REMEDY = "convert only graph models written by tensorflowjs_converter, with the weights that came beside them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operator of the graph. `inputs` are value names: `node`, or `node:1` for a further output."""

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    def integers(self, key: str) -> list[int]:
        return [int(value) for value in self.attributes[key]["list"].get("i", [])]

    def integer(self, key: str) -> int:
        return int(self.attributes[key]["i"])

    def number(self, key: str) -> float:
        return float(self.attributes[key]["f"])

    def flag(self, key: str) -> bool:
        return bool(self.attributes.get(key, {}).get("b", False))

    def text(self, key: str) -> str:
        return base64.b64decode(self.attributes[key]["s"]).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Nodes in topological order (only those that the outputs need), constants by name, and the outputs' names."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, NDArray[Any]]
    outputs: tuple[str, ...]

    def consumers(self) -> dict[str, int]:
        """How many inputs read each value."""
        count: dict[str, int] = {}
        for node in self.nodes:
            for name in node.inputs:
                count[name] = count.get(name, 0) + 1
        return count


def parse_graph(topology: bytes, weights: Mapping[str, bytes]) -> Graph:
    """Parse `model.json` and the weight files that it names.

    Raises:
        ModelError: not a graph model, weight files absent or of another length, or a circle in the graph.
    """
    try:
        document = json.loads(topology)
        constants = _read_weights(document["weightsManifest"], weights)
        nodes = {n["name"]: _parse_node(n) for n in document["modelTopology"]["node"]}
        outputs = tuple(sorted(value_name(o["name"]) for o in document["signature"]["outputs"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"this is not a TensorFlow.js graph model: {error!r}", remedy=_REMEDY) from error
    return Graph(nodes=_in_order(nodes, outputs), constants=constants, outputs=outputs)


def value_name(name: str) -> str:
    """The first output of a node goes by the node's own name."""
    return name[:-2] if name.endswith(":0") else name


def _parse_node(document: Mapping[str, Any]) -> Node:
    return Node(
        name=document["name"],
        op=document["op"],
        inputs=tuple(value_name(i) for i in document.get("input", []) if not i.startswith("^")),
        attributes=document.get("attr", {}),
    )


def _read_weights(manifest: Iterable[Mapping[str, Any]], files: Mapping[str, bytes]) -> dict[str, NDArray[Any]]:
    constants: dict[str, NDArray[Any]] = {}
    for group in manifest:
        absent = [path for path in group["paths"] if path not in files]
        if absent:
            raise ModelError(f"the weight file {absent[0]} is absent", remedy=_REMEDY)
        buffer = b"".join(files[path] for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            array, offset = _read_weight(entry, buffer, offset)
            constants[entry["name"]] = array
        if offset != len(buffer):
            raise ModelError(
                f"{group['paths']} hold {len(buffer)} bytes, their manifest names {offset}", remedy=_REMEDY
            )
    return constants


def _read_weight(entry: Mapping[str, Any], buffer: bytes, offset: int) -> tuple[NDArray[Any], int]:
    quantised = entry.get("quantization", {})
    stored = np.dtype(quantised.get("dtype", entry["dtype"]))
    count = int(np.prod(entry["shape"], dtype=np.int64))
    end = offset + count * stored.itemsize
    if end > len(buffer):
        raise ModelError(f"the weights end before {entry['name']}", remedy=_REMEDY)
    array = np.frombuffer(buffer, stored, count, offset).reshape(entry["shape"])
    if "scale" in quantised:
        array = array.astype(np.float32) * np.float32(quantised["scale"]) + np.float32(quantised["min"])
    return array.astype(np.dtype(entry["dtype"])), end


def _in_order(nodes: Mapping[str, Node], outputs: Iterable[str]) -> tuple[Node, ...]:
    """Depth first with a stack of its own: graphs are deeper than Python's recursion limit."""
    ordered: dict[str, Node] = {}
    open_nodes: set[str] = set()
    stack = [(name.split(":")[0], False) for name in reversed(list(outputs))]
    while stack:
        name, inputs_are_done = stack.pop()
        if name in ordered:
            continue
        node = nodes.get(name)
        if node is None:
            raise ModelError(f"the graph reads {name}, which nothing computes", remedy=_REMEDY)
        if inputs_are_done:
            ordered[name] = node
            continue
        if name in open_nodes:
            raise ModelError(f"the graph runs in a circle through {name}", remedy=_REMEDY)
        open_nodes.add(name)
        stack.append((name, True))
        stack.extend((i.split(":")[0], False) for i in reversed(node.inputs))
    return tuple(ordered.values())
