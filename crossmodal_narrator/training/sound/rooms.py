"""What happens to a sound on its way: motion, distance, streets that echo, microphones and telephones."""

from __future__ import annotations

import numpy as np
from scipy import fft

from crossmodal_narrator.encoding.audio.logmel import SAMPLE_RATE_HZ
from crossmodal_narrator.training.sound.signal import (
    SAMPLES,
    Floats,
    Rng,
    log_uniform,
    noise,
    peaks,
    shaped,
    times,
    unit,
)

_SOUND_MPS = 343.0


def moving(rng: Rng, wave: Floats) -> tuple[Floats, Floats]:
    """Pass by at some distance → what is heard, and the source's sample that each sample heard left at.

    Doppler comes by itself: a wave that left at t_e arrives r(t_e) / c later.
    """
    speed, aside = rng.uniform(3.0, 40.0), log_uniform(rng, 3.0, 60.0)
    nearest_s = rng.uniform(-4.0, 12.0)
    range_m = np.sqrt(aside**2 + (speed * (times() - nearest_s)) ** 2)
    arrival_s = times() + (range_m - range_m[0]) / _SOUND_MPS
    left = np.interp(times(), arrival_s, np.arange(SAMPLES))
    gain = np.interp(times(), arrival_s, range_m.min() / range_m)
    # Half of the loss: what is far also echoes from everywhere.
    heard = np.interp(left, np.arange(SAMPLES), wave) * gain ** rng.uniform(0.2, 1.0)
    return unit(heard.astype(np.float32)), left.astype(np.float32)


def echoing(rng: Rng, wave: Floats) -> Floats:
    """In a street, a yard, a tunnel or a room: some early reflections and a tail that decays."""
    length = round(rng.uniform(0.15, 1.2) * SAMPLE_RATE_HZ)
    at = np.arange(length) / SAMPLE_RATE_HZ
    decay_s = log_uniform(rng, 0.1, 2.0) / 6.9  # its sixtieth decibel falls at the reverberation time
    tail = noise(rng, length) * np.exp(-at / decay_s).astype(np.float32)
    tail = shaped(tail, [(100.0, 0.0), (1_500.0, 0.0), (8_000.0, rng.uniform(-20.0, -3.0))])
    tail /= np.sqrt((tail**2).sum()) + 1e-9
    response = np.float32(log_uniform(rng, 0.1, 2.0)) * tail
    for _ in range(int(rng.integers(0, 5))):
        response[int(rng.integers(30, min(length, 4_000)))] += np.float32(rng.uniform(-0.8, 0.8))
    response[0] += np.float32(1.0)
    size = fft.next_fast_len(SAMPLES + length, real=True)
    echoed: Floats = fft.irfft(fft.rfft(wave, size) * fft.rfft(response, size), size)[:SAMPLES]
    return unit(echoed)


def distant(rng: Rng, wave: Floats) -> Floats:
    """Far away, around a corner, or behind a window: short waves are lost first."""
    edge = log_uniform(rng, 500.0, 4_000.0)
    return unit(shaped(wave, [(100.0, 0.0), (edge, 0.0), (8_000.0, -rng.uniform(10.0, 45.0))]))


def recorded(rng: Rng, wave: Floats) -> Floats:
    """By an overdriven, narrow or coloured microphone, a telephone, or a codec."""
    kind = rng.random()
    if kind < 0.25:
        limit = np.float32(rng.uniform(0.5, 2.0))
        wave = np.clip(wave, -limit, limit)
    elif kind < 0.5:
        low, high = rng.uniform(100.0, 400.0), rng.uniform(2_500.0, 6_500.0)
        wave = shaped(wave, [(low / 2, -40.0), (low, 0.0), (high, 0.0), (min(high * 1.15, 7_990.0), -60.0)])
    else:
        wave = shaped(wave, peaks(rng, int(rng.integers(1, 4)), 150.0, 6_000.0, rng.uniform(-5.0, 3.0)))
    return unit(wave)
