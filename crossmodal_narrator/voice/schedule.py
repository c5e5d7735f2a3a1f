"""When each sentence of a drive is said, by the rules of the speaker's queue and without a clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from crossmodal_narrator.voice.config import SpeakingConfig
from crossmodal_narrator.voice.queue import Sentence, SpeechQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A sentence, and from when to when it is said; `to_ns` is earlier than its length where something cut it off."""

    sentence: Sentence
    from_ns: int
    to_ns: int


class Schedule:
    """Give it the sentences of one language in the order of their `at_ns`; it says which are over.

    `length_ns` is asked once for each time that a sentence begins.
    """

    def __init__(self, config: SpeakingConfig, length_ns: Callable[[Sentence], int]) -> None:
        self.current: Spoken | None = None
        self._queue = SpeechQueue(config)
        self._length_ns = length_ns

    def add(self, sentence: Sentence) -> list[Spoken]:
        """Take a sentence; what was over by then, or is cut off by it, comes back."""
        over = self._over(sentence.at_ns, is_due=lambda to_ns: to_ns < sentence.at_ns)
        self._queue.add(sentence)
        current = self.current
        if current is not None and current.to_ns > sentence.at_ns and self._queue.must_break_off(sentence.at_ns):
            over.append(dataclasses.replace(current, to_ns=sentence.at_ns))
            self._end(sentence.at_ns, is_whole=False)
        return over + self.until(sentence.at_ns)

    def until(self, now_ns: int) -> list[Spoken]:
        """What is over by now."""
        return self._over(now_ns, is_due=lambda to_ns: to_ns <= now_ns)

    def finish(self) -> list[Spoken]:
        """All that is left to say, to its end."""
        return self._over(0, is_due=lambda to_ns: True) if self.current is not None else []

    def _over(self, now_ns: int, *, is_due: Callable[[int], bool]) -> list[Spoken]:
        over = []
        while self.current is not None and is_due(self.current.to_ns):
            over.append(self.current)
            self._end(self.current.to_ns, is_whole=True)
        if self.current is None:
            self._begin(now_ns)
        return over

    def _end(self, at_ns: int, *, is_whole: bool) -> None:
        self._queue.end(at_ns, is_whole=is_whole)
        self._begin(at_ns)

    def _begin(self, at_ns: int) -> None:
        sentence = self._queue.take(at_ns)
        self.current = (
            None
            if sentence is None
            else Spoken(sentence=sentence, from_ns=at_ns, to_ns=at_ns + self._length_ns(sentence))
        )
