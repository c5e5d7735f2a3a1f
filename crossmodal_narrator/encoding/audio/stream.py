"""One microphone's chunks → a stream of features, each block of 100 ms with the stamp of its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.encoding.audio.config import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.health import LOST_OVER_S, ChannelWatch, ClockWatch, MicrophoneHealth
from crossmodal_narrator.encoding.audio.logmel import (
    BLOCK,
    CHANNELS,
    MELS,
    SAMPLE_RATE_HZ,
    Floats,
    LogMel,
    Normaliser,
)
from crossmodal_narrator.encoding.audio.resampling import Resampler
from crossmodal_narrator.encoding.audio.tones import Tone, Tones


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """What was heard up to `stamp_ns`, the newest frame last. The array is used again for the next window."""

    stamp_ns: int
    level_dbfs: float  # RMS of the last 100 ms; full scale is 0
    tone: Tone  # what stands out of its neighbours in frequency
    features: Floats  # (CHANNELS, frames, MELS)


class SoundStream:
    """Joins chunks by their stamps. A sample's time is its chunk's, whatever was lost or came twice before it.

    The stream's own clock is that of the samples, set by the stamps each ten seconds: single ones jitter.
    """

    def __init__(self, config: SoundEncoderConfig, context_frames: int) -> None:
        self._config = config
        self._mel = LogMel()
        self._window = np.zeros((CHANNELS, context_frames, MELS), np.float32)
        self._form: tuple[int, int] | None = None  # rate and channels of what is being heard
        self._lost_s, self._lost, self._counted_s = 0.0, 0.0, 0.0
        self._newest_ns: int | None = None  # stamp of the newest chunk
        self.restarts = 0  # how often the stream began anew after its first beginning

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

    def push(self, chunk: AudioChunk) -> Iterator[Window]:
        """The windows that `chunk` completes.

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
        samples = self._joined(chunk)
        self._channels.push(chunk.samples, chunk.sample_rate_hz)
        self._heard += len(samples)
        return self._blocks(self._resampler.push(samples))

    def _joined(self, chunk: AudioChunk) -> Floats:
        """The chunk's samples as they follow on what was heard: after silence, cut, or on a stream that begins anew."""
        rate_hz = chunk.sample_rate_hz
        if self._form != (rate_hz, chunk.samples.shape[1]):
            return self._begin(chunk)
        late = round((chunk.stamp_ns - self._stamp_ns) * rate_hz / 1e9) - self._heard  # samples
        length_s = len(chunk.samples) / rate_hz
        if abs(late) <= self._config.max_jitter_s * rate_hz:
            self._count_lost(0.0, length_s)
            self._stamp_ns += round(self._clock.push(late / rate_hz, length_s) * 1e9)
            return chunk.samples
        self._count_lost(max(late, 0) / rate_hz, length_s)
        if abs(late) > self._config.max_bridge_s * rate_hz or -late >= len(chunk.samples):
            return self._begin(chunk)
        if late < 0:
            return chunk.samples[-late:]
        return np.concatenate([np.zeros((late, chunk.samples.shape[1]), np.float32), chunk.samples])

    def _count_lost(self, lost_s: float, length_s: float) -> None:
        whole_s = lost_s + length_s
        self._lost_s += lost_s
        self._counted_s = min(self._counted_s + whole_s, LOST_OVER_S)
        self._lost += min(1.0, whole_s / max(self._counted_s, 1e-9)) * (lost_s / max(whole_s, 1e-9) - self._lost)

    def _begin(self, chunk: AudioChunk) -> Floats:
        self.restarts += self._form is not None
        self._form = (chunk.sample_rate_hz, chunk.samples.shape[1])
        self._resampler = Resampler(*self._form)
        self._stamp_ns, self._heard, self._made = chunk.stamp_ns, 0, 0
        self._channels, self._clock = ChannelWatch(chunk.samples.shape[1]), ClockWatch()
        self._mel.reset()
        capsules = self._config.capsules
        self._tones = Tones(capsules if len(capsules) == chunk.samples.shape[1] else ())
        self._normaliser = Normaliser()
        self._window[:] = 0.0
        return chunk.samples

    def _blocks(self, samples: Floats) -> Iterator[Window]:
        for first in range(0, len(samples), BLOCK):
            block = samples[first : first + BLOCK]
            features = self._normaliser.push(self._mel.push(block))
            frames = features.shape[1]
            self._window[:, :-frames] = self._window[:, frames:].copy()
            self._window[:, -frames:] = features
            self._made += 1
            power = float((block.astype(np.float64) ** 2).mean())
            yield Window(
                stamp_ns=self._end_ns(),
                level_dbfs=10.0 * float(np.log10(power + 1e-12)),
                tone=self._tones.push(block),
                features=self._window,
            )

    def _end_ns(self) -> int:
        lag_ns = round(self._resampler.lag_s * 1e9)
        return self._stamp_ns + self._made * (BLOCK * 1_000_000_000 // SAMPLE_RATE_HZ) - lag_ns
