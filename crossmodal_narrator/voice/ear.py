"""The ear in the cabin: a stream of sound becomes turns of speech, each when its speaker has ended it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.encoding.audio import MicrophoneHealth
from crossmodal_narrator.encoding.audio.joining import ChunkJoiner
from crossmodal_narrator.encoding.audio.resampling import Resampler
from crossmodal_narrator.voice.config import PUSH_TO_TALK, ListeningConfig
from crossmodal_narrator.voice.echo import OwnVoice
from crossmodal_narrator.voice.engines import FRAME, RATE_HZ, Floats, VoiceActivity

FRAME_S = FRAME / RATE_HZ
_KEPT_AFTER_S = 0.2  # of the silence at the end
_KEPT_AFTER = round(_KEPT_AFTER_S / FRAME_S)  # frames
_ONSET_S = 1.0  # how far before it is sure a turn may have begun, while it was taken for the narrator's own voice
_QUIET_S = 0.5  # without any speech before that, or it was the narrator's


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechBegan:
    """Somebody has begun to speak."""

    stamp_ns: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """What somebody said, from `stamp_ns` to `end_ns`: (samples,) at RATE_HZ. It lives until it is understood."""

    stamp_ns: int
    end_ns: int
    samples: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pause:
    """The speaker has paused: `turn` is what the turn will be if nothing follows, to the last sample."""

    turn: Turn


class Ear:
    """One microphone in the cabin; channels are averaged. Not thread-safe."""

    def __init__(self, config: ListeningConfig, activity: VoiceActivity, own_voice: OwnVoice | None = None) -> None:
        self._config, self._activity, self._own_voice = config, activity, own_voice
        self._joiner = ChunkJoiner(max_jitter_s=config.max_jitter_s, max_bridge_s=config.max_bridge_s)
        self._rest = np.zeros(0, np.float32)
        kept_s = config.kept_before_s + config.begins_after_s + _ONSET_S + _QUIET_S
        self._before: deque[tuple[Floats, bool]] = deque(maxlen=math.ceil(kept_s / FRAME_S))  # and whether it is speech
        self._turn: list[Floats] = []
        self._silence = self._speech = 0  # frames: at the turn's end, and in it
        self._candidate = 0  # frames of speech in a row that may begin a turn
        self._made = 0  # frames since the stream's beginning
        self._newest_ns = 0  # the end of the newest frame
        self.probability = 0.0  # of speech, in the newest frame
        self.press(False)

    @property
    def health(self) -> MicrophoneHealth | None:
        """Of the microphone; None before its first chunk."""
        return self._joiner.health if self._made or len(self._rest) else None

    @property
    def is_hearing(self) -> bool:
        """Whether somebody is in the middle of a turn."""
        return bool(self._turn)

    def forget(self) -> None:
        """What was heard of a turn that has not ended."""
        self._turn, self._candidate = [], 0
        self._before.clear()
        self.press(False)

    def press(self, is_pressed: bool) -> None:
        """The button of push-to-talk: while it is not pressed nothing is listened to, and a turn is over."""
        self._is_open = is_pressed or self._config.mode != PUSH_TO_TALK

    def push(self, chunk: AudioChunk) -> Iterator[SpeechBegan | Pause | Turn]:
        """What `chunk` completes.

        Raises:
            FrameError: as `ChunkJoiner.push` does.
        """
        joined = self._joiner.push(chunk)
        if joined.is_new:
            yield from self._end()
            self._resampler = Resampler(chunk.sample_rate_hz, 1)
            self._rest, self._made, self._candidate = np.zeros(0, np.float32), 0, 0
            self._before.clear()
            self._activity.reset()
        mono = joined.samples.mean(axis=1, keepdims=True, dtype=np.float32)
        heard = np.concatenate([self._rest, self._resampler.push(mono)[:, 0]])
        whole = len(heard) // FRAME * FRAME
        self._rest = heard[whole:]
        for first in range(0, whole, FRAME):
            yield from self._hear(heard[first : first + FRAME])

    def _hear(self, frame: Floats) -> Iterator[SpeechBegan | Pause | Turn]:
        self._made += 1
        self._newest_ns = self._now_ns
        if not self._is_open:
            self.probability, self._candidate = 0.0, 0
            yield from self._end()
            return
        self.probability = self._activity.probability(frame)
        is_speech = self.probability >= self._config.begins_at
        if self._own_voice is not None and self._own_voice.is_heard(self._newest_ns, frame):
            self.probability = 0.0
        if self._turn:
            yield from self._go_on(frame)
        else:
            yield from self._wait(frame, is_speech)

    def _wait(self, frame: Floats, is_speech: bool) -> Iterator[SpeechBegan]:
        self._before.append((frame, is_speech))
        self._candidate = self._candidate + 1 if self.probability >= self._config.begins_at else 0
        if self._candidate * FRAME_S >= self._config.begins_after_s:
            onset = self._onset()
            first = max(0, onset - round(self._config.kept_before_s / FRAME_S))
            stamp_ns = self._newest_ns - round((len(self._before) - onset) * FRAME_S * 1e9)
            self._turn = [heard for heard, _ in self._before][first:]
            self._speech, self._silence, self._candidate = self._candidate, 0, 0
            self._before.clear()
            yield SpeechBegan(stamp_ns=stamp_ns)

    def _onset(self) -> int:
        """Where in `_before` the turn began. A first word may have been taken for the narrator's own voice, which
        sounded at the same time. If the microphone hears that at all, it has heard it just before, too; after a silence
        it was the passenger.
        """
        speech = [is_speech for _, is_speech in self._before]
        sure = len(speech) - self._candidate
        quiet, earliest = round(_QUIET_S / FRAME_S), max(0, sure - round(_ONSET_S / FRAME_S))
        return next((k for k in range(earliest, sure) if speech[k] and not any(speech[max(0, k - quiet) : k])), sure)

    def _go_on(self, frame: Floats) -> Iterator[Pause | Turn]:
        self._turn.append(frame)
        if self.probability >= self._config.begins_at:
            self._speech += 1
        self._silence = 0 if self.probability >= self._config.ends_below else self._silence + 1
        if self._silence * FRAME_S >= self._config.ends_after_s or len(self._turn) * FRAME_S >= self._config.most_s:
            yield from self._end()
        elif self._silence == _KEPT_AFTER and self._is_said:
            yield Pause(turn=self._so_far())

    def _end(self) -> Iterator[Turn]:
        turn = self._so_far() if self._turn and self._is_said else None
        self._turn = []
        self._before.clear()
        if turn is not None:
            yield turn

    @property
    def _is_said(self) -> bool:
        """Whether there is more in the turn than a cough."""
        return self._speech * FRAME_S >= self._config.least_s

    def _so_far(self) -> Turn:
        """The turn, with a little of the silence at its end."""
        kept = self._turn[: len(self._turn) - max(0, self._silence - _KEPT_AFTER)]
        end_ns = self._newest_ns - round(self._silence * FRAME_S * 1e9)
        begin_ns = self._newest_ns - round(len(self._turn) * FRAME_S * 1e9)
        return Turn(stamp_ns=begin_ns, end_ns=end_ns, samples=np.concatenate(kept))

    @property
    def _now_ns(self) -> int:
        """The end of the frame that is the newest in this stream."""
        lag_ns = round(self._resampler.lag_s * 1e9)
        return self._joiner.begin_ns + self._made * (FRAME * 1_000_000_000 // RATE_HZ) - lag_ns
