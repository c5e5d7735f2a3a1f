"""TensorFlow.js graph models → ONNX, without TensorFlow: `convert_tfjs`."""

from __future__ import annotations

from collections.abc import Mapping

from onnx import TensorProto, helper

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.conversion.builder import GraphBuilder, Value
from crossmodal_narrator.runtime.conversion.folding import fold
from crossmodal_narrator.runtime.conversion.graph import Node, parse_graph
from crossmodal_narrator.runtime.conversion.image_size import free_image_size, serialised
from crossmodal_narrator.runtime.conversion.translation import Translation, translate

__all__ = ["convert_tfjs"]


def convert_tfjs(
    topology: bytes, weights: Mapping[str, bytes], *, names: Mapping[str, str], any_image_size: bool = False
) -> bytes:
    """Convert a frozen image model; the same input gives the same bytes.

    Args:
        topology: the text of `model.json`.
        weights: the weight files that it names, by the name it uses.
        names: what to call its inputs and outputs in ONNX, by their name in the graph; all outputs must be named.
        any_image_size: for models that are convolutions from end to end: let the input have any height and width.

    Raises:
        ModelError: not a graph model, an operator that is not known, or an output that `names` does not name.
    """
    graph = parse_graph(topology, weights)
    unnamed = [output for output in graph.outputs if output not in names]
    if unnamed:
        raise ModelError(f"output {unnamed[0]} has no name", remedy="name every output in the manifest's conversion")
    builder = GraphBuilder()
    translation = Translation(builder, graph.constants, graph.consumers())
    inputs = []
    for node in graph.nodes:
        if node.op == "Placeholder":
            name = names.get(node.name, node.name)
            shape = [int(d["size"]) for d in node.attributes["shape"]["shape"]["dim"]]
            inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
            translation.values[node.name] = Value(name=name, axes=tuple(range(len(shape))))
        elif node.op != "Const":
            _compute(node, translation)
    values = [translation.values[output] for output in graph.outputs]
    tensors = [builder.onnx_tensor(value, range(len(value.axes))) for value in values]
    outputs = [(tensor, names[output]) for tensor, output in zip(tensors, graph.outputs, strict=True)]
    model = builder.model(inputs, outputs)
    return serialised(free_image_size(model) if any_image_size else model)


def _compute(node: Node, translation: Translation) -> None:
    """Fold `node` where all that it reads is constant, else translate it."""
    if all(name in translation.constants for name in node.inputs):
        folded = fold(node, [translation.constants[name] for name in node.inputs])
        if folded is not None:
            translation.constants.update(zip(_outputs(node, len(folded)), folded, strict=True))
            return
    made = translate(node, translation)
    translation.values.update(zip(_outputs(node, len(made)), made, strict=True))


def _outputs(node: Node, count: int) -> list[str]:
    return [node.name, *(f"{node.name}:{k}" for k in range(1, count))]
