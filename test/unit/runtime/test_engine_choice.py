"""The first engine that opens and agrees is used, and every other one is told of with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_network import DEVICE, network, with_own_golden, write_model

from crossmodal_narrator.core.errors import EngineAbsentError, EngineError, ModelError
from crossmodal_narrator.encoding.engine import Engine
from crossmodal_narrator.runtime import EngineConfig, Manifest, ModelStore, Refusal, open_engine
from crossmodal_narrator.runtime.config import ENGINE_NAMES
from crossmodal_narrator.runtime.cuda_device import find_cuda_device, parse_probe
from crossmodal_narrator.runtime.engines import ENGINES, EngineKind, engine_kinds
from crossmodal_narrator.runtime.onnx_gpu import OnnxGpuEngines
from crossmodal_narrator.runtime.onnx_session import CPU, OnnxSessionEngine, Provider
from crossmodal_narrator.runtime.precision.half import to_half
from crossmodal_narrator.runtime.request import EngineRequest

IMAGE = np.random.default_rng(0).normal(size=(1, 3, 16, 24)).astype(np.float32)
Heard = list[Refusal]


@pytest.fixture
def heard() -> Heard:
    return []


def found(version: str = "fake") -> Callable[[], str]:
    return lambda: version


def answering(content: bytes) -> EngineKind:
    """An engine that opens whatever it is given and answers as `content`."""

    def opened(request: EngineRequest) -> Engine:
        return OnnxSessionEngine(request.manifest, content, provider=Provider(name="Other", wanted=CPU), threads=1)

    return EngineKind(find=found(), open=opened)


def test_the_order_is_tensorrt_then_onnx_runtime_by_tensorrt_by_cuda_and_on_the_cpu() -> None:
    assert EngineConfig().engines == ENGINE_NAMES == tuple(ENGINES)
    assert ENGINE_NAMES == ("tensorrt", "onnxruntime_tensorrt", "onnxruntime_cuda", "onnxruntime_cpu")


def test_a_machine_without_a_gpu_runs_on_the_cpu_and_says_why_on_no_other(
    manifest: Manifest, store: ModelStore, heard: Heard
) -> None:
    def no_device() -> None:
        raise EngineAbsentError("no CUDA driver is installed", remedy="install it")

    onnx = OnnxGpuEngines(device=no_device, require=lambda provider: provider)
    kinds = {**engine_kinds(onnx=onnx), "tensorrt": replace(ENGINES["tensorrt"], open=lambda request: no_device())}
    engine = open_engine(manifest, store, on_refusal=heard.append, kinds=kinds)

    assert engine.name == "ONNX Runtime CPU"
    assert [refusal.engine for refusal in heard] == list(ENGINE_NAMES[:3])
    assert all(refusal.is_absent and "no CUDA driver" in refusal.reason for refusal in heard)


def test_an_engine_that_opens_and_disagrees_with_the_golden_sample_is_not_used(
    manifest: Manifest, store: ModelStore, heard: Heard
) -> None:
    kinds = {**ENGINES, "tensorrt": answering(network(seed=9))}
    config = EngineConfig(engines=("tensorrt", "onnxruntime_cpu"))
    engine = open_engine(manifest, store, config, on_refusal=heard.append, kinds=kinds)

    assert engine.name == "ONNX Runtime CPU"
    assert "disagrees with the golden sample" in heard[0].reason
    assert not heard[0].is_absent


def test_an_engine_that_agrees_is_used_before_those_after_it(
    manifest: Manifest, store: ModelStore, heard: Heard
) -> None:
    kinds = {**ENGINES, "tensorrt": answering(network())}

    assert open_engine(manifest, store, on_refusal=heard.append, kinds=kinds).name == "Other"
    assert heard == []


def test_where_no_engine_is_left_the_error_names_each_with_its_reason(manifest: Manifest, store: ModelStore) -> None:
    kinds = {"tensorrt": answering(network(seed=9))}
    with pytest.raises(EngineError, match=r"no engine runs small \(tensorrt: Other disagrees with the golden sample"):
        open_engine(manifest, store, EngineConfig(engines=("tensorrt",)), kinds=kinds)


def test_without_a_file_in_the_wanted_precision_fp32_is_run_and_told(
    manifest: Manifest, store: ModelStore, heard: Heard
) -> None:
    config = EngineConfig(engines=("onnxruntime_cpu",), precision="int8")

    assert open_engine(manifest, store, config, on_refusal=heard.append).name == "ONNX Runtime CPU"
    assert [(refusal.engine, refusal.reason) for refusal in heard] == [
        ("int8", "small has no file in int8: fp32 is run")
    ]


@pytest.mark.parametrize(("of_largest", "is_used"), [(0.05, True), (0.0, False)])
def test_a_precision_is_its_own_file_with_its_own_tolerance(
    of_largest: float, is_used: bool, tmp_path: Path, heard: Heard
) -> None:
    """Halves keep more away from the golden sample than fp32 may."""
    manifest = write_model(tmp_path / "models" / "small", network(), fp16=(to_half(network()), of_largest))
    store = ModelStore(tmp_path / "models", tmp_path / "cache")

    def scores(precision: str) -> np.ndarray:
        config = EngineConfig(engines=("onnxruntime_cpu",), precision=precision)
        return open_engine(manifest, store, config, on_refusal=heard.append).infer({"image": IMAGE})["scores"]

    assert np.array_equal(scores("fp16"), scores("fp32")) is not is_used
    assert (heard == []) is is_used


def test_a_precision_that_no_engine_reproduces_gives_way_to_fp32(tmp_path: Path, heard: Heard) -> None:
    manifest = write_model(tmp_path / "models" / "small", network(), int8=(network(seed=9), 1e-3))
    store = ModelStore(tmp_path / "models", tmp_path / "cache")
    config = EngineConfig(engines=("onnxruntime_cpu",), precision="int8")
    answer = open_engine(manifest, store, config, on_refusal=heard.append).infer({"image": IMAGE})["scores"]
    wanted = open_engine(manifest, store, EngineConfig(engines=("onnxruntime_cpu",))).infer({"image": IMAGE})

    np.testing.assert_array_equal(answer, wanted["scores"])
    assert heard[0].engine == "onnxruntime_cpu in int8"
    assert "disagrees with the golden sample" in heard[0].reason


@pytest.mark.parametrize("name", ["model.fp16.onnx", "golden.fp16.json"])
def test_where_a_file_of_a_precision_is_lost_fp32_is_run_and_told(tmp_path: Path, name: str, heard: Heard) -> None:
    written = write_model(tmp_path / "models" / "small", network(), fp16=(to_half(network()), 0.05))
    manifest = with_own_golden(written, "fp16")
    (manifest.folder / name).unlink()
    store = ModelStore(tmp_path / "models", tmp_path / "cache")
    config = EngineConfig(engines=("onnxruntime_cpu",), precision="fp16")
    assert open_engine(manifest, store, config, on_refusal=heard.append).name == "ONNX Runtime CPU"
    assert [refusal.engine for refusal in heard] == ["fp16"]
    assert "fp32 is run" in heard[0].reason


@pytest.mark.parametrize("name", ["model.onnx", "golden.json"])
def test_an_altered_file_is_refused_before_any_engine_sees_it(
    manifest: Manifest, store: ModelStore, name: str, heard: Heard
) -> None:
    path = manifest.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelError, match=f"{name} has sha256 .*, its manifest says") as caught:
        open_engine(manifest, store, on_refusal=heard.append)
    assert not isinstance(caught.value, EngineError)
    assert [r for r in heard if not r.is_absent] == []


def test_an_altered_file_in_the_wanted_precision_gives_way_to_fp32(tmp_path: Path, heard: Heard) -> None:
    manifest = write_model(tmp_path / "models" / "small", network(), int8=(network(), 1e-3))
    (manifest.folder / "model.int8.onnx").write_bytes(network(seed=9))
    store = ModelStore(tmp_path / "models", tmp_path / "cache")
    config = EngineConfig(engines=("onnxruntime_cpu",), precision="int8")

    assert open_engine(manifest, store, config, on_refusal=heard.append).name == "ONNX Runtime CPU"
    assert heard[0].engine == "int8"
    assert "has sha256" in heard[0].reason


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ("name: [", "is not YAML"),
        ("precisions: {fp8: {}}", r"precisions\.fp8 = \{\} — allowed: only keys that a manifest knows"),
        ("precisions: {int8: {of_largest: 0.1}}", r"precisions\.int8\.artifact is absent"),
        ("dimensions: {depth: {}}", r"dimensions\.depth = \{\}"),
        (
            "dimensions: {height: {least: 9, typical: 8, most: 64}}",
            r"height\.least, typical, most = \(9, 8, 64\) — allowed: 1 <= least",
        ),
    ],
)
def test_a_manifest_that_was_spoiled_is_refused_with_file_and_key(
    manifest: Manifest, store: ModelStore, section: str, why: str
) -> None:
    path = manifest.folder / "manifest.yaml"
    path.write_text(f"{path.read_text()}\n{section}\n")  # of a key that repeats, YAML takes the last
    with pytest.raises(ModelError, match=why) as caught:
        store.manifest("small")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("returncode", "output", "why"),
    [
        (-11, "", "crashed with signal 11"),
        (0, "", "answer is ''"),
        (0, '{"why": "cuInit answers with CUDA error 100"}', "CUDA error 100"),
        (0, '{"name": "Orin"}', "answer is"),
    ],
)
def test_a_driver_that_crashes_or_answers_nonsense_is_no_device(returncode: int, output: str, why: str) -> None:
    with pytest.raises(EngineAbsentError, match=why):
        parse_probe(returncode, output)


def test_a_device_is_what_the_driver_says() -> None:
    found = '{"name": "Orin", "major": 8, "minor": 7, "driver": 12060}'
    assert parse_probe(0, found) == DEVICE
    assert str(DEVICE) == "Orin, compute capability 8.7, driver for CUDA 12.6"


def test_the_real_driver_is_asked_without_harm_to_this_process() -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a device; the tests marked gpu ask it")
    with pytest.raises(EngineAbsentError, match=r"CUDA .* — install the NVIDIA driver"):
        find_cuda_device()
