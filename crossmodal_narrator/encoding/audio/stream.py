"""One microphone's chunks → a stream of features, each block of 100 ms with the stamp of its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.encoding.audio.config import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.health import MicrophoneHealth
from crossmodal_narrator.encoding.audio.joining import ChunkJoiner
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

BEFORE_FRAMES = 2  # 40 ms: the middle of two looks 100 ms apart, nearly


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """What was heard up to `stamp_ns`, the newest frame last. The arrays are used again for the next window."""

    stamp_ns: int
    level_dbfs: float  # RMS of the last 100 ms; full scale is 0
    tone: Tone  # what stands out of its neighbours in frequency
    features: Floats  # (CHANNELS, frames, MELS)
    before: Floats  # the same up to BEFORE_FRAMES earlier


class SoundStream:
    """What one microphone hears, block by block, however its sound is cut into chunks."""

    def __init__(self, config: SoundEncoderConfig, context_frames: int) -> None:
        self._config = config
        self._joiner = ChunkJoiner(max_jitter_s=config.max_jitter_s, max_bridge_s=config.max_bridge_s)
        self._mel = LogMel()
        self._heard = np.zeros((CHANNELS, context_frames + BEFORE_FRAMES, MELS), np.float32)

    @property
    def health(self) -> MicrophoneHealth:
        """Once a chunk has come."""
        return self._joiner.health

    @property
    def restarts(self) -> int:
        """How often the stream began anew after its first beginning."""
        return self._joiner.restarts

    def push(self, chunk: AudioChunk) -> Iterator[Window]:
        """The windows that `chunk` completes.

        Raises:
            FrameError: samples that are NaN or infinite, or the stamp of the chunk before.
        """
        joined = self._joiner.push(chunk)
        if joined.is_new:
            self._begin(chunk.sample_rate_hz, joined.samples.shape[1])
        return self._blocks(self._resampler.push(joined.samples))

    def _begin(self, rate_hz: int, channels: int) -> None:
        self._resampler = Resampler(rate_hz, channels)
        self._made = 0
        self._mel.reset()
        capsules = self._config.capsules
        self._tones = Tones(capsules if len(capsules) == channels else ())
        self._normaliser = Normaliser()
        self._heard[:] = 0.0

    def _blocks(self, samples: Floats) -> Iterator[Window]:
        for first in range(0, len(samples), BLOCK):
            block = samples[first : first + BLOCK]
            features = self._normaliser.push(self._mel.push(block))
            frames = features.shape[1]
            self._heard[:, :-frames] = self._heard[:, frames:].copy()
            self._heard[:, -frames:] = features
            self._made += 1
            power = float((block.astype(np.float64) ** 2).mean())
            yield Window(
                stamp_ns=self._end_ns(),
                level_dbfs=10.0 * float(np.log10(power + 1e-12)),
                tone=self._tones.push(block),
                features=self._heard[:, BEFORE_FRAMES:],
                before=self._heard[:, :-BEFORE_FRAMES],
            )

    def _end_ns(self) -> int:
        lag_ns = round(self._resampler.lag_s * 1e9)
        return self._joiner.begin_ns + self._made * (BLOCK * 1_000_000_000 // SAMPLE_RATE_HZ) - lag_ns
