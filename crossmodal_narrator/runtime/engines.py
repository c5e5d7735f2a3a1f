"""Opens a model with the first engine that takes it and reproduces its golden sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.encoding.engine import Engine
from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.golden import GoldenSample, check_golden
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine
from crossmodal_narrator.runtime.store import ModelStore

EngineOpener = Callable[[Manifest, bytes, EngineConfig], Engine]

ENGINES: Mapping[str, EngineOpener] = {"onnxruntime_cpu": OnnxCpuEngine}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an engine was not chosen, for diagnostics."""

    engine: str
    reason: str


def open_engine(
    manifest: Manifest,
    store: ModelStore,
    config: EngineConfig | None = None,
    *,
    on_refusal: Callable[[Refusal], None] = lambda refusal: None,
) -> Engine:
    """Check the weights, then try `config.engines` in order; `on_refusal` hears of each one that is not chosen.

    Raises:
        ModelError: the weights are absent or altered; no engine was tried.
        EngineError: no engine opened the model and agreed with its golden sample.
    """
    config = EngineConfig() if config is None else config
    content, golden = store.artifact(manifest), store.golden(manifest)
    refusals: list[Refusal] = []
    for name in config.engines:
        opened = _try(name, manifest, content, golden, config)
        if not isinstance(opened, Refusal):
            return opened
        refusals.append(opened)
        on_refusal(opened)
    reasons = "; ".join(f"{r.engine}: {r.reason}" for r in refusals) or "none is allowed by engines"
    raise EngineError(
        f"no engine runs {manifest.name} ({reasons})", remedy="`crossmodal-narrator models verify` says more"
    )


def _try(name: str, manifest: Manifest, content: bytes, golden: GoldenSample, config: EngineConfig) -> Engine | Refusal:
    try:
        engine = ENGINES[name](manifest, content, config)
        check_golden(engine, golden)
    except EngineError as error:
        return Refusal(engine=name, reason=str(error))
    return engine
