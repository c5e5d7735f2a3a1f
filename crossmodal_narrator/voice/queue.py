"""What is said next, and what for it is broken off. Times are of any clock that goes forward."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.voice.config import SpeakingConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is to be said aloud. `at_ns`: since when."""

    text: str
    language: str
    urgency: Urgency
    is_reply: bool
    at_ns: int
    pace: float = 1.0


@dataclass(slots=True)
class SpeechQueue:
    """Urgent sentences first and all of them; then replies; then what is notable; then what is calm.

    What is urgent breaks off all that is not. What else waits too long is not said, since it is not true any more: a
    calm sentence takes the place of an older one. A passenger who speaks silences all but the urgent.
    """

    config: SpeakingConfig
    _urgent: deque[Sentence] = field(default_factory=deque)
    _replies: deque[Sentence] = field(default_factory=deque)
    _notable: deque[Sentence] = field(default_factory=deque)
    _calm: Sentence | None = None
    _current: Sentence | None = None
    _listens_until_ns: int = 0  # a passenger speaks
    dropped: int = 0  # sentences that were not said, or not to their end

    def add(self, sentence: Sentence) -> None:
        if sentence.urgency is Urgency.URGENT:
            self._urgent.append(sentence)
        elif sentence.is_reply:
            self._replies.append(sentence)
        elif sentence.urgency is Urgency.NOTABLE:
            self._notable.append(sentence)
        else:
            self.dropped += self._calm is not None
            self._calm = sentence

    def listen(self, until_ns: int) -> None:
        """A passenger speaks, and may be taken to until then; 0: nobody does any more."""
        self._listens_until_ns = until_ns if self.config.stops_for_speech else 0

    def is_listening(self, now_ns: int) -> bool:
        return now_ns < self._listens_until_ns

    def must_break_off(self, now_ns: int) -> bool:
        """Whether what is being said must stop now."""
        current = self._current
        if current is None or current.urgency is Urgency.URGENT:
            return False
        return bool(self._urgent) or self.is_listening(now_ns)

    def take(self, now_ns: int) -> Sentence | None:
        """The sentence to say now; it is the current one until `end`."""
        self._forget_stale(now_ns)
        self._current = self._next(now_ns)
        return self._current

    def end(self, now_ns: int, *, is_whole: bool) -> None:
        """The current sentence is over. What was broken off for something urgent is said again while it is fresh."""
        current, self._current = self._current, None
        if is_whole or current is None:
            return
        if self.is_listening(now_ns) or (current.urgency is Urgency.CALM and not current.is_reply):
            self.dropped += 1
        elif current.is_reply:
            self._replies.appendleft(current)
        else:
            self._notable.appendleft(current)

    def clear(self) -> None:
        self._urgent.clear()
        self._replies.clear()
        self._notable.clear()
        self._calm = self._current = None

    def _next(self, now_ns: int) -> Sentence | None:
        if self._urgent:
            return self._urgent.popleft()
        if self.is_listening(now_ns):
            return None
        for waiting in (self._replies, self._notable):
            if waiting:
                return waiting.popleft()
        calm, self._calm = self._calm, None
        return calm

    def _forget_stale(self, now_ns: int) -> None:
        for waiting, fresh_s in (
            (self._replies, self.config.reply_fresh_s),
            (self._notable, self.config.notable_fresh_s),
        ):
            while waiting and _age_s(waiting[0], now_ns) > fresh_s:
                waiting.popleft()
                self.dropped += 1
        if self._calm is not None and _age_s(self._calm, now_ns) > self.config.calm_fresh_s:
            self._calm = None
            self.dropped += 1


def _age_s(sentence: Sentence, now_ns: int) -> float:
    return (now_ns - sentence.at_ns) / 1e9
