"""What goes into an engine and comes out of it, held against the model's manifest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.runtime.manifest import Manifest, TensorSpec


def check_signature(manifest: Manifest, inputs: Iterable[str], outputs: Iterable[str]) -> None:
    """Raise EngineError unless the names that the engine found in the file are those of the manifest."""
    for kind, declared, found in (("inputs", manifest.inputs, inputs), ("outputs", manifest.outputs, outputs)):
        wanted, got = sorted(spec.name for spec in declared), sorted(found)
        if wanted != got:
            raise EngineError(
                f"{manifest.name} has {kind} {got}, its manifest says {wanted}", remedy="mend the manifest"
            )


def checked_feed(engine: str, specs: tuple[TensorSpec, ...], inputs: Arrays) -> dict[str, NDArray[Any]]:
    """`inputs` in the order of `specs`.

    Raises:
        EngineError: an input is absent, unknown, or not of the manifest's dtype and shape.
    """
    if len(inputs) != len(specs):
        raise EngineError(f"{engine} takes {[s.name for s in specs]}, got {sorted(inputs)}")
    return {spec.name: _checked(engine, spec, inputs.get(spec.name)) for spec in specs}


def _checked(engine: str, spec: TensorSpec, value: NDArray[Any] | None) -> NDArray[Any]:
    if value is None:
        raise EngineError(f"{engine}: input {spec.name} is absent")
    if value.dtype != np.dtype(spec.dtype) or not spec.admits(value.shape):
        raise EngineError(
            f"{engine}: input {spec.name} must be {spec.dtype} {spec.shape}, got {value.dtype} {value.shape}"
        )
    return value
