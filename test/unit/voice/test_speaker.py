"""The speaker in its thread: chunks as time passes, and what breaks them off."""

from __future__ import annotations

import time

import numpy as np
import pytest
from waiting import until

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.voice import Sentence, Sound, Speaker, SpeakingConfig, speaker
from crossmodal_narrator.voice.speaker import Said, clauses

pytestmark = pytest.mark.alone

RATE_HZ = 8_000


class Beeper:
    """Says each letter for 50 ms; a seam that the protocol ships."""

    name, language = "beeper", "en"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def speak(self, text: str, pace: float = 1.0) -> Sound:
        self.texts.append(text)
        if "unspeakable" in text:
            raise EngineError("it cannot", remedy="none")
        if text.startswith("slowly"):
            time.sleep(0.5)
        if text == "crash":
            raise ZeroDivisionError
        return Sound(samples=np.full(len(text) * RATE_HZ // 20, 0.5, np.float32), rate_hz=RATE_HZ)


class Room:
    """What is heard, and when."""

    def __init__(self, config: SpeakingConfig | None = None) -> None:
        self.chunks: list[tuple[float, Sound]] = []
        self.due_s: list[float] = []
        self.said: list[Said] = []
        self.troubles: list[str] = []
        self.beeper = Beeper()
        self.speaker = Speaker(
            config or SpeakingConfig(),
            {"en": self.beeper},
            emit=self.hear,
            on_said=self.said.append,
            on_trouble=self.troubles.append,
        )
        self.speaker.start()

    def hear(self, sound: Sound, due_in_s: float) -> None:
        now_s = time.monotonic()
        self.chunks.append((now_s, sound))
        self.due_s.append(now_s + due_in_s)

    def say(self, text: str, urgency: Urgency = Urgency.CALM, *, language: str = "en") -> None:
        at_ns = self.speaker.now_ns()
        self.speaker.say(Sentence(text=text, language=language, urgency=urgency, is_reply=False, at_ns=at_ns))

    @property
    def seconds(self) -> float:
        return sum(len(sound.samples) / sound.rate_hz for _, sound in self.chunks)


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_sentence_is_heard_at_its_own_pace_and_only_a_little_ahead(room: Room) -> None:
    room.say("abcdefghijklmnopqrst")  # a second
    until(lambda: bool(room.said))
    room.speaker.stop()
    first_s = room.chunks[0][0]
    assert room.seconds == pytest.approx(1.0)
    for k, (at_s, _) in enumerate(room.chunks):
        assert at_s - first_s >= 0.1 * k - 0.2 - 0.01
    assert room.said[0].is_whole


def test_the_first_clause_is_heard_before_the_second_is_made(room: Room) -> None:
    room.say("A white van, and behind it a cyclist.")
    until(lambda: bool(room.chunks))
    assert room.beeper.texts == ["A white van,"]
    until(lambda: bool(room.said))
    room.speaker.stop()
    assert room.beeper.texts == ["A white van,", "and behind it a cyclist."]


def test_a_clause_that_was_made_too_slowly_is_a_pause_and_no_burst(room: Room) -> None:
    room.say("a, slowlyslowlyslowly")
    until(lambda: bool(room.said))
    room.speaker.stop()
    first, *rest = room.due_s
    assert rest[0] - first > 0.4
    assert np.diff(rest) == pytest.approx([0.1] * (len(rest) - 1), abs=0.02)
    for (emitted_s, _), due_s in zip(room.chunks, room.due_s, strict=True):
        assert due_s - emitted_s <= 0.2 + 0.02


def test_what_is_urgent_is_heard_at_once_and_what_was_being_said_stops(room: Room) -> None:
    room.say("x" * 100)  # five seconds
    until(lambda: room.seconds > 0.3)
    began_s = time.monotonic()
    room.say("Stop!", Urgency.URGENT)
    until(lambda: len(room.said) == 2)
    room.speaker.stop()
    assert time.monotonic() - began_s < 1.0
    assert [(one.sentence.text, one.is_whole) for one in room.said] == [("x" * 100, False), ("Stop!", True)]
    assert room.said[1].first_sound_s < 0.3


def test_a_passenger_is_let_speak(room: Room) -> None:
    room.say("x" * 100)
    until(lambda: room.seconds > 0.3)
    room.speaker.listen(True)
    until(lambda: bool(room.said))
    room.say("calm")
    time.sleep(0.2)
    assert not room.said[0].is_whole
    assert len(room.beeper.texts) == 1
    room.speaker.listen(False)
    until(lambda: len(room.said) == 2)
    room.speaker.stop()


def test_a_microphone_that_dies_does_not_silence_it_for_good(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "LISTENS_NS", 300_000_000)
    room.speaker.listen(True)
    room.say("calm")
    time.sleep(0.15)
    assert not room.chunks
    until(lambda: bool(room.said))
    room.speaker.stop()


def test_a_mistake_in_an_engine_is_told_and_the_next_sentence_is_said(room: Room) -> None:
    room.say("crash", Urgency.NOTABLE)
    room.say("next")
    until(lambda: bool(room.said))
    room.speaker.stop()
    assert [one.sentence.text for one in room.said] == ["next"]
    assert "ZeroDivisionError" in room.troubles[0]


def test_numbers_reach_the_engine_as_words(room: Room) -> None:
    room.say("12 m")
    until(lambda: bool(room.said))
    room.speaker.stop()
    assert room.beeper.texts == ["twelve metres"]


def test_what_nobody_can_say_is_told_and_the_next_is_said(room: Room) -> None:
    room.say("前面有车", language="zh")
    room.say("unspeakable", Urgency.NOTABLE)
    room.say("next")
    until(lambda: bool(room.said))
    room.speaker.stop()
    assert [one.sentence.text for one in room.said] == ["next"]
    assert len(room.troubles) == 2
    assert "'zh'" in room.troubles[0]


def test_it_stops_in_the_middle_of_a_sentence(room: Room) -> None:
    room.say("x" * 200)
    until(lambda: bool(room.chunks))
    began_s = time.monotonic()
    room.speaker.stop()
    assert time.monotonic() - began_s < 0.5


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("We're slowing: the bus ahead is braking.", ["We're slowing:", "the bus ahead is braking."]),
        ("前方约十米，是一辆车。", ["前方约十米，", "是一辆车。"]),
        ("", []),
        ("two point five", ["two point five"]),
    ],
)
def test_clauses_are_what_can_be_said_by_itself(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts
