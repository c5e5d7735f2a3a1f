"""`play BAG`: publish a bag on real topics, with /clock, at its own rate."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

SUMMARY = "publish a bag on the topics that the nodes read, with /clock"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bag", type=Path, help="rosbag2 folder or file (mcap, db3)")
    parser.add_argument("--rate", type=positive, default=1.0, help="2 is twice as fast as it was (default: 1)")
    parser.add_argument("--wait", type=float, default=10.0, help="seconds to wait for subscribers (default: 10)")
    parser.add_argument("--quiet", action="store_true", help="say only what went wrong")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.nodes.environment import node_environment

    command = player_command(args.bag, rate=args.rate, wait_s=args.wait, is_quiet=args.quiet)
    sys.stdout.flush()
    # The player takes this process's place: how its memory is managed is read when a process starts.
    os.execve(command[0], command, node_environment())


def player_command(bag: Path, *, rate: float, wait_s: float, is_quiet: bool = False) -> list[str]:
    """What starts the player as a process."""
    module = "crossmodal_narrator.nodes.player"
    quiet = ["--quiet"] if is_quiet else []
    return [sys.executable, "-m", module, str(bag), "--rate", str(rate), "--wait", str(wait_s), *quiet]


def positive(text: str) -> float:
    """An argument that must be above zero.

    Raises:
        argparse.ArgumentTypeError: zero, below, or no finite number.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} must be a number above 0")
    return value
