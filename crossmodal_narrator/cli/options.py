"""Options that several verbs have. No library is imported here, so that their help is quick."""

from __future__ import annotations

import argparse
import signal


def add_naming_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        metavar="NAME|FILE",
        help="whose names the topics have: a simulator's, or a .yaml as config/profiles",
    )
    parser.add_argument(
        "--topic",
        action="append",
        default=[],
        dest="topics",
        metavar="NAME=TOPIC",
        help="a topic by the nodes' name for it, as lidar/points=/velodyne_points",
    )


def count(text: str) -> int:
    """A whole number above zero.

    Raises:
        argparse.ArgumentTypeError: anything else.
    """
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} must be a whole number above 0")
    return int(text)


def interrupt_on_sigterm() -> None:
    """SIGTERM ends a verb as Ctrl-C does: what is half made is removed, and child processes go with it."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
