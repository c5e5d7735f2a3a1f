"""Sirens of many makes and countries.

Ranges: SAE J1849 (wail 10 to 18, yelp 150 to 250 turns a minute within 500 to 1,800 Hz), DIN 14610 (a' and d'' and
other fourths between 360 and 630 Hz), GB 8108, the tone tables of French, British, Dutch, Italian and Japanese services
as the literature quotes them; widened, as an encoder must also know the sirens that keep to no standard.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crossmodal_narrator.encoding.audio.logmel import SAMPLE_RATE_HZ
from crossmodal_narrator.training.sound.signal import (
    CONTROL,
    POINTS,
    SAMPLES,
    Floats,
    Reals,
    Rng,
    curve,
    finely,
    harmonics,
    log_uniform,
    noise,
    peaks,
    shaped,
    unit,
)

PATTERNS = ("wail", "yelp", "hi_lo")

# Hz, low and high: Germany, Austria and Switzerland; French police, fire, ambulance, gendarmerie; Italy; Britain and
# the Netherlands; Japan; Poland; America; Spain.
_TWO_TONES = (
    (435.0, 580.0), (440.0, 585.0), (435.0, 651.0), (435.0, 488.0), (420.0, 516.0), (435.0, 732.0), (392.0, 660.0),
    (500.0, 660.0), (375.0, 500.0), (770.0, 960.0), (650.0, 870.0), (500.0, 1_000.0), (600.0, 900.0), (450.0, 600.0),
)  # fmt: skip
_TIME_S: Reals = np.arange(POINTS, dtype=np.float64) * (CONTROL / SAMPLE_RATE_HZ)


def siren(rng: Rng) -> tuple[Floats, Floats]:
    """One siren → (SAMPLES,) wave, and (SAMPLES,) index into PATTERNS of what it plays.

    It may change its pattern, as drivers do at a crossing.
    """
    pitch, pattern, loudness = _program(rng)
    if rng.random() < 0.25:
        other_pitch, other_pattern, other_loudness = _program(rng)
        from_point = rng.integers(POINTS // 4, 3 * POINTS // 4)
        late = np.arange(POINTS) >= from_point
        pitch = np.where(late, other_pitch, pitch)
        loudness = np.where(late, other_loudness, loudness)
        pattern = np.where(late, other_pattern, pattern)
    wave = _radiated(rng, finely(pitch), finely(loudness))
    if rng.random() < 0.12:  # a second vehicle, or an amplifier with two tones
        again, _, other_loudness = _program(rng)
        wave = wave + np.float32(rng.uniform(0.2, 0.9)) * _radiated(rng, finely(again), finely(other_loudness))
    return wave, np.repeat(pattern, CONTROL)[:SAMPLES].astype(np.float32)


def _program(rng: Rng) -> tuple[Reals, Reals, Reals]:
    """Pitch (Hz), pattern and loudness at each control point."""
    kinds: tuple[tuple[float, Callable[[Rng], Reals], int], ...] = (
        (0.34, _wail, 0),
        (0.24, _yelp, 1),
        (0.08, _phaser, 1),
        (0.22, _hi_lo, 2),
        (0.06, _mechanical, 0),
    )
    weights = np.array([weight for weight, _, _ in kinds])
    _, make, pattern = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
    pitch = make(rng)
    # A loudspeaker is louder at some tones than at others; two-tone horns take breath between their tones.
    loudness = 1.0 + rng.uniform(0.0, 0.4) * np.sin(np.log2(pitch) * rng.uniform(2.0, 8.0) + rng.uniform(0.0, 6.0))
    if pattern == 2 and rng.random() < 0.5:
        moved = np.abs(np.diff(np.log2(pitch), prepend=np.log2(pitch[0]))) > 0.02
        loudness = loudness * (
            1.0 - rng.uniform(0.3, 1.0) * np.convolve(moved, np.ones(rng.integers(3, 10)), "same").clip(0, 1)
        )
    return pitch, np.full(POINTS, float(pattern)), loudness


def _turned(rng: Rng, period_s: float, rise: float, bend_up: float, bend_down: float) -> Reals:
    """(POINTS,) in [0, 1]: up and down as a capacitor charges; a bend of 0 is a straight line."""
    share = np.mod(_TIME_S / period_s + rng.random(), 1.0)
    up, down = share / rise, (share - rise) / (1.0 - rise)
    return np.where(share < rise, _bent(up, bend_up), 1.0 - _bent(down, bend_down))


def _bent(share: Reals, bend: float) -> Reals:
    if abs(bend) < 0.05:
        return share
    bent: Reals = (1.0 - np.exp(-bend * share)) / (1.0 - np.exp(-bend))
    return bent


def _between(low_hz: float, high_hz: float, share: Reals, is_log: bool) -> Reals:
    if is_log:
        return low_hz * (high_hz / low_hz) ** share
    return low_hz + (high_hz - low_hz) * share


def _sweep(rng: Rng, period_s: float) -> Reals:
    low_hz = log_uniform(rng, 380.0, 900.0)
    high_hz = min(low_hz * rng.uniform(1.5, 3.2), 2_000.0)
    share = _turned(rng, period_s, rng.uniform(0.15, 0.75), rng.uniform(-1.0, 3.5), rng.uniform(-1.0, 3.5))
    if rng.random() < 0.2:
        share = 0.5 - 0.5 * np.cos(np.pi * share)
    return _between(low_hz, high_hz, share, bool(rng.random() < 0.4))


def _wail(rng: Rng) -> Reals:
    return _sweep(rng, log_uniform(rng, 1.6, 9.0))


def _yelp(rng: Rng) -> Reals:
    return _sweep(rng, 1.0 / rng.uniform(1.4, 6.0))


def _phaser(rng: Rng) -> Reals:
    return _sweep(rng, 1.0 / rng.uniform(7.0, 18.0))


def _hi_lo(rng: Rng) -> Reals:
    low_hz, high_hz = _TWO_TONES[int(rng.integers(len(_TWO_TONES)))]
    factor = rng.uniform(0.92, 1.09)
    tone_s = log_uniform(rng, 0.22, 1.2)
    turn = np.mod(_TIME_S / tone_s + 4.0 * rng.random(), 4.0)
    if rng.random() < 0.15:  # three or four strokes of one tone, as Martin horns of fire engines play
        is_high = (turn >= 1.0) & (turn < rng.choice([2.0, 3.0]))
    else:
        is_high = np.mod(np.floor(turn), 2.0) == 1.0
    glide = max(1, int(rng.choice([1, 2, 4, 10, 20])))
    smooth = np.convolve(np.pad(is_high.astype(np.float64), glide, mode="edge"), np.ones(glide) / glide, "same")
    return _between(low_hz * factor, high_hz * factor, smooth[glide : glide + POINTS], is_log=False)


def _mechanical(rng: Rng) -> Reals:
    """A rotor that is driven and let go: it gains speed against the drag of its air, and coasts long."""
    top_hz, least_hz = rng.uniform(450.0, 1_300.0), rng.uniform(220.0, 420.0)
    up_s, down_s = rng.uniform(0.8, 3.5), rng.uniform(1.5, 6.0)
    period_s = rng.uniform(3.0, 8.0)  # held longer at its top it would be one steady tone
    drive = rng.uniform(0.25, 0.5)
    on = np.mod(_TIME_S / period_s + rng.random(), 1.0) < drive
    pitch = np.empty(POINTS)
    now, step_s = rng.uniform(least_hz, top_hz), CONTROL / SAMPLE_RATE_HZ
    for k in range(POINTS):
        now += (top_hz - now) * step_s / up_s if on[k] else (least_hz - now) * step_s / down_s
        pitch[k] = now
    return pitch


def _radiated(rng: Rng, pitch_hz: Floats, loudness: Floats) -> Floats:
    """The amplifier's wave through its horn loudspeaker: odd or all harmonics, resonances, now and then clipped."""
    count = int(rng.integers(2, 16))
    k = np.arange(1, count + 1)
    amplitudes = 1.0 / k ** rng.uniform(0.4, 2.5)
    amplitudes[1::2] *= rng.choice([0.05, 0.3, 1.0])
    amplitudes *= np.exp(rng.normal(0.0, 0.4, count))
    phases = rng.uniform(0.0, 2.0 * np.pi, count) * rng.choice([0.0, 1.0])
    pitch_hz = pitch_hz * (1.0 + rng.uniform(0.0, 0.004) * curve(rng, 0.3))
    wave = unit(harmonics(pitch_hz, amplitudes.tolist(), phases.tolist()) * loudness)
    if rng.random() < 0.35:
        drive = np.float32(rng.uniform(0.7, 4.0))
        wave = np.tanh(wave * drive)
    if rng.random() < 0.3:  # what an overdriven membrane rattles
        wave = wave + np.float32(rng.uniform(0.01, 0.15)) * noise(rng) * np.abs(wave)
    lowest = rng.uniform(200.0, 600.0)
    points = [(60.0, -50.0), (lowest / 2, -20.0), (lowest, 0.0), (8_000.0, rng.uniform(-25.0, 0.0))]
    return unit(shaped(shaped(wave, points), peaks(rng, int(rng.integers(0, 4)), 400.0, 4_000.0)))
