"""What an engine is asked to open."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.cuda_device import CudaDevice
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.plan_cache import PlanCache, PlanKey
from crossmodal_narrator.runtime.profile import shape_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRequest:
    """A model in one precision: checked bytes, and where a built engine is kept.

    `builds` says whether an engine that is not built yet may be built now; `tell` hears how that goes.
    """

    manifest: Manifest
    precision: Precision
    content: bytes
    config: EngineConfig
    plans_folder: Path
    builds: bool
    tell: Callable[[str], None] = lambda text: None

    @property
    def plans(self) -> PlanCache:
        return PlanCache(self.plans_folder, limit_s=self.config.build_limit_s, tell=self.tell)

    def plan_key(
        self, engine: str, version: str, device: CudaDevice | None, options: dict[str, str] | None = None
    ) -> PlanKey:
        """The key of this model's plan by `engine` in `version`.

        Raises:
            EngineError: the manifest does not say what shapes to build for.
        """
        return PlanKey(
            model=self.manifest.name,
            model_sha256=hashlib.sha256(self.content).hexdigest(),
            precision=self.precision.value,
            engine=engine,
            engine_version=version,
            device=device,
            profile=shape_profile(self.manifest),
            options=tuple(sorted((options or {}).items())),
        )

    def check_graph(self) -> None:
        """Raise ModelError where the graph holds what TensorRT must not be given."""
        # onnx takes a fifth of a second to import, and only what builds has need of it.
        from crossmodal_narrator.runtime.graph_check import check_graph

        check_graph(self.content, name=f"{self.manifest.name} in {self.precision.value}")

    def not_built(self) -> EngineError:
        """What is said where nothing is built and nothing may be."""
        return EngineError(
            f"no engine of {self.manifest.name} in {self.precision.value} was built for this machine yet",
            remedy=f"run `crossmodal-narrator models build {self.manifest.name}` once, or set engine.build_at_start",
        )
