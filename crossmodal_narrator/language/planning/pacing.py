"""When to speak: after the last sentence has been heard, at once for danger, and never without a pause for long."""

from __future__ import annotations

import math
from collections import deque

from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.language.config import NarratorConfig

WINDOW_S = 30.0


class Pacing:
    """Keeps account of the voice: when it is free again, and how much of the last half minute was speech."""

    def __init__(self, config: NarratorConfig) -> None:
        self._config = config
        self.forget()

    def forget(self) -> None:
        self._free_ns: int | None = None
        self._spoken: deque[tuple[int, float]] = deque()  # stamp, seconds of speech

    def allows(self, urgency: Urgency, stamp_ns: int, calm_share: float) -> bool:
        """Whether a sentence of this urgency may begin now; a calm one only while less than `calm_share` is speech."""
        if urgency is Urgency.URGENT:
            return True
        wait_s = -math.inf if self._free_ns is None else (self._free_ns - stamp_ns) / 1e9
        if urgency is Urgency.NOTABLE:
            return wait_s + self._config.notable_pause_s <= self._config.hand_over_s
        return wait_s + self._config.calm_pause_s <= 0.0 and self._spoken_s(stamp_ns) / WINDOW_S < calm_share

    def has_room(self, duration_s: float, urgency: Urgency, stamp_ns: int, most_share: float) -> bool:
        """Whether at most `most_share` is speech with a sentence of this length; what is urgent always has room."""
        spoken_s = self._spoken_s(stamp_ns)
        # After half a minute of silence one sentence may be as long as it is.
        return urgency is Urgency.URGENT or not spoken_s or spoken_s + duration_s <= most_share * WINDOW_S

    def speak(self, duration_s: float, urgency: Urgency, stamp_ns: int) -> None:
        """A sentence of this length has been handed over; urgent speech cuts in, other speech waits its turn."""
        start_ns = stamp_ns
        if self._free_ns is not None and urgency is not Urgency.URGENT:
            start_ns = max(start_ns, self._free_ns)
        self._free_ns = start_ns + int(duration_s * 1e9)
        self._spoken.append((stamp_ns, duration_s))

    def _spoken_s(self, stamp_ns: int) -> float:
        while self._spoken and (stamp_ns - self._spoken[0][0]) / 1e9 > WINDOW_S:
            self._spoken.popleft()
        return sum(s for _, s in self._spoken)
