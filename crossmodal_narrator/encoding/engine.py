"""What an encoder asks of the runtime: arrays in, arrays out, by name. The runtime layer provides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


class Engine(Protocol):
    """A model that is ready to run. The arrays returned belong to the caller."""

    @property
    def name(self) -> str:
        """What runs it, as diagnostics say it: 'ONNX Runtime CPU'."""

    def infer(self, inputs: Arrays) -> Arrays:
        """Run once; names, shapes and dtypes are those of the model's manifest."""
