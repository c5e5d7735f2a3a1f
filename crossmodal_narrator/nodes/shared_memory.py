"""What Fast DDS leaves in /dev/shm when a process is killed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path("/dev/shm")
PREFIXES = tuple(f"{FOLDER}/{kind}{name}" for kind in ("", "sem.") for name in ("fastdds_", "fastrtps_"))


def segments_of(pid: int) -> frozenset[Path]:
    """The segments of Fast DDS that a living process has open; none where it may not be looked at."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has ended, or is another user's
        return frozenset()
    paths = (line.split(maxsplit=5)[-1] for line in maps.splitlines() if str(FOLDER) in line)
    return frozenset(Path(path) for path in paths if path.startswith(PREFIXES))


def orphans(segments: Iterable[Path]) -> frozenset[Path]:
    """Those of `segments` that are still there, ours, and open in no living process."""
    used = {path for entry in Path("/proc").iterdir() if entry.name.isdigit() for path in segments_of(int(entry.name))}
    return frozenset(p for p in set(segments) - used if p.is_file() and p.stat().st_uid == os.getuid())


def remove_orphans(segments: Iterable[Path]) -> None:
    for path in orphans(segments):
        path.unlink(missing_ok=True)
