"""The environment of a node's process, and who may join in."""

from __future__ import annotations

from pathlib import Path

from crossmodal_narrator.nodes.environment import node_environment


def test_what_makes_images_fast_is_set() -> None:
    environment = node_environment({})

    assert Path(environment["FASTDDS_DEFAULT_PROFILES_FILE"]).is_file()
    assert int(environment["MALLOC_MMAP_THRESHOLD_"]) > 100_000_000
    assert "ROS_DOMAIN_ID" not in environment


def test_what_a_user_has_set_stays() -> None:
    mine = {"FASTDDS_DEFAULT_PROFILES_FILE": "/mine.xml", "ROS_DOMAIN_ID": "7", "MALLOC_TRIM_THRESHOLD_": "1"}

    assert mine.items() <= node_environment(mine, domain=42).items()


def test_a_demonstration_is_heard_by_nobody_else() -> None:
    environment = node_environment({}, domain=42)

    assert (environment["ROS_DOMAIN_ID"], environment["ROS_AUTOMATIC_DISCOVERY_RANGE"]) == ("42", "LOCALHOST")
