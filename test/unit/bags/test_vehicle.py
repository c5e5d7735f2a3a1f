"""What lies beside a bag is read, and a person's own file counts more."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossmodal_narrator.bags.vehicle import vehicle_file
from crossmodal_narrator.cli.parameters import perception_config
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.wire import TopicMap

CAPSULES = "[0.1, 0.1, 0.0, -0.1, 0.1, 0.0, -0.1, -0.1, 0.0]"


def written(path: Path, sound: str) -> Path:
    path.write_text(f"perception:\n  ros__parameters:\n    sound: {{{sound}}}\n", encoding="utf-8")
    return path


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    assert vehicle_file(tmp_path / "bag") is None


def test_the_one_beside_the_bag_is_found_and_ones_own_counts_more(tmp_path: Path) -> None:
    beside = written(tmp_path / "vehicle.yaml", f"capsules_m: {CAPSULES}, siren_threshold: 0.5")
    own = written(tmp_path / "own.yaml", "siren_threshold: 0.6")
    assert vehicle_file(tmp_path / "bag") == beside

    config = perception_config(own, TopicMap(), vehicle_file(tmp_path / "bag"))
    assert len(config.sound.capsules) == 3
    assert config.sound.siren_threshold == 0.6


def test_one_that_is_wrong_is_refused_with_its_name(tmp_path: Path) -> None:
    beside = written(tmp_path / "vehicle.yaml", "capsules: 4")
    with pytest.raises(ConfigError, match=r"vehicle\.yaml"):
        perception_config(None, TopicMap(), beside)
