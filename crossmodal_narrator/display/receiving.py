"""What one page sends, message by message."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from crossmodal_narrator.display.board import Reader, refused
from crossmodal_narrator.display.clip import Clip, Recording
from crossmodal_narrator.display.guard import Bucket
from crossmodal_narrator.display.history import to_json
from crossmodal_narrator.display.protocol import Hello, Look, Question, Refusal, Show, Talk, read_message

MESSAGES_PER_S, MESSAGES_AT_ONCE = 5.0, 20
UNREADABLE, FULL = 1003, 4429  # close codes; 4000 and up are an application's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Takers:
    """What becomes of what pages send. All are called in the server's thread and must return at once."""

    ask: Callable[[Question], None]
    hear: Callable[[Clip], None]
    complain: Callable[[str], None]  # of a mistake of our own


class Receiver:
    """Of one connection. `may_ask` counts the questions of its address."""

    def __init__(self, reader: Reader, takers: Takers, may_ask: Callable[[], bool]) -> None:
        self._reader, self._takers, self._may_ask = reader, takers, may_ask
        self._messages = Bucket(MESSAGES_PER_S, MESSAGES_AT_ONCE, time.monotonic)
        self._recording: Recording | None = None

    def take(self, sent: str | bytes) -> int | None:
        """The code to close with, where it is not what a page of ours would send."""
        if isinstance(sent, bytes):
            return None if self._recording is not None and self._recording.take(sent) else UNREADABLE
        message = read_message(sent)
        if message is None or isinstance(message, Hello):
            return UNREADABLE
        if not self._messages.take():
            return FULL
        if isinstance(message, Question):
            self._ask(message)
        elif isinstance(message, Talk):
            self._talk(message)
        elif isinstance(message, Show):
            self._reader.wanted.append(message.picture)
        else:
            assert isinstance(message, Look)
            self._reader.is_looking = message.is_looking
        self._reader.wake.set()
        return None

    def _ask(self, typed: Question) -> None:
        question = Question(text=typed.text, language=typed.language, seat=self._reader.seat)
        if self._may_ask():
            self._takers.ask(question)
        else:
            self._refuse(question)

    def _talk(self, message: Talk) -> None:
        """What is said counts as a question when it has been said."""
        if message.is_talking:
            self._recording = Recording(self._reader.seat, message.language)
            return
        recording, self._recording = self._recording, None
        if recording is None:
            return
        if self._may_ask():
            self._takers.hear(recording.clip())
        else:
            self._refuse(Question(text="", language=message.language))

    def _refuse(self, question: Question) -> None:
        self._reader.notices.append(to_json({"kind": "unanswered", **refused(question, Refusal.TOO_MANY)}))
