"""Microphones that are ill themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.geometry import Vec3, wrap_angle
from crossmodal_narrator.encoding.audio import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.logmel import BLOCK
from crossmodal_narrator.encoding.audio.stream import SoundStream
from crossmodal_narrator.encoding.audio.tones import SOUND_MPS, Tones

START_NS, RATE_HZ, SIZE = 1_700_000_000_000_000_000, 16_000, 1_600
SQUARE: tuple[Vec3, ...] = ((0.1, 0.1, 0.0), (-0.1, 0.1, 0.0), (-0.1, -0.1, 0.0), (0.1, -0.1, 0.0))


def noise(channels: int, gain: float = 0.05) -> NDArray[np.float32]:
    return (gain * np.random.default_rng(1).standard_normal((SIZE, channels))).astype(np.float32)


def streamed(samples: NDArray[np.float32], numbers: range | list[int] = range(30)) -> SoundStream:
    stream = SoundStream(SoundEncoderConfig(), context_frames=161)
    for k in numbers:
        chunk = AudioChunk(
            stamp_ns=START_NS + k * 100_000_000, frame_id="microphones", samples=samples, sample_rate_hz=RATE_HZ
        )
        list(stream.push(chunk))
    return stream


def test_one_that_is_well() -> None:
    health = streamed(noise(4)).health
    assert (health.lost_s, health.restarts, health.dead) == (0.0, 0, ())
    assert health.clipped == 0.0


@pytest.mark.parametrize("silence", [0.0, 0.25, 1e-6])
def test_a_channel_from_which_nothing_comes_is_found_whatever_its_offset(silence: float) -> None:
    samples = noise(4)
    samples[:, 2] = silence
    assert streamed(samples).health.dead == (2,)
    assert streamed(samples, range(10)).health.dead == ()  # a second is too short to say so


def test_what_is_at_full_scale_is_counted_of_the_worst_channel() -> None:
    samples = noise(2)
    samples[::10, 1] = -1.0
    assert streamed(samples).health.clipped == pytest.approx(0.1, abs=0.01)


def test_lost_chunks_are_counted_bridged_or_not() -> None:
    health = streamed(noise(1), [*range(10), *range(12, 20), *range(40, 50)]).health
    assert health.lost_s == pytest.approx(0.2 + 2.0)
    assert health.restarts == 1


def test_a_dead_capsule_takes_no_direction_away() -> None:
    azimuth = 2.0
    at_s = np.arange(6 * BLOCK)[:, None] / RATE_HZ
    early_s = np.array(SQUARE)[:, :2] @ [math.cos(azimuth), math.sin(azimuth)] / SOUND_MPS
    wave = np.sin(2.0 * np.pi * (650.0 * (at_s + early_s) + 250.0 * (at_s + early_s) ** 2)).astype(np.float32)
    wave += noise(4, 0.02)[:1].repeat(len(wave), axis=0)
    wave[:, 1] = 0.0
    tones = Tones(SQUARE)
    told = [tones.push(wave[k : k + BLOCK]).bearing for k in range(0, len(wave), BLOCK)][-1]
    assert told is not None
    assert abs(wrap_angle(told.azimuth_rad - azimuth)) < math.radians(6.0)
