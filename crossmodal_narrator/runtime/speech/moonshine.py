"""English speech to text by Moonshine tiny (Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and
Voice Commands", 2024; MIT), its two graphs run by ONNX Runtime alone.

The encoder takes waves as they are, of any length, and so costs in proportion to it. The decoder is asked for a token
at a time, the most probable one, with the keys and values of those before.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.runtime.onnx_session import CPU, Provider, Session, open_session
from crossmodal_narrator.runtime.speech.packages import folder_of, read_files
from crossmodal_narrator.voice.engines import RATE_HZ, Floats, Transcript

ENCODER, DECODER, TOKENS = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"
# Of moonshine-voice 0.1.0.
DIGESTS: Mapping[str, str] = {
    ENCODER: "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    DECODER: "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    TOKENS: "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
REMEDY = "`make setup`, or `pip install --no-deps moonshine-voice==0.1.0`"
_BEGIN, _END = 1, 2
_TOKENS_PER_S = 6.5  # nobody speaks faster; what goes on longer repeats itself
_LEAST_TOKENS = 6
_LEAST_SAMPLES = RATE_HZ // 4


class Moonshine:
    """Not thread-safe."""

    name = "Moonshine tiny"
    languages: tuple[str, ...] = ("en",)
    least_confidence = 0.7  # of Chinese, which it takes for English, it makes 0.3 to 0.66

    def __init__(self, folder: Path | None = None, threads: int = 2) -> None:
        """Open the one of moonshine-voice, or the user's own in `folder`.

        Raises:
            ModelError: absent, altered, or no Moonshine.
        """
        if folder is None:
            folder = folder_of("moonshine_voice", remedy=REMEDY) / "assets" / "tiny-en"
            files = read_files(folder, DIGESTS, remedy=REMEDY)
        else:
            remedy = f"let it hold {', '.join(DIGESTS)}, or leave moonshine_folder empty"
            files = read_files(folder, dict.fromkeys(DIGESTS), remedy=remedy)
        provider = Provider(name=self.name, wanted=CPU)
        try:
            self._encoder = open_session(files[ENCODER], provider, threads)
            self._decoder = open_session(files[DECODER], provider, threads)
        except Exception as error:  # its own types share no other base
            raise ModelError(f"{folder} is no Moonshine that can be run: {error}", remedy=REMEDY) from error
        self._vocabulary = vocabulary(files[TOKENS])
        self._outputs = [output.name for output in self._decoder.get_outputs()]
        self._empty = _empty_past(self._decoder)

    def transcribe(self, samples: Floats) -> Transcript:
        """(samples,) at 16 kHz. The confidence is the geometric mean of the tokens' probabilities.

        Raises:
            EngineError: the runtime fails.
        """
        if len(samples) < _LEAST_SAMPLES:
            samples = np.pad(samples, (0, _LEAST_SAMPLES - len(samples)))
        try:
            tokens, logarithm = self._decoded(np.ascontiguousarray(samples[None], np.float32))
        except Exception as error:  # its own types share no other base
            raise EngineError(f"{self.name} fails on {len(samples)} samples: {error}", remedy="report this") from error
        text = b"".join(self._vocabulary[k] for k in tokens if k < len(self._vocabulary))
        return Transcript(
            text=text.decode("utf-8", "ignore").replace("▁", " ").strip(),
            language="en",
            confidence=float(np.exp(logarithm / max(1, len(tokens)))) if tokens else 0.0,
        )

    def _decoded(self, wave: Floats) -> tuple[list[int], float]:
        mask = np.ones(wave.shape, np.int64)  # of samples; the decoder wants the same
        hidden = self._encoder.run(["last_hidden_state"], {"input_values": wave, "attention_mask": mask})[0]
        past = dict(self._empty)
        tokens: list[int] = []
        logarithm, newest = 0.0, _BEGIN
        for _ in range(max(_LEAST_TOKENS, round(wave.shape[1] / RATE_HZ * _TOKENS_PER_S))):
            feed = {
                "input_ids": np.array([[newest]], np.int64),
                "encoder_hidden_states": hidden,
                "encoder_attention_mask": mask,
                "use_cache_branch": np.array([bool(tokens)]),
                **past,
            }
            answer = dict(zip(self._outputs, self._decoder.run(self._outputs, feed), strict=True))
            newest, probability = _likeliest(answer["logits"][0, -1])
            if newest == _END:
                break
            logarithm += float(np.log(probability))
            for name in past:
                if not tokens or ".decoder." in name:  # those of the encoder are given once
                    past[name] = answer[name.replace("past_key_values", "present")]
            tokens.append(newest)
        return tokens, logarithm


def vocabulary(content: bytes) -> list[bytes]:
    """Of tokenizer.bin: each token after its length in one byte, or from 128 on in two."""
    tokens, at = [], 0
    while at < len(content):
        length = content[at]
        at += 1
        if length >= 128 and at < len(content):
            length = content[at] * 128 + length - 128
            at += 1
        tokens.append(content[at : at + length])
        at += length
    return tokens


def _likeliest(logits: NDArray[np.float32]) -> tuple[int, float]:
    best = int(logits.argmax())
    return best, float(1.0 / np.exp(logits.astype(np.float64) - float(logits[best])).sum())


def _empty_past(decoder: Session) -> dict[str, NDArray[np.float32]]:
    """Keys and values before the first token, with the heads and widths that the graph names."""
    past = {}
    for wanted in decoder.get_inputs():
        if wanted.name.startswith("past_key_values."):
            _, heads, _, width = wanted.shape
            past[wanted.name] = np.zeros((1, int(heads), 0, int(width)), np.float32)
    return past
