"""What /diagnostics says of engines: those that a machine has not are told, those that did not do are warned of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime import Refusal

diagnostics = pytest.importorskip("crossmodal_narrator.nodes.diagnostics", reason="rclpy is not installed")
opened = pytest.importorskip("crossmodal_narrator.nodes.opened", reason="rclpy is not installed")

ABSENT = Refusal(engine="tensorrt", reason="no CUDA driver is installed", is_absent=True)
FAILED = Refusal(engine="onnxruntime_cuda", reason="disagrees with the golden sample")


def told(*refusals: Refusal, error: ModelError | None = None) -> Any:
    encoder = None if error else SimpleNamespace(engine_name="ONNX Runtime CPU")
    found = opened.Opened(encoder=encoder, error=error, refusals=refusals)
    return diagnostics.engine("engine", found, none="no camera is configured", without="the cameras")


def test_a_machine_without_a_gpu_is_well_and_says_why_the_cpu_does_it() -> None:
    health = told(ABSENT)
    assert (health.level, health.message) == (diagnostics.OK, "ONNX Runtime CPU")
    assert health.values == {"refused 0": "tensorrt: no CUDA driver is installed"}


def test_an_engine_that_is_there_and_did_not_do_is_a_warning() -> None:
    health = told(ABSENT, FAILED)
    assert health.level == diagnostics.WARN
    assert health.values["refused 1"] == "onnxruntime_cuda: disagrees with the golden sample"


def test_without_weights_it_is_an_error_with_the_remedy() -> None:
    health = told(error=ModelError("no weights", remedy="run `crossmodal-narrator models pull`"))
    assert health.level == diagnostics.ERROR
    assert "going on without the cameras: no weights" in health.message


def test_the_refusals_of_an_encoder_that_is_opened_are_kept() -> None:
    def open_encoder(on_refusal: Any) -> str:
        on_refusal(ABSENT)
        on_refusal(FAILED)
        return "encoder"

    assert opened.opened(open_encoder) == opened.Opened(encoder="encoder", refusals=(ABSENT, FAILED))
