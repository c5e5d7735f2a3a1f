"""What a graph must not hold, so that every engine can build it and all of them answer alike.

Two of these constructs give silent wrong answers on some engine (a scatter that adds loses updates where indices
repeat; shapes that depend on values are cut to what the memory holds), the others make an engine refuse the graph or
build it anew at every frame. The refusal names the node. Points are scattered and selected on the host instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import onnx
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto

from crossmodal_narrator.core.errors import ModelError

_DOMAINS = frozenset({"", "ai.onnx"})
_ELEMENTS = frozenset(
    {
        TensorProto.FLOAT,
        TensorProto.FLOAT16,
        TensorProto.INT64,
        TensorProto.INT32,
        TensorProto.INT8,
        TensorProto.UINT8,
        TensorProto.BOOL,
    }
)
_SHAPES_FROM_VALUES = frozenset({"NonZero", "Unique", "Compress", "NonMaxSuppression", "StringSplit"})
_RANDOM = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"}
)
_SCATTERS = frozenset({"ScatterND", "ScatterElements", "Scatter"})
_NO_TENSORS = ("Sequence", "Optional", "ConcatFromSequence", "SplitToSequence")
# The inputs that shape an operator's output, by position (ONNX operators, opset 18 and later).
_SHAPING_INPUTS = {
    "Reshape": (1,),
    "Expand": (1,),
    "Slice": (1, 2, 3, 4),
    "Tile": (1,),
    "Range": (0, 1, 2),
    "ConstantOfShape": (0,),
    "Resize": (2, 3),
    "Pad": (1, 3),
    "OneHot": (1,),
    "TopK": (1,),
    "Squeeze": (1,),
    "Unsqueeze": (1,),
    "Split": (1,),
    "CenterCropPad": (1,),
    "Loop": (0, 1),
    "If": (0,),
}


def check_graph(content: bytes, *, name: str) -> None:
    """Check the graph of the ONNX file `content`, which messages call `name`.

    Raises:
        ModelError: no ONNX, or forbidden constructs; names the first three nodes and says what is wrong with each.
    """
    faults = list(graph_faults(read_model(content, name=name)))
    if faults:
        more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
        raise ModelError(f"{name} cannot run alike on every engine: {'; '.join(faults[:3])}{more}", remedy=_REMEDY)


_REMEDY = "move it out of the graph to the host, and export the model anew (docs/engines.md)"


def read_model(content: bytes, *, name: str) -> ModelProto:
    """Parse an ONNX file.

    Raises:
        ModelError: it is none.
    """
    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf's own types share no other base
        raise ModelError(f"{name} is not an ONNX file: {error}", remedy="export or pull it again") from error
    if not model.graph.node:
        raise ModelError(f"{name} holds no graph", remedy="export or pull it again")
    return model


def graph_faults(model: ModelProto) -> Iterator[str]:
    """A sentence for each forbidden construct, in the order of the graph."""
    for function in model.functions:
        yield f"function {function.domain}.{function.name}: local functions are not inlined"
    yield from _graph_faults(model.graph, values_of_outer=frozenset())


def _graph_faults(graph: GraphProto, *, values_of_outer: frozenset[str]) -> Iterator[str]:
    for value in (*graph.input, *graph.output, *graph.value_info):
        element = value.type.tensor_type.elem_type
        if not value.type.HasField("tensor_type") or (element and element not in _ELEMENTS):
            yield f"{value.name} is {_element_name(element)}, which TensorRT does not know"
    yield from _tensor_faults("initializer", graph.initializer)
    by_value = _depend_on_values(graph, values_of_outer)
    for node in graph.node:
        yield from _node_faults(node, by_value)
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs) if _holds_graphs(attribute) else ():
                yield from _graph_faults(inner, values_of_outer=by_value)


def _node_faults(node: NodeProto, by_value: frozenset[str]) -> Iterator[str]:
    told = f"{node.op_type} {node.name or '→ ' + ', '.join(node.output)}"
    for fault in (_operator_fault(node), _scatter_fault(node), _element_fault(node), _shaping_fault(node, by_value)):
        if fault:
            yield f"{told}: {fault}"
    yield from _tensor_faults(told, (a.t for a in node.attribute if a.type == AttributeProto.TENSOR))


def _operator_fault(node: NodeProto) -> str:
    if node.domain not in _DOMAINS:
        return f"an operator of {node.domain}, which other engines do not know"
    if node.op_type in _SHAPES_FROM_VALUES:
        return "the shape of its output depends on values"
    if node.op_type in _RANDOM:
        return "its output is random"
    if node.op_type.startswith(_NO_TENSORS):
        return "its output is no tensor"
    return ""


def _scatter_fault(node: NodeProto) -> str:
    if node.op_type not in _SCATTERS:
        return ""
    reduction = next((a.s.decode() for a in node.attribute if a.name == "reduction"), "none")
    return "" if reduction == "none" else f"reduction={reduction} loses updates where indices repeat"


def _element_fault(node: NodeProto) -> str:
    to = next((a.i for a in node.attribute if a.name in ("to", "dtype", "output_dtype")), TensorProto.FLOAT)
    return (
        "" if to in {*_ELEMENTS, TensorProto.UNDEFINED} else f"makes {_element_name(to)}, which TensorRT does not know"
    )


def _shaping_fault(node: NodeProto, by_value: frozenset[str]) -> str:
    for position in _SHAPING_INPUTS.get(node.op_type, ()):
        if position < len(node.input) and node.input[position] in by_value:
            what = "what runs" if node.op_type in ("If", "Loop") else "the shape of its output"
            return f"{what} depends on values, by {node.input[position]}"
    return ""


def _tensor_faults(where: str, tensors: Iterable[TensorProto]) -> Iterator[str]:
    for tensor in tensors:
        if tensor.data_type not in _ELEMENTS:
            yield f"{where} {tensor.name} is {_element_name(tensor.data_type)}, which TensorRT does not know"
        if tensor.data_location == TensorProto.EXTERNAL:
            yield f"{where} {tensor.name} lies in another file, which no digest covers"


def _depend_on_values(graph: GraphProto, values_of_outer: frozenset[str]) -> frozenset[str]:
    """The tensors that are computed from the values of an input, and not from shapes and constants alone."""
    initialised = {tensor.name for tensor in graph.initializer}
    found = set(values_of_outer) | {value.name for value in graph.input if value.name not in initialised}
    for node in graph.node:
        if node.op_type not in ("Shape", "Size") and any(name in found for name in _read_by(node)):
            found.update(node.output)
    return frozenset(found)


def _read_by(node: NodeProto) -> Iterator[str]:
    """Names that a node and the graphs in it read."""
    yield from node.input
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs) if _holds_graphs(attribute) else ():
            for node_inside in inner.node:
                yield from _read_by(node_inside)


def _holds_graphs(attribute: AttributeProto) -> bool:
    return bool(attribute.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS))


def _element_name(element: int) -> str:
    names = TensorProto.DataType
    return names.Name(element).lower() if element in names.values() else f"element type {element}"
