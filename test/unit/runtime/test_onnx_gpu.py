"""ONNX Runtime on a GPU: where its session really runs, and the engines that its TensorRT provider keeps.

No GPU and no onnxruntime-gpu: the session is real and on the CPU, and what the provider would leave is written here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from small_network import DEVICE, network

from crossmodal_narrator.core.errors import EngineAbsentError, EngineError
from crossmodal_narrator.runtime import EngineConfig, Manifest, ModelStore, Refusal, open_engine
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.engines import engine_kinds
from crossmodal_narrator.runtime.onnx_gpu import OnnxGpuEngines
from crossmodal_narrator.runtime.onnx_session import (
    CPU,
    TENSORRT,
    OnnxSessionEngine,
    Provider,
    Session,
    open_session,
    require_provider,
)
from crossmodal_narrator.runtime.request import EngineRequest

IMAGE = np.random.default_rng(0).normal(size=(1, 3, 16, 24)).astype(np.float32)


class Relabelled:
    """A real session on the CPU that says it runs by another provider."""

    def __init__(self, session: Session, provider: str) -> None:
        self._session, self._provider = session, provider

    def get_providers(self) -> list[str]:
        return [self._provider, CPU]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


@dataclass
class GpuRuntime:
    """Opens sessions as onnxruntime-gpu would on a machine with everything; TensorRT leaves its engines behind."""

    built: int = 0
    loaded: int = 0
    leaves: str = "TensorrtExecutionProvider_small_0_sm87.engine"
    refuses_kept: bool = False
    opened: list[Provider] = field(default_factory=list)

    def __call__(self, content: bytes, provider: Provider, threads: int) -> Session:
        self.opened.append(provider)
        if provider.wanted == TENSORRT:
            folder = Path(provider.options["trt_engine_cache_path"])
            if self.leaves and (folder / self.leaves).exists():
                if self.refuses_kept:
                    raise RuntimeError("the engine plan file is not compatible with this version of TensorRT")
                assert (folder / self.leaves).read_bytes() == b"engine" * 99, "a damaged engine was loaded"
                self.loaded += 1
            else:
                self.built += 1
                if self.leaves:
                    (folder / self.leaves).write_bytes(b"engine" * 99)
        return Relabelled(open_session(content, Provider(name="", wanted=CPU), threads), provider.wanted)


@pytest.fixture
def runtime() -> GpuRuntime:
    return GpuRuntime()


@pytest.fixture
def engines(runtime: GpuRuntime) -> OnnxGpuEngines:
    return machine_with("TensorRT 100900", runtime)


def machine_with(nvinfer: str, runtime: GpuRuntime) -> OnnxGpuEngines:
    return OnnxGpuEngines(
        device=lambda: DEVICE,
        require=lambda provider: "ONNX Runtime 1.32.0",
        nvinfer=lambda: nvinfer,
        opens=runtime,
    )


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def request_(manifest: Manifest, store: ModelStore, told: list[str]) -> EngineRequest:
    return EngineRequest(
        manifest=manifest,
        precision=Precision.FP32,
        content=store.artifact(manifest),
        config=EngineConfig(),
        plans_folder=store.plans_folder,
        builds=True,
        tell=told.append,
    )


@pytest.mark.filterwarnings("ignore:Specified provider")
@pytest.mark.parametrize("engine", ["onnxruntime_cuda", "onnxruntime_tensorrt"])
def test_a_real_session_that_silently_falls_back_to_the_cpu_is_refused(
    engine: str, manifest: Manifest, store: ModelStore
) -> None:
    """The provider is claimed to be there; the real library then opens the session on the CPU without an error."""
    heard: list[Refusal] = []
    claimed = OnnxGpuEngines(device=lambda: DEVICE, require=lambda provider: "ONNX Runtime 1.32.0")
    config = EngineConfig(engines=(engine, "onnxruntime_cpu"), build_at_start=True)
    opened = open_engine(manifest, store, config, on_refusal=heard.append, kinds=engine_kinds(onnx=claimed))

    assert opened.name == "ONNX Runtime CPU"
    assert [refusal.engine for refusal in heard] == [engine]
    assert "silently runs small by CPUExecutionProvider" in heard[0].reason
    assert not heard[0].is_absent


def test_a_session_does_not_go_over_to_another_provider_in_the_middle_of_a_drive() -> None:
    session = open_session(network(), Provider(name="", wanted=CPU), threads=1)
    assert session._enable_fallback is False  # type: ignore[attr-defined]


def test_a_library_without_the_provider_is_absent_and_says_what_it_has() -> None:
    with pytest.raises(
        EngineAbsentError, match=r"has no CUDAExecutionProvider .*CPUExecutionProvider.*onnxruntime-gpu"
    ):
        require_provider("CUDAExecutionProvider")
    assert require_provider(CPU).startswith("ONNX Runtime ")


def test_by_cuda_fp32_is_fp32_and_what_cuda_does_not_know_runs_on_the_cpu(
    engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest
) -> None:
    answer = engines.open_cuda(request_).infer({"image": IMAGE})

    assert answer["scores"].shape == (1, 5)
    (provider,) = runtime.opened
    assert (provider.wanted, provider.others) == ("CUDAExecutionProvider", (CPU,))
    assert provider.options["use_tf32"] == "0"


def test_tensorrt_is_given_the_shapes_of_the_manifest_and_no_precision(
    engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest
) -> None:
    engines.open_tensorrt(request_)
    options = runtime.opened[0].options

    assert options["trt_profile_min_shapes"] == "image:1x3x8x8"
    assert options["trt_profile_opt_shapes"] == "image:1x3x16x16"
    assert options["trt_profile_max_shapes"] == "image:1x3x64x64"
    assert not any("fp16" in name or "int8" in name or "bf16" in name for name in options)


def test_what_tensorrt_built_is_loaded_the_next_time(
    engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest
) -> None:
    engines.open_tensorrt(request_)
    engines.open_tensorrt(replace(request_, builds=False))

    assert (runtime.built, runtime.loaded) == (1, 1)


@pytest.mark.parametrize("damage", ["altered", "cut", "removed", "added", "no seal", "spoiled seal"])
def test_a_folder_of_engines_that_is_not_as_it_was_left_is_told_and_built_anew(
    damage: str, engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest, told: list[str]
) -> None:
    engines.open_tensorrt(request_)
    folder = Path(runtime.opened[0].options["trt_engine_cache_path"])
    engine = folder / runtime.leaves
    if damage == "altered":
        engine.write_bytes(b"e" + engine.read_bytes()[1:-1] + b"!")
    elif damage == "cut":
        engine.write_bytes(engine.read_bytes()[:-1])
    elif damage == "removed":
        engine.unlink()
    elif damage == "added":
        (folder / "other.engine").write_bytes(b"another's")
    elif damage == "no seal":
        (folder / "seal.json").unlink()
    else:
        (folder / "seal.json").write_text("{")

    engines.open_tensorrt(request_)
    assert (runtime.built, runtime.loaded) == (2, 0)
    assert "not as it was sealed" in told[-2]


def test_without_leave_to_build_the_refusal_names_the_command_that_builds(
    engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest
) -> None:
    with pytest.raises(EngineError, match="`crossmodal-narrator models build small`"):
        engines.open_tensorrt(replace(request_, builds=False))
    assert runtime.opened == []


def test_a_session_in_which_tensorrt_took_nothing_is_refused(
    engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest
) -> None:
    runtime.leaves = ""
    with pytest.raises(EngineError, match="TensorRT took no part of small"):
        engines.open_tensorrt(request_)
    with pytest.raises(EngineError, match="was built for this machine yet"):
        engines.open_tensorrt(replace(request_, builds=False))


def test_another_version_of_tensorrt_is_another_folder(
    engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest
) -> None:
    engines.open_tensorrt(request_)
    machine_with("TensorRT 101000", runtime).open_tensorrt(request_)

    assert (runtime.built, runtime.loaded) == (2, 0)


def test_engines_that_are_whole_and_do_not_load_make_room_for_new_ones(
    engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest
) -> None:
    engines.open_tensorrt(request_)
    runtime.refuses_kept = True
    with pytest.raises(EngineError, match="not compatible with this version of TensorRT"):
        engines.open_tensorrt(request_)
    engines.open_tensorrt(request_)
    assert runtime.built == 2


def test_another_version_of_the_file_is_another_folder(
    engines: OnnxGpuEngines, runtime: GpuRuntime, request_: EngineRequest
) -> None:
    engines.open_tensorrt(request_)
    engines.open_tensorrt(replace(request_, content=network(seed=2)))

    first, second = (provider.options["trt_engine_cache_path"] for provider in runtime.opened)
    assert first != second
    assert runtime.built == 2


def test_an_image_on_which_the_runtime_fails_is_an_error_of_ours(manifest: Manifest) -> None:
    """A layer that knows one size of image only; the real library has types of its own for what happens then."""
    model = onnx.load_from_string(network())
    model.graph.initializer.append(numpy_helper.from_array(np.array([1, 3, 16, 24]), "size"))
    model.graph.node.insert(0, helper.make_node("Reshape", ["image", "size"], ["sized"], "fix"))
    model.graph.node[1].input[0] = "sized"
    provider = Provider(name="ONNX Runtime CPU", wanted=CPU)
    engine = OnnxSessionEngine(manifest, model.SerializeToString(), provider=provider, threads=1)
    with pytest.raises(EngineError, match=r"ONNX Runtime CPU fails on image \(1, 3, 3, 3\)"):
        engine.infer({"image": IMAGE[:, :, :3, :3].copy()})


def test_a_model_that_is_no_onnx_is_refused_with_the_engine_that_says_so(manifest: Manifest) -> None:
    with pytest.raises(EngineError, match="ONNX Runtime CPU refuses small"):
        OnnxSessionEngine(manifest, b"no model", provider=Provider(name="ONNX Runtime CPU", wanted=CPU), threads=1)
