"""What is said to a page is heard in a thread, which goes on whatever its engines do and ends with the node."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from waiting import until

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from crossmodal_narrator.core.speech import Utterance
from crossmodal_narrator.display import Clip, Question, Refusal
from crossmodal_narrator.nodes import hearing
from crossmodal_narrator.runtime.speech import RecogniserConfig

pytestmark = pytest.mark.ros
CLIP = Clip(seat="0" * 32, language="en", samples=np.zeros(16_000, np.float32))


class Logged:
    """A node's logger that keeps what it is told."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.node: Any = SimpleNamespace(get_logger=lambda: self)

    def error(self, text: str, **_: object) -> None:
        self.errors.append(text)


class Slow:
    """Understands when it is let."""

    languages = ("en",)

    def __init__(self) -> None:
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()

    def turn(self, samples: object, stamp_ns: int) -> object:
        return samples

    def understood(self, turn: object) -> Utterance:
        self.has_begun.set()
        assert self.may_go_on.wait(10.0)
        return Utterance(stamp_ns=1, text="Why?", language="en", confidence=0.8, seat="")


def test_engines_that_break_when_they_are_opened_are_told_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no such operator")

    monkeypatch.setattr(hearing, "open_pressed", broken)
    logged, refused = Logged(), list[Refusal]()
    found = hearing.Hearing(logged.node, RecogniserConfig(), pytest.fail, lambda _, why: refused.append(why))
    found.open()
    found.hear(CLIP)
    until(lambda: refused)
    found.stop()

    assert refused == [Refusal.DEAF]
    assert found.languages == ()
    assert [("RuntimeError: no such operator" in text) for text in logged.errors] == [True]


def test_what_waits_or_is_late_when_the_node_stops_reaches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(hearing, "open_pressed", lambda *_: slow)
    monkeypatch.setattr(hearing, "ENDS_WITHIN_S", 0.01)
    told: list[Question] = []
    found = hearing.Hearing(Logged().node, RecogniserConfig(), told.append, lambda question, _: told.append(question))
    found.open()
    for _ in range(3):
        found.hear(CLIP)
    assert slow.has_begun.wait(10.0)
    found.stop()
    slow.may_go_on.set()
    found._thread.join(10.0)

    assert not found._thread.is_alive()
    assert told == []
    assert found._heard == 1


def test_what_is_understood_is_told_with_how_sure_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    slow.may_go_on.set()
    monkeypatch.setattr(hearing, "open_pressed", lambda *_: slow)
    told: list[Question] = []
    found = hearing.Hearing(Logged().node, RecogniserConfig(), told.append, lambda question, _: told.append(question))
    found.open()
    found.hear(CLIP)
    until(lambda: told)
    found.stop()

    assert told == [Question(text="Why?", language="en", seat=CLIP.seat, confidence=0.8)]
