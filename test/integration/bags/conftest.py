"""A recorded drive for every test here."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded_drive import write_drive


@pytest.fixture(scope="session")
def drive_bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds; several chunks long."""
    return write_drive(tmp_path_factory.mktemp("bags") / "drive", steps=50, points=10_000)
