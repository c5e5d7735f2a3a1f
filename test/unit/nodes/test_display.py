"""What the display's node does between its pages and its cameras, without either."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from crossmodal_narrator.display import Question, Refusal
from crossmodal_narrator.nodes import looking
from crossmodal_narrator.nodes.display import DisplayNode

pytestmark = pytest.mark.ros
QUESTION = Question(text="Why?", language="en", seat="0" * 32)


class Reader:
    """Subscribes to nothing."""

    def __init__(self, *_: object) -> None:
        self.refused = 0

    def stop(self) -> None: ...


def handed(board: object, typed: deque[Question]) -> None:
    node: Any = SimpleNamespace(_board=board, _typed=typed, _from_pages=SimpleNamespace(trigger=lambda: None))
    DisplayNode._hand_over(node, QUESTION)


def test_a_question_waits_only_where_a_page_is_served_and_not_without_bound() -> None:
    typed: deque[Question] = deque(maxlen=1)
    refused: list[Refusal] = []
    board = SimpleNamespace(refuse=lambda _, why: refused.append(why))

    handed(None, typed)
    assert list(typed) == []
    handed(board, typed)
    handed(board, typed)
    assert (list(typed), refused) == ([QUESTION], [Refusal.TOO_MANY])


def test_pictures_are_forgotten_when_other_cameras_are_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "SensorReader", Reader)
    forgotten: list[tuple[str, ...]] = []
    perception = SimpleNamespace(values={}, renew=lambda: None)
    found = looking.Looking(SimpleNamespace(), lambda frame: None)  # type: ignore[arg-type]
    pictures = SimpleNamespace(forget_recent=lambda: forgotten.append(found.cameras))
    node: Any = SimpleNamespace(
        _looking=found, _perception=perception, _board=SimpleNamespace(readers=[1], pictures=pictures)
    )
    for cameras in (("front",), ("front",), ("front", "rear"), ()):
        perception.values = {"cameras": cameras}
        DisplayNode._look(node)

    assert forgotten == [("front",), ("front", "rear"), ()]
