"""What no graph may hold is refused with the node that holds it; what every engine can build is not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper
from small_network import network, serialised

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.graph_check import check_graph

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
node = helper.make_node


def graph(
    nodes: Sequence[NodeProto],
    *,
    inputs: dict[str, int] | None = None,
    constants: dict[str, np.ndarray] | None = None,
    domains: Sequence[str] = (),
) -> bytes:
    """A graph over `inputs` (by name their element type) whose last node's first output comes out."""
    made = helper.make_graph(
        list(nodes),
        "graph",
        [
            helper.make_tensor_value_info(name, element, ["n", 4])
            for name, element in (inputs or {"x": FLOAT, "i": INT64}).items()
        ],
        [helper.make_tensor_value_info(nodes[-1].output[0], FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    return serialised(made, *domains)


def body(name: str, *nodes: NodeProto) -> onnx.GraphProto:
    output = helper.make_tensor_value_info(nodes[-1].output[0], FLOAT, None)
    return helper.make_graph(list(nodes), name, [], [output])


DOUBLE = numpy_helper.from_array(np.zeros(2), "half_a_metre")
REFUSED = {
    "a scatter that adds": (
        graph([node("ScatterND", ["x", "i", "x"], ["y"], "pillars", reduction="add")]),
        "ScatterND pillars: reduction=add loses updates where indices repeat",
    ),
    "a scatter by elements that takes the largest": (
        graph([node("ScatterElements", ["x", "i", "x"], ["y"], "tallest", reduction="max")]),
        "ScatterElements tallest: reduction=max loses updates",
    ),
    "a selection of what is not zero": (
        graph([node("NonZero", ["x"], ["y"], "seen")]),
        "NonZero seen: the shape of its output depends on values",
    ),
    "suppression of boxes": (
        graph([node("NonMaxSuppression", ["x", "x"], ["y"], "nms")]),
        "NonMaxSuppression nms: the shape of its output depends on values",
    ),
    "a node without a name": (graph([node("Unique", ["x"], ["kinds"])]), "Unique → kinds: the shape"),
    "chance": (
        graph([node("RandomNormalLike", ["x"], ["y"], "noise")]),
        "RandomNormalLike noise: its output is random",
    ),
    "a sequence": (graph([node("SequenceConstruct", ["x"], ["y"], "list")]), "list: its output is no tensor"),
    "a length that is computed from values": (
        graph(
            [
                node("ReduceMax", ["i"], ["longest"], "longest"),
                node("Mul", ["longest", "longest"], ["area"], "area"),
                node("Expand", ["x", "area"], ["y"], "spread"),
            ]
        ),
        "Expand spread: the shape of its output depends on values, by area",
    ),
    "a number of best ones that is computed from values": (
        graph([node("TopK", ["x", "i"], ["y", "where"], "best")]),
        "TopK best: the shape of its output depends on values, by i",
    ),
    "a branch by values": (
        graph(
            [
                node(
                    "If",
                    ["b"],
                    ["y"],
                    "night",
                    then_branch=body("t", node("Neg", ["x"], ["p"])),
                    else_branch=body("e", node("Abs", ["x"], ["q"])),
                )
            ],
            inputs={"x": FLOAT, "b": BOOL},
        ),
        "If night: what runs depends on values, by b",
    ),
    "something inside of a branch": (
        graph(
            [
                node(
                    "If",
                    ["always"],
                    ["y"],
                    "day",
                    then_branch=body("t", node("NonZero", ["x"], ["p"], "inner")),
                    else_branch=body("e", node("Abs", ["x"], ["q"])),
                )
            ],
            constants={"always": np.array(True)},
        ),
        "NonZero inner: the shape of its output depends on values",
    ),
    "a cast to double": (
        graph([node("Cast", ["x"], ["y"], "widen", to=TensorProto.DOUBLE)]),
        "Cast widen: makes double, which TensorRT does not know",
    ),
    "weights in double": (
        graph([node("Add", ["x", "w"], ["y"], "shift")], constants={"w": np.zeros(4)}),
        "initializer w is double, which TensorRT does not know",
    ),
    "a constant in double": (
        graph([node("Constant", [], ["c"], "offset", value=DOUBLE), node("Neg", ["x"], ["y"])]),
        "Constant offset half_a_metre is double",
    ),
    "text": (graph([node("Identity", ["x"], ["y"])], inputs={"x": TensorProto.STRING}), "x is string"),
    "another's operator": (
        graph([node("FusedConv", ["x"], ["y"], "fused", domain="com.microsoft")], domains=["com.microsoft"]),
        "FusedConv fused: an operator of com.microsoft, which other engines do not know",
    ),
}

TAKEN = {
    "convolutions over any size": network(),
    "a scatter without reduction": graph([node("ScatterND", ["x", "i", "x"], ["y"], "place")]),
    "lengths from shapes": graph(
        [
            node("Shape", ["x"], ["shape"]),
            node("Gather", ["shape", "first"], ["n"]),
            node("Concat", ["n", "rest"], ["lengths"], axis=0),
            node("Reshape", ["x", "lengths"], ["y"], "lay"),
        ],
        constants={"first": np.array([0]), "rest": np.array([2, 2])},
    ),
    "the best hundred": graph([node("TopK", ["x", "k"], ["y", "where"], "best")], constants={"k": np.array([100])}),
    "a domain that no node is of": graph([node("Neg", ["x"], ["y"])], domains=["com.microsoft"]),
    "values from values": graph([node("Gather", ["x", "i"], ["y"], "pick")]),
    "a cast to int64": graph([node("Cast", ["x"], ["y"], "floor", to=INT64)]),
}


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses(content: bytes, why: str) -> None:
    with pytest.raises(ModelError) as caught:
        check_graph(content, name="drawn")
    assert "drawn cannot run alike on every engine" in str(caught.value)
    assert why in str(caught.value)
    assert "move it out of the graph to the host" in caught.value.remedy


@pytest.mark.parametrize("content", TAKEN.values(), ids=TAKEN.keys())
def test_it_takes(content: bytes) -> None:
    check_graph(content, name="drawn")


def test_of_many_faults_three_are_named_and_the_rest_counted() -> None:
    nodes = [node("NonZero", ["x"], [f"y{k}"], f"seen_{k}") for k in range(5)]
    with pytest.raises(ModelError, match=r"seen_0: .*seen_1: .*seen_2: .* \(and 2 more\)") as caught:
        check_graph(graph(nodes), name="drawn")
    assert "seen_3" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no model at all", network()[:50]])
def test_what_is_no_graph_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match=r"is not an ONNX file|holds no graph|cannot run alike"):
        check_graph(content, name="drawn")
