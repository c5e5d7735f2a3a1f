"""What else a street sounds of: beepers, bells, telephones, brakes, wind, rain, traffic that passes."""

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
    times,
    unit,
)


def beeper(rng: Rng) -> Floats:
    """Vehicles that reverse, crossings, alarm clocks, tills: one steady tone, on and off."""
    pitch = log_uniform(rng, 450.0, 4_500.0)
    on_s, off_s = log_uniform(rng, 0.04, 0.8), log_uniform(rng, 0.05, 1.5)
    group = int(rng.choice([1, 1, 1, 2, 3, 4]))
    length = round(on_s * SAMPLE_RATE_HZ)
    count = int(rng.integers(1, 8))
    amplitudes = (1.0 / np.arange(1, count + 1) ** rng.uniform(0.5, 2.5)).tolist()
    beep = unit(harmonics(np.full(length, pitch), amplitudes)) * envelope(length, 0.004, 0.006)
    wave = np.zeros(SAMPLES, np.float32)
    at, number = rng.uniform(0.0, 1.5), 0
    while at < CLIP_S:
        place(wave, beep, at)
        number += 1
        at += on_s + (off_s if number % group == 0 else 0.4 * min(on_s, off_s))
    return unit(wave)


def telephone(rng: Rng) -> Floats:
    """Rings of two tones by turns 16 to 30 times a second, dial tones, tunes of mobile telephones."""
    wave = np.zeros(SAMPLES, np.float32)
    if rng.random() < 0.5:
        low = log_uniform(rng, 400.0, 1_800.0)
        ratio, rate = rng.uniform(1.1, 1.4), rng.uniform(16.0, 30.0)
        pitch = low * np.where(np.mod(times() * rate, 1.0) < 0.5, 1.0, ratio)
        ring = harmonics(pitch, [1.0, 0.3, 0.3, 0.1])
        on = np.mod(times() + rng.uniform(0.0, 3.0), rng.uniform(1.5, 4.0)) < rng.uniform(0.4, 1.2)
        return unit(ring * np.convolve(on.astype(np.float32), np.full(160, 1.0 / 160.0, np.float32), "same"))
    note_s = rng.uniform(0.07, 0.25)
    tune = log_uniform(rng, 500.0, 1_500.0) * 2.0 ** (rng.integers(0, 13, size=int(rng.integers(3, 12))) / 12.0)
    for k in range(int(CLIP_S / note_s)):
        length = round(note_s * 0.9 * SAMPLE_RATE_HZ)
        tone = harmonics(np.full(length, tune[k % len(tune)]), [1.0, 0.2, 0.3, 0.0, 0.1]) * envelope(
            length, 0.004, 0.03
        )
        place(wave, tone, k * note_s)
    return unit(wave)


def bells(rng: Rng) -> Floats:
    """Churches, trams, crossings, bicycles: partials that are no harmonics and ring out."""
    ratios = np.array([0.5, 1.0, 1.19, 1.5, 2.0, 2.5, 2.67, 3.0, 4.0]) * np.exp(rng.normal(0.0, 0.02, 9))
    pitch, decay = log_uniform(rng, 150.0, 2_500.0), log_uniform(rng, 0.1, 3.0)
    length = round(min(4.0 * decay, CLIP_S) * SAMPLE_RATE_HZ)
    at = np.arange(length) / SAMPLE_RATE_HZ
    stroke = np.zeros(length, np.float32)
    for ratio in ratios[ratios * pitch < 7_000.0]:
        partial = np.sin(2.0 * np.pi * pitch * ratio * at) * np.exp(-at * ratio**0.7 / decay)
        stroke += (rng.uniform(0.2, 1.0) * partial).astype(np.float32)
    wave = np.zeros(SAMPLES, np.float32)
    step = log_uniform(rng, 0.08, 2.5)
    for when in np.arange(rng.uniform(0.0, 1.0), CLIP_S, step):
        if rng.random() < 0.9:
            place(wave, stroke, float(when) + rng.normal(0.0, 0.01 * step), rng.uniform(0.6, 1.0))
    return unit(wave)


def brakes(rng: Rng) -> Floats:
    """Squeals of brakes, tyres, rails and hinges: high tones, rough, that bend a little."""
    wave = np.float32(0.1) * unit(shaped(noise(rng), peaks(rng, 2, 500.0, 4_000.0)))
    for _ in range(int(rng.integers(1, 5))):
        length = round(log_uniform(rng, 0.15, 3.0) * SAMPLE_RATE_HZ)
        bend = rng.uniform(0.0, 0.25) * curve(rng, rng.uniform(0.1, 0.6), length)
        pitch = np.minimum(log_uniform(rng, 700.0, 5_000.0) * np.exp2(bend), 7_000.0)
        squeal = harmonics(pitch * (1.0 + 0.004 * curve(rng, 0.01, length)), [1.0, rng.uniform(0.0, 0.6), 0.2])
        squeal = squeal * (1.0 + 0.5 * curve(rng, 0.05, length)) * envelope(length, 0.05, 0.1)
        place(wave, squeal, rng.uniform(0.0, 6.5), rng.uniform(0.4, 1.0))
    return unit(wave)


def passing(rng: Rng) -> Floats:
    """Vehicles that pass: tyres' noise that swells, brightens and falls, over distant traffic."""
    wave = np.float32(0.15) * weather(rng)
    for _ in range(int(rng.integers(1, 4))):
        nearest_s, width = rng.uniform(0.0, CLIP_S), log_uniform(rng, 0.3, 3.0)
        near = 1.0 / (1.0 + ((times() - nearest_s) / width) ** 2)
        rush = shaped(noise(rng), [(60.0, -10.0), (300.0, 0.0), (1_000.0, 0.0), (8_000.0, rng.uniform(-30.0, -10.0))])
        wave = wave + unit(rush) * near.astype(np.float32) * np.float32(rng.uniform(0.3, 1.0))
    return unit(wave)


def weather(rng: Rng) -> Floats:
    """Wind, rain, surf, and the hum of a town: noise that falls with frequency, still or gusty."""
    slope = rng.uniform(-9.0, 0.5)
    points = [(30.0, 0.0), (125.0, 0.0), (8_000.0, 6.0 * slope)]
    wave = unit(shaped(shaped(noise(rng), points), peaks(rng, int(rng.integers(0, 3)), 200.0, 5_000.0)))
    if rng.random() < 0.4:
        wave = wave * np.exp(rng.uniform(0.1, 0.8) * curve(rng, rng.uniform(0.1, 1.5)))
    if rng.random() < 0.2:
        drops = np.where(rng.random(SAMPLES) < rng.uniform(0.0005, 0.01), noise(rng), np.float32(0.0))
        wave = wave + np.float32(rng.uniform(0.2, 1.0)) * unit(shaped(drops, peaks(rng, 2, 1_000.0, 6_000.0)))
    return unit(wave.astype(np.float32))
