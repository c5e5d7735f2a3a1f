"""All bags of a run at a glance: what failed and why, and of each figure its mean, its median and its worst bag."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crossmodal_narrator.core.whole_file import write_whole
from crossmodal_narrator.evaluation.comparison.figures import Direction, direction_of
from crossmodal_narrator.fleet.fleet import Failure
from crossmodal_narrator.fleet.results import BagResult

SUMMARY = "summary.json"
FORMAT = 1
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSummary:
    """One figure over the bags that have it. `worst_bag` is empty where the figure has no worse side."""

    name: str
    bags: int
    mean: float
    median: float
    least: float
    most: float
    worst: float | None
    worst_bag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Figures are of bags that could be read whole: a part of a drive is easier, or harder, than all of it."""

    bags: int
    whole: int
    drive_s: float
    scenes: int
    narrations: int
    damaged: tuple[Failure, ...]
    failed: tuple[Failure, ...]
    figures: tuple[FigureSummary, ...]

    @property
    def named(self) -> tuple[Failure, ...]:
        """All bags with which something is wrong, by name."""
        return tuple(sorted((*self.damaged, *self.failed), key=lambda failure: failure.bag))

    def document(self) -> dict[str, Any]:
        """As the file holds it."""
        return {"format": FORMAT, **asdict(self)}


def summarised(results: Sequence[BagResult], failures: Sequence[Failure]) -> Summary:
    """The summary; it does not depend on the order of the results."""
    ordered = sorted(results, key=lambda result: result.bag)
    whole = [result for result in ordered if not result.damage]
    names = sorted({name for result in whole for name in result.figures})
    return Summary(
        bags=len(results) + len(failures),
        whole=len(whole),
        drive_s=round(sum(result.drive_s for result in ordered), 3),
        scenes=sum(result.scenes for result in ordered),
        narrations=sum(result.narrations for result in ordered),
        damaged=tuple(Failure(bag=r.bag, reason="; ".join(r.damage)) for r in ordered if r.damage),
        failed=tuple(sorted(failures, key=lambda failure: failure.bag)),
        figures=tuple(found for name in names if (found := _over(name, whole)) is not None),
    )


def write_summary(folder: Path, summary: Summary) -> None:
    text = json.dumps(summary.document(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(folder / SUMMARY, text.encode())


def _over(name: str, results: Sequence[BagResult]) -> FigureSummary | None:
    """Of bags with equal figures the first by name is the worst."""
    values = {r.bag: value for r in results if (value := r.figures.get(name)) is not None}
    if not values:
        return None
    direction = direction_of(name)
    worst_bag = ""
    if direction is not Direction.NEITHER:
        worst_bag = (min if direction is Direction.HIGHER else max)(values, key=lambda bag: values[bag])
    return FigureSummary(
        name=name,
        bags=len(values),
        mean=round(statistics.fmean(values.values()), _DIGITS),
        median=round(float(statistics.median(values.values())), _DIGITS),
        least=min(values.values()),
        most=max(values.values()),
        worst=values[worst_bag] if worst_bag else None,
        worst_bag=worst_bag,
    )
