"""`evaluate DIR --truth truth.json --bag BAG`: score a replay against what really stood there."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

SUMMARY = "score a replay against truth.json: objects, positions, speeds and spoken claims"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("replay", type=Path, help="folder that `replay` wrote")
    parser.add_argument("--truth", type=Path, required=True, help="the drive's truth.json")
    parser.add_argument("--bag", type=Path, required=True, help="the bag: for the camera's view and the ego's poses")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--verbose", action="store_true", help="list each miss, each invention and each wrong claim")


def run(args: argparse.Namespace) -> int:
    from rich.console import Console

    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.cli.survey import survey_bag
    from crossmodal_narrator.evaluation import Scope, read_truth, score_claims, score_detection, true_speeds

    truth = read_truth(args.truth)
    records = _read_lines(args.replay / "scenes.jsonl")
    survey = survey_bag(open_bag(args.bag), tuple(scene.stamp_ns for scene in truth))
    speeds = true_speeds(truth, survey.odom_from_base)
    detection = score_detection(records, truth, survey.in_view, speeds, Scope())
    claims = score_claims(_read_lines(args.replay / "transcript.jsonl"), records, truth)
    figures = {**detection.summary(), **claims.summary()}
    console = Console()
    for name, value in figures.items():
        console.print(f"{name:28} {value:.3f}" if isinstance(value, float) else f"{name:28} {value}")
    if args.verbose:
        for title, lines in (
            ("missed", detection.missed),
            ("invented", detection.invented),
            ("wrong claims", claims.wrong),
        ):
            console.print(f"\n{title} ({len(lines)})", *lines, sep="\n  ", markup=False)
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _read_lines(path: Path) -> list[dict[str, Any]]:
    from crossmodal_narrator.core.errors import BagError

    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BagError(f"{path}: {error}", remedy="run `crossmodal-narrator replay BAG --out DIR` first") from error
