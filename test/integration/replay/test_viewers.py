"""The configurations of RViz and Foxglove show topics that an annotated bag has, in panels that are placed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crossmodal_narrator.bags import open_bag

PATHS = ("value", "topicPath", "imageTopic", "calibrationTopic")


@pytest.fixture
def types(annotated: Path) -> dict[str, str]:
    """Of the topics of the annotated bag."""
    return {topic.name: topic.msgtype for topic in open_bag(annotated).topics}


def shown(config: Any) -> Iterator[str]:
    """Topics, and paths into their messages."""
    for key, value in config.items() if isinstance(config, dict) else enumerate(config):
        if key in PATHS:
            yield value
        elif key == "topics":
            yield from value
        elif isinstance(value, (dict, list)):
            yield from shown(value)


def leaves(layout: Any) -> list[str]:
    return [layout] if isinstance(layout, str) else leaves(layout["first"]) + leaves(layout["second"])


def test_foxglove_shows_what_is_there(repository: Path, types: dict[str, str]) -> None:
    layout = json.loads((repository / "config" / "foxglove_layout.json").read_text(encoding="utf-8"))
    assert sorted(leaves(layout["layout"])) == sorted(layout["configById"])
    topics = {path.partition(".")[0] for path in shown(layout["configById"])}
    assert {"/perception/markers", "/narrator/markers", "/narrator/narration/text/en", "/lidar/points"} <= topics
    assert topics <= set(types)


def test_rviz_draws_the_tracks_and_the_sentences(repository: Path, types: dict[str, str]) -> None:
    document = yaml.safe_load((repository / "config" / "narrator.rviz").read_text(encoding="utf-8"))
    displays = document["Visualization Manager"]["Displays"]
    drawn = {f"/{d['Topic']['Value']}": d["Class"].rpartition("/")[2] for d in displays if "Topic" in d}
    assert drawn.pop("/camera/front/image") == "Image"  # which image_transport finds compressed in this bag
    assert {topic: types[topic].rpartition("/")[2] for topic in drawn} == drawn
    assert list(drawn.values()).count("MarkerArray") == 2
