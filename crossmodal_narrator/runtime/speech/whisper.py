"""Speech to text in many languages by a Whisper of the user's own (Radford et al., 2022), run by faster-whisper (MIT).

Whisper tells the language, too. It reads 30 s whatever was said; half of that is enough for a turn, and sooner done.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.voice.engines import Floats, Transcript

REMEDY = "`pip install faster-whisper`, and name a folder with model.bin, config.json and tokenizer.json"
_CHUNK_S = 15
_SIMPLIFIED = "以下是普通话的句子，使用简体中文。"  # it goes on in the characters that it has seen before


class Whisper:
    """Not thread-safe."""

    name = "Whisper"
    languages: tuple[str, ...] = ("en", "zh")
    least_confidence = 0.5

    def __init__(self, folder: Path, threads: int = 2) -> None:
        """Open a model of CTranslate2; nothing is downloaded.

        Raises:
            ModelError: faster-whisper is not installed, or the folder holds no such model.
        """
        if not (folder / "model.bin").is_file():
            raise ModelError(f"{folder} holds no model.bin", remedy=REMEDY)
        try:
            package: Any = importlib.import_module("faster_whisper")
        except ImportError as error:
            raise ModelError(f"faster-whisper cannot be imported: {error}", remedy=REMEDY) from error
        try:
            self._model = package.WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except Exception as error:  # CTranslate2 raises what it likes
            raise ModelError(f"{folder} is no Whisper that can be run: {error}", remedy=REMEDY) from error

    def transcribe(self, samples: Floats) -> Transcript:
        """(samples,) at 16 kHz.

        Raises:
            EngineError: the runtime fails.
        """
        try:
            return self._transcribed(np.ascontiguousarray(samples, np.float32))
        except Exception as error:  # CTranslate2 raises what it likes
            raise EngineError(f"{self.name} fails on {len(samples)} samples: {error}", remedy="report this") from error

    def _transcribed(self, samples: Floats) -> Transcript:
        told, segments = self._asked(samples, _SIMPLIFIED)
        if not segments and told.language != "zh":  # the prompt sometimes silences another language
            told, segments = self._asked(samples, None)
        text = "".join(segment.text for segment in segments).strip()
        mean = float(np.mean([segment.avg_logprob for segment in segments])) if segments else -np.inf
        return Transcript(text=text, language=str(told.language), confidence=float(np.exp(mean)))

    def _asked(self, samples: Floats, prompt: str | None) -> tuple[Any, list[Any]]:
        """What it tells of the language, and what it has read."""
        segments, told = self._model.transcribe(
            samples,
            beam_size=1,
            chunk_length=_CHUNK_S,
            initial_prompt=prompt,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return told, list(segments)
