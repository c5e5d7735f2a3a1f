"""Other precisions are made of the fp32 file: their files are plain ONNX, answer nearly alike, and overflow nowhere."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from small_network import network, serialised

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.encoding.engine import Engine
from crossmodal_narrator.runtime import EngineConfig, Manifest, ModelStore, open_engine
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.golden import check_golden, read_golden
from crossmodal_narrator.runtime.graph_check import check_graph
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine
from crossmodal_narrator.runtime.onnx_session import CPU, Provider, open_session
from crossmodal_narrator.runtime.precision.accuracy import compare
from crossmodal_narrator.runtime.precision.half import to_half
from crossmodal_narrator.runtime.precision.int8 import to_int8
from crossmodal_narrator.runtime.precision.observed import overflowing_nodes
from crossmodal_narrator.runtime.precision.variants import make_variant, write_variants
from crossmodal_narrator.training.precisions import write_precisions

node = helper.make_node


def images(count: int, *, scale: float = 1.0, seed: int = 0) -> list[dict[str, NDArray[np.float32]]]:
    rng = np.random.default_rng(seed)
    return [{"image": (scale * rng.normal(size=(1, 3, 16, 24))).astype(np.float32)} for _ in range(count)]


def answered(content: bytes, feed: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    session = open_session(content, Provider(name="", wanted=CPU), threads=1)
    return list(session.run([value.name for value in session.get_outputs()], feed))


def types_of(content: bytes) -> dict[str, int]:
    """By tensor: its element type, as ONNX infers it, strictly."""
    graph = onnx.shape_inference.infer_shapes(onnx.load_from_string(content), check_type=True, strict_mode=True).graph
    typed = {v.name: v.type.tensor_type.elem_type for v in (*graph.input, *graph.output, *graph.value_info)}
    return typed | {tensor.name: tensor.data_type for tensor in graph.initializer}


def drawn(nodes: list[onnx.NodeProto], constants: dict[str, NDArray[np.generic]] | None = None) -> bytes:
    """`nodes` from x (1, 4) to y."""
    graph = helper.make_graph(
        nodes,
        "drawn",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    return serialised(graph)


def test_halves_keep_inputs_and_outputs_and_hold_half_the_bytes_of_weights() -> None:
    made = to_half(network())
    types = types_of(made)

    assert {types[name] for name in ("image", "map", "scores")} == {TensorProto.FLOAT}
    assert types["kernel.fp16"] == types["matrix.fp16"] == TensorProto.FLOAT16
    assert "kernel" not in types
    check_graph(made, name="made")
    for feed in images(3):
        for got, wanted in zip(answered(made, feed), answered(network(), feed), strict=True):
            np.testing.assert_allclose(got, wanted, atol=5e-3)
            assert not np.array_equal(got, wanted)


def test_the_same_bytes_come_out_each_time() -> None:
    assert to_half(network()) == to_half(network())
    assert to_int8(network(), images(8)) == to_int8(network(), images(8))


DRAWN = {
    "a mean over many stays in fp32": [node("ReduceMean", ["x", "axes"], ["y"])],
    "a cast to float makes a half": [
        node("Floor", ["x"], ["i"]),
        node("Cast", ["i"], ["f"], to=1),
        node("Neg", ["f"], ["y"]),
    ],
    "a constant": [
        node("Constant", [], ["c"], value=numpy_helper.from_array(np.ones(4, np.float32))),
        node("Add", ["x", "c"], ["y"]),
    ],
    "a constant by an attribute of floats": [
        node("Constant", [], ["c"], value_floats=[1.0, 2.0, 3.0, 4.0]),
        node("Add", ["x", "c"], ["y"]),
    ],
    "a constant that is too large": [
        node("Constant", [], ["c"], value=numpy_helper.from_array(np.full(4, 1e6, np.float32))),
        node("Add", ["x", "c"], ["y"]),
    ],
    "a fill without a value": [
        node("Shape", ["x"], ["s"]),
        node("ConstantOfShape", ["s"], ["z"]),
        node("Add", ["x", "z"], ["y"]),
    ],
    "an output that is read on": [node("Exp", ["x"], ["y"]), node("Neg", ["y"], ["unread"])],
    "an input that goes out": [node("Identity", ["x"], ["y"])],
    "one tensor read in both types": [
        node("Tanh", ["x"], ["t"]),
        node("Exp", ["t"], ["e"]),
        node("Add", ["t", "e"], ["y"]),
    ],
    "weights that are too large": [node("Mul", ["x", "large"], ["y"])],
    "scales of a resize stay float": [
        node("Reshape", ["x", "image"], ["i"]),
        node("Resize", ["i", "", "scales"], ["y"], mode="nearest"),
    ],
    "integers": [
        node("Cast", ["x"], ["i"], to=7),
        node("Gather", ["x", "i"], ["g"], axis=1),
        node("Neg", ["g"], ["y"]),
    ],
}
CONSTANTS: dict[str, NDArray[np.generic]] = {
    "axes": np.array([1]),
    "large": np.full(4, 1e5, np.float32),
    "image": np.array([1, 1, 2, 2]),
    "scales": np.array([1, 1, 2, 2], np.float32),
}


@pytest.mark.parametrize("nodes", DRAWN.values(), ids=DRAWN.keys())
def test_halves_are_well_typed_and_answer_nearly_alike(nodes: list[onnx.NodeProto]) -> None:
    read = {name for n in nodes for name in n.input}
    content = drawn(nodes, {name: value for name, value in CONSTANTS.items() if name in read})
    made = to_half(content)
    feed = {"x": np.array([[0.5, 1.25, 2.0, 3.0]], np.float32)}

    types_of(made)
    for got, wanted in zip(answered(made, feed), answered(content, feed), strict=True):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, wanted, rtol=2e-3)


def answered_in_half(content: bytes, feed: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """By ONNX's reference, which rounds each step; ONNX Runtime's CPU works in float32 where it knows no half."""
    with np.errstate(over="ignore"):
        answer: NDArray[np.float32] = ReferenceEvaluator(onnx.load_from_string(content)).run(None, feed)[0]
    return answer


SQUARES = drawn([node("Mul", ["x", "x"], ["squares"], "square"), node("Sqrt", ["squares"], ["y"], "root")])


def test_what_overflows_on_calibration_inputs_stays_in_fp32() -> None:
    wide = {"x": np.full((1, 4), 1000.0, np.float32)}
    assert not np.isfinite(answered_in_half(to_half(SQUARES), wide)).all()

    found = overflowing_nodes(SQUARES, [{"x": np.ones((1, 4), np.float32)}, wide])
    assert found == {"squares", "y"}
    np.testing.assert_allclose(answered_in_half(to_half(SQUARES, keep=found), wide), 1000.0)
    assert overflowing_nodes(SQUARES, [{"x": np.ones((1, 4), np.float32)}]) == frozenset()


def test_quantised_weights_are_s8_by_channel_and_ranges_are_symmetric() -> None:
    model = onnx.load_from_string(to_int8(network(), images(16)))
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    by_op = {op: [n for n in model.graph.node if n.op_type == op] for op in ("QuantizeLinear", "DequantizeLinear")}

    assert tensors["kernel_quantized"].dtype == np.int8
    assert tensors["kernel_scale"].shape == (4,)
    assert len(by_op["QuantizeLinear"]) >= 2
    for n in itertools.chain(*by_op.values()):
        assert not tensors[n.input[2]].any()  # zero points
    assert not any("bias" in n.input[0] for n in by_op["DequantizeLinear"])
    check_graph(model.SerializeToString(), name="made")


def test_two_products_of_quantised_numbers_fit_into_16_bits() -> None:
    """x86 without VNNI adds two in 16 bits (vpmaddubsw) and clips: one such CPU was wrong by a quarter of the range."""
    model = onnx.load_from_string(to_int8(network(), images(16)))
    weights = next(numpy_helper.to_array(t) for t in model.graph.initializer if t.name == "kernel_quantized")

    assert np.abs(weights.astype(int)).max() > 32
    assert 2 * 255 * np.abs(weights.astype(int)).max() < 2**15


def test_int8_answers_within_a_few_hundredths_of_its_range() -> None:
    made = to_int8(network(), images(16))
    for feed in images(4, seed=1):
        for got, wanted in zip(answered(made, feed), answered(network(), feed), strict=True):
            assert np.abs(got - wanted).max() < 0.05 * np.abs(wanted).max()


def test_a_layer_that_is_to_stay_stays() -> None:
    made = onnx.load_from_string(to_int8(network(), images(4), keep=["convolve"]))
    assert "kernel" in {tensor.name for tensor in made.graph.initializer}


@pytest.mark.parametrize(
    ("calibration", "keep", "why"),
    [
        ([], [], "no inputs were given to calibrate with"),
        ([{"image": np.full((1, 3, 8, 8), np.nan, np.float32)}], [], "is not finite"),
        (images(1), ["convolute"], "no node is called convolute"),
    ],
)
def test_what_cannot_be_quantised_is_refused(
    calibration: list[dict[str, NDArray[np.float32]]], keep: list[str], why: str
) -> None:
    with pytest.raises(ModelError, match=why):
        to_int8(network(), calibration, keep=keep)


def test_branches_are_not_converted() -> None:
    inner = helper.make_graph([node("Neg", ["x"], ["n"])], "b", [], [helper.make_tensor_value_info("n", 1, None)])
    content = drawn([node("If", ["c"], ["y"], "day", then_branch=inner, else_branch=inner)], {"c": np.array(True)})
    with pytest.raises(ModelError, match="If day holds a graph of its own"):
        to_half(content)


def test_a_comparison_measures_both_on_the_same_inputs(manifest: Manifest) -> None:
    ticks = itertools.count()
    times_ns = itertools.accumulate(1_000_000 if next(ticks) % 4 < 2 else 3_000_000 for _ in range(100))
    config = EngineConfig(threads=1)
    reference, other = (OnnxCpuEngine(manifest, content, config) for content in (network(), to_half(network())))
    found = compare(reference, other, images(5), now_ns=lambda: next(times_ns))

    assert [d.output for d in found.differences] == ["map", "scores"]
    assert (found.reference_ms, found.candidate_ms, found.speed_up) == (1.0, 3.0, pytest.approx(1 / 3))
    for difference in found.differences:
        assert 0.0 < difference.mean < difference.largest < 5e-3 < difference.largest_answer


@pytest.mark.parametrize("precision", [Precision.FP16, Precision.INT8])
def test_a_variant_that_is_made_is_run_by_the_section_that_it_gives(
    precision: Precision, store: ModelStore, manifest: Manifest
) -> None:
    made = make_variant(
        store,
        manifest,
        precision,
        calibration=images(8),
        held_out=images(4, seed=1),
        now_ns=itertools.count().__next__,
    )
    write_variants(manifest, [made])
    heard: list[object] = []
    config = EngineConfig(engines=("onnxruntime_cpu",), precision=precision.value)
    engine = open_engine(store.manifest("small"), store, config, on_refusal=heard.append)

    assert heard == []
    feed = images(1, seed=2)[0]
    np.testing.assert_array_equal(engine.infer(feed)["map"], answered(made.content, feed)[0])
    assert made.comparison.differences[0].largest > 0.0


def test_the_section_is_written_anew_and_the_rest_of_the_manifest_stays(store: ModelStore, manifest: Manifest) -> None:
    path = manifest.folder / "manifest.yaml"
    before = path.read_text()
    path.write_text(before.replace("precisions: {}\n", "precisions: {}  # none\n# of the model\n"))
    for precision in (Precision.FP16, Precision.INT8):
        made = make_variant(
            store,
            manifest,
            precision,
            calibration=images(4),
            held_out=images(2),
            now_ns=itertools.count().__next__,
        )
        write_variants(manifest, [made])
        assert list(store.manifest("small").variants) == [precision]
    assert "name: small" in path.read_text()
    assert "# of the model\n" in path.read_text()
    assert path.read_text().count("precisions:") == 1


def test_a_precision_that_loses_too_much_of_what_the_network_is_for_is_left_out(
    store: ModelStore, manifest: Manifest
) -> None:
    wanted = OnnxCpuEngine(manifest, network(), EngineConfig()).infer(images(1)[0])["map"]

    def judge(engine: Engine) -> dict[str, float]:
        found = engine.infer(images(1)[0])["map"]
        return {"exact": float(np.abs(found - wanted).max() < 0.01), "never_asked": float("nan")}

    told: list[str] = []
    write_precisions(
        manifest.folder.parent, "small", calibration=images(4), held_out=images(2), judge=judge, say=told.append
    )

    assert list(store.manifest("small").variants) == [Precision.FP16]
    assert told[0].startswith("small in fp32: exact 1")
    assert told[2].startswith("small in int8, left out: exact 0")


def test_the_tool_writes_the_files_and_the_section_and_tells_the_differences(
    store: ModelStore, manifest: Manifest, repository: Path, tmp_path: Path
) -> None:
    np.savez(tmp_path / "inputs.npz", image=np.stack([feed["image"] for feed in images(8)]))
    command = [
        "tools/precisions.py",
        "small",
        str(tmp_path / "inputs.npz"),
        "--models-dir",
        str(manifest.folder.parent),
    ]
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    result = subprocess.run(
        [sys.executable, *command], cwd=repository, env=environment, capture_output=True, text=True, check=True
    )
    made = store.manifest("small")

    assert list(made.variants) == [Precision.FP16, Precision.INT8]
    assert store.artifact(made, Precision.FP16) == to_half(network())
    assert "small on this CPU, held-out inputs" in result.stdout


def test_a_quantised_file_has_a_golden_sample_of_its_own_which_another_network_does_not_pass(
    store: ModelStore, manifest: Manifest
) -> None:
    """Calibrated on faint images, the golden sample of fp32 lies far out of its ranges."""
    made = make_variant(
        store,
        manifest,
        Precision.INT8,
        calibration=images(8, scale=0.1),
        held_out=images(2, scale=0.1),
        now_ns=itertools.count().__next__,
    )
    write_variants(manifest, [made])
    variant = store.manifest("small")
    engine = OnnxCpuEngine(variant, made.content, EngineConfig())
    check_golden(engine, store.golden(variant, Precision.INT8))
    tolerance = variant.golden_in(Precision.INT8)
    with pytest.raises(EngineError, match="disagrees"):
        check_golden(engine, read_golden((manifest.folder / "golden.json").read_bytes(), tolerance))
    with pytest.raises(EngineError, match="disagrees"):
        check_golden(OnnxCpuEngine(variant, network(), EngineConfig()), store.golden(variant, Precision.INT8))


def test_weights_that_old_files_name_among_the_inputs_are_no_inputs_of_the_half() -> None:
    model = onnx.load_from_string(network())
    model.graph.input.append(helper.make_tensor_value_info("kernel", TensorProto.FLOAT, [4, 3, 3, 3]))
    made = onnx.load_from_string(to_half(model.SerializeToString()))
    assert [value.name for value in made.graph.input] == ["image"]


def test_answers_that_are_not_finite_are_refused(manifest: Manifest) -> None:
    config = EngineConfig(threads=1)
    model = onnx.load_from_string(network())
    matrix = next(tensor for tensor in model.graph.initializer if tensor.name == "matrix")
    matrix.CopyFrom(numpy_helper.from_array(np.full((4, 5), np.inf, np.float32), "matrix"))
    reference, broken = (OnnxCpuEngine(manifest, c, config) for c in (network(), model.SerializeToString()))
    with pytest.raises(EngineError, match="answers of scores are not finite"):
        compare(reference, broken, images(1), now_ns=itertools.count().__next__)
