"""Music of the street: lines, chords, bass and drums by instruments whose spectra and envelopes are drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crossmodal_narrator.encoding.audio.logmel import SAMPLE_RATE_HZ
from crossmodal_narrator.training.sound.signal import (
    CLIP_S,
    CONTROL,
    POINTS,
    SAMPLES,
    Floats,
    Rng,
    curve,
    envelope,
    finely,
    harmonics,
    log_uniform,
    noise,
    peaks,
    place,
    shaped,
    unit,
)

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 3, 5, 7, 10, 12, 15), (0, 1, 4, 5, 7, 8, 11))


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """How a note is sounded; `decay_s` of None is held, as by a bow, a reed or breath."""

    amplitudes: tuple[float, ...]
    decay_s: float | None
    rise_s: float
    vibrato: float  # share of the pitch
    detune: float  # of a second reed or string, as a share of the pitch; 0 for none
    slide: float  # octaves from below into a note
    breath: float


def instrument(rng: Rng) -> Instrument:
    count = int(rng.integers(1, 16))
    slope = rng.uniform(0.4, 2.5)
    amplitudes = np.exp(rng.normal(0.0, 0.5, count)) / np.arange(1, count + 1) ** slope
    if rng.random() < 0.2:
        amplitudes[1::2] *= 0.1
    is_plucked = rng.random() < 0.4
    return Instrument(
        amplitudes=tuple(amplitudes.tolist()),
        decay_s=log_uniform(rng, 0.1, 2.0) if is_plucked else None,
        rise_s=rng.uniform(0.002, 0.01) if is_plucked else rng.uniform(0.01, 0.15),
        vibrato=0.0 if is_plucked or rng.random() < 0.4 else rng.uniform(0.002, 0.03),
        detune=rng.uniform(0.001, 0.012) if rng.random() < 0.35 else 0.0,
        slide=rng.uniform(-0.4, 0.4) if rng.random() < 0.2 else 0.0,
        breath=rng.uniform(0.0, 0.1) if rng.random() < 0.3 else 0.0,
    )


def note(rng: Rng, made: Instrument, pitch_hz: float, length_s: float) -> Floats:
    """One note at about unit level."""
    length = max(320, round(length_s * SAMPLE_RATE_HZ))
    at = np.arange(length) / SAMPLE_RATE_HZ
    pitch = np.full(length, pitch_hz)
    if made.vibrato:
        grown = np.minimum(1.0, at / 0.3)
        pitch = pitch * (1.0 + made.vibrato * grown * np.sin(2.0 * np.pi * rng.uniform(4.5, 6.8) * at))
    if made.slide:
        pitch = pitch * 2.0 ** (-made.slide * np.exp(-at / 0.06))
    wave = harmonics(pitch, made.amplitudes)
    if made.detune:
        wave = wave + harmonics(pitch * (1.0 + made.detune), made.amplitudes)
    wave = unit(wave)
    if made.breath:
        wave = wave + np.float32(made.breath) * noise(rng, length)
    wave = wave * envelope(length, made.rise_s, min(0.08, length_s / 4))
    return wave if made.decay_s is None else wave * np.exp(-at / made.decay_s).astype(np.float32)


def music(rng: Rng) -> Floats:
    """A band of one to four parts."""
    beat_s = 60.0 / rng.uniform(55.0, 180.0)
    scale = np.array(_SCALES[int(rng.integers(len(_SCALES)))])
    root = log_uniform(rng, 100.0, 200.0)
    wave = np.zeros(SAMPLES, np.float32)
    if rng.random() < 0.85:
        wave += _line(rng, scale, root * rng.choice([2.0, 4.0]), beat_s)
    if rng.random() < 0.25:
        wave += np.float32(rng.uniform(0.3, 1.0)) * _line(rng, scale, root * 2.0, beat_s)
    if rng.random() < 0.55:
        wave += np.float32(rng.uniform(0.3, 1.0)) * _chords(rng, scale, root * 2.0, beat_s)
    if rng.random() < 0.5:
        wave += np.float32(rng.uniform(0.3, 1.2)) * _line(rng, scale, root * 0.5, beat_s)
    if rng.random() < 0.5 or not wave.any():
        wave += np.float32(rng.uniform(0.3, 1.5)) * drums(rng, beat_s)
    return unit(shaped(wave, peaks(rng, int(rng.integers(0, 3)), 200.0, 4_000.0, rng.uniform(-6.0, 0.0))))


def _line(rng: Rng, scale: Floats, root_hz: float, beat_s: float) -> Floats:
    """A melody; now and then two notes by turns, which is what a hi-lo is not."""
    made = instrument(rng)
    wave = np.zeros(SAMPLES, np.float32)
    at, degree, is_trill = -rng.uniform(0.0, beat_s), int(rng.integers(7)), rng.random() < 0.12
    figure = rng.integers(-4, 5, size=int(rng.integers(2, 9)))
    step = 0
    while at < CLIP_S:
        length_s = beat_s * float(rng.choice([0.25, 0.5, 0.5, 1.0, 1.0, 2.0])) if not is_trill else beat_s * 0.5
        degree = int(np.clip((degree if not is_trill else 5) + figure[step % len(figure)], 0, 13))
        semitones = float(scale[degree % 7]) + 12.0 * (degree // 7)
        if rng.random() > 0.12 and at > 0.0:
            sounded = note(rng, made, root_hz * 2.0 ** (semitones / 12.0), length_s * rng.uniform(0.5, 1.1))
            place(wave, sounded, at, rng.uniform(0.5, 1.0))
        at, step = at + length_s, step + 1
    return wave


def _chords(rng: Rng, scale: Floats, root_hz: float, beat_s: float) -> Floats:
    made = instrument(rng)
    wave = np.zeros(SAMPLES, np.float32)
    bar = beat_s * float(rng.choice([1, 2, 4]))
    for at in np.arange(0.0, CLIP_S, bar):
        base = int(rng.integers(7))
        for third in (0, 2, 4):
            degree = base + third
            semitones = float(scale[degree % 7]) + 12.0 * (degree // 7)
            place(wave, note(rng, made, root_hz * 2.0 ** (semitones / 12.0), bar * 0.95), at, 0.5)
    return wave


def drums(rng: Rng, beat_s: float) -> Floats:
    """Kick, snare and hats, or hands on skins, over a bar that repeats."""
    wave = np.zeros(SAMPLES, np.float32)
    steps = 16
    for kind in range(3):
        hits = rng.random(steps) < (0.25, 0.2, 0.5)[kind]
        sound = _drum(rng, kind)
        for k in range(int(CLIP_S / beat_s * 4)):
            if hits[k % steps]:
                place(wave, sound, k * beat_s / 4.0, rng.uniform(0.6, 1.0))
    return unit(wave) if wave.any() else noise(rng) * np.float32(0.01)


def _drum(rng: Rng, kind: int) -> Floats:
    length = round(0.4 * SAMPLE_RATE_HZ)
    at = np.arange(length) / SAMPLE_RATE_HZ
    fade = np.exp(-at / ((0.12, 0.08, 0.03)[kind] * rng.uniform(0.5, 2.0))).astype(np.float32)
    if kind == 0:
        return harmonics(rng.uniform(45.0, 200.0) * (1.0 + 2.0 * np.exp(-at / 0.02)), [1.0, 0.3]) * fade
    low = (0.0, 900.0, 5_000.0)[kind]
    hiss = shaped(noise(rng, length), [(low / 4, -30.0), (low, 0.0), (8_000.0, 0.0)])
    ring = harmonics(np.full(length, rng.uniform(150.0, 500.0)), [1.0, 0.5, 0.3])
    struck: Floats = (hiss + np.float32(rng.uniform(0.0, 1.5) * (kind == 1)) * ring) * fade
    return struck


def riser(rng: Rng) -> Floats:
    """A synthesiser's slow rise over its band, as dance music has it: one way, and drowned in noise."""
    length_s = rng.uniform(1.5, 6.0)
    length = round(length_s * SAMPLE_RATE_HZ)
    share = np.linspace(0.0, 1.0, length)
    sweep = shaped(noise(rng, length), [(200.0, -10.0), (2_000.0, 0.0), (8_000.0, -3.0)]) * (share**2).astype(
        np.float32
    )
    tone = harmonics(log_uniform(rng, 150.0, 400.0) * 2.0 ** (rng.uniform(0.5, 2.0) * share), [1.0, 0.4, 0.3, 0.2])
    wave = music(rng)
    place(wave, sweep + np.float32(rng.uniform(0.0, 0.6)) * tone, rng.uniform(0.0, CLIP_S - length_s), 1.0)
    return unit(wave * (1.0 + 0.1 * curve(rng, 1.0)))


