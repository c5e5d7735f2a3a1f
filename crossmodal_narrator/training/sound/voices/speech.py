"""People: speech, many at once, children who shout, shriek and laugh, singing, whistling. Pulses through formants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossmodal_narrator.encoding.audio.logmel import SAMPLE_RATE_HZ
from crossmodal_narrator.training.sound.signal import (
    CLIP_S,
    CONTROL,
    SAMPLES,
    Floats,
    Reals,
    Rng,
    curve,
    envelope,
    finely,
    harmonics,
    log_uniform,
    noise,
    place,
    shaped,
    unit,
)

# First three formants (Hz) of vowels: Peterson and Barney, JASA 24, 1952; men's. Children's lie up to 1.4 times higher.
_VOWELS = (
    (270, 2_290, 3_010), (390, 1_990, 2_550), (530, 1_840, 2_480), (660, 1_720, 2_410), (730, 1_090, 2_440),
    (570, 840, 2_410), (440, 1_020, 2_240), (300, 870, 2_240), (640, 1_190, 2_390), (490, 1_350, 1_690),
)  # fmt: skip
_HARMONICS = 24


def speech(rng: Rng) -> Floats:
    """One speaker, with pauses."""
    return _speaker(rng, log_uniform(rng, 80.0, 330.0))


def babble(rng: Rng) -> Floats:
    """Several at once: a playground, a market, a crowd."""
    wave = np.zeros(SAMPLES, np.float32)
    for _ in range(int(rng.integers(3, 7))):
        wave += np.float32(rng.uniform(0.2, 1.0)) * _speaker(rng, log_uniform(rng, 100.0, 450.0))
    return unit(wave)


def children(rng: Rng) -> Floats:
    """Voices that call, shriek and laugh, over others."""
    wave = np.zeros(SAMPLES, np.float32)
    if rng.random() < 0.6:
        wave += np.float32(rng.uniform(0.1, 0.7)) * babble(rng)
    for _ in range(int(rng.integers(2, 9))):
        cry = (_call, _call, _shriek, _scream, _laugh)[int(rng.integers(5))](rng)
        place(wave, cry, rng.uniform(0.0, CLIP_S - 0.3), rng.uniform(0.3, 1.2))
    return unit(wave)


def singing(rng: Rng) -> Floats:
    """A voice that holds notes, with vibrato and slides between them."""
    root = log_uniform(rng, 120.0, 500.0)
    note_s = rng.uniform(0.25, 1.6)
    pitch, loudness = _melody(rng, root, note_s, slide_s=rng.uniform(0.03, 0.12))
    pitch = pitch * vibrato(rng, rng.uniform(0.006, 0.035))
    voice = _vowelled(rng, pitch, note_s, rng.uniform(1.0, 1.3))
    return unit(voice * loudness)


def whistling(rng: Rng) -> Floats:
    """Nearly pure tones: tunes, calls that glide, and whistles of policemen and referees, whose pea trills."""
    kind = rng.random()
    if kind < 0.25:
        wave = np.zeros(SAMPLES, np.float32)
        top, rate, depth = log_uniform(rng, 1_600.0, 4_200.0), rng.uniform(15.0, 60.0), rng.uniform(0.0, 0.06)
        for _ in range(int(rng.integers(1, 7))):
            length = round(log_uniform(rng, 0.1, 2.5) * SAMPLE_RATE_HZ)
            at = np.arange(length) / SAMPLE_RATE_HZ
            trill = np.sin(2.0 * np.pi * rate * at)
            blown = harmonics(top * (1.0 + depth * trill) * (1.0 - 0.1 * np.exp(-at / 0.04)), [1.0, 0.1, 0.05])
            loudness = (1.0 + 0.4 * trill).astype(np.float32) * envelope(length, 0.02, 0.04)
            place(wave, blown * loudness, rng.uniform(0.0, 7.0))
    elif kind < 0.6:
        pitch, loudness = _melody(rng, log_uniform(rng, 700.0, 1_600.0), rng.uniform(0.12, 0.6), slide_s=0.06)
        pitch = pitch * vibrato(rng, rng.uniform(0.0, 0.015))
        wave = harmonics(pitch, [1.0, rng.uniform(0.0, 0.1)]) * loudness
    else:
        wave = np.zeros(SAMPLES, np.float32)
        for _ in range(int(rng.integers(1, 6))):
            length = round(rng.uniform(0.15, 0.7) * SAMPLE_RATE_HZ)
            share = np.linspace(0.0, 1.0, length)
            low, span = log_uniform(rng, 700.0, 1_800.0), rng.uniform(0.2, 1.2)
            glide = low * 2.0 ** (span * (share if rng.random() < 0.5 else np.sin(np.pi * share)))
            place(wave, harmonics(glide, [1.0, 0.05]) * envelope(length, 0.03, 0.05), rng.uniform(0.0, 7.0))
    return unit(wave + np.float32(rng.uniform(0.0, 0.05)) * noise(rng) * np.abs(wave))


def vibrato(rng: Rng, depth: float) -> Floats:
    """(SAMPLES,) factor of pitch: some 5 to 7 Hz, not always as deep."""
    rate = rng.uniform(4.2, 7.2) * (1.0 + 0.06 * curve(rng, 0.5))
    wave = np.sin(np.cumsum(rate) * (2.0 * np.pi / SAMPLE_RATE_HZ))
    factor: Floats = (1.0 + depth * np.clip(0.7 + 0.5 * curve(rng, 1.0), 0.0, 1.4) * wave).astype(np.float32)
    return factor


def _melody(rng: Rng, root: float, note_s: float, slide_s: float) -> tuple[Floats, Floats]:
    """(SAMPLES,) pitch and loudness of a line over a scale, with rests."""
    scale = np.array([(0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9, 12, 14)][int(rng.integers(3))])
    points = SAMPLES // CONTROL + 1
    pitch, loudness = np.full(points, root), np.zeros(points)
    at, degree = 0.0, int(rng.integers(7))
    while at < CLIP_S:
        length = note_s * float(rng.choice([0.5, 1.0, 1.0, 1.5, 2.0]))
        degree = int(np.clip(degree + rng.integers(-3, 4), 0, 13))
        semitones = scale[degree % 7] + 12 * (degree // 7)
        first, last = (round(s * SAMPLE_RATE_HZ / CONTROL) for s in (at, at + length))
        pitch[first:] = root * 2.0 ** (semitones / 12.0)
        if rng.random() > 0.15:
            span = max(1, min(last, points) - first)
            loudness[first : first + span] = rng.uniform(0.5, 1.0) * np.minimum(1.0, np.linspace(0.0, 12.0, span))
        at += length
    width = max(1, round(slide_s * SAMPLE_RATE_HZ / CONTROL))
    pitch = np.convolve(np.pad(pitch, width, mode="edge"), np.ones(width) / width, "same")[width : width + points]
    return finely(pitch), finely(np.convolve(loudness, np.ones(5) / 5.0, "same"))


def _speaker(rng: Rng, pitch_hz: float) -> Floats:
    points = SAMPLES // CONTROL + 1
    syllable_s = rng.uniform(0.13, 0.3)
    loudness = np.zeros(points)
    hiss = np.zeros(points)
    at = rng.uniform(-1.0, 0.5)
    while at < CLIP_S:
        first, span = round(at * 200), max(3, round(syllable_s * rng.uniform(0.4, 1.2) * 200))
        inside = slice(max(first, 0), max(first + span, 0))
        shape = np.sin(np.linspace(0.0, np.pi, span)) ** 0.6 * rng.uniform(0.3, 1.0)
        room = loudness[inside].size
        loudness[inside] = shape[span - room :][:room] if first < 0 else shape[:room]
        if rng.random() < 0.4:
            hiss[max(first - 16, 0) : max(first, 0)] = rng.uniform(0.1, 0.6)
        at += syllable_s * rng.uniform(0.8, 1.4) + (rng.uniform(0.2, 1.5) if rng.random() < 0.12 else 0.0)
    phrase = np.exp2(0.22 * curve(rng, 0.35) + 0.15 * curve(rng, 1.2))
    voiced = _vowelled(
        rng,
        (pitch_hz * phrase).astype(np.float32),
        syllable_s,
        1.0 + 0.4 * min(1.0, max(0.0, (pitch_hz - 100.0) / 250.0)),
    )
    rustle = shaped(noise(rng), [(500.0, -30.0), (2_500.0, -6.0), (5_000.0, 0.0), (8_000.0, -6.0)])
    return unit(voiced * finely(loudness) + np.float32(0.35) * rustle * finely(hiss))


def _vowelled(rng: Rng, pitch_hz: Floats, vowel_s: float, size: float) -> Floats:
    """A glottis of falling harmonics through formants that move from vowel to vowel."""
    knots = int(CLIP_S / vowel_s) + 3
    formants = np.array([_VOWELS[int(k)] for k in rng.integers(len(_VOWELS), size=knots)], np.float64) * size
    at = np.linspace(0.0, knots - 1.001, SAMPLES // CONTROL + 1)
    moving = np.stack([np.interp(at, np.arange(knots), formants[:, f]) for f in range(3)])  # (3, points)
    coarse_pitch = pitch_hz[::CONTROL].astype(np.float64)
    coarse_pitch = np.append(coarse_pitch, coarse_pitch[-1])[: moving.shape[1]]
    phase = (
        np.cumsum(pitch_hz.astype(np.float64)) * (2.0 * np.pi / SAMPLE_RATE_HZ)
        + 0.02 * np.cumsum(curve(rng, 0.02)) / 40
    )
    sine, twice = np.sin(phase), 2.0 * np.cos(phase)
    before, now = np.zeros_like(sine), sine
    wave = np.zeros(SAMPLES)
    for k in range(1, _HARMONICS + 1):
        hz = coarse_pitch * k
        if hz.min() > 7_000.0:
            break
        gain = _resonance(hz, moving) / k**1.1 * np.clip((7_600.0 - hz) / 600.0, 0.0, 1.0)
        wave += finely(gain) * now
        before, now = now, twice * now - before
    return unit(wave.astype(np.float32))


def _resonance(hz: Reals, formants: Reals) -> Reals:
    widths = (60.0, 90.0, 130.0)
    gain = np.full_like(hz, 0.03)
    for centre, width, weight in zip(formants, widths, (1.0, 0.6, 0.35), strict=True):
        gain = gain + weight / np.sqrt(1.0 + ((hz - centre) / (1.5 * width)) ** 2)
    return gain


def _harsh(rng: Rng, pitch: Reals, slope: float) -> Floats:
    count = 14
    amplitudes: Sequence[float] = (np.exp(rng.normal(0.0, 0.5, count)) / np.arange(1, count + 1) ** slope).tolist()
    jitter = 1.0 + 0.012 * curve(rng, 0.03, len(pitch))
    wave = harmonics(pitch * jitter, amplitudes)
    return unit(wave * (1.0 + 0.25 * curve(rng, 0.02, len(pitch))))


def _call(rng: Rng) -> Floats:
    """A name called, a whoop: up, down, or over a hill."""
    length = round(rng.uniform(0.2, 1.2) * SAMPLE_RATE_HZ)
    share = np.linspace(0.0, 1.0, length)
    hill = (np.sin(np.pi * share), share, 1.0 - share, np.round(share))[int(rng.integers(4))]
    pitch = log_uniform(rng, 220.0, 650.0) * 2.0 ** (rng.uniform(0.1, 1.1) * hill)
    return _harsh(rng, pitch, rng.uniform(0.5, 1.5)) * envelope(length, 0.03, 0.15)


def _shriek(rng: Rng) -> Floats:
    length = round(rng.uniform(0.3, 1.8) * SAMPLE_RATE_HZ)
    share = np.linspace(0.0, 1.0, length)
    bend = rng.uniform(0.0, 0.5) * np.sin(np.pi * share) + rng.uniform(-0.5, 0.3) * share
    pitch = log_uniform(rng, 700.0, 2_200.0) * 2.0 ** (bend + 0.03 * curve(rng, 0.08, length))
    return _harsh(rng, pitch, rng.uniform(0.6, 1.6)) * envelope(length, 0.04, 0.2)


def _scream(rng: Rng) -> Floats:
    """One breath at the top of the voice, which is held, breaks, and falls at its end."""
    length = round(log_uniform(rng, 0.8, 3.5) * SAMPLE_RATE_HZ)
    share = np.linspace(0.0, 1.0, length)
    onset, fall = rng.uniform(0.03, 0.2), rng.uniform(0.5, 0.95)
    bend = rng.uniform(0.1, 0.9) * (np.minimum(1.0, share / onset) - 1.0)
    bend -= rng.uniform(0.0, 1.0) * np.maximum(0.0, share - fall) / (1.0 - fall)
    bend += rng.uniform(0.0, 0.5) * (share > rng.uniform(0.1, 1.5)) + rng.uniform(0.01, 0.08) * curve(rng, 0.1, length)
    pitch = np.minimum(log_uniform(rng, 450.0, 1_800.0) * 2.0**bend, 3_500.0)
    return _harsh(rng, pitch, rng.uniform(0.4, 1.6)) * envelope(length, 0.05, 0.15)


def _laugh(rng: Rng) -> Floats:
    """Short cries, each falling, 4 to 6 a second."""
    step_s, count = rng.uniform(0.15, 0.26), int(rng.integers(3, 10))
    wave = np.zeros(round(step_s * (count + 1) * SAMPLE_RATE_HZ), np.float32)
    top = log_uniform(rng, 250.0, 800.0)
    for k in range(count):
        length = round(step_s * rng.uniform(0.4, 0.7) * SAMPLE_RATE_HZ)
        pitch = top * 0.97**k * 2.0 ** (-rng.uniform(0.1, 0.5) * np.linspace(0.0, 1.0, length))
        place(wave, _harsh(rng, pitch, 1.0) * envelope(length, 0.02, 0.05), k * step_s * rng.uniform(0.95, 1.05))
    return wave
