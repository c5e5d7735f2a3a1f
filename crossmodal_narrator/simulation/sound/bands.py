"""Sound in octave bands: what air, edges and façades do to it differs by frequency, and slowly enough for six bands.

A source gives its signal split into bands that add up to it. A way of propagation is a gain for each band, which may
change with time; filters that change would need a memory of what came before, and no chunk may need another.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]

# Octaves of IEC 61260; all below 354 Hz is one band, as it is alike to what stands in the way.
CENTRES_HZ: Reals = np.array([250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0])
EDGES_HZ: Reals = np.sqrt(CENTRES_HZ[:-1] * CENTRES_HZ[1:])
BANDS = len(CENTRES_HZ)
OVERSAMPLING = 2  # of the sources' grid: what is read between its samples is then far below its Nyquist frequency
_HALF_TAPS = 128
_NOISE_SAMPLES, _NOISE_MARGIN = 1 << 18, 1 << 15
PASCAL_AT_0_DB = 20e-6


def decibels(power: Reals) -> Reals:
    """Of a power or energy; silence is -200 dB."""
    level: Reals = 10.0 * np.log10(np.maximum(power, 1e-20))
    return level


def amplitude(level_db: Reals | float) -> Reals:
    """Factor of pressure."""
    factor: Reals = np.power(10.0, np.asarray(level_db) / 20.0)
    return factor


class Bands:
    """Splits signals on the sources' grid. `rate_hz` is that of the microphones; the grid is twice as fine."""

    def __init__(self, rate_hz: int, seed: int) -> None:
        self.grid_hz = OVERSAMPLING * rate_hz
        self._seed = seed
        # What sources hold must stay below the microphones' Nyquist frequency with 6 % of Doppler shift.
        self._top_hz = (0.4375 * rate_hz, 0.47 * rate_hz)
        length = 1 << 14
        responses = self.responses(fft.rfftfreq(length, 1.0 / self.grid_hz))
        taps = np.roll(fft.irfft(responses, length), _HALF_TAPS, axis=1)[:, : 2 * _HALF_TAPS + 1]
        self._taps: Floats = (taps * np.kaiser(2 * _HALF_TAPS + 1, 6.0)).astype(np.float32)
        self._spectra: dict[int, NDArray[np.complex64]] = {}

    def responses(self, frequency_hz: Reals) -> Reals:
        """(bands, frequencies): amplitudes that add up to one, and to zero above what microphones can hold."""
        log = np.log2(np.maximum(frequency_hz, 1.0))
        above = [_smooth_step((log - np.log2(edge)) / 0.5 + 0.5) for edge in EDGES_HZ]
        passed = 1.0 - _smooth_step((frequency_hz - self._top_hz[0]) / (self._top_hz[1] - self._top_hz[0]))
        steps = np.array([np.ones_like(log), *above, np.zeros_like(log)])
        weights: Reals = (steps[:-1] - steps[1:]) * passed
        return weights

    @property
    def margin(self) -> int:
        """Samples that `split` wants on each side of what it gives."""
        return _HALF_TAPS

    def split(self, wave: Floats) -> Floats:
        """(samples + 2 margins,) → (bands, samples), without delay."""
        count = len(wave) - 2 * _HALF_TAPS
        length = fft.next_fast_len(len(wave), real=True)
        if length not in self._spectra:
            self._spectra[length] = fft.rfft(self._taps, length, axis=1)
        spectrum = fft.rfft(wave, length)
        split: Floats = fft.irfft(spectrum * self._spectra[length], length, axis=1)
        return split[:, 2 * _HALF_TAPS : 2 * _HALF_TAPS + count]

    def noise(self, first: int, count: int, offset: int) -> Floats:
        """(bands, count) of noise with an RMS of one in each band, from sample `first` of the grid.

        It repeats after 8 s at 16 kHz; sources read it at an `offset` of their own.
        """
        start = (first + offset) % _NOISE_SAMPLES
        return self._noise[:, start : start + count]

    @cached_property
    def _noise(self) -> Floats:
        white = np.random.default_rng((self._seed, 0x501)).standard_normal(_NOISE_SAMPLES).astype(np.float32)
        frequency = fft.rfftfreq(_NOISE_SAMPLES, 1.0 / self.grid_hz)
        shape = self.responses(frequency)
        shape[0] *= np.sqrt(200.0 / np.maximum(frequency, 40.0)) * (frequency > 30.0)  # rumble falls with frequency
        # Vehicles get quieter by octave from 1 kHz on; a slope within each leaves no steps between them.
        shape[2:] *= np.maximum(frequency, 100.0) ** -np.array([0.4, 1.0, 1.3, 1.3])[:, None]
        noise = fft.irfft((fft.rfft(white) * shape).astype(np.complex64), _NOISE_SAMPLES, axis=1)
        noise = noise / np.maximum(np.sqrt(np.einsum("bn,bn->b", noise, noise) / _NOISE_SAMPLES), 1e-9)[:, None]
        return np.concatenate([noise, noise[:, :_NOISE_MARGIN]], axis=1)


def _smooth_step(position: Reals) -> Reals:
    inside = np.clip(position, 0.0, 1.0)
    step: Reals = inside * inside * (3.0 - 2.0 * inside)
    return step
