"""What stands out of a sound, as sirens and horns do, and where it comes from: SRP-PHAT over an array of microphones.

DiBiase, "A High-Accuracy, Low-Latency Technique for Talker Localization in Reverberant Environments", 2000: the
direction is right from which the phases of all pairs of capsules fit best. Whatever stands out of its neighbours in
frequency counts, in proportion: wind, tyres and rain have no lines, and a direction that is nobody's concern.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from crossmodal_narrator.core.detections import Bearing
from crossmodal_narrator.core.geometry import Vec3, wrap_angle
from crossmodal_narrator.encoding.audio.logmel import SAMPLE_RATE_HZ, Floats

SOUND_MPS = 340.0  # at 15 °C; 10 °C more or less are 2 %
LEAST_SPREAD_M = 0.02  # of the capsules across their line: less is a line, which knows no left and right
_LENGTH, _HOP = 512, 256  # of a spectrum: 32 ms, in which a siren's tone hardly moves
_BAND_HZ = (400.0, 4_000.0)  # below is the rumble of traffic, above an array of 20 cm takes directions for each other
_NEIGHBOURS = 21  # bins, some 650 Hz, whose median is what a line stands out of
_PROMINENT = 4.0  # times that median
_FADES = 0.6  # of the map of directions, each 100 ms: what was heard 0.2 s ago counts a third
_LITTLE = 60.0  # of weight, for each pair: as much must be heard until half of an agreement counts
_DIRECTIONS = 120
_SIZE = 1e-20
_SILENCE = 1e-11

Complex = NDArray[np.complex64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """What stands out of 100 ms: its level against full scale, its strongest frequency, and from where it comes."""

    level_dbfs: float
    pitch_hz: float | None
    bearing: Bearing | None


class Tones:
    """Follows one stream at 16 kHz. `capsules_m`: (x, y, z) of each channel in base_link; empty: no directions."""

    def __init__(self, capsules_m: Sequence[Vec3] = ()) -> None:
        self._bins = _band()
        self._hz = np.fft.rfftfreq(_LENGTH, 1.0 / SAMPLE_RATE_HZ)[self._bins]
        self._window = np.hanning(_LENGTH).astype(np.float32)
        self._pairs = list(itertools.combinations(range(len(capsules_m)), 2))
        self._steering = _steering(np.array(capsules_m, np.float64), self._pairs) if self._pairs else None
        self._before: Floats | None = None
        self._map = np.zeros(_DIRECTIONS, np.float64)
        self._weight = 0.0

    def push(self, block: Floats) -> Tone:
        """(BLOCK, channels) → what stands out. No direction is told without an array, and where nothing stands out."""
        spectra = self._spectra(block)
        power = (np.abs(spectra) ** 2).mean(axis=1)  # (spectra, bins)
        usual = ndimage.median_filter(power, (1, _NEIGHBOURS), mode="nearest")
        prominent = np.maximum(power - _PROMINENT * usual, 0.0)[:, self._bins]
        # A sine of amplitude one has a quarter of the squared sum of the window at its peak, and half as much beside.
        lines = prominent.mean(axis=0)
        level = float(lines.sum()) / (0.375 * _LENGTH * _LENGTH / 2.0)
        return Tone(
            level_dbfs=10.0 * math.log10(level + 1e-12),
            pitch_hz=float(self._hz[int(np.argmax(lines))]) if level > _SILENCE else None,
            bearing=self._bearing(spectra[:, :, self._bins], prominent, usual),
        )

    def _spectra(self, block: Floats) -> Complex:
        """(spectra, channels, bins) of the block, and of what overlaps it from before."""
        before = block[:0] if self._before is None else self._before
        samples = np.concatenate([before, block])
        frames = np.lib.stride_tricks.sliding_window_view(samples, _LENGTH, axis=0)[::_HOP]
        self._before = samples[len(frames) * _HOP :]
        spectra: Complex = np.fft.rfft(frames * self._window, axis=2).astype(np.complex64)
        return spectra

    def _bearing(self, spectra: Complex, prominent: Floats, usual: Floats) -> Bearing | None:
        if self._steering is None:
            return None
        self._map *= _FADES
        self._weight *= _FADES
        weights = np.sqrt(prominent / (usual[:, self._bins] + _SIZE))  # lines far above the rest are not all
        weights = np.minimum(weights, 10.0)
        first, second = (spectra[:, [pair[k] for pair in self._pairs]] for k in (0, 1))
        crossed = first * np.conj(second)
        phases = crossed / (np.abs(crossed) + _SIZE)  # (spectra, pairs, bins)
        gathered = (phases * weights[:, None, :]).sum(axis=0).ravel()
        self._map += (self._steering @ gathered).real
        self._weight += float(weights.sum()) * len(self._pairs)
        best = int(np.argmax(self._map))
        focus = float(self._map[best]) / (self._weight + _LITTLE * len(self._pairs))
        return Bearing(azimuth_rad=_peak(self._map, best), focus=focus) if focus > 1e-3 else None


def is_in_line(capsules_m: Sequence[Vec3]) -> bool:
    """Whether such an array cannot tell one side of itself from the other."""
    plan = np.array(capsules_m, np.float64)[:, :2]
    spread = np.linalg.svd(plan - plan.mean(axis=0), compute_uv=False)
    return len(spread) < 2 or spread[1] < LEAST_SPREAD_M


def _band() -> slice:
    first, last = (round(hz * _LENGTH / SAMPLE_RATE_HZ) for hz in _BAND_HZ)
    return slice(first, last + 1)


def _steering(capsules_m: NDArray[np.float64], pairs: list[tuple[int, int]]) -> Complex:
    """(directions, pairs x bins): what turns the phases of a wave from each direction back to zero."""
    azimuth = np.arange(_DIRECTIONS) * (math.tau / _DIRECTIONS)
    towards = np.stack([np.cos(azimuth), np.sin(azimuth), np.zeros(_DIRECTIONS)], axis=1)
    early_s = capsules_m @ towards.T / SOUND_MPS  # (capsules, directions): how much sooner each hears it
    hz = np.fft.rfftfreq(_LENGTH, 1.0 / SAMPLE_RATE_HZ)[_band()]
    turned = [np.exp(-2j * np.pi * hz * (early_s[i] - early_s[j])[:, None]) for i, j in pairs]
    steering: Complex = np.concatenate(turned, axis=1).astype(np.complex64)
    return steering


def _peak(values: NDArray[np.float64], best: int) -> float:
    """The azimuth of the parabola through the best direction and its two neighbours."""
    left, middle, right = (float(values[(best + k) % _DIRECTIONS]) for k in (-1, 0, 1))
    bend = left - 2.0 * middle + right
    off = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return wrap_angle((best + off) * math.tau / _DIRECTIONS)
