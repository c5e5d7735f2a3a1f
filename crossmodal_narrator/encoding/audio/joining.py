"""Chunks → one stream of samples without gaps, in which a sample's time is what its chunk said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.encoding.audio.health import LOST_OVER_S, ChannelWatch, ClockWatch, MicrophoneHealth
from crossmodal_narrator.encoding.audio.logmel import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joined:
    """What follows on what was joined before; `is_new`: a stream that begins here."""

    samples: Floats  # (samples, channels)
    is_new: bool


class ChunkJoiner:
    """One microphone's. Short gaps are silence of their length, what comes twice is cut, and beyond `max_bridge_s`, or
    in another form, the stream begins anew.

    The stream's own clock is that of the samples, set by the stamps each ten seconds: single ones jitter.
    """

    def __init__(self, *, max_jitter_s: float, max_bridge_s: float) -> None:
        self._max_jitter_s, self._max_bridge_s = max_jitter_s, max_bridge_s
        self._form: tuple[int, int] | None = None  # rate and channels of what is being joined
        self._newest_ns: int | None = None  # stamp of the newest chunk
        self._joined = 0  # samples since the beginning
        self._lost_s, self._lost, self._counted_s = 0.0, 0.0, 0.0
        self.begin_ns = 0  # of the stream's first sample, by the newest reading of its clock
        self.restarts = 0  # how often it began anew after its first beginning

    @property
    def health(self) -> MicrophoneHealth:
        """Once a chunk has come."""
        return MicrophoneHealth(
            lost_s=self._lost_s,
            lost=self._lost,
            restarts=self.restarts,
            clipped=self._channels.clipped,
            dead=self._channels.dead,
            drift_ppm=self._clock.drift_ppm,
        )

    def push(self, chunk: AudioChunk) -> Joined:
        """What `chunk` adds to the stream.

        Raises:
            FrameError: samples that are NaN or infinite, or the stamp of the chunk before.
        """
        if chunk.stamp_ns == self._newest_ns:
            remedy = "mend the driver: each chunk wants the time of its own first sample"
            raise FrameError(f"AudioChunk has the stamp of the one before it, {chunk.stamp_ns} ns", remedy=remedy)
        bad = int((~np.isfinite(chunk.samples)).sum())
        if bad:
            raise FrameError(f"AudioChunk.samples holds {bad} NaN or Inf", remedy="mend the driver of the microphone")
        self._newest_ns = chunk.stamp_ns
        following = self._following(chunk)
        if following is None:
            self._begin(chunk)
        samples = chunk.samples if following is None else following
        self._channels.push(chunk.samples, chunk.sample_rate_hz)
        self._joined += len(samples)
        return Joined(samples=samples, is_new=following is None)

    def _following(self, chunk: AudioChunk) -> Floats | None:
        """The chunk's samples as they follow on what was joined: as they are, after silence, or cut; None: anew."""
        rate_hz = chunk.sample_rate_hz
        if self._form != (rate_hz, chunk.samples.shape[1]):
            return None
        late = round((chunk.stamp_ns - self.begin_ns) * rate_hz / 1e9) - self._joined  # samples
        length_s = len(chunk.samples) / rate_hz
        if abs(late) <= self._max_jitter_s * rate_hz:
            self._count_lost(0.0, length_s)
            self.begin_ns += round(self._clock.push(late / rate_hz, length_s) * 1e9)
            return chunk.samples
        self._count_lost(max(late, 0) / rate_hz, length_s)
        if abs(late) > self._max_bridge_s * rate_hz or -late >= len(chunk.samples):
            return None
        if late < 0:
            return chunk.samples[-late:]
        return np.concatenate([np.zeros((late, chunk.samples.shape[1]), np.float32), chunk.samples])

    def _count_lost(self, lost_s: float, length_s: float) -> None:
        whole_s = lost_s + length_s
        self._lost_s += lost_s
        self._counted_s = min(self._counted_s + whole_s, LOST_OVER_S)
        self._lost += min(1.0, whole_s / max(self._counted_s, 1e-9)) * (lost_s / max(whole_s, 1e-9) - self._lost)

    def _begin(self, chunk: AudioChunk) -> None:
        self.restarts += self._form is not None
        self._form = (chunk.sample_rate_hz, chunk.samples.shape[1])
        self.begin_ns, self._joined = chunk.stamp_ns, 0
        self._channels, self._clock = ChannelWatch(chunk.samples.shape[1]), ClockWatch()
