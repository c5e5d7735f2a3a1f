"""One small simulated drive and its replay for every test here; makes what copies it importable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from crossmodal_narrator.runtime import ModelState, ModelStore
from crossmodal_narrator.simulation.drive import build_drive
from crossmodal_narrator.simulation.recording import record

sys.path.insert(0, str(Path(__file__).parent))

from copied_bags import replayed


@pytest.fixture(scope="session")
def small_bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds with a camera, a LiDAR and microphones, in one MCAP file whose chunks are compressed."""
    store = ModelStore()
    if store.state(store.manifest("nanodet_g")) is not ModelState.READY:
        pytest.skip("the detector's weights are not here: run `crossmodal-narrator models pull`")
    drive = build_drive(
        "ambulance_from_behind", seed=0, seconds=3.2, width=320, height=180, cameras="front", lidar="beams_32"
    )
    return record(drive, tmp_path_factory.mktemp("small") / "drive", processes=1)


@pytest.fixture(scope="session")
def small_replay(small_bag: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return replayed(small_bag, tmp_path_factory.mktemp("replay"))
