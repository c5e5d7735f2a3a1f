"""What comes about in another thread or process: a test waits for it, and fails where it does not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def until(holds: Callable[[], T], within_s: float = 5.0) -> T:
    """Ask again and again until something is true, and return it."""
    end_s = time.monotonic() + within_s
    while not (found := holds()):
        assert time.monotonic() < end_s, f"it did not come about within {within_s} s"
        time.sleep(0.01)
    return found


def runs(pid: int) -> bool:
    """A process that has ended stays as a zombie until somebody asks after it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
