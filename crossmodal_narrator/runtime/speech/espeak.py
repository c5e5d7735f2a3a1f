"""Text to speech by the program espeak-ng (GPL, of Debian and Ubuntu), which is run beside us and linked to nothing."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave

import numpy as np

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.voice.engines import Sound

PROGRAM, REMEDY = "espeak-ng", "apt install espeak-ng"
_VOICES = {"en": "en-us", "zh": "cmn-latn-pinyin", "es": "es"}
_SPEEDS = {"en": 165, "zh": 185, "es": 190}  # words a minute, as it counts them
_TIMEOUT_S = 10.0


class Espeak:
    """A formant voice: plain, and clear in noise. It takes some 10 ms for a clause."""

    def __init__(self, language: str) -> None:
        """Find the program; `language` is "en", "zh" or "es".

        Raises:
            ModelError: it is not installed.
        """
        found = shutil.which(PROGRAM)
        if found is None:
            raise ModelError(f"{PROGRAM} is not installed, and nothing else speaks {language!r}", remedy=REMEDY)
        self._command = (found, "-v", _VOICES[language], "--stdout", "--stdin", "-s")
        self.name, self.language = PROGRAM, language

    def speak(self, text: str, pace: float = 1.0) -> Sound:
        """Of a clause.

        Raises:
            EngineError: the program fails.
        """
        try:
            done = subprocess.run(
                (*self._command, str(round(_SPEEDS[self.language] * pace))),
                input=text.encode(),
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=True,
            )
            return _read(done.stdout)
        except (OSError, subprocess.SubprocessError, EOFError, wave.Error) as error:
            raise EngineError(f"{self.name} cannot say {text!r}: {error}", remedy=f"run {PROGRAM} by hand") from error


def _read(content: bytes) -> Sound:
    """Its WAV, whose header does not know how long a pipe will be."""
    with wave.open(io.BytesIO(content)) as file:
        rate_hz, header = file.getframerate(), content.index(b"data") + 8
    samples = np.frombuffer(content[header : len(content) - (len(content) - header) % 2], "<i2")
    return Sound(samples=samples.astype(np.float32) / np.float32(32_768.0), rate_hz=rate_hz)
