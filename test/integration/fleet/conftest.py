"""A folder of small bags, some of them spoilt, and what a fleet without Ray makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from many_bags import copies, corrupt, cut, empty, small_drive

from crossmodal_narrator.cli.main import main


@pytest.fixture(scope="session")
def seed_bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_drive(tmp_path_factory.mktemp("fleet") / "seed", seconds=0.6)


@pytest.fixture(scope="session")
def bags(seed_bag: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bags")
    copies(seed_bag, folder, 3)
    corrupt(seed_bag, folder / "corrupt")
    cut(seed_bag, folder / "cut")
    empty(seed_bag, folder / "empty")
    return folder


@pytest.fixture(scope="session")
def undisturbed(bags: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of one worker whom nobody disturbed."""
    pytest.importorskip("pyarrow")
    out = tmp_path_factory.mktemp("undisturbed")
    assert main(["fleet", str(bags), "--out", str(out), "--on", "processes", "--workers", "1"]) == 1
    return out
