"""One small simulated drive, its replay and its annotated copy for every test here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from copied_bags import replayed

from crossmodal_narrator.cli.main import main
from crossmodal_narrator.runtime import Manifest
from crossmodal_narrator.simulation.drive import build_drive
from crossmodal_narrator.simulation.recording import record

MadeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def small_bag(detector: Manifest, made_once: MadeOnce) -> Path:
    """Three seconds with a camera, a LiDAR and microphones, in one MCAP file whose chunks are compressed."""

    def make(folder: Path) -> None:
        drive = build_drive(
            "ambulance_from_behind", seed=0, seconds=3.2, width=320, height=180, cameras="front", lidar="beams_32"
        )
        record(drive, folder, processes=1)

    return made_once("small_drive", make) / "bag"


@pytest.fixture(scope="session")
def small_replay(small_bag: Path, made_once: MadeOnce) -> Path:
    return made_once("small_replay", lambda folder: replayed(small_bag, folder))


@pytest.fixture(scope="session")
def annotated(small_bag: Path, small_replay: Path, made_once: MadeOnce) -> Path:
    def make(folder: Path) -> None:
        assert main(["annotate", str(small_replay), "--bag", str(small_bag), "--out", str(folder)]) == 0

    return made_once("small_annotated", make)
