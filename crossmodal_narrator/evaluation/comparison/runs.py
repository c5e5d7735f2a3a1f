"""What two runs are compared by: their transcripts, evaluations and manifests, the latter two where there are any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crossmodal_narrator.bags.records import SCENES_FILE, read_records
from crossmodal_narrator.evaluation.evaluation import EVALUATION_FILE, Number, read_evaluation
from crossmodal_narrator.evaluation.inputs import named, read_inputs
from crossmodal_narrator.evaluation.report.sentences import Sentence, read_sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One folder that `replay` wrote. `inputs`: what went into it, by dotted names. `start_ns`: of its first scene."""

    name: str
    start_ns: int
    sentences: tuple[Sentence, ...]
    figures: Mapping[str, Number] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)


def read_run(folder: Path) -> Run:
    """Read what is there.

    Raises:
        BagError: there is no transcript, or a file is damaged.
    """
    evaluated = folder / EVALUATION_FILE
    figures = dict(read_evaluation(evaluated).figures) if evaluated.is_file() else {}
    sentences = read_sentences(folder)
    return Run(
        name=folder.resolve().name,
        start_ns=_start_ns(folder / SCENES_FILE, sentences),
        sentences=sentences,
        figures=figures,
        inputs=named(read_inputs(folder)),
    )


def _start_ns(scenes: Path, sentences: tuple[Sentence, ...]) -> int:
    """Where there are no scenes, a time counts from the first sentence."""
    first = next(read_records(scenes), {}) if scenes.is_file() else {}
    return int(first.get("stamp_ns") or min((s.stamp_ns for s in sentences), default=0))
