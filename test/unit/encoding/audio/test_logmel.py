"""Spectra: the right bands, the same bits however sound is cut, and no dependence on gain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal_narrator.encoding.audio.logmel import (
    BLOCK,
    CHANNELS,
    FFT,
    HIGH_HZ,
    HOP,
    LOW_HZ,
    MELS,
    SAMPLE_RATE_HZ,
    SILENCE_DB,
    WINDOW,
    LogMel,
    Normaliser,
    mel_filters,
)


def noise(seconds: float, channels: int = 1, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal((round(seconds * SAMPLE_RATE_HZ), channels))).astype(np.float32)


def test_each_filter_is_a_triangle_of_the_same_area() -> None:
    filters = mel_filters()
    assert filters.shape == (MELS, FFT // 2 + 1)
    bin_hz = SAMPLE_RATE_HZ / FFT
    areas = filters.sum(axis=1) * bin_hz
    assert areas[20:] == pytest.approx(1.0, abs=0.05)  # narrow ones miss some of theirs between the bins
    hz = np.arange(FFT // 2 + 1) * bin_hz
    assert filters[:, hz < LOW_HZ].max() == 0.0
    assert filters[:, hz > HIGH_HZ].max() == 0.0


def test_a_frame_is_the_windowed_spectrum_through_the_filters() -> None:
    sound = noise(0.1)
    level = LogMel().push(sound)
    third = np.concatenate([np.zeros((WINDOW - HOP, 1)), sound])[2 * HOP : 2 * HOP + WINDOW, 0]
    window = np.hanning(WINDOW + 1)[:-1]
    power = np.abs(np.fft.rfft(third * window, FFT)) ** 2 / (window**2).sum()
    expected = 10.0 * np.log10(mel_filters().astype(np.float64) @ power + 10.0 ** (SILENCE_DB / 10.0))
    assert level[2] == pytest.approx(expected, abs=1e-3)


def test_a_tone_stands_out_in_its_own_band() -> None:
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    centres = [float((row * np.arange(row.size)).sum() / row.sum()) * SAMPLE_RATE_HZ / FFT for row in mel_filters()]
    for hz in (440.0, 960.0, 3_100.0):
        level = LogMel().push(np.sin(2.0 * np.pi * hz * time_s).astype(np.float32)[:, None])
        assert centres[int(level[-1].argmax())] == pytest.approx(hz, rel=0.06)


def test_nothing_depends_on_what_comes_later() -> None:
    sound = noise(1.0)
    changed = sound.copy()
    changed[BLOCK * 5 :] = 0.0
    before, after = LogMel().push(sound), LogMel().push(changed)
    assert np.array_equal(before[:25], after[:25])
    assert not np.array_equal(before[25:], after[25:])


@settings(max_examples=20, deadline=None)
@given(gain_db=st.floats(-30.0, 12.0))
def test_gain_leaves_the_features_as_they_are(gain_db: float) -> None:
    sound = noise(2.0)
    features = [Normaliser().push(LogMel().push(s)) for s in (sound, sound * np.float32(10.0 ** (gain_db / 20.0)))]
    assert features[0] == pytest.approx(features[1], abs=2e-3)


def test_capsules_in_opposite_phase_do_not_cancel() -> None:
    sound = noise(0.5)
    both = np.concatenate([sound, -sound], axis=1)
    assert LogMel().push(both) == pytest.approx(LogMel().push(sound), abs=1e-3)


def test_a_steady_tone_sinks_into_its_floor_and_stays_in_the_level() -> None:
    time_s = np.arange(10 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sound = noise(10.0) * np.float32(0.01)
    sound[2 * SAMPLE_RATE_HZ :, 0] += 0.1 * np.sin(2.0 * np.pi * 1_000.0 * time_s[2 * SAMPLE_RATE_HZ :]).astype(
        np.float32
    )
    features = Normaliser().push(LogMel().push(sound))
    assert features.shape == (CHANNELS, 500, MELS)
    band = int(features[0, 200].argmax())
    assert features[1, 110, band] > 3.0 * features[1, 495, band] > 0.0
    assert features[0, 495, band] == pytest.approx(features[0, 300, band], abs=0.3)
