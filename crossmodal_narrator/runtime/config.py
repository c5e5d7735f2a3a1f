"""How models are run."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter

ENGINE_NAMES = ("onnxruntime_cpu",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Which engines may be tried, in order, and what they may use."""

    engines: tuple[str, ...] = parameter(
        ENGINE_NAMES, help="engines to try, the first that opens and agrees is used", choices=ENGINE_NAMES
    )
    threads: int = parameter(2, help="threads of one inference on the CPU", low=1, high=64)
