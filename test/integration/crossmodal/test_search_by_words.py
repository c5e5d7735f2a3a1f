"""Simulated drives are replayed by the real models, and words of two languages find the right one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.cli.main import main
from crossmodal_narrator.simulation.drive import build_drive
from crossmodal_narrator.simulation.recording import record

pytestmark = pytest.mark.slow

SCENARIOS = ("street", "night_rain", "ambulance_from_behind")


@pytest.fixture(scope="module")
def replays(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Three seconds of each, seen, swept and heard."""
    folder = tmp_path_factory.mktemp("drives")
    params = folder / "params.yaml"
    params.write_text(
        "perception: {ros__parameters: {models: {scene_encoder: crossmodal_scene}, crossmodal: {attributes: true}}}\n"
    )
    for name in SCENARIOS:
        bag = record(build_drive(name, seconds=3.0, width=640, height=360, cameras="front"), folder / "made" / name)
        assert main(["replay", str(bag), "--out", str(folder / name), "--quiet", "--params", str(params)]) == 0
    return {name: folder / name for name in SCENARIOS}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("at night, in the rain", "night_rain"),
        ("夜里，下着雨", "night_rain"),
        ("a siren is wailing", "ambulance_from_behind"),
        ("警笛长鸣", "ambulance_from_behind"),
        ("a residential street by day, we are standing, no siren", "street"),
        ("白天，安静的居民区小路，我们停着，没有警笛", "street"),
    ],
)
def test_the_drive_that_is_meant_is_found_first(
    words: str, wanted: str, replays: Mapping[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", words, *(str(folder) for folder in replays.values()), "--apart", "60"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert len(lines) == len(SCENARIOS)
    assert Path(lines[0].split()[1]).name == wanted


def test_the_light_is_told(replays: Mapping[str, Path]) -> None:
    told = {name: attributes_of(folder)["light"] for name, folder in replays.items()}

    assert told == {"street": {"day"}, "night_rain": {"night"}, "ambulance_from_behind": {"day"}}


def test_the_first_look_is_all_new_and_the_next_ones_are_not(replays: Mapping[str, Path]) -> None:
    looks = [scene["surroundings"] for scene in scenes_of(replays["street"]) if scene["surroundings"]]

    assert looks[0]["novelty"] == 1.0
    assert max(look["novelty"] for look in looks[1:]) < 0.5
    assert all(look["senses"] == ["camera", "lidar", "audio"] for look in looks[1:])


def attributes_of(replay: Path) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for scene in scenes_of(replay):
        for attribute in (scene["surroundings"] or {}).get("attributes", ()):
            told.setdefault(attribute["name"], set()).add(attribute["value"])
    return told


def scenes_of(replay: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (replay / "scenes.jsonl").read_text(encoding="utf-8").splitlines()]
