"""Builds engines before they are needed, and infers nothing: `crossmodal-narrator models build`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crossmodal_narrator.core.errors import EngineAbsentError, ModelError
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.engines import ENGINES, EngineKind, Refusal
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.request import EngineRequest
from crossmodal_narrator.runtime.store import ModelStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one engine for one file of a model; without a refusal the engine is ready."""

    precision: Precision
    engine: str
    refusal: Refusal | None = None


def build_ahead(
    manifest: Manifest,
    store: ModelStore,
    config: EngineConfig,
    *,
    precisions: Sequence[Precision] = tuple(Precision),
    tell: Callable[[str], None] = lambda text: None,
    kinds: Mapping[str, EngineKind] = ENGINES,
) -> Iterator[Outcome]:
    """Have an engine in the cache for each file that `manifest` has in `precisions`, by each kind that is built.

    `tell` hears how a build goes.

    Raises:
        ModelError: the weights are absent or altered.
    """
    for precision in precisions:
        if not manifest.has(precision):
            continue
        request = EngineRequest(
            manifest=manifest,
            precision=precision,
            content=store.artifact(manifest, precision),
            config=config,
            plans_folder=store.plans_folder,
            builds=True,
        )
        for name in config.engines:
            build = kinds[name].build
            if build is not None:
                told = replace(request, tell=_prefixed(tell, f"{precision.value} {name}"))
                yield Outcome(precision=precision, engine=name, refusal=_refusal(name, build, told))


def _prefixed(tell: Callable[[str], None], what: str) -> Callable[[str], None]:
    return lambda text: tell(f"{what}: {text}")


def _refusal(name: str, build: Callable[[EngineRequest], object], request: EngineRequest) -> Refusal | None:
    try:
        build(request)
    except EngineAbsentError as error:
        return Refusal(engine=name, reason=str(error), is_absent=True)
    except ModelError as error:
        return Refusal(engine=name, reason=str(error))
    return None