def brass(rng: Rng) -> Floats:
    """A band of the street: two to four winds that swell, brighten as they grow louder, and slide into their notes."""
    scale, beat_s = np.array(_SCALES[int(rng.integers(len(_SCALES)))]), 60.0 / rng.uniform(50.0, 140.0)
    root = log_uniform(rng, 110.0, 350.0)
    wave = np.zeros(SAMPLES, np.float32)
    for _ in range(int(rng.integers(2, 5))):
        made = replace(
            instrument(rng),
            decay_s=None,
            rise_s=rng.uniform(0.02, 0.25),
            amplitudes=tuple((np.exp(rng.normal(0.0, 0.3, 14)) / np.arange(1, 15) ** rng.uniform(0.3, 1.3)).tolist()),
            slide=rng.uniform(-0.6, 0.6) if rng.random() < 0.4 else 0.0,
        )
        loudness, at_s = rng.uniform(0.3, 1.0), rng.uniform(-0.5, 0.5)
        while at_s < CLIP_S:
            length_s = beat_s * float(rng.choice([0.5, 1.0, 2.0, 4.0]))
            pitch_hz = root * 2.0 ** (float(scale[int(rng.integers(7))]) / 12.0 + float(rng.integers(0, 2)))
            place(wave, note(rng, made, pitch_hz, length_s), at_s, loudness * rng.uniform(0.5, 1.0))
            at_s += length_s * rng.uniform(0.9, 1.2)
    if rng.random() < 0.5:
        wave += np.float32(rng.uniform(0.1, 0.8)) * drums(rng, beat_s)
    return unit(wave)


