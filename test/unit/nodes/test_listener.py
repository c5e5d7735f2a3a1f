"""Who only listens is not ended by what cannot be read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from crossmodal_narrator.nodes.listener import Listener
from crossmodal_narrator_msgs.msg import Narration, Reply

pytestmark = pytest.mark.ros


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        ("narrator/narration", Narration(urgency="info", text="A car ahead.")),
        ("dialogue/reply", Reply(text="A car ahead.", pace=0.0)),
    ],
)
def test_a_sentence_that_cannot_be_read_is_told_and_passed_over(topic: str, message: Any) -> None:
    told: list[str] = []
    callbacks: dict[str, Any] = {}
    node: Any = SimpleNamespace(
        create_subscription=lambda _kind, name, callback, _qos: callbacks.update({name: callback}),
        get_logger=lambda: SimpleNamespace(warning=lambda text, throttle_duration_sec: told.append(text)),
    )
    heard: list[object] = []
    Listener(node, lambda *said: heard.append(said), lambda *said: heard.append(said))

    callbacks[topic](message)

    assert heard == []
    assert len(told) == 1
    assert told[0].startswith(f"{topic}: ")
