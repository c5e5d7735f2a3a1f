"""Chinese text to speech by Kokoro-82M (Apache-2.0), a natural voice, from a folder of the user's own.

Its phonemes are those of misaki (MIT). On two cores it takes about as long as it speaks, so sentences come late there;
clauses are made one by one.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.runtime.onnx_session import CPU, Provider, open_session
from crossmodal_narrator.voice.engines import Sound

RATE_HZ = 24_000
REMEDY = "docs/nodes/voice.md says how such a folder is made"
_STYLE = 256  # numbers of a voice, for each count of phonemes
_MOST = 508  # phonemes at once, without those of beginning and end


class Kokoro:
    """Not thread-safe."""

    name, language = "Kokoro", "zh"

    def __init__(
        self, folder: Path, voice: str, *, threads: int = 2, phonemes: Callable[[str], str] | None = None
    ) -> None:
        """Open `folder`, which holds model.onnx, vocab.json and voices/<voice>.bin.

        `phonemes` writes a clause in Kokoro's alphabet: misaki, where nothing else is given.

        Raises:
            ModelError: something of it is absent, or not what it should be.
        """
        try:
            content = (folder / "model.onnx").read_bytes()
            alphabet = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
            style = np.fromfile(folder / "voices" / f"{voice}.bin", np.float32)
        except (OSError, ValueError) as error:
            raise ModelError(f"{folder} is no Kokoro: {error}", remedy=REMEDY) from error
        try:
            self._session = open_session(content, Provider(name=self.name, wanted=CPU), threads)
        except Exception as error:  # its own types share no other base
            raise ModelError(f"{folder}/model.onnx cannot be run: {error}", remedy=REMEDY) from error
        if len(style) == 0 or len(style) % _STYLE:
            raise ModelError(f"voices/{voice}.bin has {len(style)} numbers, no multiple of {_STYLE}", remedy=REMEDY)
        self._style = style.reshape(-1, 1, _STYLE)
        self._numbers: dict[str, int] = alphabet.get("vocab", alphabet)
        self._phonemes = _misaki() if phonemes is None else phonemes

    def speak(self, text: str, pace: float = 1.0) -> Sound:
        """Of a clause.

        Raises:
            EngineError: it fails on this text.
        """
        try:
            known = [self._numbers[c] for c in self._phonemes(text) if c in self._numbers][:_MOST]
            if not known:
                return Sound(samples=np.zeros(0, np.float32), rate_hz=RATE_HZ)
            feed = {
                "tokens": np.array([[0, *known, 0]], np.int64),
                "style": self._style[min(len(known), len(self._style) - 1)],
                "speed": np.full(1, pace, np.float32),
            }
            audio = self._session.run(["audio"], feed)[0]
        except Exception as error:  # whatever a text does to it, the next one is said
            raise EngineError(f"{self.name} cannot say {text!r}: {error}", remedy="report this") from error
        return Sound(samples=np.asarray(audio, np.float32).reshape(-1), rate_hz=RATE_HZ)


def _misaki() -> Callable[[str], str]:
    try:
        package: Any = importlib.import_module("misaki.zh")
        writer = package.ZHG2P()
    except ImportError as error:
        raise ModelError(f"misaki cannot be imported: {error}", remedy="`pip install 'misaki[zh]'`") from error

    def written(text: str) -> str:
        found = writer(text)
        return str(found[0] if isinstance(found, tuple) else found)

    return written
