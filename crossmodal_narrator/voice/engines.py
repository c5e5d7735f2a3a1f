"""What the voice asks of its engines; `runtime.speech` has those that are built in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RATE_HZ = 16_000  # of what is listened to
FRAME = 512  # samples of which voice activity is told: 32 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What an engine has understood. `language` is a BCP 47 tag; `confidence` is a mean probability of its words."""

    text: str
    language: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """(samples,) in [-1, 1], one channel."""

    samples: Floats
    rate_hz: int


class VoiceActivity(Protocol):
    """Whether somebody speaks. It remembers what it heard, until `reset`."""

    def reset(self) -> None: ...

    def probability(self, samples: Floats) -> float:
        """Of speech in the next (FRAME,) samples at RATE_HZ."""


class Recogniser(Protocol):
    """Speech to text."""

    name: str
    languages: tuple[str, ...]
    least_confidence: float  # what it understands with less is not to be believed; each counts in its own way

    def transcribe(self, samples: Floats) -> Transcript:
        """(samples,) at RATE_HZ, somebody's whole turn."""


class Synthesiser(Protocol):
    """Text to speech, in one language."""

    name: str
    language: str

    def speak(self, text: str, pace: float = 1.0) -> Sound:
        """Of a clause, in which numbers and units are words; at a `pace` below 1 it takes longer."""
