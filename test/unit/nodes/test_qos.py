"""The QoS that a bag is played with is the one that was recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.wire import MessageKind

qos = pytest.importorskip("crossmodal_narrator.nodes.qos", reason="rclpy is not installed")

NUMBERED = "- history: 1\n  depth: 1\n  reliability: {reliability}\n  durability: {durability}\n"
NAMED = "- history: keep_last\n  depth: 5\n  reliability: {reliability}\n  durability: {durability}\n"


@pytest.mark.parametrize(
    ("offered", "reliability", "durability"),
    [
        ("", "RELIABLE", "VOLATILE"),
        ("not: [yaml", "RELIABLE", "VOLATILE"),
        (NUMBERED.format(reliability=2, durability=2), "BEST_EFFORT", "VOLATILE"),
        (NUMBERED.format(reliability=1, durability=1), "RELIABLE", "TRANSIENT_LOCAL"),
        (NAMED.format(reliability="best_effort", durability="volatile"), "BEST_EFFORT", "VOLATILE"),
        (
            NUMBERED.format(reliability=1, durability=1) + NUMBERED.format(reliability=2, durability=2),
            "BEST_EFFORT",
            "VOLATILE",
        ),
    ],
    ids=["unknown", "not to be understood", "best effort", "latched", "by name", "of two publishers the weaker"],
)
def test_what_was_offered_is_offered_again(offered: str, reliability: str, durability: str) -> None:
    profile = qos.of_player(MessageKind.POINTS, is_static=False, offered=offered)

    assert (profile.reliability.name, profile.durability.name) == (reliability, durability)


def test_static_transforms_are_latched_whatever_was_recorded() -> None:
    offered = NUMBERED.format(reliability=2, durability=2)

    assert qos.of_player(MessageKind.TRANSFORMS, is_static=True, offered=offered) is qos.STATIC_TRANSFORMS


@pytest.mark.shared
@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_what_was_offered_is_read_from_both_storages(storage: str, shared_dir: Path) -> None:
    folder = shared_dir / "drives/rosbag2_fixtures/rosbag2_tests/resources" / storage / "cdr_test"

    assert any("reliability" in topic.offered_qos for topic in open_bag(folder).topics)
