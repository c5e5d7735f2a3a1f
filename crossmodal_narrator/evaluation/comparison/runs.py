"""What two runs are compared by: their transcripts, evaluations and manifests, the latter two where there are any."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags.records import SCENES_FILE, read_records
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation.evaluation import EVALUATION_FILE, Number, read_evaluation
from crossmodal_narrator.evaluation.report.sentences import Sentence, read_sentences

MANIFEST_FILE = "run.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One folder that `replay` wrote. `inputs`: its manifest, flat, by dotted names. `start_ns`: of its first scene."""

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
        inputs=_inputs(folder / MANIFEST_FILE),
    )


def _start_ns(scenes: Path, sentences: tuple[Sentence, ...]) -> int:
    """Where there are no scenes, a time counts from the first sentence."""
    first = next(read_records(scenes), {}) if scenes.is_file() else {}
    return int(first.get("stamp_ns") or min((s.stamp_ns for s in sentences), default=0))


def _inputs(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        return dict(_flat(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError) as error:
        raise BagError(f"{path}: {error}", remedy="replay the bag again, or remove the file") from error


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
