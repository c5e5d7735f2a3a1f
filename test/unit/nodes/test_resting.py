"""At the end of a recording the nodes are put away in order, and the page after all others."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from crossmodal_narrator.nodes.supervisor import Change, Child, Supervisor

pytestmark = pytest.mark.ros


def test_the_page_is_still_there_when_the_others_say_their_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    rested = []

    def change(_supervisor: Supervisor, child: Child, _change: Change) -> bool:
        rested.append(child.name)
        return True

    monkeypatch.setattr(Supervisor, "_change", change)
    nothing: Any = None
    supervisor = Supervisor(nothing, nothing, {}, print, lambda: False)
    for name in ("display", "perception", "narrator"):
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        supervisor.children.append(
            Child(name=name, command=(), process=process, change_state=None, get_state=None, started_s=0.0)
        )

    supervisor.rest(besides="display")

    for child in supervisor.children:
        assert child.process.poll() is None
        child.process.communicate(b"\n", timeout=10)
    assert rested == ["perception", "narrator"]
