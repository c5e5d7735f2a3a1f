"""`import` writes a drive that `replay` narrates and `evaluate` scores, and says what it did."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from make_kitti import write_kitti_object, write_kitti_raw
from make_nuscenes import write_nuscenes
from make_pandaset import write_pandaset

from crossmodal_narrator.bags.importing import DATASETS
from crossmodal_narrator.cli import import_
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.evaluation import read_truth

MAKERS: dict[str, tuple[Callable[[Path], Path], list[str]]] = {
    "kitti_raw": (write_kitti_raw, []),
    "kitti_object": (write_kitti_object, []),
    "nuscenes": (write_nuscenes, ["--scene", "scene-0001"]),
    "pandaset": (write_pandaset, []),
}


def test_the_verb_offers_every_dataset() -> None:
    assert import_.DATASETS == DATASETS == tuple(MAKERS)


@pytest.mark.usefixtures("detector")
@pytest.mark.parametrize("dataset", MAKERS)
def test_an_imported_drive_replays_without_damage_and_is_scored(
    dataset: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, scene = MAKERS[dataset]
    out, replayed = tmp_path / "out", tmp_path / "replayed"
    assert main(["import", dataset, str(make(tmp_path)), "--out", str(out), *scene]) == 0
    assert main(["replay", str(out / "bag"), "--out", str(replayed), "--quiet"]) == 0
    assert "could not be read" not in capsys.readouterr().out
    scenes = [json.loads(line) for line in (replayed / "scenes.jsonl").read_text().splitlines()]
    truth = read_truth(out / "truth.json")
    assert {entry.stamp_ns for entry in truth} <= {scene["stamp_ns"] for scene in scenes}
    # No camera or LiDAR is without its place or its calibration.
    assert not [line for scene in scenes for line in scene["degraded"] if line["trouble"] == "unplaced"]
    scored = ["evaluate", str(replayed), "--truth", str(out / "truth.json"), "--bag", str(out / "bag")]
    assert main(scored) == 0


def test_it_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["import", "nuscenes", str(write_nuscenes(tmp_path)), "--out", str(out), "--scene", "scene-0001"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{out}/bag: 0.5 s of nuscenes scene-0001; 3 sweeps, pictures: front 1",
        f"{out}/truth.json: 2 sweeps; car 2, cyclist 1, obstacle 1",
        "names that are not known here, kept as obstacles: vehicle.hovercraft 1",
        "left out: RADAR_FRONT 1",
        "licence: CC BY-NC-SA 4.0 with nuScenes' terms of use: not for commercial use; cite Caesar et al.",
    ]


def test_a_folder_that_is_not_there_is_one_line_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "pandaset", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("crossmodal-narrator import: ")
    assert line.endswith("nowhere is no folder — name the folder that pandaset was unpacked into")


def test_an_existing_folder_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_kitti_object(tmp_path / "dataset")
    assert main(["import", "kitti_object", str(folder), "--out", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err
