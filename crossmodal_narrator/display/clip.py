"""What a page's microphone sends while its button is held: bounded, and as fast as it is spoken.

What a network held up comes at once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.display.guard import Bucket

RATE_HZ = 16_000
MOST_S = 15.0
MOST_FRAME = 4096  # bytes of one message
_FASTER = 1.25  # than it is spoken, for a clock that is not ours
_AT_ONCE_S = MOST_S  # a network may have held up all of it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clip:
    """What somebody said: (samples,) in [-1, 1] at RATE_HZ, and the language of the page. It lives until it is
    understood.
    """

    seat: str
    language: str
    samples: NDArray[np.float32]


class Recording:
    """One press of the button."""

    def __init__(self, seat: str, language: str) -> None:
        self._seat, self._language = seat, language
        self._bytes = bytearray()
        self._rate = Bucket(_FASTER * RATE_HZ, _AT_ONCE_S * RATE_HZ, time.monotonic)

    def take(self, frame: bytes) -> bool:
        """Samples of 16 bits, low byte first. False for what no page of ours sends. What is longer than MOST_S is
        heard no more.
        """
        if not frame or len(frame) % 2 or len(frame) > MOST_FRAME or not self._rate.take(len(frame) // 2):
            return False
        self._bytes += frame[: max(0, round(MOST_S * RATE_HZ) * 2 - len(self._bytes))]
        return True

    def clip(self) -> Clip:
        samples = np.frombuffer(bytes(self._bytes), "<i2").astype(np.float32) / 32_768.0
        return Clip(seat=self._seat, language=self._language, samples=samples)
