"""Training needs PyTorch, which the runtime does not: without it these tests are left out, and CI must have it."""

from __future__ import annotations

import importlib.util

import pytest
from missing import is_missing


@pytest.fixture(autouse=True)
def _has_torch() -> None:
    if importlib.util.find_spec("torch") is None:
        is_missing("PyTorch is not installed: `make extras` brings it")
