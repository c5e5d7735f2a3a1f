"""English text to speech by hibari (Apache-2.0): a voice of 8 MB, about a hundred times faster than it speaks."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.voice.engines import Sound

REMEDY = "`make setup`, or `pip install hibari-tts==0.2.1`"
_SEED = 0  # of the breath in the voice: the same words sound the same


class Hibari:
    """An American woman's voice, the one that comes with the package; nothing is downloaded. Not thread-safe."""

    name = "hibari"
    language = "en"

    def __init__(self, threads: int = 1) -> None:
        """Load it, with its dictionary: half a second.

        Raises:
            ModelError: the package is not installed, or is another than is known here.
        """
        try:
            package: Any = importlib.import_module("hibari")
            self._voice = package.Hibari(threads=threads)
            self._voice.phonemize("Ready.")  # reads the dictionary, which takes longer than a sentence
        except (ImportError, OSError, AttributeError) as error:
            raise ModelError(f"hibari cannot speak: {error}", remedy=REMEDY) from error

    def speak(self, text: str, pace: float = 1.0) -> Sound:
        """Of a clause.

        Raises:
            EngineError: it fails on this text.
        """
        try:
            samples = self._voice(text, speed=pace, seed=_SEED)
        except Exception as error:  # whatever a text does to it, the next one is said
            raise EngineError(f"{self.name} cannot say {text!r}: {error}", remedy="report this") from error
        return Sound(samples=np.asarray(samples, np.float32), rate_hz=int(self._voice.sample_rate))
