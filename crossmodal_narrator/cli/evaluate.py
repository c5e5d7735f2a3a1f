"""`evaluate DIR`: measure a replay, against what really stood there where a truth.json tells it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossmodal_narrator.cli.survey import Survey
    from crossmodal_narrator.evaluation.drive import Truth

SUMMARY = "measure a replay: objects, tracks, sounds, claims, speech, latency, against truth.json or without"
EXPECTATIONS = "expectations.json"  # beside truth.json, where the drive is a scenario's


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

    from crossmodal_narrator.cli.figures import print_events, print_notes, print_part
    from crossmodal_narrator.cli.progress import progress
    from crossmodal_narrator.evaluation import EVALUATION_FILE, merged, write_evaluation
    from crossmodal_narrator.evaluation.drive import evaluate_drive
    from crossmodal_narrator.evaluation.references import read_references
    from crossmodal_narrator.evaluation.replayed import read_replayed

    drive = read_replayed(args.replay)
    references = read_references(args.references) if args.references is not None else ()
    truth = _truth(args.truth, args.bag, args.replay) if args.truth is not None else None
    in_view = _survey(args.bag, args.replay).in_view if truth is None and args.bag is not None else None
    with progress(f"measuring {args.replay}"):
        parts = evaluate_drive(drive, truth, references=references, in_view=in_view)
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


def _survey(bag: Path, replay: Path, stamps_ns: tuple[int, ...] = ()) -> Survey:
    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.cli.progress import reading
    from crossmodal_narrator.cli.replaying import intake_of_replay
    from crossmodal_narrator.cli.survey import camera_view

    opened = open_bag(bag)
    with reading(opened, f"looking at {bag}"):
        return camera_view(opened, stamps_ns, intake_of_replay(replay, opened))


def _truth(path: Path, bag: Path | None, replay: Path) -> Truth:
    """Read the truth, what had to be said where that lies beside it, and what the bag adds.

    Raises:
        BagError: no bag is named, or a file cannot be read.
    """
    from crossmodal_narrator.core.errors import BagError
    from crossmodal_narrator.evaluation import read_expectations, read_truth, true_speeds
    from crossmodal_narrator.evaluation.drive import Truth

    if bag is None:
        raise BagError("--truth without --bag", remedy="name the bag: it has the camera's view and the ego's poses")
    scenes = read_truth(path)
    survey = _survey(bag, replay, tuple(scene.stamp_ns for scene in scenes))
    expected = path.parent / EXPECTATIONS
    return Truth(
        scenes=scenes,
        in_view=survey.in_view,
        speeds=true_speeds(scenes, survey.odom_from_base),
        expected=read_expectations(expected) if expected.is_file() else None,
    )
