"""ONNX Runtime on the CPU: the engine that every machine has."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.manifest import Manifest, TensorSpec

PROVIDER = "CPUExecutionProvider"


class OnnxCpuEngine:
    """A session over checked bytes. The arrays that `infer` returns are fresh and belong to the caller."""

    name = "ONNX Runtime CPU"

    def __init__(self, manifest: Manifest, content: bytes, config: EngineConfig) -> None:
        """Open `content` with the threads that `config` allows.

        Raises:
            EngineError: the runtime refuses the model, or its inputs and outputs are not those of the manifest.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = config.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Spinning threads take a core each while they wait for the next frame; the other stages need it.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=[PROVIDER])
        except Exception as error:  # its own types share no other base
            remedy = "install the onnxruntime of requirements/, or pull the model again"
            raise EngineError(f"{self.name} refuses {manifest.name}: {error}", remedy=remedy) from error
        self._inputs = manifest.inputs
        self._outputs = tuple(spec.name for spec in manifest.outputs)
        self._check_signature(manifest)

    def infer(self, inputs: Arrays) -> Arrays:
        """Run once.

        Raises:
            EngineError: an input is absent, unknown, or not of the manifest's dtype and shape.
        """
        if len(inputs) != len(self._inputs):
            raise EngineError(f"{self.name} takes {[s.name for s in self._inputs]}, got {sorted(inputs)}")
        feed = {spec.name: self._checked(spec, inputs.get(spec.name)) for spec in self._inputs}
        answers = self._session.run(self._outputs, feed)
        return dict(zip(self._outputs, answers, strict=True))

    def _checked(self, spec: TensorSpec, value: NDArray[Any] | None) -> NDArray[Any]:
        if value is None:
            raise EngineError(f"{self.name}: input {spec.name} is absent")
        if value.dtype != np.dtype(spec.dtype) or not spec.admits(value.shape):
            raise EngineError(
                f"{self.name}: input {spec.name} must be {spec.dtype} {spec.shape}, got {value.dtype} {value.shape}"
            )
        return value

    def _check_signature(self, manifest: Manifest) -> None:
        for kind, declared, found in (
            ("inputs", manifest.inputs, self._session.get_inputs()),
            ("outputs", manifest.outputs, self._session.get_outputs()),
        ):
            wanted, got = sorted(spec.name for spec in declared), sorted(value.name for value in found)
            if wanted != got:
                raise EngineError(
                    f"{manifest.name} has {kind} {got}, its manifest says {wanted}", remedy="mend the manifest"
                )
