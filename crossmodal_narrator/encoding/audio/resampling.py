"""Any sampling rate → 16 kHz, as a stream: the same samples however they were cut into chunks.

Each block of output is read from the input by a windowed sinc at exact times, always with arrays of the same shape.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.encoding.audio.logmel import BLOCK, SAMPLE_RATE_HZ, Floats

_ZERO_CROSSINGS = 16  # on each side: -80 dB from some 500 Hz beyond the edge of the band
_BETA = 8.0  # of the Kaiser window
_PASSED = 0.94  # of the lower Nyquist frequency


class Resampler:
    """From `rate_hz` to 16 kHz, in blocks of BLOCK samples.

    Output sample m is what stood `lag_s` before m / 16 kHz of the input: so long a filter looks ahead, and in this way
    a block is done as soon as its 100 ms are in.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._rate_hz, self._channels = rate_hz, channels
        self._is_plain = rate_hz == SAMPLE_RATE_HZ
        common = math.gcd(rate_hz, SAMPLE_RATE_HZ)
        self._phases, self._step = SAMPLE_RATE_HZ // common, rate_hz // common
        self._half = 0 if self._is_plain else math.ceil(_ZERO_CROSSINGS * max(1.0, rate_hz / SAMPLE_RATE_HZ))
        self._taps = np.zeros((0, 0), np.float32) if self._is_plain else self._filters()
        self._held = np.zeros((2 * self._half, channels), np.float32)  # before the first sample there was silence
        self._first = -2 * self._half  # index in the stream of the first sample held
        self._made = 0  # blocks

    @property
    def lag_s(self) -> float:
        return self._half / self._rate_hz

    def push(self, samples: Floats) -> Floats:
        """(samples, channels) at the input's rate → (a multiple of BLOCK, channels): what is complete by now."""
        self._held = np.concatenate([self._held, samples])
        blocks = []
        while (block := self._next()) is not None:
            blocks.append(block)
        return np.concatenate(blocks) if blocks else np.zeros((0, self._channels), np.float32)

    def _next(self) -> Floats | None:
        if self._is_plain:
            if len(self._held) < BLOCK:
                return None
            plain, self._held = self._held[:BLOCK], self._held[BLOCK:]
            return plain
        numerator = (self._made * BLOCK + np.arange(BLOCK, dtype=np.int64)) * self._step
        whole, phase = numerator // self._phases - self._half, numerator % self._phases
        start = whole - self._half + 1 - self._first  # (BLOCK,) where each sample's taps begin
        if start[-1] + 2 * self._half > len(self._held):
            return None
        spans = np.lib.stride_tricks.sliding_window_view(self._held, 2 * self._half, axis=0)[start]
        block = np.matmul(spans, self._taps[phase][:, :, None])[:, :, 0]  # (BLOCK, channels)
        self._made += 1
        done = int((self._made * BLOCK * self._step) // self._phases) - 2 * self._half + 1 - self._first
        self._held = self._held[done:]
        self._first += done
        return np.asarray(block, np.float32)

    def _filters(self) -> Floats:
        """(phases, 2 half): the taps around an output sample that lies `phase` / phases of an input sample later."""
        cut = _PASSED * min(1.0, SAMPLE_RATE_HZ / self._rate_hz)
        offset: NDArray[np.float64] = np.arange(1 - self._half, self._half + 1)[None, :] - (
            np.arange(self._phases)[:, None] / self._phases
        )
        window = np.i0(_BETA * np.sqrt(np.maximum(0.0, 1.0 - (offset / self._half) ** 2))) / np.i0(_BETA)
        taps = cut * np.sinc(cut * offset) * window
        normal: Floats = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
        return normal
