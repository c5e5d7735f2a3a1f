"""Training needs PyTorch, which the runtime does not: without it these tests are left out, and CI must have it."""

from __future__ import annotations

import importlib.util
import os

import pytest

REASON = "PyTorch is not installed: `make extras` brings it"


@pytest.fixture(autouse=True)
def _has_torch() -> None:
    if importlib.util.find_spec("torch") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{REASON}, and CI must run this test")
        pytest.skip(REASON)
