"""What Fast DDS leaves in /dev/shm when a process is killed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path("/dev/shm")


def segments_of(pid: int) -> frozenset[Path]:
    """The segments that a living process has open; none where it may not be looked at."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has ended, or is another user's
        return frozenset()
    paths = (line.split(maxsplit=5)[-1] for line in maps.splitlines() if str(FOLDER) in line)
    return frozenset(Path(path) for path in paths if path.startswith(f"{FOLDER}/"))


def remove_orphans(segments: Iterable[Path]) -> int:
    """Delete those of `segments` that are ours and that no living process has open; how many."""
    removed = 0
    used = {path for entry in Path("/proc").iterdir() if entry.name.isdigit() for path in segments_of(int(entry.name))}
    for path in set(segments) - used:
        if path.is_file() and path.stat().st_uid == os.getuid():
            path.unlink(missing_ok=True)
            removed += 1
    return removed
