"""Microphones that are ill themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import FrameError
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
        list(stream.push(chunk(k, samples)))
    return stream


def chunk(number: int, samples: NDArray[np.float32]) -> AudioChunk:
    return AudioChunk(
        stamp_ns=START_NS + number * 100_000_000, frame_id="microphones", samples=samples, sample_rate_hz=RATE_HZ
    )


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


def test_chunks_that_hold_less_than_their_stamps_say_are_told_as_what_is_lost() -> None:
    """Eight channels announced and two sent: a quarter of the samples, each of them a mixture of four instants."""
    health = streamed(noise(8)[: SIZE // 4]).health
    assert health.lost == pytest.approx(0.75, abs=0.15)
    assert health.lost_s == pytest.approx(29 * 0.075)


def test_a_stamp_that_repeats_is_refused_and_the_stream_goes_on() -> None:
    stream = streamed(noise(1), range(10))
    with pytest.raises(FrameError, match="stamp of the one before"):
        stream.push(chunk(9, noise(1)))
    assert len(list(stream.push(chunk(10, noise(1))))) == 1
    assert (stream.restarts, stream.health.lost_s) == (0, 0.0)


@pytest.mark.parametrize("ppm", [-400.0, 0.0, 400.0])
def test_a_clock_that_drifts_is_measured_and_followed_without_a_gap(ppm: float) -> None:
    """Over six minutes, with stamps that jitter by up to 8 ms: 4 in the mean, and in 15 s the clock is off by 6."""
    rng = np.random.default_rng(4)
    stream = SoundStream(SoundEncoderConfig(), context_frames=161)
    silence = np.zeros((SIZE, 1), np.float32)
    off_ns = []
    for k in range(3_600):
        true_ns = START_NS + round(k * 100_000_000 * (1.0 + ppm * 1e-6))
        jittered = AudioChunk(
            stamp_ns=true_ns + int(rng.integers(0, 8_000_000)),
            frame_id="microphones",
            samples=silence,
            sample_rate_hz=RATE_HZ,
        )
        off_ns += [window.stamp_ns - (true_ns + 100_000_000) for window in stream.push(jittered)]
    assert stream.health.drift_ppm == pytest.approx(ppm, abs=15.0)
    assert (stream.health.lost_s, stream.restarts) == (0.0, 0)
    assert np.abs(off_ns[200:]).max() < 12_000_000


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
