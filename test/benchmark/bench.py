"""`make bench`: how long each stage takes on a drive, and the ratio to the well-known alternative, in one run.

    python test/benchmark/bench.py BAG

Times of a shared machine are noisy: compare within one run, never across runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table

from crossmodal_narrator.assembly import build_pipeline
from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.bags.replay import Replay, Transcript
from crossmodal_narrator.bags.vehicle import vehicle_file
from crossmodal_narrator.cli.parameters import narrator_config, perception_config
from crossmodal_narrator.wire import Intake, guess_topics


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bag", type=Path)
    args = parser.parse_args()
    console = Console()
    console.print(stage_table(args.bag))
    console.print(alternatives_table())
    return 0


def stage_table(path: Path) -> Table:
    """Replay the drive once and sum up its stages."""
    bag = open_bag(path)
    topics = guess_topics([(topic.name, topic.msgtype) for topic in bag.topics])
    perception = perception_config(None, topics, vehicle_file(path))
    pipeline = build_pipeline(perception, narrator_config(None, "en"), now_ns=time.perf_counter_ns)
    times_ms: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, Transcript(Path(folder)) as transcript:
        record = transcript.write_time
        transcript.write_time = lambda stage, stamp_ns, ms: (  # type: ignore[method-assign]
            times_ms[stage].append(ms),
            record(stage, stamp_ns, ms),
        )[1]
        started = time.perf_counter()
        scenes = sum(1 for _ in Replay(bag, Intake(topics), pipeline, transcript))
        took_s = time.perf_counter() - started
    title = f"{path.name}: {scenes} scenes, {(bag.end_ns - bag.start_ns) / 1e9:.1f} s of driving in {took_s:.1f} s"
    table = Table("stage", "times", "p50 ms", "p99 ms", "ms a scene", title=title)
    for stage, values in times_ms.items():
        ordered = sorted(values)
        p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
        row = (statistics.median(ordered), p99, sum(ordered) / scenes)
        table.add_row(stage, str(len(values)), *(f"{value:.2f}" for value in row))
    return table


def alternatives_table() -> Table:
    """Each measured part beside the alternative that people know."""
    table = Table("part", "ours ms", "alternative", "its ms", "ratio", title="beside the well-known alternatives")
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        for row in _load(file).rows():
            ratio = row["alternative_ms"] / row["ms"]
            table.add_row(
                row["stage"], f"{row['ms']:.2f}", row["alternative"], f"{row['alternative_ms']:.2f}", f"{ratio:.1f}×"
            )
    return table


def _load(file: Path) -> ModuleType | Any:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    raise SystemExit(main())
