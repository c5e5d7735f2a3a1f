"""How models are run."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.runtime.artifacts import Precision

ENGINE_NAMES = ("tensorrt", "onnxruntime_tensorrt", "onnxruntime_cuda", "onnxruntime_cpu")
PRECISION_NAMES = tuple(precision.value for precision in Precision)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Which engines may be tried, in order, and what they may use."""

    engines: tuple[str, ...] = parameter(
        ENGINE_NAMES, help="engines to try, the first that opens and agrees is used", choices=ENGINE_NAMES
    )
    precision: str = parameter(
        Precision.FP32.value,
        help="which of a model's files is run; a model that has none in it is run in fp32",
        choices=PRECISION_NAMES,
    )
    threads: int = parameter(2, help="threads of one inference on the CPU", low=1, high=64)
    build_at_start: bool = parameter(
        False, help="whether an engine that was not built ahead (`models build`) is built while the node waits"
    )
    build_limit_s: float = parameter(
        1800.0, help="longest time for one engine's build, or for another process's", unit="s", low=1.0, high=86400.0
    )
