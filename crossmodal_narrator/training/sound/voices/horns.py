"""Horns of cars, lorries and trains: chords of rich steady tones that begin and end at once.

UN R28 lets cars have 93 to 112 dB at 7 m; disc horns in pairs stand near 420 and 500 Hz, trumpets of lorries lower.
"""

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


def horn(rng: Rng) -> Floats:
    """(SAMPLES,): one vehicle's horn, pressed once or in a rhythm."""
    tone = _tone(rng)
    wave = np.zeros(SAMPLES, np.float32)
    at_s = 0.0 if rng.random() < 0.3 else rng.uniform(0.0, 5.0)
    rise_s, fall_s = rng.uniform(0.004, 0.04), rng.uniform(0.01, 0.12)
    style = rng.random()
    length_s = rng.uniform(0.1, 0.35) if style < 0.5 else log_uniform(rng, 0.3, 5.0)
    if style > 0.88:  # leant on
        length_s = rng.uniform(3.0, 9.0)
    again_s = rng.uniform(0.06, 0.8)
    for _ in range(int(rng.integers(1, 9)) if style < 0.7 else 1):
        if at_s >= CLIP_S:
            break
        pressed_s = length_s * rng.uniform(0.7, 1.3)
        part = tone[: round(pressed_s * SAMPLE_RATE_HZ)]
        place(wave, part * envelope(len(part), rise_s, fall_s), at_s)
        at_s += pressed_s + again_s * rng.uniform(0.7, 1.5)
    return unit(wave)


def _tone(rng: Rng) -> Floats:
    """Held for a whole clip."""
    kind = rng.random()
    if kind < 0.65:  # a pair, mostly a third apart
        root = rng.uniform(300.0, 480.0)
        chord = [root, root * rng.choice([1.19, 1.2, 1.25, 1.26, rng.uniform(1.1, 1.5)])]
    elif kind < 0.82:  # one alone: small cars, scooters, old ones
        chord = [log_uniform(rng, 280.0, 700.0)]
    else:  # lorries, buses, trains
        root = log_uniform(rng, 120.0, 330.0)
        chord = [root * f for f in (1.0, rng.uniform(1.15, 1.35), rng.uniform(1.4, 1.7))[: int(rng.integers(1, 4))]]
    wave = np.zeros(SAMPLES, np.float32)
    slope, count = rng.uniform(0.1, 1.3), int(rng.integers(10, 24))
    wander = 1.0 + rng.uniform(0.0, 0.004) * curve(rng, 0.4)
    # The membrane needs some cycles to find its tone.
    start = 1.0 - rng.uniform(0.0, 0.06) * np.exp(-np.arange(SAMPLES) / (SAMPLE_RATE_HZ * rng.uniform(0.01, 0.08)))
    for tone_hz in chord:
        amplitudes = np.exp(rng.normal(0.0, 0.5, count)) / np.arange(1, count + 1) ** slope
        phases = rng.uniform(0.0, 2.0 * np.pi, count)
        level = np.float32(rng.uniform(0.5, 1.0))
        wave += level * unit(harmonics(tone_hz * wander * start, amplitudes.tolist(), phases.tolist()))
    wave = unit(wave)
    if rng.random() < 0.4:
        wave = np.tanh(wave * np.float32(rng.uniform(0.5, 3.0)))
    wave = wave + np.float32(rng.uniform(0.0, 0.05)) * noise(rng)
    return unit(shaped(wave, peaks(rng, int(rng.integers(1, 5)), 500.0, 4_500.0, rng.uniform(-8.0, 0.0))))
