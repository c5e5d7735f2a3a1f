"""Both halves of the cross-modal encoder behind engines: what is sensed, and what is said, as vectors of one space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.encoding.crossmodal.painting import Sensed, paint
from crossmodal_narrator.encoding.crossmodal.text import bags
from crossmodal_narrator.encoding.engine import Engine

Floats = NDArray[np.float32]


class SceneEncoder:
    """A snapshot → a vector of length one; the more similar two are, the greater their product."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine_name(self) -> str:
        return self._engine.name

    def encode(self, sensed: Sensed) -> Floats:
        """(SPACE,). A sense that is absent is known to be absent."""
        painted = paint(sensed)
        vector: Floats = self._engine.infer({name: values[None] for name, values in painted.items()})["vector"][0]
        return vector


class TextEncoder:
    """A sentence, or some words, in English or Chinese → a vector of length one in the same space."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def encode(self, text: str) -> Floats:
        """(SPACE,).

        Raises:
            TextError: there is no word in it.
        """
        vector: Floats = self._engine.infer({"bags": bags(text)[None]})["vector"][0]
        return vector
