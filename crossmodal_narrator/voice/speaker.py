"""The speaker: takes sentences from the queue, and gives their sound away chunk by chunk, as time passes."""

from __future__ import annotations

import re
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.voice.config import SpeakingConfig
from crossmodal_narrator.voice.engines import Floats, Sound, Synthesiser
from crossmodal_narrator.voice.queue import Sentence, SpeechQueue
from crossmodal_narrator.voice.spelling import spelled

_CLAUSE = re.compile(r"(?<=[,;:.!?])\s+|(?<=[，；：。！？])")
LISTENS_NS = 1_500_000_000  # to a passenger, after it was told last that one speaks
_FADE_S = 0.01  # of a sentence that is broken off: no click


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence that is over, for whoever counts. `first_sound_s`: from when it was handed over to its first chunk."""

    sentence: Sentence
    is_whole: bool
    first_sound_s: float


class Speaker:
    """A thread that speaks. `emit` is given each chunk a little before it is due, and in how many seconds it is; it
    must not block.
    """

    def __init__(
        self,
        config: SpeakingConfig,
        synthesisers: Mapping[str, Synthesiser],
        *,
        emit: Callable[[Sound, float], None],
        on_said: Callable[[Said], None] = lambda said: None,
        on_trouble: Callable[[str], None] = lambda text: None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`synthesisers` by language."""
        self._config, self._synthesisers = config, synthesisers
        self._emit, self._on_said, self._on_trouble, self._monotonic_s = emit, on_said, on_trouble, monotonic_s
        self._queue = SpeechQueue(config)
        self._changed = threading.Condition()
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is being said is broken off."""
        with self._changed:
            self._is_over = True
            self._queue.clear()
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def say(self, sentence: Sentence) -> None:
        """Soon; a language that nobody here speaks is told of."""
        if sentence.language not in self._synthesisers:
            spoken = ", ".join(sorted(self._synthesisers)) or "none"
            self._on_trouble(f"nothing here speaks {sentence.language!r} (installed: {spoken}): {sentence.text}")
            return
        with self._changed:
            self._queue.add(sentence)
            self._changed.notify()

    def listen(self, is_spoken: bool) -> None:
        """Whether a passenger speaks. It is to be told again and again: a microphone that dies ends nobody's turn."""
        with self._changed:
            self._queue.listen(self.now_ns() + LISTENS_NS if is_spoken else 0)
            self._changed.notify()

    @property
    def dropped(self) -> int:
        return self._queue.dropped

    def now_ns(self) -> int:
        """By the speaker's own clock, for `Sentence.at_ns`."""
        return round(self._monotonic_s() * 1e9)

    def _run(self) -> None:
        while (sentence := self._wait()) is not None:
            is_whole = False
            try:
                is_whole = self._say(sentence)
            except NarratorError as error:
                self._on_trouble(str(error))
                is_whole = True  # it will not go better the next time
            except Exception:  # noqa: BLE001 - it is told, and the next sentence is said
                self._on_trouble(f"a mistake in the narrator itself; please report it\n{traceback.format_exc()}")
                is_whole = True
            with self._changed:
                self._queue.end(self.now_ns(), is_whole=is_whole)

    def _wait(self) -> Sentence | None:
        with self._changed:
            while not self._is_over:
                sentence = self._queue.take(self.now_ns())
                if sentence is not None:
                    return sentence
                self._changed.wait(LISTENS_NS / 1e9 if self._queue.is_listening(self.now_ns()) else None)
        return None

    def _say(self, sentence: Sentence) -> bool:
        """Whether it came to its end."""
        begun_s: float | None = None
        due_s = 0.0
        for chunk in self._chunks(sentence):
            due_s = max(due_s, self._monotonic_s())  # a clause that was made too slowly is a pause
            is_broken_off = self._is_broken_off(due_s - self._config.ahead_s)
            if is_broken_off and begun_s is None:
                return False
            begun_s = due_s if begun_s is None else begun_s
            self._emit(_faded(chunk) if is_broken_off else chunk, max(0.0, due_s - self._monotonic_s()))
            if is_broken_off:
                self._tell(sentence, begun_s, is_whole=False)
                return False
            due_s += len(chunk.samples) / chunk.rate_hz
        if begun_s is not None:
            self._is_broken_off(due_s)  # the next one begins when this one has been heard
            self._tell(sentence, begun_s, is_whole=True)
        return True

    def _tell(self, sentence: Sentence, begun_s: float, *, is_whole: bool) -> None:
        self._on_said(Said(sentence=sentence, is_whole=is_whole, first_sound_s=begun_s - sentence.at_ns / 1e9))

    def _is_broken_off(self, until_s: float) -> bool:
        """Wait until then; whether something came that ends the sentence before."""
        with self._changed:
            while not (self._is_over or self._queue.must_break_off(self.now_ns())):
                left_s = until_s - self._monotonic_s()
                if left_s <= 0.0:
                    return False
                self._changed.wait(left_s)
        return True

    def _chunks(self, sentence: Sentence) -> Iterator[Sound]:
        """Clause by clause: the first is heard while the next is made."""
        synthesiser = self._synthesisers[sentence.language]
        for clause in clauses(spelled(sentence.text, sentence.language)):
            sound = synthesiser.speak(clause, sentence.pace)
            step = max(1, round(self._config.chunk_s * sound.rate_hz))
            for first in range(0, len(sound.samples), step):
                yield Sound(samples=sound.samples[first : first + step], rate_hz=sound.rate_hz)


def clauses(text: str) -> list[str]:
    """Parts that can be said by themselves."""
    return [clause for part in _CLAUSE.split(text) if (clause := part.strip())]


def _faded(sound: Sound) -> Sound:
    """The beginning of a chunk, gone within a hundredth of a second."""
    count = min(len(sound.samples), round(_FADE_S * sound.rate_hz))
    ramp: Floats = np.linspace(1.0, 0.0, count, dtype=np.float32)
    return Sound(samples=sound.samples[:count] * ramp, rate_hz=sound.rate_hz)
