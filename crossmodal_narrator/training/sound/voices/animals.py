"""Dogs that bark, whine and howl, and birds."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.encoding.audio.logmel import SAMPLE_RATE_HZ
from crossmodal_narrator.training.sound.signal import (
    CLIP_S,
    SAMPLES,
    Floats,
    Rng,
    curve,
    envelope,
    harmonics,
    log_uniform,
    noise,
    peaks,
    place,
    shaped,
    unit,
)


def dogs(rng: Rng) -> Floats:
    """One dog or two, barking in series; some whine or howl."""
    wave = np.zeros(SAMPLES, np.float32)
    for _ in range(int(rng.integers(1, 3))):
        pitch, pause = log_uniform(rng, 250.0, 1_100.0), log_uniform(rng, 0.18, 2.0)
        throat = peaks(rng, 3, 500.0, 3_000.0, -6.0)
        at = rng.uniform(0.0, 1.5)
        kind = rng.random()
        while at < CLIP_S:
            cry = _bark(rng, pitch) if kind < 0.72 else _howl(rng, pitch)
            place(wave, shaped(cry, throat), at, rng.uniform(0.5, 1.0))
            at += len(cry) / SAMPLE_RATE_HZ + pause * rng.uniform(0.5, 1.6)
    return unit(wave)


def _bark(rng: Rng, pitch_hz: float) -> Floats:
    length = round(rng.uniform(0.07, 0.28) * SAMPLE_RATE_HZ)
    share = np.linspace(0.0, 1.0, length)
    rise = rng.uniform(0.1, 0.4)
    hill = np.where(share < rise, share / rise, (1.0 - share) / (1.0 - rise))
    pitch = pitch_hz * rng.uniform(0.9, 1.1) * 2.0 ** (rng.uniform(0.2, 0.9) * hill - 0.3)
    amplitudes = np.exp(rng.normal(0.0, 0.6, 12)) / np.arange(1, 13) ** 0.8
    tone = unit(harmonics(pitch * (1.0 + 0.02 * curve(rng, 0.01, length)), amplitudes.tolist()))
    rough = tone + np.float32(rng.uniform(0.2, 1.2)) * noise(rng, length)
    return unit(rough * envelope(length, 0.012, 0.08))


def _howl(rng: Rng, pitch_hz: float) -> Floats:
    length = round(rng.uniform(0.4, 2.5) * SAMPLE_RATE_HZ)
    share = np.linspace(0.0, 1.0, length)
    bend = rng.uniform(0.1, 0.6) * np.minimum(1.0, share / rng.uniform(0.1, 0.4)) - rng.uniform(0.0, 0.4) * share**2
    pitch = pitch_hz * 2.0 ** (bend + 0.02 * curve(rng, 0.15, length))
    amplitudes = np.exp(rng.normal(0.0, 0.4, 6)) / np.arange(1, 7) ** rng.uniform(1.0, 2.5)
    return unit(harmonics(pitch, amplitudes.tolist()) * envelope(length, 0.1, 0.25))


def birds(rng: Rng) -> Floats:
    """Song birds, crows, gulls and doves: strophes of short glides."""
    wave = np.zeros(SAMPLES, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        base = log_uniform(rng, 500.0, 5_000.0)
        note_s, count = log_uniform(rng, 0.04, 0.4), int(rng.integers(1, 12))
        span = rng.uniform(-1.0, 1.0)
        at = rng.uniform(0.0, 2.0)
        rough = rng.uniform(0.0, 0.6) if base < 1_500.0 else 0.0
        while at < CLIP_S:
            for k in range(count):
                length = max(200, round(note_s * rng.uniform(0.7, 1.2) * SAMPLE_RATE_HZ))
                share = np.linspace(0.0, 1.0, length)
                bend = span * share if rng.random() < 0.6 else span * np.sin(np.pi * share)
                pitch = np.minimum(base * 2.0 ** (bend * rng.uniform(0.7, 1.1)), 7_000.0)
                note = unit(harmonics(pitch, [1.0, 0.3, 0.2, 0.1][: 1 if base > 2_500.0 else 4]))
                note = note + np.float32(rough) * noise(rng, length)
                place(wave, note * envelope(length, 0.01, 0.02), at + k * note_s * 1.4, rng.uniform(0.5, 1.0))
            at += count * note_s * 1.4 + log_uniform(rng, 0.3, 3.0)
    return unit(wave)
