"""TensorRT by its fake, which holds the engine to what TensorRT and CUDA ask of a caller; plans, buffers, refusals."""

from __future__ import annotations

import gc
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from small_network import DEVICE, network, serialised, write_model

from crossmodal_narrator.core.errors import EngineAbsentError, EngineError, ModelError
from crossmodal_narrator.runtime import EngineConfig, Manifest, ModelStore, Refusal, open_engine
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.engines import engine_kinds
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine
from crossmodal_narrator.runtime.request import EngineRequest
from crossmodal_narrator.runtime.tensorrt import api
from crossmodal_narrator.runtime.tensorrt.builder import BuiltPlan, _attach_timings
from crossmodal_narrator.runtime.tensorrt.cuda_memory import CudaRuntime, DeviceBuffers
from crossmodal_narrator.runtime.tensorrt.engine import NativeTensorRt
from crossmodal_narrator.runtime.tensorrt.fake import FakeCuda, FakeTensorRt, fake_build

RNG = np.random.default_rng(0)


class CountingBuilder:
    def __init__(self) -> None:
        self.builds = 0
        self.timings: list[bytes] = []

    def __call__(self, *arguments: Any, **options: Any) -> BuiltPlan:
        self.builds += 1
        self.timings.append(options["timings"])
        return fake_build(*arguments, **options)


@pytest.fixture
def cuda() -> FakeCuda:
    return FakeCuda()


@pytest.fixture
def builder() -> CountingBuilder:
    return CountingBuilder()


@pytest.fixture
def native(cuda: FakeCuda, builder: CountingBuilder) -> NativeTensorRt:
    return NativeTensorRt(
        device=lambda: DEVICE, load=lambda module: FakeTensorRt(cuda), cuda=lambda: cuda, build=builder
    )


@pytest.fixture
def request_(manifest: Manifest, store: ModelStore) -> EngineRequest:
    return EngineRequest(
        manifest=manifest,
        precision=Precision.FP32,
        content=store.artifact(manifest),
        config=EngineConfig(),
        plans_folder=store.plans_folder,
        builds=True,
    )


def image(height: int, width: int) -> np.ndarray:
    return RNG.normal(size=(1, 3, height, width)).astype(np.float32)


def test_it_answers_as_the_cpu_does_for_images_that_grow_and_shrink(
    native: NativeTensorRt, request_: EngineRequest
) -> None:
    engine = native.open(request_)
    reference = OnnxCpuEngine(request_.manifest, request_.content, EngineConfig())
    for shape in ((16, 24), (64, 64), (8, 8), (64, 8)):
        feed = {"image": image(*shape)}
        answer, wanted = engine.infer(feed), reference.infer(feed)
        for name in ("map", "scores"):
            np.testing.assert_array_equal(answer[name], wanted[name])


def test_an_image_that_is_not_contiguous_is_read_as_it_is(native: NativeTensorRt, request_: EngineRequest) -> None:
    engine = native.open(request_)
    turned = np.ascontiguousarray(image(24, 16).transpose(0, 1, 3, 2)).transpose(0, 1, 3, 2)

    np.testing.assert_array_equal(engine.infer({"image": turned})["map"], engine.infer({"image": turned.copy()})["map"])


def test_answers_belong_to_the_caller(native: NativeTensorRt, request_: EngineRequest) -> None:
    engine = native.open(request_)
    first = engine.infer({"image": image(16, 16)})["scores"]
    kept = first.copy()
    engine.infer({"image": image(16, 16)})
    np.testing.assert_array_equal(first, kept)


def test_the_memory_of_the_gpu_is_given_back_when_the_engine_goes(
    native: NativeTensorRt, request_: EngineRequest, cuda: FakeCuda
) -> None:
    engine = native.open(request_)
    for side in (8, 64, 16):
        engine.infer({"image": image(side, side)})
    assert len(cuda.memory) == 3
    del engine
    gc.collect()
    assert (cuda.memory, cuda.streams) == ({}, {})


def test_a_shape_outside_of_what_was_built_for_is_refused(native: NativeTensorRt, request_: EngineRequest) -> None:
    with pytest.raises(EngineError, match=r"image \(1, 3, 16, 72\) lies outside .* widen `dimensions`"):
        native.open(request_).infer({"image": image(16, 72)})


@pytest.mark.parametrize(
    ("feed", "why"),
    [
        ({}, r"takes \['image'\], got \[\]"),
        ({"picture": image(8, 8)}, "input image is absent"),
        ({"image": image(8, 8).astype(np.float64)}, "must be float32 .* got float64"),
        ({"image": image(8, 8)[0]}, r"got float32 \(3, 8, 8\)"),
    ],
)
def test_what_is_not_the_manifests_is_refused(
    native: NativeTensorRt, request_: EngineRequest, feed: dict[str, np.ndarray], why: str
) -> None:
    with pytest.raises(EngineError, match=why):
        native.open(request_).infer(feed)