def tune(rng: Rng) -> Floats:
    """A synthesiser's lead or a toy: square, saw or sine, whose pitch glides from note to note, over drums or none."""
    scale, note_s = np.array(_SCALES[int(rng.integers(len(_SCALES)))]), log_uniform(rng, 0.09, 1.2)
    count = int(CLIP_S / note_s) + 2
    figure = rng.integers(0, 14, size=int(rng.integers(3, 12)))
    degrees = figure[np.arange(count) % len(figure)]
    octaves = (scale[degrees % 7] + 12.0 * (degrees // 7)) / 12.0
    stepped = np.repeat(octaves, max(1, round(note_s * SAMPLE_RATE_HZ / CONTROL)))[:POINTS]
    stepped = np.pad(stepped, (0, POINTS - len(stepped)), mode="edge")
    glide = 1 + round(float(rng.choice([0.0, 0.02, 0.08, 0.25])) * SAMPLE_RATE_HZ / CONTROL)
    smooth = np.convolve(np.pad(stepped, glide, mode="edge"), np.ones(glide) / glide, "same")[glide : glide + POINTS]
    k = np.arange(1, 15)
    amplitudes = ((k % 2) / k, 1.0 / k, 1.0 / k**3.0)[int(rng.integers(3))]
    lead = harmonics(log_uniform(rng, 130.0, 700.0) * np.exp2(finely(smooth)), amplitudes.tolist())
    if rng.random() < 0.5:  # each note is struck anew
        lead = lead * np.exp(-np.mod(np.arange(SAMPLES) / SAMPLE_RATE_HZ, note_s) / log_uniform(rng, 0.1, 2.0))
    wave = unit(lead.astype(np.float32))
    if rng.random() < 0.5:
        wave = wave + np.float32(rng.uniform(0.2, 1.2)) * drums(rng, note_s * 2.0)
    return unit(wave)
