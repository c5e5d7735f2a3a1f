"""A simulated drive as a bag, with its truth beside it."""

from __future__ import annotations

import hashlib
import heapq
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags.writer import BagWriter
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.folders import user_cache_dir
from crossmodal_narrator.core.frames import SensorFrame
from crossmodal_narrator.simulation.drive import moments_in, rigid_frames, simulate
from crossmodal_narrator.simulation.lidar import TURN_S
from crossmodal_narrator.simulation.street import build_scenario

OnProgress = Callable[[int, int], None]
TRUTH_NAME = "truth.json"
_MADE_OF = ("simulation", "wire", "bags")  # packages whose change may change the bytes of a drive


def cached_drive(name: str, *, seed: int = 0, on_progress: OnProgress = lambda done, total: None) -> Path:
    """The bag of a drive, recorded the first time that this version is asked for it, and kept in the user's cache.

    Raises:
        ScenarioError: an unknown scenario.
        BagError: the cache cannot be written.
    """
    kept = user_cache_dir() / "drives" / f"{name}-{seed}-{_fingerprint()}"
    bag = kept / "bag"
    if bag.is_dir():
        return bag
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".making-") as making:
        record(name, Path(making) / "drive" / "bag", seed=seed, on_progress=on_progress)
        with suppress(OSError):  # another run was faster, and made the same bytes
            (Path(making) / "drive").rename(kept)
    if not bag.is_dir():
        raise BagError(
            f"{kept} could not be written", remedy="free some space, or set XDG_CACHE_HOME to another folder"
        )
    return bag


def _fingerprint() -> str:
    """Of the code that makes drives."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for package in _MADE_OF:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def record(
    name: str,
    path: Path,
    *,
    seed: int = 0,
    seconds: float | None = None,
    processes: int | None = None,
    on_progress: OnProgress = lambda done, total: None,
) -> Path:
    """Write the scenario to a new bag at `path`, and truth.json beside it; the truth's path is returned.

    The same name, seed and seconds give the same bytes, whatever the number of processes.

    Raises:
        ScenarioError: an unknown or contradictory scenario, or more seconds than it has.
        BagError: `path` exists, or cannot be written.
    """
    scenario = build_scenario(name, seed)
    total = moments_in(scenario, seconds)
    truth: list[dict[str, Any]] = []

    def sensed() -> Iterator[SensorFrame]:
        for moment in simulate(name, seed, seconds, processes):
            truth.append(moment.truth)
            on_progress(len(truth), total)
            yield moment.image
            yield moment.sweep

    path.parent.mkdir(parents=True, exist_ok=True)
    with BagWriter(path) as bag:
        for frame in heapq.merge(rigid_frames(scenario, total * TURN_S), sensed(), key=lambda frame: frame.stamp_ns):
            bag.write_frame(frame)
    beside = path.parent / TRUTH_NAME
    beside.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return beside
