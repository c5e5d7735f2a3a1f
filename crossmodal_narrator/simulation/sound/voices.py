"""What sources sound like on their own: pressure at one metre, on the sources' grid, in bands.

A voice is a function of the time of emission alone, so that any part of it can be asked for at any time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.simulation.sound.bands import (
    PASCAL_AT_0_DB,
    Bands,
    Floats,
    Reals,
    amplitude,
    decibels,
)
from crossmodal_narrator.simulation.traffic.actor import SoundKind

_WAVE_STEPS = 1 << 15  # of one cycle: the nearest step is within -85 dB of the wave
_TRACK_STEPS = 1 << 14  # of one period of a siren
SILENT_DB = -100.0


class Voice(ABC):
    """A sound as it leaves its source."""

    @abstractmethod
    def wave(self, first: int, count: int) -> Floats:
        """(bands, count) pascals at 1 m, from sample `first` of the grid, whose sample 0 is at 0 s of the drive."""

    @abstractmethod
    def level_db(self, time_s: Reals) -> Reals:
        """(times,) → (times, bands): dB SPL at 1 m, SILENT_DB where it is silent."""

    @abstractmethod
    def loudness_db(self, time_s: float) -> Reals:
        """(bands,) dB SPL at 1 m around `time_s`; of what begins and ends, how loud it is when it sounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """A whole signal: what it sweeps over and how it is coloured.

    `track` is (share of the period, Hz); between its points the frequency is linear, after the last it starts again.
    `chord` are factors of that frequency that sound at once.
    """

    period_s: float
    track: Sequence[tuple[float, float]]
    level_db: float  # SPL at 1 m, ahead of the source
    harmonics: Sequence[float]  # amplitudes, the fundamental first
    chord: Sequence[float] = (1.0,)
    colour_db: Sequence[float] = (-8.0, -2.0, 0.0, 0.0, -4.0, -12.0)  # of the horn that radiates it, by band
    rise_s: float = 0.03
    spread: float = 0.0  # of the harmonics' phases: 0 is a square's edge, 1 as flat as can be
    behind_db: float = -8.0  # how much quieter it is at the back of its loudspeaker


def _swept(low_hz: float, high_hz: float, rise: float) -> tuple[tuple[float, float], ...]:
    """Up and down as a capacitor charges and discharges, which is how sirens are timed; it rises quickly at first."""
    shares = np.linspace(0.0, 1.0, 24)
    up, down = ((1.0 - np.exp(-k * shares)) / (1.0 - np.exp(-k)) for k in (3.2, 1.4))
    span_hz = high_hz - low_hz
    rising = [(float(s) * rise, low_hz + span_hz * float(c)) for s, c in zip(shares, up, strict=True)]
    falling = [
        (rise + float(s) * (1.0 - rise), high_hz - span_hz * float(c))
        for s, c in zip(shares[1:], down[1:], strict=True)
    ]
    return (*rising, *falling)


def _alternating(low_hz: float, high_hz: float, turn: float) -> tuple[tuple[float, float], ...]:
    half = 0.5
    return ((0.0, low_hz), (half - turn, low_hz), (half, high_hz), (1.0 - turn, high_hz), (1.0, low_hz))


# An amplifier that switches gives nearly a square wave: odd harmonics, and weak even ones as it is not quite even.
_SQUARE = tuple((1.0 if k % 2 else 0.25) / k for k in range(1, 13))
_REED = tuple(1.0 / k**0.6 for k in range(1, 19))  # of an electric disc horn: rich, as its membrane hits a stop

# Levels: GB 8108-2014 asks 110 to 130 dB of vehicle sirens; DIN 14610 110 dB(A) at 3.5 m, which is 121 at 1 m.
# Wail and yelp: sweeps within 500 to 1,800 Hz, 10 to 18 and 150 to 250 times a minute, as SAE J1849 is quoted. The real
# wails of UrbanSound8K rise from 650 to 900 Hz up to 1,600 to 1,800 in 2 s, and fall in 3 s.
# Hi-lo: DIN 14610 has a pure fourth between 360 and 630 Hz, a' and d'' as a rule, 3 s for two turns.
# Horns: UN R28 has 105 to 118 dB(A) at 2 m for the device, 93 to 112 at 7 m for the vehicle; 420 and 500 Hz are usual.
TONES = {
    SoundKind.WAIL: Tone(period_s=4.8, track=_swept(650.0, 1_620.0, 0.42), level_db=126.0, harmonics=_SQUARE),
    SoundKind.YELP: Tone(period_s=0.32, track=_swept(650.0, 1_600.0, 0.45), level_db=126.0, harmonics=_SQUARE),
    SoundKind.HI_LO: Tone(period_s=1.5, track=_alternating(435.0, 580.0, 0.02), level_db=122.0, harmonics=_SQUARE),
    SoundKind.HORN: Tone(
        period_s=1.0,
        track=((0.0, 420.0), (1.0, 420.0)),
        level_db=112.0,
        harmonics=_REED,
        chord=(1.0, 500.0 / 420.0),
        colour_db=(-10.0, -4.0, 0.0, 2.0, 0.0, -6.0),
        rise_s=0.015,
        spread=0.6,
        behind_db=-10.0,
    ),
}


