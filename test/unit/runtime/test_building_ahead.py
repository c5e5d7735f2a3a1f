"""`models build`, `models verify` and `doctor`: what is built ahead, what not and why, and what this machine offers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from onnx import helper
from small_network import DEVICE, network, write_model

from crossmodal_narrator.cli.doctor import Health, findings
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.core.errors import EngineAbsentError, EngineError
from crossmodal_narrator.runtime import EngineConfig, ModelStore, ahead
from crossmodal_narrator.runtime.ahead import build_ahead
from crossmodal_narrator.runtime.config import ENGINE_NAMES
from crossmodal_narrator.runtime.engines import EngineKind, engine_kinds
from crossmodal_narrator.runtime.onnx_gpu import OnnxGpuEngines
from crossmodal_narrator.runtime.request import EngineRequest
from crossmodal_narrator.runtime.tensorrt.engine import NativeTensorRt
from crossmodal_narrator.runtime.tensorrt.fake import FakeCuda, FakeTensorRt, fake_build


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    write_model(tmp_path / "models" / "small", network(), fp16=(network(), 0.1))
    return ModelStore(tmp_path / "models", tmp_path / "cache")


@pytest.fixture
def kinds() -> dict[str, EngineKind]:
    """A machine with TensorRT and without onnxruntime-gpu."""
    cuda = FakeCuda()
    native = NativeTensorRt(
        device=lambda: DEVICE, load=lambda module: FakeTensorRt(cuda), cuda=lambda: cuda, build=fake_build
    )
    return engine_kinds(native, OnnxGpuEngines(device=lambda: DEVICE))


@pytest.fixture
def models(store: ModelStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], tuple[int, str]]:
    """The verb on the small model: its exit status, and what it says."""

    def run(action: str) -> tuple[int, str]:
        folders = ["--models-dir", str(tmp_path / "models"), "--cache-dir", str(tmp_path / "cache")]
        status = main(["models", action, *folders])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def test_every_precision_is_built_by_every_engine_that_is_built(
    store: ModelStore, kinds: dict[str, EngineKind]
) -> None:
    heard: list[str] = []
    outcomes = list(build_ahead(store.manifest("small"), store, EngineConfig(), tell=heard.append, kinds=kinds))

    assert [(outcome.precision.value, outcome.engine) for outcome in outcomes] == [
        ("fp32", "tensorrt"),
        ("fp32", "onnxruntime_tensorrt"),
        ("fp16", "tensorrt"),
        ("fp16", "onnxruntime_tensorrt"),
    ]
    assert [outcome.refusal is None for outcome in outcomes] == [True, False, True, False]
    assert heard == ["fp32 tensorrt: building", "fp16 tensorrt: building"]
    assert len(list(store.plans_folder.glob("small/*.plan"))) == 2


def test_building_ahead_infers_nothing(store: ModelStore, kinds: dict[str, EngineKind]) -> None:
    """The fake's CUDA is not even asked for a stream."""
    cuda = FakeCuda()
    native = NativeTensorRt(
        device=lambda: DEVICE,
        load=lambda module: FakeTensorRt(cuda),
        cuda=lambda: pytest.fail("CUDA was asked for"),
        build=fake_build,
    )
    outcomes = list(build_ahead(store.manifest("small"), store, EngineConfig(), kinds=engine_kinds(native)))
    assert outcomes[0].refusal is None


def test_what_is_built_already_is_not_built_again(store: ModelStore, kinds: dict[str, EngineKind]) -> None:
    manifest = store.manifest("small")
    list(build_ahead(manifest, store, EngineConfig(), kinds=kinds))
    heard: list[str] = []
    list(build_ahead(manifest, store, EngineConfig(), tell=heard.append, kinds=kinds))
    assert heard == []


def test_the_verb_says_what_a_machine_without_a_gpu_builds(models: Callable[[str], tuple[int, str]]) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a GPU")
    status, said = models("build")

    assert status == 0
    assert "small: this machine has no engine that is built" in said
    assert "fp32 tensorrt: not built: no CUDA driver is installed" in said
    assert "fp16 onnxruntime_tensorrt: not built: this ONNX Runtime has no TensorrtExecutionProvider" in said


def test_the_verb_fails_where_an_engine_that_is_here_is_not_built(
    models: Callable[[str], tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(request: EngineRequest) -> None:
        raise EngineError("TensorRT does not build it: Conv convolve")

    def absent() -> str:
        raise EngineAbsentError("not here")

    broken = EngineKind(find=absent, open=refuse, build=refuse)
    monkeypatch.setitem(ahead.ENGINES, "tensorrt", broken)  # type: ignore[arg-type]
    status, said = models("build")

    assert status == 1
    assert "small: not all engines are built" in said
    assert "fp32 tensorrt: not built: TensorRT does not build it: Conv convolve" in said


def test_verify_answers_for_every_precision(models: Callable[[str], tuple[int, str]]) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a GPU")
    status, said = models("verify")
    assert status == 0
    assert said.startswith("small: digest and golden sample agree: fp32 on ONNX Runtime CPU, fp16 on ONNX Runtime CPU")


def test_verify_fails_on_a_graph_that_other_engines_answer_differently(
    models: Callable[[str], tuple[int, str]], tmp_path: Path
) -> None:
    selecting = network(more=[helper.make_node("NonZero", ["scores"], ["found"], "find")])
    write_model(tmp_path / "models" / "small", network(), fp16=(selecting, 0.1))
    status, said = models("verify")
    assert status == 1
    assert "small in fp16 cannot run alike on every engine: NonZero find" in said


def test_verify_fails_on_an_altered_file_of_any_precision(
    models: Callable[[str], tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "models" / "small" / "model.fp16.onnx").write_bytes(network(seed=4))
    status, said = models("verify")
    assert status == 1
    assert "model.fp16.onnx has sha256" in said


def test_the_doctor_names_every_engine_with_what_runs_it_or_why_it_is_not_here() -> None:
    found = {f.name: f for f in findings() if f.name.startswith("engine ")}

    assert list(found) == [f"engine {name}" for name in ENGINE_NAMES]
    assert all(finding.health is Health.WELL for finding in found.values())
    assert found["engine onnxruntime_cpu"].found.startswith("ONNX Runtime 1.")
    cuda = found["engine onnxruntime_cuda"]
    if "not here" in cuda.found:
        assert "CUDAExecutionProvider" in cuda.found
        assert "onnxruntime-gpu" in cuda.remedy
