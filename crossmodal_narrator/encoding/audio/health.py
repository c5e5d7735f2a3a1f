"""How a microphone itself is: what was lost of its stream, samples at full scale, channels from which nothing comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 0.999  # from here on a sample is clipped
OVER_S = 2.0  # of the running means, and before anything is said of a channel
DEAD_DBFS = -100.0  # a channel below that is dead: 16 bits end at -98
FAR_BELOW_DB = 40.0  # and so is one that is so far below the loudest of its array


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneHealth:
    """Of one microphone or array, since it began."""

    lost_s: float  # gaps between chunks, bridged or not
    restarts: int  # how often its stream began anew
    clipped: float  # share of the samples of the last seconds, of the worst channel
    dead: tuple[int, ...]  # channels, counted from 0


class ChannelWatch:
    """Running means of each channel of a stream. Levels are those of the difference from sample to sample: an offset
    of the converter is no sound.
    """

    def __init__(self, channels: int) -> None:
        self._power: NDArray[np.float64] = np.zeros(channels)
        self._clipped: NDArray[np.float64] = np.zeros(channels)
        self._seconds = 0.0

    def push(self, samples: NDArray[np.float32], rate_hz: int) -> None:
        """(samples, channels)."""
        length_s = len(samples) / rate_hz
        self._seconds += length_s
        share = min(1.0, length_s / min(self._seconds, OVER_S)) if length_s else 0.0
        changes = np.diff(samples, axis=0)
        power = (changes.astype(np.float64) ** 2).mean(axis=0) if len(changes) else np.zeros(samples.shape[1])
        self._power += share * (power - self._power)
        clipped = (np.abs(samples) >= FULL_SCALE).mean(axis=0) if len(samples) else np.zeros(samples.shape[1])
        self._clipped += share * (clipped - self._clipped)

    @property
    def clipped(self) -> float:
        return float(self._clipped.max())

    @property
    def dead(self) -> tuple[int, ...]:
        if self._seconds < OVER_S:
            return ()
        level_db = 10.0 * np.log10(self._power + 1e-20)
        is_dead = (level_db < DEAD_DBFS) | (level_db < level_db.max() - FAR_BELOW_DB)
        return tuple(int(k) for k in np.flatnonzero(is_dead))
