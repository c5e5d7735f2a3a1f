"""The narrator's own voice, as the cabin's microphone hears it: nobody is to be interrupted, or answered, by himself.

A car that cancels echoes gives a microphone in which there is none. Where there is no such thing, what is heard is held
against what was said: the loudness of some bands over the last half second goes up and down alike in both, whatever
loudspeaker, cabin and delay there are between them.
"""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.voice.engines import FRAME, RATE_HZ, Floats, Sound

COMPARED = 20  # frames of 32 ms
LEAST_COMPARED = 8
MOST_LAG = 16  # frames: from handing a chunk over until the microphone hears it
ALIKE = 0.55  # correlation from which it may be our own
LEARNT = 0.75  # and from which it tells how loud our own is heard
LOUDER_DB = 5.0  # than our own would be, over the last frames: somebody else speaks as well
LATEST = 5
LEARNS = 0.1  # share of a frame
LASTS_NS = 700_000_000  # after its last chunk the loudspeaker and the cabin still sound
DEAF_NS = 1_000_000_000  # after its first one there is too little to compare; who speaks then goes on for longer
_EDGES_HZ = np.geomspace(200.0, 6_000.0, 9)
_STEP_NS = FRAME * 1_000_000_000 // RATE_HZ
_FLOOR = 1e-7

Reals = NDArray[np.float64]


class OwnVoice:
    """One thread says what is played, another asks of what it hears."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: deque[tuple[int, Reals]] = deque(maxlen=400)  # end of the frame by the sensors' clock, its bands
        self._heard: deque[tuple[int, Reals]] = deque(maxlen=COMPARED)
        self._began_ns = self._ends_ns = -(2**62)
        self._gain_db: Reals | None = None  # of each band: how loud what is said is heard

    def play(self, stamp_ns: int, sound: Sound) -> None:
        """`sound` is played from `stamp_ns` on, or when what was given before is over."""
        samples = _at_rate(sound)
        with self._lock:
            stamp_ns = max(stamp_ns, self._ends_ns)
            if stamp_ns - self._ends_ns > LASTS_NS:
                self._said.clear()
                self._began_ns = stamp_ns
            for first in range(0, len(samples) - FRAME + 1, FRAME):
                at_ns = stamp_ns + (first + FRAME) * 1_000_000_000 // RATE_HZ
                self._said.append((at_ns, _bands(samples[first : first + FRAME])))
            self._ends_ns = stamp_ns + round(len(sound.samples) * 1e9 / sound.rate_hz)

    def is_heard(self, stamp_ns: int, frame: Floats) -> bool:
        """Whether (FRAME,) at RATE_HZ, which ended at `stamp_ns`, is what is being said here."""
        self._heard.append((stamp_ns, _bands(frame)))
        with self._lock:
            if not self._began_ns <= stamp_ns <= self._ends_ns + LASTS_NS:
                return False
            said = list(self._said)
        heard = np.array([bands for at_ns, bands in self._heard if at_ns > self._began_ns])
        if stamp_ns - self._began_ns < DEAF_NS or min(len(heard), len(said)) < LEAST_COMPARED:
            return True
        likeness, ours = _likest(np.array([bands for _, bands in said]), [at for at, _ in said], heard, stamp_ns)
        if likeness < ALIKE:
            return False
        heard = heard[-len(ours) :]
        if likeness >= LEARNT or self._gain_db is None:
            found = np.median(heard - ours, axis=0)
            self._gain_db = found if self._gain_db is None else self._gain_db + LEARNS * (found - self._gain_db)
        return _excess_db(heard[-LATEST:], ours[-LATEST:] + self._gain_db) < LOUDER_DB


def _likest(said: Reals, said_ns: list[int], heard: Reals, now_ns: int) -> tuple[float, Reals]:
    """The best correlation of what was heard with what was said, over the lags that may lie between them, and what
    was said then: (frames, bands), the newest last, at most as many as were heard.
    """
    ends = np.asarray(said_ns, np.int64)
    best, ours = -1.0, said[-len(heard) :]
    for lag in range(MOST_LAG + 1):
        last = int(np.searchsorted(ends, now_ns - lag * _STEP_NS + _STEP_NS // 2, side="right"))
        part = said[max(0, last - len(heard)) : last]
        if len(part) >= LEAST_COMPARED:
            found = _correlation(part, heard[-len(part) :])
            if found > best:
                best, ours = found, part
    return best, ours


def _excess_db(heard: Reals, expected: Reals) -> float:
    """By how much it is louder than it should be, in the mean of frames and bands; an echo may come a frame later."""
    spread = expected.copy()
    spread[1:] = np.maximum(expected[1:], expected[:-1])
    return float(np.maximum(heard - spread, 0.0).mean())


def _correlation(a: Reals, b: Reals) -> float:
    """(frames, bands) in decibels: of what changes in each band."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-9))


def _bands(frame: Floats) -> Reals:
    """(FRAME,) → dB of each band."""
    power = np.abs(np.fft.rfft(frame * np.hanning(FRAME))) ** 2 / FRAME
    hz = np.fft.rfftfreq(FRAME, 1.0 / RATE_HZ)
    edges = np.searchsorted(hz, _EDGES_HZ)
    sums: Reals = np.add.reduceat(power, edges[:-1])
    sums[-1] = power[edges[-2] : edges[-1]].sum()
    return 10.0 * np.log10(sums + _FLOOR)


def _at_rate(sound: Sound) -> Floats:
    """(samples,) at RATE_HZ: linear between, which is enough for the loudness of bands."""
    if sound.rate_hz == RATE_HZ:
        return sound.samples
    count = len(sound.samples) * RATE_HZ // sound.rate_hz
    at = np.arange(count) * (sound.rate_hz / RATE_HZ)
    samples: Floats = np.interp(at, np.arange(len(sound.samples)), sound.samples).astype(np.float32)
    return samples
