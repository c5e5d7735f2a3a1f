"""`evaluate DIR`: measure a replay, against what really stood there where a truth.json tells it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossmodal_narrator.cli.evaluating import Recorded

SUMMARY = "measure a replay: objects, tracks, sounds, claims, speech, latency, against truth.json or without"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("replay", type=Path, help="folder that `replay` wrote; evaluation.json is written into it")
    parser.add_argument("--truth", type=Path, help="the drive's truth.json; without it, what needs none is measured")
    parser.add_argument("--bag", type=Path, help="the bag: for the camera's view and the ego's poses")
    parser.add_argument(
        "--references", type=Path, metavar="JSONL", help="texts by people to compare the sentences with"
    )
    parser.add_argument("--json", type=Path, help="write the evaluation here too")
    parser.add_argument("--verbose", action="store_true", help="list each miss, each invention and each wrong claim")


def run(args: argparse.Namespace) -> int:
    from rich.console import Console

    from crossmodal_narrator.cli.evaluating import evaluated
    from crossmodal_narrator.cli.figures import print_events, print_notes, print_part
    from crossmodal_narrator.cli.progress import progress
    from crossmodal_narrator.evaluation import EVALUATION_FILE, merged, write_evaluation
    from crossmodal_narrator.evaluation.references import read_references

    references = read_references(args.references) if args.references is not None else ()
    with progress(f"measuring {args.replay}"):
        parts = evaluated(args.replay, _recorded(args), references)
        found = merged(parts.values())
    console = Console()
    for name, part in parts.items():
        print_part(console, name, part)
    print_notes(console, found)
    if args.verbose:
        print_events(console, found)
    for path in (args.replay / EVALUATION_FILE, *([args.json] if args.json is not None else [])):
        write_evaluation(found, path)
    return 0


def _recorded(args: argparse.Namespace) -> Recorded | None:
    """The bag, with the truth, and what had to be said where that lies beside it.

    Raises:
        BagError: a truth without a bag, or a bag that cannot be read.
    """
    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.cli.evaluating import EXPECTATIONS, Recorded
    from crossmodal_narrator.cli.replaying import intake_of_replay
    from crossmodal_narrator.core.errors import BagError

    if args.bag is None:
        if args.truth is None:
            return None
        raise BagError("--truth without --bag", remedy="name the bag: it has the camera's view and the ego's poses")
    bag = open_bag(args.bag)
    expected = None if args.truth is None else args.truth.parent / EXPECTATIONS
    return Recorded(
        bag=bag,
        intake=intake_of_replay(args.replay, bag),
        truth=args.truth,
        expectations=expected if expected is not None and expected.is_file() else None,
    )
