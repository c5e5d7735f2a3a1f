"""Signals between their samples, and delays between the moments for which they were solved."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from crossmodal_narrator.simulation.sound.bands import Floats, Reals

KNOTS_PER_CHUNK = 8
_TAPS, _BEFORE, _PHASES = 12, 5, 2_048
MARGIN = _TAPS  # samples that `read_between` wants on each side


def _kernels() -> Floats:
    """(phases + 1, taps): a sinc under a Kaiser window.

    On a grid of twice the microphones' rate it errs by less than -75 dB: the signal ends at 0.24 of the grid's rate,
    its first image begins at 0.76. Sources: Laakso et al., "Splitting the unit delay", IEEE SPM 13(1), 1996.
    """
    at = np.arange(_TAPS)[None, :] - _BEFORE - np.arange(_PHASES + 1)[:, None] / _PHASES  # (phases + 1, taps)
    reach = 0.5 * _TAPS
    window = np.i0(8.0 * np.sqrt(np.maximum(1.0 - (at / reach) ** 2, 0.0))) / np.i0(8.0)
    kernels = np.sinc(at) * window
    normal: Floats = (kernels / kernels.sum(axis=1, keepdims=True)).astype(np.float32)
    return normal


_KERNELS = _kernels()


def read_between(wave: Floats, at: Reals) -> Floats:
    """(samples,) read at the positions `at` (…), in samples; each must be MARGIN or more from both ends."""
    flat = at.reshape(-1)
    whole = flat.astype(np.int32)  # positions are positive
    phase = ((flat - whole) * _PHASES + 0.5).astype(np.int32)
    windows = np.take(sliding_window_view(wave, _TAPS), whole - _BEFORE, axis=0)  # (positions, taps)
    read: Floats = np.einsum("nk,nk->n", windows, np.take(_KERNELS, phase, axis=0))
    return read.reshape(at.shape)


def knot_times(number: int, chunk_s: float) -> Reals:
    """(knots,) of a chunk: its eighths, and one before and after for the slope."""
    times: Reals = (number + np.arange(-1, KNOTS_PER_CHUNK + 2) / KNOTS_PER_CHUNK) * chunk_s
    return times


def knot_weights(samples: int) -> Reals:
    """(knots, samples) of a chunk, by Catmull and Rom: smooth over chunks, as each has its neighbour's knots."""
    position = np.arange(samples) * (KNOTS_PER_CHUNK / samples)
    left = np.floor(position).astype(np.int64)
    x = position - left
    parts = (
        0.5 * (-x + 2.0 * x**2 - x**3),
        0.5 * (2.0 - 5.0 * x**2 + 3.0 * x**3),
        0.5 * (x + 4.0 * x**2 - 3.0 * x**3),
        0.5 * (-(x**2) + x**3),
    )
    weights: NDArray[np.float64] = np.zeros((KNOTS_PER_CHUNK + 3, samples))
    for k, part in enumerate(parts):
        weights[left + k, np.arange(samples)] = part
    return weights
