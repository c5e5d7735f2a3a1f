"""From probabilities to a decision: a cue is heard when enough of the last looks say so."""

from __future__ import annotations

from collections import deque

from crossmodal_narrator.core.detections import SoundFrame
from crossmodal_narrator.encoding.audio.config import SoundEncoderConfig


class Alarm:
    """Raised while `hits` of the last `frames` probabilities reach `threshold`."""

    def __init__(self, *, threshold: float, hits: int, frames: int) -> None:
        self._threshold, self._hits = threshold, hits
        self._counted: deque[bool] = deque(maxlen=frames)

    def push(self, *probabilities: float) -> bool:
        """Of the looks since the last time, in their order; whether it was raised by any of them."""
        raised = [self._counts(probability) for probability in probabilities]
        return any(raised)

    def _counts(self, probability: float) -> bool:
        self._counted.append(probability >= self._threshold)
        return sum(self._counted) >= self._hits


class CueAlarms:
    """Siren and horn, by the rule of a configuration; one for each microphone."""

    def __init__(self, config: SoundEncoderConfig) -> None:
        self._siren = Alarm(threshold=config.siren_threshold, hits=config.siren_hits, frames=config.siren_frames)
        self._horn = Alarm(threshold=config.horn_threshold, hits=config.horn_hits, frames=config.horn_frames)

    def push(self, frame: SoundFrame) -> tuple[bool, bool]:
        """Whether a siren is heard, and whether a horn is."""
        return self._siren.push(frame.siren_before, frame.siren), self._horn.push(frame.horn)
