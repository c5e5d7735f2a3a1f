"""`evaluate DIR --truth truth.json --bag BAG`: score a replay against what really stood there."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from crossmodal_narrator.evaluation import ExpectationScore, TrueScene

SUMMARY = "score a replay against truth.json: objects, positions, speeds, spoken claims, and what had to be said"
EXPECTATIONS = "expectations.json"  # beside truth.json, where the drive is a scenario's


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
    transcript = _read_lines(args.replay / "transcript.jsonl")
    claims = score_claims(transcript, records, truth)
    expected = _score_expectations(args.truth.parent / EXPECTATIONS, transcript, records, truth)
    figures = {**detection.summary(), **claims.summary(), **(expected.summary() if expected is not None else {})}
    console = Console()
    for name, value in figures.items():
        console.print(f"{name:28} {value:.3f}" if isinstance(value, float) else f"{name:28} {value}")
    if expected is not None:
        console.print(_table(expected))
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


def _score_expectations(
    path: Path, transcript: list[dict[str, Any]], records: list[dict[str, Any]], truth: tuple[TrueScene, ...]
) -> ExpectationScore | None:
    from crossmodal_narrator.evaluation import identify_by, read_expectations, score_expectations

    if not path.is_file():
        return None
    drive = read_expectations(path)
    identify = identify_by(records, truth)
    return score_expectations(transcript, drive.expectations, drive.start_ns, identify=identify)


def _table(score: ExpectationScore) -> Table:
    """A row for each expectation: when it had to be said, and for each language whether it was, and how early."""
    from rich.markup import escape
    from rich.table import Table

    table = Table("expected", "from", "by", *score.languages, "in words", title="what had to be said")
    for expectation in dict.fromkeys(outcome.expectation for outcome in score.outcomes):
        outcomes = [outcome for outcome in score.outcomes if outcome.expectation is expectation]
        verdicts = [o.verdict.value + (f" {o.lead_s:+.1f} s" if o.lead_s is not None else "") for o in outcomes]
        window = (f"{expectation.from_s:.1f} s", f"{expectation.by_s:.1f} s")
        table.add_row(expectation.name, *window, *verdicts, escape(expectation.words))
    for expectation in score.for_people:
        blanks = ["not counted"] * len(score.languages)
        window = (f"{expectation.from_s:.1f} s", f"{expectation.by_s:.1f} s")
        table.add_row(expectation.name, *window, *blanks, escape(expectation.words))
    return table


def _read_lines(path: Path) -> list[dict[str, Any]]:
    from crossmodal_narrator.core.errors import BagError

    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BagError(f"{path}: {error}", remedy="run `crossmodal-narrator replay BAG --out DIR` first") from error
