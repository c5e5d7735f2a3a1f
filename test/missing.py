"""What a test needs and this machine lacks."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def in_ci() -> bool:
    return os.environ.get("CI") == "true"


def is_missing(reason: str) -> NoReturn:
    """Skip on a user's machine; CI must run every test."""
    if in_ci():
        pytest.fail(f"{reason}, and CI must run this test")
    pytest.skip(reason)
