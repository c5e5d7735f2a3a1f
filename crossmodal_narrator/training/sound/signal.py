"""Building blocks of synthesised sound: tones whose pitch moves, envelopes, noise, filters. 16 kHz, float32."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from crossmodal_narrator.encoding.audio.logmel import SAMPLE_RATE_HZ

CLIP_S = 8.0
SAMPLES = round(CLIP_S * SAMPLE_RATE_HZ)
CONTROL = 80  # samples between points of slow curves: 5 ms
POINTS = SAMPLES // CONTROL + 1

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]
Rng = np.random.Generator

_FADE_HZ = (7_000.0, 7_700.0)  # harmonics fade out before the Nyquist frequency folds them back


def times(count: int = SAMPLES) -> Reals:
    return np.arange(count) / float(SAMPLE_RATE_HZ)


def log_uniform(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def curve(rng: Rng, step_s: float, count: int = SAMPLES) -> Floats:
    """(count,) smooth random curve, about unit deviation, that changes over some `step_s`."""
    knots = max(4, int(count / SAMPLE_RATE_HZ / step_s) + 4)
    values = rng.standard_normal(knots)
    smoothed = np.convolve(values, [0.25, 0.5, 0.25], mode="same") * 1.6
    at = np.linspace(1.0, knots - 2.0, count // CONTROL + 2)
    coarse = np.interp(at, np.arange(knots), smoothed)
    return finely(coarse, count)


def finely(coarse: Reals | Floats, count: int = SAMPLES) -> Floats:
    """A curve given each CONTROL samples → (count,), linear between."""
    fine: Floats = np.interp(np.arange(count) / CONTROL, np.arange(len(coarse)), coarse).astype(np.float32)
    return fine


def harmonics(
    pitch_hz: Reals | Floats, amplitudes: Sequence[float] | Floats, phases: Sequence[float] | None = None
) -> Floats:
    """(samples,) Hz → the sum of a_k sin(k φ + θ_k). What would lie above the Nyquist frequency is faded out.

    sin(k φ) follows from its two predecessors (Chebyshev), which is far cheaper than k sines.
    """
    phase = np.cumsum(np.asarray(pitch_hz, np.float64)) * (2.0 * np.pi / SAMPLE_RATE_HZ)
    sine, cosine = np.sin(phase), np.cos(phase)
    twice = 2.0 * cosine
    before = (np.zeros_like(sine), np.ones_like(sine))
    now = (sine, cosine)
    wave = np.zeros(len(phase))
    top_hz = float(np.min(pitch_hz))
    for k, amplitude in enumerate(amplitudes, start=1):
        if k * top_hz > _FADE_HZ[1]:
            break
        theta = 0.0 if phases is None else phases[k - 1]
        part = now[0] if theta == 0.0 else now[0] * np.cos(theta) + now[1] * np.sin(theta)
        wave += amplitude * part * np.clip((_FADE_HZ[1] - k * pitch_hz) / (_FADE_HZ[1] - _FADE_HZ[0]), 0.0, 1.0)
        before, now = now, (twice * now[0] - before[0], twice * now[1] - before[1])
    return wave.astype(np.float32)


def noise(rng: Rng, count: int = SAMPLES) -> Floats:
    return rng.standard_normal(count, dtype=np.float32)


def shaped(wave: Floats, points: Sequence[tuple[float, float]]) -> Floats:
    """`wave` through a filter given as (Hz, dB), linear in log frequency between."""
    length = fft.next_fast_len(len(wave), real=True)
    hz = np.maximum(fft.rfftfreq(length, 1.0 / SAMPLE_RATE_HZ), 10.0)
    gain_db = np.interp(np.log(hz), np.log([f for f, _ in points]), [g for _, g in points])
    spectrum = fft.rfft(wave, length) * (10.0 ** (gain_db / 20.0)).astype(np.float32)
    filtered: Floats = fft.irfft(spectrum, length)[: len(wave)]
    return filtered


def peaks(rng: Rng, count: int, low_hz: float, high_hz: float, tilt_db: float = 0.0) -> list[tuple[float, float]]:
    """Points of a filter with `count` random resonances, for `shaped`; `tilt_db` an octave from 1 kHz on."""
    hz = np.geomspace(60.0, 8_000.0, 60)
    gain = np.zeros(60)
    for _ in range(count):
        centre, width, height = log_uniform(rng, low_hz, high_hz), rng.uniform(0.1, 0.5), rng.uniform(4.0, 18.0)
        gain = np.maximum(gain, height * np.exp(-((np.log2(hz / centre) / width) ** 2)))
    gain = gain + tilt_db * np.log2(np.maximum(hz, 1_000.0) / 1_000.0)
    return list(zip(hz.tolist(), gain.tolist(), strict=True))


def envelope(length: int, rise_s: float, fall_s: float) -> Floats:
    """(length,): up within `rise_s`, down within `fall_s` at the end."""
    at = np.arange(length, dtype=np.float32) / SAMPLE_RATE_HZ
    end = length / SAMPLE_RATE_HZ
    x = np.clip(np.minimum(at / max(rise_s, 1e-3), (end - at) / max(fall_s, 1e-3)), 0.0, 1.0)
    shaped_: Floats = (x * x * (3.0 - 2.0 * x)).astype(np.float32)
    return shaped_


def place(clip: Floats, part: Floats, at_s: float, gain: float = 1.0) -> None:
    """Add `part` to `clip` from `at_s` on; what goes beyond the end is cut."""
    first = round(at_s * SAMPLE_RATE_HZ)
    if 0 <= first < len(clip):
        count = min(len(part), len(clip) - first)
        clip[first : first + count] += np.float32(gain) * part[:count]


def unit(wave: Floats) -> Floats:
    """`wave` with an RMS of one while it sounds."""
    power = wave.astype(np.float64) ** 2
    blocks = power[: len(power) // 800 * 800].reshape(-1, 800).mean(axis=1) if len(power) >= 800 else power
    loud = blocks[blocks > 1e-3 * blocks.max()] if blocks.max() > 0.0 else blocks + 1.0
    brought: Floats = (wave / np.float32(np.sqrt(loud.mean() + 1e-20))).astype(np.float32)
    return brought
