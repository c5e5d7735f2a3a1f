"""The gate: every model in every precision is parsed and built by TensorRT, ahead of time and without a GPU.

TensorRT for RTX builds where there is no device, with the parser and the strong types of TensorRT 11, by the very code
that builds plans on a vehicle (`runtime/tensorrt/builder.py`). It builds in a process of its own, so that a crash of
the builder fails one test. It says nothing of speed, and cannot run what it built.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from missing import is_missing
from onnx import TensorProto, helper, numpy_helper
from waiting import runs, until

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.runtime import ModelState, ModelStore
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.graph_check import check_graph
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.precision.int8 import to_int8
from crossmodal_narrator.runtime.profile import ShapeRange, shape_profile
from crossmodal_narrator.runtime.pull import pull
from crossmodal_narrator.runtime.tensorrt import api
from crossmodal_narrator.runtime.tensorrt.build_process import build_in_process

STORE = ModelStore()
FILES = [(name, precision) for name in STORE.names() for precision in Precision if STORE.manifest(name).has(precision)]
every_file = pytest.mark.parametrize(("name", "precision"), FILES, ids=[f"{n}-{p.value}" for n, p in FILES])
BUILD_LIMIT_S = 300.0


@pytest.fixture(scope="session")
def builder() -> str:
    if platform.machine() != "x86_64":
        pytest.skip("TensorRT for RTX is for x86_64 alone")
    if importlib.util.find_spec(api.RTX) is None:
        is_missing("tensorrt-rtx-cu12 is not installed")
    return api.RTX


def checked(name: str, precision: Precision) -> tuple[Manifest, bytes]:
    manifest = STORE.manifest(name)
    if STORE.state(manifest) is not ModelState.READY:
        is_missing(f"the weights of {name} are not here: run `crossmodal-narrator models pull`")
    return manifest, STORE.artifact(manifest, precision)


@every_file
def test_the_graph_holds_nothing_that_engines_answer_differently(name: str, precision: Precision) -> None:
    _, content = checked(name, precision)
    check_graph(content, name=f"{name} in {precision.value}")


@every_file
def test_tensorrt_parses_and_builds_it_for_the_shapes_of_its_manifest(
    name: str, precision: Precision, builder: str
) -> None:
    manifest, content = checked(name, precision)
    phases: list[str] = []
    built = build_in_process(builder, content, shape_profile(manifest), limit_s=BUILD_LIMIT_S, report=phases.append)

    assert len(built.plan) > 1000
    assert phases[0] == "parsing"
    assert len(phases) > 1


@pytest.mark.parametrize("name", STORE.names())
def test_tensorrt_builds_what_our_quantisation_makes_of_every_model(name: str, builder: str) -> None:
    """Whether or not the model has a file in int8: calibrated on its golden sample, which says nothing of accuracy."""
    manifest, content = checked(name, Precision.FP32)
    made = to_int8(content, [STORE.golden(manifest).arrays()])
    check_graph(made, name=f"{name} in int8")

    assert build_in_process(builder, made, shape_profile(manifest), limit_s=BUILD_LIMIT_S).plan


def test_what_is_pulled_is_made_into_fp16_with_the_bytes_that_the_manifest_knows(tmp_path: Path) -> None:
    manifest, content = checked("nanodet_g", Precision.FP32)
    store = ModelStore(cache_dir=tmp_path)
    store.install(manifest, content)
    told: list[str] = []

    assert pull(manifest, store, offline=True, report=told.append)
    assert told == ["converting to fp16"]
    assert store.artifact(manifest, Precision.FP16)
    assert not pull(manifest, store, offline=True, report=told.append)


def convolution(op: str, **attributes: object) -> bytes:
    """x (1, 2, 4, 4) → `op` with one weight → y."""
    graph = helper.make_graph(
        [helper.make_node(op, ["x", "w"], ["y"], "only", **attributes)],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.ones((2, 2, 1, 1), np.float32), "w")],
    )
    content: bytes = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]).SerializeToString()
    return content


FIXED = {"x": ShapeRange(least=(1, 2, 4, 4), typical=(1, 2, 4, 4), most=(1, 2, 4, 4))}


def test_a_graph_that_tensorrt_does_not_know_is_refused_with_the_node(builder: str) -> None:
    assert build_in_process(builder, convolution("Conv"), FIXED, limit_s=BUILD_LIMIT_S).plan
    with pytest.raises(EngineError, match=r"TensorRT does not parse it: .*(DeformConv|only)"):
        build_in_process(builder, convolution("Bernoulli"), FIXED, limit_s=BUILD_LIMIT_S)


def test_a_build_that_takes_too_long_is_ended(builder: str) -> None:
    with pytest.raises(EngineError, match=r"longer than 0\.01 s — raise engine\.build_limit_s"):
        build_in_process(builder, convolution("Conv"), FIXED, limit_s=0.01)


def test_without_room_for_its_files_no_builder_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/proc/nowhere")
    with pytest.raises(EngineError, match=r"no builder can be started: .*TMPDIR"):
        build_in_process(api.RTX, convolution("Conv"), FIXED, limit_s=BUILD_LIMIT_S)


def test_a_builder_that_crashes_is_a_refusal_and_not_the_end_of_the_node(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In place of the library, a module that ends its process as a crash in native code does."""
    (tmp_path / "crashing.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EngineError, match="the builder crashed with signal 11"):
        build_in_process("crashing", convolution("Conv"), FIXED, limit_s=BUILD_LIMIT_S)


def test_a_build_whose_node_is_killed_ends_with_it(tmp_path: Path) -> None:
    """It would keep the GPU for minutes, for nobody."""
    told = tmp_path / "builder"
    (tmp_path / "sleeping.py").write_text(
        f"import os, pathlib, time\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))\ntime.sleep(600)\n"
    )
    code = f"from {build_in_process.__module__} import *; build_in_process('sleeping', b'', {{}}, limit_s=600.0)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *(path for path in sys.path if path)])}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as node:
        builder = int(until(lambda: told.exists() and told.read_text(), 20.0))
        assert runs(builder)
        node.send_signal(signal.SIGKILL)
    until(lambda: not runs(builder))
