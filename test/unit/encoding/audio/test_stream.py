"""Streams: the same windows however sound is cut; gaps and overlaps never move what is heard in time."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.encoding.audio import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.stream import SoundStream

RATE_HZ = 16_000
BEGIN_NS = 5_000_000_000
CONTEXT = 60


def chunk(samples: np.ndarray, at_s: float, rate_hz: int = RATE_HZ) -> AudioChunk:
    return AudioChunk(
        stamp_ns=BEGIN_NS + round(at_s * 1e9), frame_id="microphones", samples=samples, sample_rate_hz=rate_hz
    )


def sound(seconds: float, rate_hz: int = RATE_HZ, channels: int = 1) -> np.ndarray:
    rng = np.random.default_rng(3)
    return (0.1 * rng.standard_normal((round(seconds * rate_hz), channels))).astype(np.float32)


def listened(stream: SoundStream, chunks: list[AudioChunk]) -> list[tuple[int, float, np.ndarray]]:
    return [(w.stamp_ns, w.level_dbfs, w.features.copy()) for c in chunks for w in stream.push(c)]


def stream(config: SoundEncoderConfig | None = None) -> SoundStream:
    return SoundStream(config or SoundEncoderConfig(), CONTEXT)


@settings(max_examples=25, deadline=None)
@given(rate_hz=st.sampled_from([8_000, 16_000, 44_100, 48_000]), cuts=st.lists(st.integers(1, 9_000), max_size=30))
def test_cuts_change_neither_windows_nor_stamps(rate_hz: int, cuts: list[int]) -> None:
    samples = sound(0.8, rate_hz, channels=2)
    whole = listened(stream(), [chunk(samples, 0.0, rate_hz)])
    parts, at = [], 0
    for cut in [*cuts, len(samples)]:
        if at < len(samples):
            parts.append(chunk(samples[at : at + cut], at / rate_hz, rate_hz))
        at += cut
    pieces = listened(stream(), parts)
    assert [(s, level) for s, level, _ in pieces] == [(s, level) for s, level, _ in whole]
    assert all(np.array_equal(a, b) for (_, _, a), (_, _, b) in zip(pieces, whole, strict=True))


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_each_window_carries_the_stamp_of_its_end(rate_hz: int) -> None:
    """A click's window is the one in whose 100 ms it lies."""
    samples = np.zeros((rate_hz, 1), np.float32)
    samples[round(0.45 * rate_hz)] = 0.9
    windows = listened(stream(), [chunk(samples, 0.0, rate_hz)])
    loudest = max(windows, key=lambda w: w[1])
    assert loudest[0] - 100_000_000 <= BEGIN_NS + 450_000_000 <= loudest[0]
    assert [b[0] - a[0] for a, b in itertools.pairwise(windows)] == [100_000_000] * (len(windows) - 1)


def test_before_is_what_was_heard_40_ms_earlier() -> None:
    windows = [(w.features.copy(), w.before.copy()) for w in stream().push(chunk(sound(1.0), 0.0))]
    for features, before in windows:
        assert np.array_equal(before[:, 2:], features[:, :-2])
    (earlier, _), (_, before) = windows[-2:]
    assert np.array_equal(before[:, :-3], earlier[:, 3:])
    assert not np.array_equal(before, earlier)


def test_jitter_of_stamps_is_ignored() -> None:
    samples = sound(1.0)
    jittered = [chunk(samples[k * 1_600 : (k + 1) * 1_600], 0.1 * k + (0.01 if k % 2 else 0.0)) for k in range(10)]
    even = [chunk(samples[k * 1_600 : (k + 1) * 1_600], 0.1 * k) for k in range(10)]
    ours, theirs = listened(stream(), jittered), listened(stream(), even)
    assert [w[0] for w in ours] == [w[0] for w in theirs]
    assert all(np.array_equal(a[2], b[2]) for a, b in zip(ours, theirs, strict=True))


def test_a_short_gap_is_silence_of_its_length() -> None:
    samples = sound(2.0)
    gapped = samples.copy()
    gapped[16_000:20_800] = 0.0
    ours = listened(stream(), [chunk(samples[:16_000], 0.0), chunk(samples[20_800:], 1.3)])
    theirs = listened(stream(), [chunk(gapped, 0.0)])
    assert [w[0] for w in ours] == [w[0] for w in theirs]
    assert all(np.array_equal(a[2], b[2]) for a, b in zip(ours, theirs, strict=True))


def test_after_a_long_gap_the_stream_begins_anew_at_its_stamp() -> None:
    samples = sound(1.0)
    heard = stream()
    ours = listened(heard, [chunk(samples, 0.0), chunk(samples, 7.03)])
    fresh = listened(stream(), [chunk(samples, 7.03)])
    assert heard.restarts == 1
    assert [w[0] for w in ours[10:]] == [w[0] for w in fresh]
    assert all(np.array_equal(a[2], b[2]) for a, b in zip(ours[10:], fresh, strict=True))


def test_what_comes_twice_is_heard_once() -> None:
    samples = sound(1.0)
    ours = listened(stream(), [chunk(samples[:9_600], 0.0), chunk(samples[8_000:], 0.5)])
    theirs = listened(stream(), [chunk(samples, 0.0)])
    assert [w[0] for w in ours] == [w[0] for w in theirs]
    assert all(np.array_equal(a[2], b[2]) for a, b in zip(ours, theirs, strict=True))


def test_a_clock_that_runs_away_is_followed() -> None:
    """A microphone of 15,990 Hz that says 16,000: stamps and stream part by 62 ms in 100 s, were they not joined."""
    block = sound(0.1)
    heard = stream()
    last = 0
    for k in range(1_000):
        at_s = k * 1_600 / 15_990
        for window in heard.push(chunk(block, at_s)):
            last = window.stamp_ns
    assert heard.restarts == 0
    assert abs(last - (BEGIN_NS + round(1_000 * 1_600 / 15_990 * 1e9))) <= 130_000_000


def test_another_rate_begins_anew() -> None:
    heard = stream()
    listened(heard, [chunk(sound(0.5), 0.0), chunk(sound(0.5, 48_000), 0.5, 48_000)])
    assert heard.restarts == 1


def test_samples_that_are_no_numbers_are_refused() -> None:
    samples = sound(0.1)
    samples[7] = np.nan
    with pytest.raises(FrameError, match="1 NaN"):
        listened(stream(), [chunk(samples, 0.0)])
