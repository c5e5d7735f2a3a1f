"""Speech to text in many languages by a Whisper (Radford et al., 2022) of CTranslate2, run by faster-whisper (MIT).

It tells the language, too. Its own way is to read 30 s whatever was said, once for the language and once for the words;
here a turn is read once, in a window that is not much longer than it, which is most of the time to the text.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.voice.engines import RATE_HZ, Floats, Transcript

REMEDY = "`pip install faster-whisper`, and name a folder with model.bin, config.json and tokenizer.json"
_WINDOWS_S = (5, 8, 15)
_MARGIN_S = 0.5  # of silence after the last word
_FRAMES_PER_S = 100
_TOKENS_PER_S = 12  # nobody speaks faster; what goes on longer repeats itself
_LONGEST = round((_WINDOWS_S[-1] - _MARGIN_S) * RATE_HZ)  # samples of a turn that are read at once
# It goes on in the characters that it has seen before, and rather in words of the road than in others that sound alike.
_BEFORE_CHINESE = (
    "以下是普通话的句子，使用简体中文。车、公交车、货车、自行车、摩托车、行人、孩子、"
    "救护车、警车、消防车、警笛、喇叭、红绿灯、车道、人行道、路口。"
)


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
        self._tokenizer: Any = importlib.import_module("faster_whisper.tokenizer").Tokenizer
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
        pieces = np.array_split(samples, max(1, -(-len(samples) // _LONGEST)))  # no scrap after the last cut
        read = [self._read(piece) for piece in pieces]
        return Transcript(
            text="".join(one.text for one in read).strip(),
            language=read[0].language,
            confidence=float(np.mean([one.confidence for one in read])),
        )

    def _read(self, samples: Floats) -> Transcript:
        seconds = len(samples) / RATE_HZ
        window_s = next(s for s in _WINDOWS_S if s >= seconds + _MARGIN_S)
        padded = np.pad(samples, (0, window_s * RATE_HZ - len(samples)))
        features = self._model.feature_extractor(padded, chunk_length=window_s)[:, : window_s * _FRAMES_PER_S]
        encoded = self._model.encode(features)
        language = self._model.model.detect_language(encoded)[0][0][0][2:-2]  # <|zh|>
        tokenizer = self._tokenizer(self._model.hf_tokenizer, True, task="transcribe", language=language)
        before = tokenizer.encode(_BEFORE_CHINESE) if language == "zh" else []
        prompt = self._model.get_prompt(tokenizer, before, without_timestamps=True)
        longest = len(prompt) + 8 + round(seconds * _TOKENS_PER_S)
        answer = self._model.model.generate(encoded, [prompt], beam_size=1, max_length=longest, return_scores=True)[0]
        tokens = answer.sequences_ids[0]
        return Transcript(
            text=tokenizer.decode(tokens),
            language=language,
            confidence=float(np.exp(answer.scores[0])) if tokens else 0.0,
        )
