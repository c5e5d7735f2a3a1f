"""Which engine is believed, and to whom something was said."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.voice import Interpreter, ListeningConfig, Transcript, Turn
from crossmodal_narrator.voice.engines import Floats

TURN = Turn(stamp_ns=7, end_ns=9, samples=np.zeros(16_000, np.float32))


class Scripted:
    """A recogniser that understands one thing."""

    name = "scripted"

    def __init__(self, text: str, confidence: float, language: str = "en") -> None:
        self.languages: tuple[str, ...] = (language,)
        self.least_confidence = 0.7
        self._answer = Transcript(text=text, language=language, confidence=confidence)
        self.asked = 0

    def transcribe(self, samples: Floats) -> Transcript:
        self.asked += 1
        return self._answer


def test_an_utterance_is_what_was_understood_when_it_began() -> None:
    utterance = Interpreter(ListeningConfig(), [Scripted(" Why did we stop? ", 0.9)]).interpret(TURN)
    assert utterance is not None
    assert (utterance.text, utterance.language, utterance.stamp_ns, utterance.confidence) == (
        "Why did we stop?", "en", 7, 0.9,
    )  # fmt: skip


def test_the_next_is_asked_where_the_first_is_not_sure_and_the_surer_is_believed() -> None:
    english, both = Scripted("counting to my financial one", 0.72), Scripted("前面是什么车", 0.85, "zh")
    utterance = Interpreter(ListeningConfig(), [english, both]).interpret(TURN)
    assert utterance is not None
    assert (utterance.text, utterance.language) == ("前面是什么车", "zh")
    sure = Scripted("Why did we stop?", 0.95)
    Interpreter(ListeningConfig(), [sure, both]).interpret(TURN)
    assert both.asked == 1


def of(seconds: float, stamp_ns: int = 7) -> Turn:
    samples = np.zeros(round(seconds * 16_000), np.float32)
    return Turn(stamp_ns=stamp_ns, end_ns=stamp_ns + len(samples), samples=samples)


def test_what_was_understood_at_a_pause_is_not_read_again_when_the_turn_ends_there() -> None:
    recogniser = Scripted("Why did we stop?", 0.9)
    interpreter = Interpreter(ListeningConfig(), [recogniser])
    interpreter.draft(of(1.0))
    ended = interpreter.interpret(of(1.0))
    assert ended is not None
    assert ended.text == "Why did we stop?"
    assert recogniser.asked == 1
    interpreter.interpret(of(1.0))  # the same stamps again, and no draft any more
    assert recogniser.asked == 2


@pytest.mark.parametrize("ended", [of(1.5), of(1.0, stamp_ns=8)])
def test_a_turn_that_went_on_after_a_pause_is_read_whole(ended: Turn) -> None:
    recogniser = Scripted("Why did we stop?", 0.9)
    interpreter = Interpreter(ListeningConfig(), [recogniser])
    interpreter.draft(of(1.0))
    assert interpreter.interpret(ended) is not None
    assert recogniser.asked == 2


def test_a_speech_is_not_read_anew_at_each_breath() -> None:
    recogniser = Scripted("once upon a time", 0.9)
    Interpreter(ListeningConfig(), [recogniser]).draft(of(8.0))
    assert recogniser.asked == 0


@pytest.mark.parametrize(("text", "confidence"), [("Why?", 0.3), ("", 0.99), ("…", 0.99)])
def test_what_is_not_understood_is_not_passed_on_and_counted(text: str, confidence: float) -> None:
    interpreter = Interpreter(ListeningConfig(), [Scripted(text, confidence)])
    assert interpreter.interpret(TURN) is None
    assert interpreter.not_understood == 1
    assert Interpreter(ListeningConfig(), []).interpret(TURN) is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Hey, Narrator, why did we stop?", "why did we stop?"),
        ("narrator. What is that?", "What is that?"),
        ("解说员，前面是什么车？", "前面是什么车？"),
        ("Narrator.", ""),
        ("Why did we stop?", None),
        ("The narrator is silent", None),
    ],
)
def test_a_wake_word_is_how_it_is_called(said: str, asked: str | None) -> None:
    interpreter = Interpreter(ListeningConfig(mode="wake_word"), [Scripted(said, 0.9)])
    utterance = interpreter.interpret(TURN)
    assert (None if utterance is None else utterance.text) == asked
