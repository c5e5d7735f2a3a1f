"""What passengers type waits for a reply, and not without bound."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from rclpy.clock import Clock
from rclpy.task import Future

from crossmodal_narrator.display import Question, Refusal
from crossmodal_narrator.nodes import asking

pytestmark = pytest.mark.ros


class Silent:
    """A dialogue that takes questions and never answers."""

    def __init__(self, *_: object) -> None:
        self.goals: list[Any] = []

    def server_is_ready(self) -> bool:
        return True

    def send_goal_async(self, goal: Any) -> Any:
        self.goals.append(goal)
        return Future()


def test_more_questions_than_may_wait_are_refused_and_the_same_one_is_asked_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "ActionClient", Silent)
    refused: list[tuple[Question, Refusal]] = []
    node: Any = SimpleNamespace(get_clock=Clock)
    found = asking.Asking(node, 5.0, lambda question, why: refused.append((question, why)))
    questions = [Question(text=f"Question {k}?", language="en", seat="0" * 32) for k in range(asking.MOST_OPEN + 1)]
    questions[0] = dataclasses.replace(questions[0], confidence=0.75)  # said, and not typed

    for question in (questions[0], *questions):
        found.ask(question)

    client: Any = found._client
    assert len(client.goals) == asking.MOST_OPEN
    assert [goal.question.confidence for goal in client.goals[:2]] == [0.75, 1.0]
    assert refused == [(questions[-1], Refusal.TOO_MANY)]
