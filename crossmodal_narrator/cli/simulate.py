"""`simulate SCENARIO --out BAG`: make a drive, with ground truth beside it."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

SUMMARY = "make a simulated drive: a bag, and truth.json beside it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="?", default="street", help="what happens (default: street)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bag, which must not exist yet")
    parser.add_argument("--seconds", type=float, help="length of the drive (default: all of it)")
    parser.add_argument("--seed", type=int, default=0, help="chooses paints, people and houses (default: 0)")
    parser.add_argument("--processes", type=int, help="how many draw at once (default: one for each core, at most 4)")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.simulation import record

    started = time.perf_counter()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"driving through {args.scenario}", total=None)
        truth = record(
            args.scenario,
            args.out,
            seed=args.seed,
            seconds=args.seconds,
            processes=args.processes,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    print(f"{args.out} and {truth} made in {time.perf_counter() - started:.0f} s")
    return 0
