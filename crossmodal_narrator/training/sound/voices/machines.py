"""Machines: engines that rev and pass, drills, saws, jackhammers, fans and compressors."""

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


def engine(rng: Rng) -> Floats:
    """A combustion engine: the firing order and its half orders through a body; it idles, revs or changes gear."""
    idle = log_uniform(rng, 12.0, 60.0) if rng.random() < 0.6 else log_uniform(rng, 40.0, 160.0)
    kind = rng.random()
    if kind < 0.45:
        speed = np.full(SAMPLES, 1.0) + 0.03 * curve(rng, 0.8)
    elif kind < 0.75:
        speed = np.exp2(rng.uniform(0.2, 1.3) * np.clip(curve(rng, rng.uniform(0.3, 1.5)), -1.0, 1.5))
    else:
        gear_s = rng.uniform(1.0, 4.0)
        speed = np.exp2(rng.uniform(0.3, 1.2) * np.mod(times() / gear_s + rng.random(), 1.0))
    count = 40
    amplitudes = np.exp(rng.normal(0.0, 0.7, count)) / np.arange(1, count + 1) ** rng.uniform(0.3, 1.2)
    amplitudes[1::2] *= rng.uniform(0.2, 1.0)
    phases = rng.uniform(0.0, 2.0 * np.pi, count)
    wave = unit(harmonics(idle * speed * (1.0 + 0.01 * curve(rng, 0.03)), amplitudes.tolist(), phases.tolist()))
    beat = np.abs(harmonics(idle * speed, [1.0])) * noise(rng)
    wave = wave + np.float32(rng.uniform(0.1, 0.9)) * shaped(beat, [(100.0, 0.0), (1_500.0, -6.0), (8_000.0, -25.0)])
    return unit(shaped(wave, peaks(rng, 4, 80.0, 2_500.0, rng.uniform(-12.0, -2.0))))


def whine(rng: Rng) -> Floats:
    """Turbines, electric drives, straight gears, vacuum cleaners: tones that wind up and down with the load."""
    base = log_uniform(rng, 150.0, 2_500.0)
    bend = rng.uniform(0.02, 0.8) * np.clip(curve(rng, rng.uniform(0.5, 3.0)), -1.5, 1.5)
    on = _worked(rng) if rng.random() < 0.6 else np.ones(SAMPLES, np.float32)
    pitch = np.minimum(base * np.exp2(bend) * (0.35 + 0.65 * on), 6_000.0)
    amplitudes = np.exp(rng.normal(0.0, 0.7, 8)) / np.arange(1, 9) ** rng.uniform(0.5, 2.0)
    rush = shaped(noise(rng), peaks(rng, 2, 300.0, 4_000.0, -3.0))
    wave = unit(harmonics(pitch, amplitudes.tolist())) + np.float32(rng.uniform(0.3, 2.0)) * unit(rush)
    return unit(wave * (0.05 + 0.95 * on))


