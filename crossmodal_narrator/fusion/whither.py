"""Whether a sound comes nearer or goes away, by how its level and its bearing change over two seconds.

A level alone lies: a siren's changes with its pitch, so that only what is left at equal pitch counts; and the road
throws sound back, which takes away and adds decibels over tens of metres. A source that goes straight past tells it by
its bearing, too: that turns faster while it comes and slower when it goes.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.scene import SoundTrend

WINDOW_S = 2.0
LEAST = 12  # values of a tenth of a second each
SURE = 1.0  # of both cues together, in their deviations
LEVEL_SIGMA_DBPS = 1.0  # beside what the fit says: echoes and the road
TURN_SIGMA_RADPS2 = 0.1
LEAST_TURN_RADPS = 0.08  # of a bearing that says anything
USUAL_PITCH_HZ = 900.0
HOLDS_S = 0.25  # all that was found since before then must agree
DOUBTS_S, DOUBTS = 0.25, 0.6  # such a share of what was found in so long is something else: it is not known any more
_ROUNDS = 4  # of the fits, each of which believes outliers less

Reals = NDArray[np.float64]


class Steady:
    """A trend that is told only when it holds, and no longer than it does: a wrong one is for nobody's ears."""

    def __init__(self) -> None:
        self._told = SoundTrend.UNKNOWN
        self._last: deque[tuple[int, SoundTrend]] = deque()

    def push(self, stamp_ns: int, trend: SoundTrend) -> SoundTrend:
        """The trend that is told at `stamp_ns`, at which `trend` was found."""
        self._last.append((stamp_ns, trend))
        while len(self._last) > 1 and (stamp_ns - self._last[1][0]) / 1e9 >= HOLDS_S:
            self._last.popleft()
        held_s = (stamp_ns - self._last[0][0]) / 1e9
        if held_s >= HOLDS_S and all(one is trend for _, one in self._last):
            self._told = trend
            return trend
        newest = [one is not self._told for at_ns, one in self._last if (stamp_ns - at_ns) / 1e9 <= DOUBTS_S]
        if held_s > 0.0 and sum(newest) >= DOUBTS * len(newest):
            self._told = SoundTrend.UNKNOWN
        return self._told


def whither(age_s: Reals, level_db: Reals, pitch_hz: Reals, bearing_rad: Reals) -> SoundTrend:
    """Of a sound's last seconds, (values,) each, 10 a second; NaN where a pitch or a bearing is not known."""
    rise, rise_sigma = _rise(age_s, level_db, pitch_hz)
    turn, quickening, quickening_sigma = _turn(age_s, bearing_rad)
    score = rise / float(np.hypot(rise_sigma, LEVEL_SIGMA_DBPS))
    if abs(turn) > LEAST_TURN_RADPS:
        score += float(np.sign(turn)) * quickening / float(np.hypot(quickening_sigma, TURN_SIGMA_RADPS2))
    if abs(score) < SURE:
        return SoundTrend.UNKNOWN
    return SoundTrend.APPROACHING if score > 0.0 else SoundTrend.RECEDING


def _rise(age_s: Reals, level_db: Reals, pitch_hz: Reals) -> tuple[float, float]:
    """DB a second at equal pitch, and its deviation."""
    known = (age_s < WINDOW_S) & np.isfinite(pitch_hz)
    if known.sum() < LEAST:
        return 0.0, np.inf
    at_s, octaves = -age_s[known], np.log2(pitch_hz[known] / USUAL_PITCH_HZ)
    columns = np.stack([np.ones_like(at_s), at_s, octaves], axis=1)
    fitted, deviation = _fit(columns, level_db[known], np.diag([0.0, 0.0, 0.03]), least=0.3)
    return float(fitted[1]), float(deviation[1])


def _turn(age_s: Reals, bearing_rad: Reals) -> tuple[float, float, float]:
    """Radians a second in the middle of the window, how that changes a second, and its deviation."""
    known = (age_s < WINDOW_S) & np.isfinite(bearing_rad)
    if known.sum() < LEAST:
        return 0.0, 0.0, np.inf
    at_s = -age_s[known]
    columns = np.stack([np.ones_like(at_s), at_s, 0.5 * at_s**2], axis=1)
    fitted, deviation = _fit(columns, np.unwrap(bearing_rad[known]), 1e-6 * np.eye(3), least=0.02)
    return float(fitted[1] - 0.5 * WINDOW_S * fitted[2]), float(fitted[2]), float(deviation[2])


def _fit(columns: Reals, values: Reals, ridge: Reals, *, least: float) -> tuple[Reals, Reals]:
    """Least squares that let outliers count less (Cauchy's weights): coefficients and their deviations."""
    weights = np.ones(len(values))
    for _ in range(_ROUNDS):
        inverse = np.linalg.inv(columns.T @ (columns * weights[:, None]) + ridge)
        fitted = inverse @ (columns.T @ (weights * values))
        off = values - columns @ fitted
        sigma = 1.48 * float(np.median(np.abs(off))) + least
        weights = 1.0 / (1.0 + (off / (2.0 * sigma)) ** 2)
    return fitted, sigma * np.sqrt(np.diag(inverse))
