"""The memory of this process: how much it is, and giving back what is no longer used."""

from __future__ import annotations

import ctypes
import gc
import os
from pathlib import Path


def resident_mb() -> float:
    """What this process holds in memory, in 10^6 bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def release() -> None:
    """Return freed memory to the system, which a node has glibc keep while it works (nodes/environment.py)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
    if trim is not None:
        trim(0)
