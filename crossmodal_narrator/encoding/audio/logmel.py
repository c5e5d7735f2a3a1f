"""Log-mel spectra of 16 kHz sound, in blocks of 100 ms, and features that do not depend on gain.

Everything works on whole blocks, always of the same shape, so that the same sound gives the same bits however it came.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
HOP = 320  # samples between frames: 20 ms
WINDOW = 640  # samples that a frame spans: 40 ms resolve 50 Hz, and follow a siren that turns ten times a second
FFT = 1_024
MELS = 64
LOW_HZ, HIGH_HZ = 125.0, 7_500.0
BLOCK_FRAMES = 5  # 100 ms
BLOCK = BLOCK_FRAMES * HOP  # samples
SILENCE_DB = -100.0  # below the noise of any microphone; keeps the logarithm finite
CHANNELS = 2  # of the features: against the running level, against each band's floor

_LEVEL_S = 2.0
_FLOOR_RISES_S, _FLOOR_FALLS_S = 4.0, 0.2
_SCALE_DB = 20.0  # brings features near to one
_LIMIT = 3.0

Floats = NDArray[np.float32]


def mel_filters() -> Floats:
    """(MELS, FFT // 2 + 1) triangles of equal area, on Slaney's mel scale: linear up to 1 kHz, logarithmic above.

    Source: M. Slaney, Auditory Toolbox, 1998; the same as librosa's default.
    """
    edges_hz = _mel_to_hz(np.linspace(_hz_to_mel(LOW_HZ), _hz_to_mel(HIGH_HZ), MELS + 2))
    bins_hz = np.arange(FFT // 2 + 1) * (SAMPLE_RATE_HZ / FFT)
    rising = (bins_hz - edges_hz[:-2, None]) / np.diff(edges_hz)[:-1, None]
    falling = (edges_hz[2:, None] - bins_hz) / np.diff(edges_hz)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    area = 2.0 / (edges_hz[2:] - edges_hz[:-2])
    return (triangles * area[:, None]).astype(np.float32)


def _hz_to_mel(hz: float) -> float:
    return hz * 3.0 / 200.0 if hz < 1_000.0 else 15.0 + 27.0 * float(np.log(hz / 1_000.0) / np.log(6.4))


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    hz: NDArray[np.float64] = np.where(mel < 15.0, mel * 200.0 / 3.0, 1_000.0 * 6.4 ** ((mel - 15.0) / 27.0))
    return hz


class LogMel:
    """A stream's spectra. Frame k of a block ends (k + 1) hops after the block's beginning; nothing looks ahead."""

    def __init__(self) -> None:
        self._filters = np.ascontiguousarray(mel_filters().T)  # (bins, MELS)
        window = np.hanning(WINDOW + 1)[:-1]
        self._window = (window / np.sqrt((window**2).sum())).astype(np.float32)
        self._tail: Floats | None = None

    def reset(self) -> None:
        """Forget what was heard: the next block begins after silence."""
        self._tail = None

    def push(self, block: Floats) -> Floats:
        """(samples, channels), samples a multiple of BLOCK → (frames, MELS) dB, from the mean power of the channels.

        Powers are averaged and not waves, because capsules that stand apart cancel each other's short waves.
        """
        if self._tail is None or self._tail.shape[1] != block.shape[1]:
            self._tail = np.zeros((WINDOW - HOP, block.shape[1]), np.float32)
        heard = np.concatenate([self._tail, block])
        self._tail = heard[len(heard) - (WINDOW - HOP) :]
        frames = np.lib.stride_tricks.sliding_window_view(heard, WINDOW, axis=0)[::HOP]  # (frames, channels, WINDOW)
        power = (np.abs(np.fft.rfft(frames * self._window, FFT)) ** 2).mean(axis=1, dtype=np.float32)  # (frames, bins)
        return decibels(power @ self._filters)


def decibels(power: Floats) -> Floats:
    """Of mel powers, never below SILENCE_DB."""
    level: Floats = 10.0 * np.log10(power + np.float32(10.0 ** (SILENCE_DB / 10.0)))
    return level


class Normaliser:
    """Log-mel → features (CHANNELS, ..., frames, MELS): adding any constant to the dB leaves them as they are.

    One channel is the spectrum against its own running level, which keeps steady tones; the other is each band against
    its running floor, which rises slowly and falls at once, so that what moves stands out of what hums.
    """

    def __init__(self) -> None:
        self._floor: Floats | None = None
        self._level: Floats | None = None
        self._weight = 0.0

    def push(self, level_db: Floats) -> Floats:
        """(..., frames, MELS) dB → (CHANNELS, ..., frames, MELS)."""
        features = np.empty((CHANNELS, *level_db.shape), np.float32)
        for k in range(level_db.shape[-2]):
            frame = level_db[..., k, :]
            level, floor = self._follow(frame)
            features[0, ..., k, :] = frame - level
            features[1, ..., k, :] = frame - floor
        features *= np.float32(1.0 / _SCALE_DB)
        np.clip(features, -_LIMIT, _LIMIT, out=features)
        return features

    def _follow(self, frame: Floats) -> tuple[Floats, Floats]:
        mean = frame.mean(axis=-1, keepdims=True)
        if self._floor is None or self._level is None:
            self._floor, self._level = frame, mean
        above = frame - self._floor
        self._floor = self._floor + above * np.where(above > 0.0, _rate(_FLOOR_RISES_S), _rate(_FLOOR_FALLS_S))
        # While the stream is young the level is the plain mean of what was heard.
        self._weight = min(self._weight + 1.0, _LEVEL_S * SAMPLE_RATE_HZ / HOP)
        self._level = self._level + (mean - self._level) * np.float32(1.0 / self._weight)
        return self._level, self._floor


def _rate(time_s: float) -> np.float32:
    rate: np.float32 = np.float32(HOP / SAMPLE_RATE_HZ / time_s)
    return rate
