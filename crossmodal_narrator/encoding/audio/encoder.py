"""The sound encoder: from the chunks of a microphone to what is heard in each 100 ms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.detections import SirenPattern, SoundFrame
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio.config import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.health import MicrophoneHealth
from crossmodal_narrator.encoding.audio.logmel import Floats
from crossmodal_narrator.encoding.audio.stream import SoundStream, Window
from crossmodal_narrator.encoding.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundModelSpec:
    """What the sound model's manifest says: the places of its labels, and how much it wants to have heard."""

    labels: tuple[str, ...]
    context_frames: int  # of 20 ms


class Deaf:
    """What remains without a microphone, or without weights: nothing is heard."""

    engine_name = ""

    @property
    def healths(self) -> Mapping[str, MicrophoneHealth]:
        return {}

    def encode(self, chunk: AudioChunk, timer: StageTimer) -> Sequence[SoundFrame]:
        return ()


class SoundEncoder:
    """Turns sound into probabilities. Each microphone has a stream of its own. Not thread-safe."""

    def __init__(self, config: SoundEncoderConfig, engine: Engine, spec: SoundModelSpec) -> None:
        self._config, self._engine, self._spec = config, engine, spec
        self._streams: dict[str, SoundStream] = {}
        self._place = {label: k for k, label in enumerate(spec.labels)}
        self.engine_name = engine.name  # as diagnostics say it
        self.healths: Mapping[str, MicrophoneHealth] = {}  # by microphone; another mapping after each chunk

    def encode(self, chunk: AudioChunk, timer: StageTimer) -> Sequence[SoundFrame]:
        """The frames that `chunk` completes: one each 100 ms of the stream, however it is cut into chunks.

        Raises:
            FrameError: samples that are NaN or infinite.
        """
        if chunk.microphone not in self._streams:
            self._streams[chunk.microphone] = SoundStream(self._config, self._spec.context_frames)
        stream = self._streams[chunk.microphone]
        with timer.stage("audio/encode"):
            frames = [self._frame(chunk.microphone, window) for window in stream.push(chunk)]
        self.healths = {**self.healths, chunk.microphone: stream.health}
        return frames

    def _frame(self, microphone: str, window: Window) -> SoundFrame:
        before, answer = self._answer(window.before), self._answer(window.features)
        siren = float(answer[self._place["siren"]])
        patterns = [float(answer[self._place[pattern.value]]) for pattern in SirenPattern]
        best = int(np.argmax(patterns))
        return SoundFrame(
            stamp_ns=window.stamp_ns,
            microphone=microphone,
            siren_before=float(before[self._place["siren"]]),
            siren=siren,
            horn=float(answer[self._place["horn"]]),
            other=float(answer[self._place["other"]]),
            pattern=tuple(SirenPattern)[best] if siren >= 0.5 and patterns[best] >= 0.5 else None,
            level_dbfs=window.level_dbfs,
            tones_dbfs=window.tone.level_dbfs,
            pitch_hz=window.tone.pitch_hz,
            bearing=window.tone.bearing,
        )

    def _answer(self, features: Floats) -> Floats:
        """(CHANNELS, frames, MELS) → (labels,)."""
        answer: Floats = self._engine.infer({"features": features[None]})["probabilities"][0]
        return answer
