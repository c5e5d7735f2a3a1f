"""`simulate SCENARIO --out DIR` or `--live`: make a drive, with ground truth beside it or on real topics."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from crossmodal_narrator.cli.options import count, interrupt_on_sigterm
from crossmodal_narrator.cli.play import positive
from crossmodal_narrator.cli.progress import progress
from crossmodal_narrator.core.errors import ConfigError

SUMMARY = "make a simulated drive: a bag with its truth beside it, or live topics"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenario", nargs="?", default="street", help="a name of --list, or a YAML file (default: street)"
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, help="a new folder: bag/, truth.json, expectations.json")
    where.add_argument("--live", action="store_true", help="publish it with /clock while it is made")
    where.add_argument("--list", action="store_true", help="the scenarios that come along")
    parser.add_argument("--seed", type=int, default=0, help="chooses traffic, paints, people and houses (default: 0)")
    parser.add_argument("--seconds", type=float, help="length of the drive (default: all of it)")
    parser.add_argument("--size", type=_size, default=(960, 540), help="of the images (default: 960x540)")
    parser.add_argument("--cameras", help="front,rear … or none (default: those of the scenario)")
    parser.add_argument("--lidar", default="beams_64", help="beams_32, beams_64, beams_128 or none (default: beams_64)")
    parser.add_argument("--preview", type=Path, help="with --out: a film for people (.mp4, .webm, .gif) or a .png")
    parser.add_argument("--rate", type=positive, help="with --live: at most so fast (default: 1)")
    parser.add_argument("--processes", type=count, help="how many draw at once (default: one a core, at most 4)")


def run(args: argparse.Namespace) -> int:
    if args.list:
        return _list()
    _refuse_what_does_nothing(args)
    if args.live:
        return _live(args)
    return _record(args)


def _refuse_what_does_nothing(args: argparse.Namespace) -> None:
    """Raises ConfigError: an option of the other way to simulate."""
    if args.live and args.preview is not None:
        raise ConfigError("--preview draws what is recorded, and --live records nothing", remedy="use it with --out")
    if not args.live and args.rate is not None:
        raise ConfigError("--rate is of a live drive, --out is as fast as it can be", remedy="use it with --live")


def _record(args: argparse.Namespace) -> int:
    from crossmodal_narrator.simulation.drive import build_drive
    from crossmodal_narrator.simulation.preview import check_preview_path, write_preview
    from crossmodal_narrator.simulation.recording import record

    if args.preview is not None:
        check_preview_path(args.preview)  # before a minute is spent
    width, height = args.size
    drive = build_drive(
        args.scenario,
        seed=args.seed,
        seconds=args.seconds,
        width=width,
        height=height,
        cameras=args.cameras,
        lidar=args.lidar,
    )
    interrupt_on_sigterm()
    started = time.perf_counter()
    with progress(f"driving through {drive.scenario.name}") as bar:
        record(drive, args.out, processes=args.processes, on_progress=bar.tell)
        spent = time.perf_counter() - started
        if args.preview is not None:
            bar.say(f"drawing {args.preview}")
            write_preview(args.out, args.preview, bar.tell)
    print(f"{args.out}: {drive.length_s:g} s of {drive.scenario.name}, made in {spent:.0f} s")
    return 0


def _live(args: argparse.Namespace) -> int:
    from crossmodal_narrator.nodes.environment import node_environment

    command = [sys.executable, "-m", "crossmodal_narrator.nodes.simulator", args.scenario]
    for name in ("seed", "seconds", "cameras", "lidar", "rate", "processes"):
        if getattr(args, name) is not None:
            command += [f"--{name}", str(getattr(args, name))]
    command += ["--width", str(args.size[0]), "--height", str(args.size[1])]
    sys.stdout.flush()
    # The simulator takes this process's place: how its memory is managed is read when a process starts.
    os.execve(command[0], command, node_environment())


def _list() -> int:
    from crossmodal_narrator.simulation.scenarios import load_scenario, scenario_names

    for name in scenario_names():
        scenario = load_scenario(name)
        print(f"{name:28}{scenario.length_s:4.0f} s  {scenario.summary}")
    return 0


def _size(text: str) -> tuple[int, int]:
    """WIDTHxHEIGHT.

    Raises:
        argparse.ArgumentTypeError: anything else.
    """
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"{text} is not WIDTHxHEIGHT, as 640x360")
    return int(width), int(height)
