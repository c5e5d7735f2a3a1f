"""Any rate becomes 16 kHz: the same tone, at the same time, and nothing folded back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal_narrator.encoding.audio.logmel import BLOCK, SAMPLE_RATE_HZ
from crossmodal_narrator.encoding.audio.resampling import Resampler

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000)


def tone(hz: float, rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2.0 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz).astype(np.float32)[:, None]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_stays_itself_and_where_it_was(rate_hz: int) -> None:
    resampler = Resampler(rate_hz, 1)
    made = resampler.push(tone(1_000.0, rate_hz))[:, 0]
    time_s = np.arange(len(made)) / SAMPLE_RATE_HZ - resampler.lag_s
    assert made[400:] == pytest.approx(np.sin(2.0 * np.pi * 1_000.0 * time_s)[400:], abs=2e-4)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
def test_what_16_khz_cannot_hold_is_gone(rate_hz: int) -> None:
    made = Resampler(rate_hz, 1).push(tone(9_000.0, rate_hz))
    assert np.abs(made[400:]).max() < 1e-4


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_block_is_done_as_soon_as_its_tenth_of_a_second_is_in(rate_hz: int) -> None:
    resampler = Resampler(rate_hz, 2)
    samples = -(-rate_hz // 10)
    for k in range(1, 11):
        assert len(resampler.push(np.zeros((samples, 2), np.float32))) == BLOCK, f"at {k * 0.1:.1f} s"


@settings(max_examples=25, deadline=None)
@given(rate_hz=st.sampled_from(RATES_HZ), cuts=st.lists(st.integers(0, 9_000), min_size=1, max_size=40))
def test_cuts_change_no_bit(rate_hz: int, cuts: list[int]) -> None:
    rng = np.random.default_rng(1)
    sound = rng.standard_normal((rate_hz // 2, 2)).astype(np.float32)
    whole = Resampler(rate_hz, 2).push(sound)
    resampler, parts, at = Resampler(rate_hz, 2), [], 0
    for cut in [*cuts, len(sound)]:
        parts.append(resampler.push(sound[at : at + cut]))
        at = min(at + cut, len(sound))
    assert np.array_equal(np.concatenate(parts), whole)
