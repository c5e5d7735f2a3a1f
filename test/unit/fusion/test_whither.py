"""Whether a sound comes or goes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from crossmodal_narrator.core.scene import SoundTrend
from crossmodal_narrator.fusion.whither import Steady, whither

Reals = NDArray[np.float64]
AGE_S: Reals = np.arange(19, -1, -1) / 10.0
STILL = np.zeros(20)
UNKNOWN = np.full(20, np.nan)


TRENDS = [(2.0, SoundTrend.APPROACHING), (-2.0, SoundTrend.RECEDING), (0.0, SoundTrend.UNKNOWN)]  # dB a second


def told(pitch_hz: Reals, dbps: float) -> SoundTrend:
    """Of a siren that is 3 dB louder an octave higher."""
    level = -40.0 + 3.0 * np.log2(pitch_hz / 900.0) - dbps * AGE_S + np.random.default_rng(1).normal(0.0, 0.3, 20)
    return whither(AGE_S, level, pitch_hz, UNKNOWN)


@pytest.mark.parametrize(("dbps", "trend"), TRENDS)
def test_at_equal_pitch_the_level_tells(dbps: float, trend: SoundTrend) -> None:
    assert told(650.0 + 950.0 * np.abs(AGE_S * 3.1 % 2.0 - 1.0), dbps) is trend  # a yelp


@pytest.mark.parametrize("phase_s", [0.0, 1.0, 2.0, 3.5])
@pytest.mark.parametrize(("dbps", "trend"), TRENDS)
def test_while_a_pitch_only_rises_or_falls_nothing_wrong_is_told(
    phase_s: float, dbps: float, trend: SoundTrend
) -> None:
    wail = np.interp((phase_s - AGE_S) % 5.0, [0.0, 2.0, 5.0], [650.0, 1_600.0, 650.0])
    assert told(wail, dbps) in (trend, SoundTrend.UNKNOWN)


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize(("nearest_s", "trend"), [(0.8, SoundTrend.APPROACHING), (-2.8, SoundTrend.RECEDING)])
def test_a_bearing_that_turns_faster_and_faster_is_of_one_who_comes(
    side: float, nearest_s: float, trend: SoundTrend
) -> None:
    """15 m/s past us, 20 m away; the road takes from the level what the distance adds."""
    bearing = side * np.arctan2(15.0 * (-AGE_S - nearest_s), 20.0) + np.random.default_rng(2).normal(0.0, 0.01, 20)
    assert whither(AGE_S, STILL - 40.0, STILL + 900.0, bearing) is trend


def test_too_little_says_nothing() -> None:
    few = slice(-10, None)
    level = -40.0 - 5.0 * AGE_S
    assert whither(AGE_S[few], level[few], STILL[few] + 900.0, UNKNOWN[few]) is SoundTrend.UNKNOWN
    assert whither(AGE_S, level, UNKNOWN, UNKNOWN) is SoundTrend.UNKNOWN
    assert whither(AGE_S[:0], level[:0], STILL[:0], UNKNOWN[:0]) is SoundTrend.UNKNOWN


def test_a_trend_is_told_while_it_holds() -> None:
    comes, goes, unknown = SoundTrend.APPROACHING, SoundTrend.RECEDING, SoundTrend.UNKNOWN
    steady = Steady()
    found = [comes] * 4 + [goes] + [comes] * 2 + [goes] * 5 + [unknown] * 2
    told = [steady.push(k * 100_000_000, one) for k, one in enumerate(found)]
    assert told == [unknown] * 3 + [comes] * 4 + [comes] + [unknown] * 2 + [goes] * 3 + [unknown]


@pytest.mark.parametrize("rate_hz", [5, 10, 20, 50])
def test_how_long_it_must_hold_does_not_depend_on_how_often_it_is_asked(rate_hz: int) -> None:
    steady, step_ns = Steady(), 1_000_000_000 // rate_hz
    told_ns = next(ns for ns in range(0, 10**9, step_ns) if steady.push(ns, SoundTrend.RECEDING) is SoundTrend.RECEDING)
    assert 250_000_000 <= told_ns <= 400_000_000