def steady(rng: Rng) -> Floats:
    """What holds one tone, or a few: motors at one load, hydraulics, transformers, feedback, organs, kettles.

    It may begin and end at once, beat, tremble, or sink a little; it does not go up and down, nor change its tone.
    """
    root = log_uniform(rng, 180.0, 1_800.0)
    count = int(rng.integers(2, 20))
    sink = np.exp2(rng.uniform(-0.12, 0.05) * times() / CLIP_S)
    wave = np.zeros(SAMPLES, np.float32)
    for ratio in (1.0, rng.uniform(1.0, 1.03), rng.uniform(1.1, 2.0))[: int(rng.integers(1, 4))]:
        wander = 1.0 + rng.uniform(0.0, 0.006) * curve(rng, rng.uniform(0.05, 0.8))
        amplitudes = np.exp(rng.normal(0.0, 0.6, count)) / np.arange(1, count + 1) ** rng.uniform(0.2, 2.0)
        phases = rng.uniform(0.0, 2.0 * np.pi, count)
        tone = harmonics(root * ratio * sink * wander, amplitudes.tolist(), phases.tolist())
        wave = wave + unit(tone) * np.float32(rng.uniform(0.2, 1.0))
    if rng.random() < 0.3:
        depth, rate_hz = rng.uniform(0.1, 0.9), log_uniform(rng, 3.0, 40.0)
        wave = wave * (1.0 - np.float32(depth) * (0.5 + 0.5 * harmonics(np.full(SAMPLES, rate_hz), [1.0])))
    if rng.random() < 0.3:
        wave = np.tanh(unit(wave) * np.float32(rng.uniform(0.5, 3.0)))
    wave = unit(wave) + np.float32(log_uniform(rng, 0.02, 1.0)) * shaped(noise(rng), peaks(rng, 3, 200.0, 5_000.0))
    held = np.zeros(SAMPLES, np.float32)
    at_s = rng.uniform(-4.0, 3.0)
    while at_s < CLIP_S:
        length_s = log_uniform(rng, 0.6, 12.0)
        first, last = (int(np.clip(s * SAMPLE_RATE_HZ, 0, SAMPLES)) for s in (at_s, at_s + length_s))
        if last > first:
            held[first:last] = envelope(last - first, log_uniform(rng, 0.005, 0.8), log_uniform(rng, 0.01, 0.8))
        at_s += length_s + log_uniform(rng, 0.05, 4.0)
    wave = np.asarray(wave * held, np.float32)
    return unit(shaped(wave, peaks(rng, 3, 300.0, 4_000.0, rng.uniform(-10.0, 0.0)))) if wave.any() else wave


def drill(rng: Rng) -> Floats:
    """A drill or grinder: a motor's whine that sinks under load, gears, and the stone's noise, hammered or not."""
    on = _worked(rng)
    load = np.clip(0.5 + 0.5 * curve(rng, 0.5), 0.0, 1.0)
    pitch = log_uniform(rng, 80.0, 900.0) * on * (1.0 - rng.uniform(0.05, 0.35) * load) + 1.0
    amplitudes = np.exp(rng.normal(0.0, 0.8, 20)) / np.arange(1, 21) ** rng.uniform(0.2, 1.2)
    motor = unit(harmonics(pitch * (1.0 + 0.01 * curve(rng, 0.02)), amplitudes.tolist()))
    grit = shaped(noise(rng), peaks(rng, 4, 500.0, 6_000.0))
    if rng.random() < 0.6:
        grit = grit * (0.3 + np.clip(harmonics(rng.uniform(20.0, 80.0) * (0.2 + 0.8 * on), [1.0, 0.5, 0.3]), 0.0, 2.0))
    wave = motor + np.float32(rng.uniform(0.2, 2.0)) * unit(grit) * load
    return unit(wave * np.minimum(1.0, 3.0 * on))


def jackhammer(rng: Rng) -> Floats:
    """Blows 10 to 35 times a second that ring in steel and ground, over a compressor."""
    rate = rng.uniform(9.0, 35.0)
    wave = np.zeros(SAMPLES, np.float32)
    length = round(0.08 * SAMPLE_RATE_HZ)
    at = np.arange(length) / SAMPLE_RATE_HZ
    blow = shaped(noise(rng, length), peaks(rng, 5, 200.0, 5_000.0)) * np.exp(-at / rng.uniform(0.004, 0.03)).astype(
        np.float32
    )
    ring = harmonics(np.full(length, log_uniform(rng, 300.0, 3_000.0)), [1.0, 0.4]) * np.exp(-at / 0.02).astype(
        np.float32
    )
    blow = unit(blow) + np.float32(rng.uniform(0.0, 1.5)) * ring
    working = _worked(rng)
    for when in np.cumsum(rng.normal(1.0 / rate, 0.04 / rate, int(rate * CLIP_S))):
        index = int(max(when, 0.0) * SAMPLE_RATE_HZ)
        if index < SAMPLES and working[index] > 0.5:
            place(wave, blow, when, rng.uniform(0.7, 1.0))
    wave = unit(wave) if wave.any() else wave
    return unit(wave + np.float32(rng.uniform(0.0, 0.6)) * engine(rng))


