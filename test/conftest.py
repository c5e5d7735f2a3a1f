"""Fixtures that every test may use: where the measured drives are, if this checkout has them beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        reason = "the measured drives are not beside this checkout (../shared)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and CI must run this test")
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def san_francisco_bag(shared_dir: Path) -> Path:
    return shared_dir / "drives" / "san_francisco" / "bag"


@pytest.fixture(scope="session")
def san_francisco_truth(shared_dir: Path) -> list[dict[str, Any]]:
    truth: list[dict[str, Any]] = json.loads((shared_dir / "drives" / "san_francisco" / "truth.json").read_text())
    return truth
