"""From a turn of speech to an utterance: which engine understands it, in which language, and whether it is for us."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from crossmodal_narrator.core.speech import Utterance
from crossmodal_narrator.voice.config import WAKE_WORD, ListeningConfig
from crossmodal_narrator.voice.ear import Turn
from crossmodal_narrator.voice.engines import RATE_HZ, Recogniser, Transcript

_WORD = re.compile(r"\w")
_DRAFTED_S = 6.0  # a turn that is longer is no question, and reading all of it at each pause costs more than it saves

_Key = tuple[int, int, int]


class Interpreter:
    """Asks the recognisers in their order, until one is sure; of those that are not, the surest is believed."""

    def __init__(self, config: ListeningConfig, recognisers: Sequence[Recogniser]) -> None:
        self._config, self.recognisers = config, tuple(recognisers)
        self._draft: tuple[_Key, Transcript | None] | None = None
        self.not_understood = 0
        self.not_for_us = 0

    def draft(self, turn: Turn) -> None:
        """Understand what a speaker who pauses has said: if the turn ends there, its text is known by then."""
        if len(turn.samples) <= _DRAFTED_S * RATE_HZ:
            self._draft = _key(turn), self._best(turn)

    def interpret(self, turn: Turn) -> Utterance | None:
        """None where nothing was understood well enough, or it was not for the narrator."""
        draft, self._draft = self._draft, None
        best = draft[1] if draft is not None and draft[0] == _key(turn) else self._best(turn)
        if best is None or not _WORD.search(best.text):
            self.not_understood += 1
            return None
        text = best.text.strip()
        if self._config.mode == WAKE_WORD:
            asked = self._after_wake_word(text)
            if asked is None:
                self.not_for_us += 1
                return None
            text = asked
        return Utterance(stamp_ns=turn.stamp_ns, text=text, language=best.language, confidence=best.confidence)

    def _best(self, turn: Turn) -> Transcript | None:
        """Of what can be believed, the surest by its own measure."""
        best: Transcript | None = None
        margin = 0.0
        for recogniser in self.recognisers:
            found = recogniser.transcribe(turn.samples)
            above = found.confidence - recogniser.least_confidence
            if above >= margin:
                best, margin = found, above
            if best is not None and best.confidence >= self._config.sure_confidence:
                break
        return best

    def _after_wake_word(self, text: str) -> str | None:
        """What follows it; None where it is not there. Case, accents and punctuation are no difference."""
        plain = _plain(text)
        for word in sorted(self._config.wake_words, key=len, reverse=True):
            called = _plain(word)
            if called and plain.startswith(called):
                return _without_first(text, len(called))
        return None


def _key(turn: Turn) -> _Key:
    """The same for turns of one microphone that are the same sound."""
    return turn.stamp_ns, turn.end_ns, len(turn.samples)


def _plain(text: str) -> str:
    """Letters and digits alone."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalnum())


def _without_first(text: str, letters: int) -> str:
    """`text` after so many letters and digits."""
    seen = 0
    for k, character in enumerate(text):
        seen += len(_plain(character))
        if seen >= letters:
            return text[k + 1 :].lstrip(" ,.!?;:，。！？、；：")
    return ""
