"""A replay measured, with what its bag and its truth add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.bags import Bag
from crossmodal_narrator.bags.origin import altered_files
from crossmodal_narrator.cli.survey import survey_bag
from crossmodal_narrator.evaluation import Evaluation, TruthFile, read_expectations, true_speeds
from crossmodal_narrator.evaluation.drive import Truth, evaluate_drive
from crossmodal_narrator.evaluation.evaluation import note
from crossmodal_narrator.evaluation.references import Reference
from crossmodal_narrator.evaluation.replayed import read_replayed
from crossmodal_narrator.wire import Intake

TRUTH, EXPECTATIONS = "truth.json", "expectations.json"  # as `simulate` and `import` write them beside a bag


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The bag of a replay, and what read it. `truth` and `expectations` are None where there are none."""

    bag: Bag
    intake: Intake
    truth: Path | None = None
    expectations: Path | None = None


def evaluated(replay: Path, recorded: Recorded | None, references: Sequence[Reference] = ()) -> dict[str, Evaluation]:
    """The parts of the evaluation of a folder that `replay` wrote; without its bag, what needs none.

    Raises:
        BagError: a file is absent or damaged, or the truth is of another drive.
    """
    altered = tuple(note(line) for line in altered_files(replay))
    return {**_measured(replay, recorded, references), "files": Evaluation(figures={}, events=altered)}


def _measured(replay: Path, recorded: Recorded | None, references: Sequence[Reference]) -> dict[str, Evaluation]:
    drive = read_replayed(replay)
    if recorded is None:
        return evaluate_drive(drive, references=references)
    scenes = None if recorded.truth is None else TruthFile(recorded.truth)
    survey = survey_bag(recorded.bag, () if scenes is None else scenes.stamps_ns, recorded.intake)
    if scenes is None:
        in_view = survey.in_view if survey.has_camera else None
        return evaluate_drive(drive, references=references, in_view=in_view)
    expected = None if recorded.expectations is None else read_expectations(recorded.expectations)
    truth = Truth(
        scenes=scenes,
        in_view=survey.in_view,
        speeds=true_speeds(scenes, survey.odom_from_base),
        expected=expected,
    )
    return evaluate_drive(drive, truth, references=references)
