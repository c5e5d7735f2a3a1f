"""ONNX Runtime on the CPU: the engine that every machine has."""

from __future__ import annotations

from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.onnx_session import CPU, OnnxSessionEngine, Provider


class OnnxCpuEngine(OnnxSessionEngine):
    """A session over checked bytes, on the CPU."""

    def __init__(self, manifest: Manifest, content: bytes, config: EngineConfig) -> None:
        """Open `content` with the threads that `config` allows.

        Raises:
            EngineError: as `OnnxSessionEngine`.
        """
        super().__init__(
            manifest, content, provider=Provider(name="ONNX Runtime CPU", wanted=CPU), threads=config.threads
        )