class ToneVoice(Voice):
    """A tone from `from_s` to `to_s`; one that sounds when the drive begins has sounded before."""

    def __init__(self, tone: Tone, from_s: float, to_s: float, bands: Bands) -> None:
        self.tone = tone
        self._bands = bands
        self._begin_s = from_s
        self._from_s, self._to_s = (-np.inf if from_s <= 0.0 else from_s), to_s
        shares, track = np.array([s for s, _ in tone.track]), np.array([f for _, f in tone.track])
        steps = np.interp((np.arange(_TRACK_STEPS) + 0.5) / _TRACK_STEPS, shares, track)
        self._cycles = np.concatenate([[0.0], np.cumsum(steps)]) * (tone.period_s / _TRACK_STEPS)
        angle = 2.0 * np.pi * np.arange(_WAVE_STEPS) / _WAVE_STEPS
        parts = enumerate(tone.harmonics, start=1)
        # Each harmonic a little later than the one before (Schroeder): in step they would be one sharp peak.
        cycle = sum(a * np.sin(k * angle - tone.spread * np.pi * k * k / len(tone.harmonics)) for k, a in parts)
        self._cycle: Floats = np.asarray(cycle, np.float32)
        self._colour: Floats = amplitude(np.array(tone.colour_db)).astype(np.float32)[:, None]
        self._level_db = np.zeros(len(self._colour))
        self._scale()

    def wave(self, first: int, count: int) -> Floats:
        margin = self._bands.margin
        time_s = (np.arange(first - margin, first + count + margin)) / self._bands.grid_hz
        is_on = self._envelope(time_s)
        if not is_on.any():
            return np.zeros((len(self._colour), count), np.float32)
        return self._bands.split(self._sounded(time_s) * is_on) * self._colour

    def level_db(self, time_s: Reals) -> Reals:
        is_on = (self._from_s <= time_s) & (time_s < self._to_s)
        level: Reals = np.where(is_on[:, None], self._level_db[None, :], SILENT_DB)
        return level

    def loudness_db(self, time_s: float) -> Reals:
        return self._level_db

    def _sounded(self, time_s: Reals) -> Floats:
        turns = (time_s - self._begin_s) / self.tone.period_s
        whole = np.floor(turns)
        at = (turns - whole) * _TRACK_STEPS
        step = at.astype(np.int64)
        cycles = self._cycles[step] + (at - step) * (self._cycles[step + 1] - self._cycles[step])
        cycles = cycles + whole * self._cycles[-1]
        wave = np.zeros(len(time_s), np.float32)
        for factor in self.tone.chord:
            phase = cycles * factor
            wave += self._cycle[((phase - np.floor(phase)) * _WAVE_STEPS).astype(np.int64) % _WAVE_STEPS]
        return wave

    def _envelope(self, time_s: Reals) -> Floats:
        rise_s = self.tone.rise_s
        up, down = (time_s - self._from_s) / rise_s, (self._to_s - time_s) / rise_s
        x = np.clip(np.minimum(up, down), 0.0, 1.0)
        envelope: Floats = (x * x * (3.0 - 2.0 * x)).astype(np.float32)
        return envelope

    def _scale(self) -> None:
        """So that the level is that of the tone, over one period."""
        count = round(self.tone.period_s * self._bands.grid_hz)
        time_s = self._begin_s + np.arange(count + 2 * self._bands.margin) / self._bands.grid_hz
        split = self._bands.split(self._sounded(time_s)) * self._colour
        whole = split.sum(axis=0, dtype=np.float64)  # neighbouring bands share tones, so their powers do not add up
        factor = PASCAL_AT_0_DB * float(amplitude(self.tone.level_db)) / float(np.sqrt(np.mean(whole**2)))
        power = np.einsum("bn,bn->b", split, split).astype(np.float64)
        self._colour = self._colour * np.float32(factor)
        self._level_db = self.tone.level_db + decibels(power / power.sum())
