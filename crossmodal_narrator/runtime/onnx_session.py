"""ONNX Runtime by any of its providers: a session that runs where it was asked to run, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import onnxruntime

from crossmodal_narrator.core.errors import EngineAbsentError, EngineError
from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.signature import check_signature, checked_feed

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
TENSORRT = "TensorrtExecutionProvider"

Options = Mapping[str, str]


class Session(Protocol):
    """The part of `onnxruntime.InferenceSession` that is used."""

    def get_providers(self) -> Sequence[str]: ...
    def get_inputs(self) -> Sequence[Any]: ...
    def get_outputs(self) -> Sequence[Any]: ...
    def run(self, output_names: Sequence[str], feed: Arrays) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Which provider must run the session, which may take what it does not know, and what it is told.

    `name` is what diagnostics call it.
    """

    name: str
    wanted: str
    others: tuple[str, ...] = ()
    options: Options = field(default_factory=dict)


OpenSession = Callable[[bytes, Provider, int], Session]


def open_session(content: bytes, provider: Provider, threads: int) -> Session:
    """A session that never goes over to another provider by itself, neither as it opens nor later."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads take a core each while they wait for the next frame; the other stages need it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if provider.wanted != CPU and bool(getattr(onnxruntime, "cuda_version", False)):
        onnxruntime.preload_dlls()  # CUDA and cuDNN from PyPI lie where the linker does not look
    providers = [(provider.wanted, dict(provider.options)), *((other, {}) for other in provider.others)]
    session: Session = onnxruntime.InferenceSession(content, options, providers=providers, enable_fallback=0)
    return session


def require_provider(provider: str, available: Sequence[str] | None = None) -> str:
    """`ONNX Runtime x.y`, if it was compiled with `provider`. That says nothing of a device or driver.

    Raises:
        EngineAbsentError: it was not.
    """
    available = onnxruntime.get_available_providers() if available is None else available
    if provider not in available:
        raise EngineAbsentError(
            f"this ONNX Runtime has no {provider} (it has {', '.join(available) or 'none'})",
            remedy="on a machine with an NVIDIA GPU, install onnxruntime-gpu in place of onnxruntime",
        )
    return f"ONNX Runtime {onnxruntime.__version__}"


class OnnxSessionEngine:
    """A session over checked bytes. The arrays that `infer` returns are fresh and belong to the caller."""

    def __init__(
        self, manifest: Manifest, content: bytes, *, provider: Provider, threads: int, opens: OpenSession = open_session
    ) -> None:
        """Open `content`.

        Raises:
            EngineError: the runtime refuses the model, runs it by another provider than was asked for, or finds other
                inputs and outputs than the manifest's.
        """
        self.name = provider.name
        try:
            self._session = opens(content, provider, threads)
        except Exception as error:  # its own types share no other base
            remedy = "install the onnxruntime of requirements/, or pull the model again"
            raise EngineError(f"{self.name} refuses {manifest.name}: {error}", remedy=remedy) from error
        got = list(self._session.get_providers())
        if got[:1] != [provider.wanted]:
            raise EngineError(
                f"{self.name} was asked for {provider.wanted} and silently runs {manifest.name} by {', '.join(got)}",
                remedy="install the CUDA, cuDNN and TensorRT that this onnxruntime-gpu was built for",
            )
        self._inputs = manifest.inputs
        self._outputs = tuple(spec.name for spec in manifest.outputs)
        found = [value.name for value in self._session.get_inputs()]
        check_signature(manifest, found, [value.name for value in self._session.get_outputs()])

    def infer(self, inputs: Arrays) -> Arrays:
        """Run once.

        Raises:
            EngineError: an input is absent, unknown, or not of the manifest's dtype and shape; or the runtime fails.
        """
        feed = checked_feed(self.name, self._inputs, inputs)
        try:
            answers = self._session.run(self._outputs, feed)
        except Exception as error:  # its own types share no other base
            shapes = ", ".join(f"{name} {array.shape}" for name, array in feed.items())
            remedy = "give it inputs of the sizes that its manifest names; free GPU memory where it is short"
            raise EngineError(f"{self.name} fails on {shapes}: {error}", remedy=remedy) from error
        return dict(zip(self._outputs, answers, strict=True))
