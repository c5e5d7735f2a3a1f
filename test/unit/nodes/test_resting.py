"""Nodes that are slow are waited for; at the end of a recording they are put away in order, the page last."""

from __future__ import annotations

import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from lifecycle_msgs.msg import State

from crossmodal_narrator.nodes import supervisor as supervision
from crossmodal_narrator.nodes.supervisor import ACTIVATE, CONFIGURE, Change, Child, Supervisor

pytestmark = pytest.mark.ros


def test_the_page_is_still_there_when_the_others_say_their_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    rested = []

    def change(_supervisor: Supervisor, child: Child, _change: Change) -> bool:
        rested.append(child.name)
        return True

    monkeypatch.setattr(Supervisor, "_change", change)
    nothing: Any = None
    supervisor = Supervisor(nothing, nothing, {}, print, lambda: False)
    supervisor.children += [child_called(name) for name in ("display", "perception", "narrator")]

    supervisor.rest(besides="display")

    for child in supervisor.children:
        assert child.process.poll() is None
        child.process.communicate(b"\n", timeout=10)
    assert rested == ["perception", "narrator"]


def child_called(name: str, *, change_state: Any = None, get_state: Any = None) -> Child:
    """A node whose process waits for a line, and whose services are made up."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    return Child(name=name, command=(), process=process, change_state=change_state, get_state=get_state, started_s=0.0)


class Service:
    """A client whose service answers at once."""

    def __init__(self, **answer: object) -> None:
        self._answer = SimpleNamespace(**answer)

    def call_async(self, _request: object) -> Any:
        return SimpleNamespace(done=lambda: True, result=lambda: self._answer)


def test_a_node_that_builds_its_engines_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run ended after a minute, and took the engine with it that was being built."""
    monkeypatch.setattr(supervision, "TRANSITION_WITHIN_S", 0.3)
    monkeypatch.setattr(supervision, "ASKED_AGAIN_AFTER_S", 0.1)
    monkeypatch.setattr(supervision, "STATE_WITHIN_S", 0.1)
    ready_s = time.monotonic() + 1.5
    done = SimpleNamespace(done=lambda: time.monotonic() > ready_s, result=lambda: SimpleNamespace(success=True))
    never = SimpleNamespace(done=lambda: False, result=lambda: None)
    executor: Any = SimpleNamespace(spin_once=lambda timeout_sec: time.sleep(timeout_sec))
    told: list[str] = []
    nothing: Any = None
    supervisor = Supervisor(nothing, executor, {}, told.append, lambda: False)
    child = child_called(
        "perception",
        change_state=SimpleNamespace(call_async=lambda _request: done),
        get_state=SimpleNamespace(call_async=lambda _request: never),
    )

    assert supervisor._change(child, CONFIGURE)

    child.process.communicate(b"\n", timeout=10)
    assert told == ["perception is still getting ready: an engine that is built takes minutes"]


@pytest.mark.parametrize(
    ("state", "is_up"), [(State.PRIMARY_STATE_ACTIVE, True), (State.PRIMARY_STATE_INACTIVE, False)]
)
def test_a_slow_node_that_was_asked_twice_may_say_no_the_second_time(state: int, is_up: bool) -> None:
    """On a busy machine the page took more than a second to open: the run ended, since it was open already."""
    told: list[str] = []
    nothing: Any = None
    supervisor = Supervisor(nothing, nothing, {}, told.append, lambda: False)
    child = child_called(
        "display", change_state=Service(success=False), get_state=Service(current_state=State(id=state))
    )

    changed = supervisor._change(child, ACTIVATE)

    child.process.communicate(b"\n", timeout=10)
    assert changed is is_up
    assert bool(told) is not is_up
