"""A simulated drive as a bag, with its truth beside it."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags.writer import BagWriter
from crossmodal_narrator.core.frames import SensorFrame
from crossmodal_narrator.simulation.drive import moments_in, rigid_frames, simulate
from crossmodal_narrator.simulation.lidar import TURN_S
from crossmodal_narrator.simulation.street import build_scenario

TRUTH_NAME = "truth.json"


def record(
    name: str,
    path: Path,
    *,
    seed: int = 0,
    seconds: float | None = None,
    processes: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
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