def test_it_is_the_first_choice_where_the_machine_has_it(
    native: NativeTensorRt, manifest: Manifest, store: ModelStore
) -> None:
    heard: list[Refusal] = []
    config = EngineConfig(build_at_start=True)
    engine = open_engine(manifest, store, config, on_refusal=heard.append, kinds=engine_kinds(native=native))
    assert (engine.name, heard) == ("TensorRT", [])


def test_a_plan_that_answers_wrongly_is_not_used(cuda: FakeCuda, manifest: Manifest, store: ModelStore) -> None:
    """The builder makes a plan of another network, as a defective tactic would."""

    def wrong(module: str, content: bytes, *arguments: Any, **options: Any) -> BuiltPlan:
        return fake_build(module, network(seed=9), *arguments, **options)

    native = NativeTensorRt(
        device=lambda: DEVICE, load=lambda module: FakeTensorRt(cuda), cuda=lambda: cuda, build=wrong
    )
    heard: list[Refusal] = []
    config = EngineConfig(build_at_start=True)
    engine = open_engine(manifest, store, config, on_refusal=heard.append, kinds=engine_kinds(native=native))

    assert engine.name == "ONNX Runtime CPU"
    assert "TensorRT disagrees with the golden sample" in heard[0].reason


def test_a_plan_is_built_once_and_timings_go_into_the_next_build(
    native: NativeTensorRt, request_: EngineRequest, builder: CountingBuilder
) -> None:
    native.open(request_)
    native.open(replace(request_, builds=False))
    native.open(replace(request_, content=network(seed=2)))

    assert builder.builds == 2
    assert builder.timings == [b"", b"timed "]


def test_without_leave_to_build_the_refusal_names_the_command_that_builds(
    native: NativeTensorRt, request_: EngineRequest, builder: CountingBuilder
) -> None:
    waits = replace(request_, builds=False)
    with pytest.raises(EngineError, match="`crossmodal-narrator models build small`"):
        native.open(waits)
    assert builder.builds == 0
    native.build(request_)
    assert native.open(waits).name == "TensorRT"


def test_a_damaged_plan_is_never_loaded(
    native: NativeTensorRt, request_: EngineRequest, builder: CountingBuilder
) -> None:
    native.build(request_)
    (path,) = request_.plans_folder.glob("small/*.plan")
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(EngineError, match="was built for this machine yet"):
        native.open(replace(request_, builds=False))
    assert native.open(request_).name == "TensorRT"
    assert builder.builds == 2


def test_a_whole_plan_that_tensorrt_does_not_load_makes_room_for_a_new_one(
    native: NativeTensorRt, request_: EngineRequest, builder: CountingBuilder, cuda: FakeCuda
) -> None:
    broken = NativeTensorRt(
        device=lambda: DEVICE,
        load=lambda module: FakeTensorRt(cuda),
        cuda=lambda: cuda,
        build=lambda *arguments, **options: BuiltPlan(plan=b"no plan", timings=b""),
    )
    with pytest.raises(EngineError, match="does not load the plan of small"):
        broken.open(request_)
    assert native.open(request_).name == "TensorRT"


def test_a_graph_that_tensorrt_must_not_be_given_is_not_built(
    native: NativeTensorRt, request_: EngineRequest, builder: CountingBuilder
) -> None:
    graph = helper.make_graph(
        [helper.make_node("NonZero", ["image"], ["found"], "find")],
        "where",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info("found", TensorProto.INT64, [1, "n"])],
    )
    spoiled = replace(request_, content=serialised(graph))
    for attempt in (native.open, native.build):
        with pytest.raises(ModelError, match="NonZero find: the shape of its output depends on values"):
            attempt(spoiled)
    assert builder.builds == 0


def test_a_model_that_does_not_say_its_lengths_cannot_be_built(native: NativeTensorRt, request_: EngineRequest) -> None:
    silent = replace(request_, manifest=replace(request_.manifest, ranges={}))
    with pytest.raises(EngineError, match=r"how long height of input image can be — add dimensions\.height"):
        native.open(silent)


def test_an_engine_whose_types_are_not_the_manifests_is_refused(
    native: NativeTensorRt, request_: EngineRequest
) -> None:
    first, *others = request_.manifest.outputs
    wrong = replace(request_.manifest, outputs=(replace(first, dtype="float16"), *others))
    with pytest.raises(EngineError, match="map is float32, its manifest says float16"):
        native.open(replace(request_, manifest=wrong))


def test_libraries_are_loaded_only_after_a_driver_has_answered() -> None:
    """TensorRT's libraries crash a process without a driver."""
    loaded: list[str] = []

    def no_device() -> None:
        raise EngineAbsentError("no CUDA driver is installed")

    native = NativeTensorRt(device=no_device, load=loaded.append, cuda=lambda: pytest.fail("CUDA was loaded"))
    with pytest.raises(EngineAbsentError, match="no CUDA driver"):
        native.find()
    assert loaded == []