def fan(rng: Rng) -> Floats:
    """Air conditioners, compressors, transformers: hum of the mains, blades, and a steady rush."""
    mains = rng.choice([50.0, 60.0]) * rng.uniform(0.94, 1.0)
    amplitudes = np.exp(rng.normal(0.0, 1.0, 12)) / np.arange(1, 13) ** rng.uniform(0.3, 1.5)
    hum = unit(harmonics(np.full(SAMPLES, mains), amplitudes.tolist(), rng.uniform(0.0, 6.0, 12).tolist()))
    blades = unit(harmonics(log_uniform(rng, 60.0, 900.0) * (1.0 + 0.004 * curve(rng, 1.0)), [1.0, 0.5, 0.3, 0.2, 0.1]))
    rush = unit(shaped(noise(rng), peaks(rng, 3, 150.0, 3_000.0, rng.uniform(-9.0, -2.0))))
    wave = rng.uniform(0.0, 1.0) * hum + rng.uniform(0.0, 0.8) * blades + rng.uniform(0.3, 1.5) * rush
    if rng.random() < 0.3:
        wave = wave * (1.0 + 0.4 * harmonics(np.full(SAMPLES, rng.uniform(0.5, 12.0)), [1.0]))
    return unit(np.asarray(wave, np.float32))


def impacts(rng: Rng) -> Floats:
    """Shots, doors, hammering, clatter: blows that ring out."""
    wave = np.zeros(SAMPLES, np.float32)
    is_burst = rng.random() < 0.3
    pause = rng.uniform(0.06, 0.2) if is_burst else log_uniform(rng, 0.15, 4.0)
    blow = _blow(rng)
    at = rng.uniform(0.0, 2.0)
    while at < CLIP_S:
        place(wave, blow if is_burst or rng.random() < 0.6 else _blow(rng), at, rng.uniform(0.5, 1.0))
        at += pause * (1.0 if is_burst else rng.uniform(0.4, 2.0))
        if is_burst and rng.random() < 0.1:
            at += rng.uniform(0.3, 2.0)
    return unit(wave)


def _blow(rng: Rng) -> Floats:
    length = round(rng.uniform(0.1, 1.2) * SAMPLE_RATE_HZ)
    at = np.arange(length) / SAMPLE_RATE_HZ
    wave = unit(shaped(noise(rng, length), peaks(rng, 3, 100.0, 5_000.0, rng.uniform(-10.0, 0.0))))
    wave = wave * np.exp(-at / log_uniform(rng, 0.01, 0.25)).astype(np.float32)
    if rng.random() < 0.4:
        for _ in range(int(rng.integers(1, 5))):
            ring = harmonics(np.full(length, log_uniform(rng, 200.0, 5_000.0)), [1.0])
            wave = wave + ring * np.exp(-at / log_uniform(rng, 0.02, 0.4)).astype(np.float32) * np.float32(
                rng.uniform(0.1, 1)
            )
    return wave


def _worked(rng: Rng) -> Floats:
    """(SAMPLES,) in [0, 1]: pressed and let go, with the inertia of a motor."""
    on = np.zeros(SAMPLES, np.float32)
    at = rng.uniform(-2.0, 1.0)
    while at < CLIP_S:
        length_s = log_uniform(rng, 0.4, 6.0)
        first, last = (int(np.clip(s * SAMPLE_RATE_HZ, 0, SAMPLES)) for s in (at, at + length_s))
        if last > first:
            held = envelope(last - first, rng.uniform(0.03, 0.5), rng.uniform(0.05, 0.8))
            on[first:last] = held
        at += length_s + log_uniform(rng, 0.1, 2.0)
    return on
