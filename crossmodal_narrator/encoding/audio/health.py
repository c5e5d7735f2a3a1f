"""How a microphone itself is: what was lost of its stream, full scale, dead channels, a clock that drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLOCK_S = 10.0  # of chunks, by which a clock is set
LOST_OVER_S = 5.0
FULL_SCALE = 0.999  # from here on a sample is clipped
OVER_S = 2.0  # of the running means, and before anything is said of a channel
DEAD_DBFS = -100.0  # a channel below that is dead: 16 bits end at -98
FAR_BELOW_DB = 40.0  # and so is one that is so far below the loudest of its array


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneHealth:
    """Of one microphone or array, since it began."""

    lost_s: float  # gaps between chunks, bridged or not
    lost: float  # share of the last seconds
    restarts: int  # how often its stream began anew
    clipped: float  # share of the samples of the last seconds, of the worst channel
    dead: tuple[int, ...]  # channels, counted from 0
    drift_ppm: float | None  # of its clock against that of the stamps, positive where it is slow; None: not known yet


class ClockWatch:
    """Follows a converter's clock by its chunks' stamps: single ones jitter, the median of ten seconds does not."""

    def __init__(self) -> None:
        self._late_s: list[float] = []
        self._since_s = 0.0  # of the chunks in it
        self._set_s: float | None = None  # of sound since the clock was set first, which is no drift
        self._moved_s = 0.0

    def push(self, late_s: float, length_s: float) -> float:
        """Seconds by which the stream's clock is to be moved, after a chunk that came `late_s` by it."""
        self._late_s.append(late_s)
        self._since_s += length_s
        if self._since_s < CLOCK_S:
            return 0.0
        move_s = float(np.median(self._late_s))
        if self._set_s is None:
            self._set_s = 0.0
        else:
            self._set_s += self._since_s
            self._moved_s += move_s
        self._late_s, self._since_s = [], 0.0
        return move_s

    @property
    def drift_ppm(self) -> float | None:
        return 1e6 * self._moved_s / self._set_s if self._set_s else None


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