def test_what_is_not_installed_is_absent_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorrt", None)
    monkeypatch.setitem(sys.modules, "cuda.bindings.runtime", None)
    with pytest.raises(EngineAbsentError, match=r"tensorrt does not load.*`pip install tensorrt`"):
        api.load(api.NATIVE)
    with pytest.raises(EngineAbsentError, match=r"cuda\.bindings does not load.*`pip install cuda-python`"):
        CudaRuntime()


@pytest.mark.parametrize(
    ("version", "is_known"), [("8.6.1", False), ("10.9.0.34", True), ("11.2.0", True), ("12.0", False)]
)
def test_the_versions_that_are_known_are_10_and_11(
    version: str, is_known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = types.ModuleType("tensorrt")
    module.__version__ = version  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tensorrt", module)
    if is_known:
        assert api.load(api.NATIVE) is module
    else:
        with pytest.raises(EngineAbsentError, match=f"TensorRT is version {version} — install TensorRT 10 or 11"):
            api.load(api.NATIVE)


@pytest.mark.parametrize(("version", "flags"), [("10.3.0", 2), ("11.0.0", 0), ("1.7.1.116", 0)])
def test_only_version_10_has_to_be_asked_for_strong_types(version: str, flags: int) -> None:
    kinds = types.SimpleNamespace(STRONGLY_TYPED=1)
    assert api.network_flags(types.SimpleNamespace(__version__=version, NetworkDefinitionCreationFlag=kinds)) == flags


class FakeBindings(types.ModuleType):
    """cuda.bindings.runtime: a status first in every answer; allocating more than a thousand bytes fails."""

    cudaMemcpyKind = types.SimpleNamespace(cudaMemcpyHostToDevice=1, cudaMemcpyDeviceToHost=2)  # noqa: N815

    def __init__(self) -> None:
        super().__init__("cuda.bindings.runtime")
        self.asked: list[tuple[object, ...]] = []

    def cudaMalloc(self, size: int) -> tuple[int, int]:  # noqa: N802 - CUDA's name
        return (2, 0) if size > 1000 else (0, 4096)

    def __getattr__(self, name: str) -> Any:
        def function(*arguments: object) -> tuple[int, ...]:
            self.asked.append((name, *arguments))
            return (0, 7) if name == "cudaStreamCreate" else (0,)

        return function


def test_cuda_is_asked_as_its_bindings_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    bindings = FakeBindings()
    monkeypatch.setitem(sys.modules, "cuda.bindings.runtime", bindings)
    buffers = DeviceBuffers(CudaRuntime())
    array = np.zeros(4, np.float32)
    assert buffers.copy_in("image", array) == 4096
    buffers.copy_out("image", array)
    buffers.synchronise()

    assert bindings.asked == [
        ("cudaStreamCreate",),
        ("cudaMemcpyAsync", 4096, array.ctypes.data, 16, 1, 7),
        ("cudaMemcpyAsync", array.ctypes.data, 4096, 16, 2, 7),
        ("cudaStreamSynchronize", 7),
    ]
    with pytest.raises(EngineError, match="cudaMalloc answers with 2"):
        buffers.address("large", 2000)
    del buffers
    gc.collect()
    assert bindings.asked[-2:] == [("cudaFree", 4096), ("cudaStreamDestroy", 7)]


def test_a_precision_has_a_plan_of_its_own(native: NativeTensorRt, builder: CountingBuilder, tmp_path: Path) -> None:
    manifest = write_model(tmp_path / "models" / "small", network(), fp16=(network(), 0.1))
    store = ModelStore(tmp_path / "models", tmp_path / "cache")
    for precision in ("fp32", "fp16"):
        config = EngineConfig(build_at_start=True, precision=precision)
        assert open_engine(manifest, store, config, kinds=engine_kinds(native=native)).name == "TensorRT"

    assert builder.builds == 2
    assert len(list(store.plans_folder.glob("small/*.plan"))) == 2


class FakeTimingConfig:
    """Keeps the timings of this device, and refuses those of another, as TensorRT does."""

    def __init__(self) -> None:
        self.attached: bytes | None = None

    def create_timing_cache(self, content: bytes) -> bytes:
        return content

    def set_timing_cache(self, cache: bytes, *, ignore_mismatch: bool) -> bool:
        if cache == b"of another device" and not ignore_mismatch:
            return False
        self.attached = cache
        return True


@pytest.mark.parametrize(
    ("version", "timings", "attached"),
    [("10.9", b"of this one", b"of this one"), ("11.0", b"of another device", b""), ("10.9", b"", b"")],
)
def test_timings_of_another_device_are_not_used(version: str, timings: bytes, attached: bytes) -> None:
    config = FakeTimingConfig()
    trt = types.SimpleNamespace(__version__=version, __name__="tensorrt")
    assert _attach_timings(trt, config, timings) == config.attached == attached


def test_tensorrt_for_rtx_is_not_asked_for_timings() -> None:
    config = FakeTimingConfig()
    trt = types.SimpleNamespace(__version__="1.7", __name__="tensorrt_rtx")
    assert _attach_timings(trt, config, b"") is None
    assert config.attached is None
