"""The summary of a fleet as a person reads it on a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossmodal_narrator.fleet.fleet import Course
    from crossmodal_narrator.fleet.summary import Summary


def print_summary(summary: Summary, course: Course, out: Path, took_s: float) -> None:
    """Figures that have a worst bag, then the bags with which something is wrong, then what was done.

    All figures are in summary.json and summary.html.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    if summary.figures:
        table = Table("figure", "bags", "mean", "median", "worst", "worst bag")
        for column in table.columns[1:5]:
            column.justify = "right"
        for f in (figure for figure in summary.figures if figure.worst_bag):
            cells = (f.name, str(f.bags), _text(f.mean), _text(f.median), _text(f.worst), f.worst_bag)
            table.add_row(*map(escape, cells))
        console.print(table)
    for state, failures in (("damaged", summary.damaged), ("failed", summary.failed)):
        for failure in failures:
            console.print(f"{state}: {failure.bag}: {failure.reason}", markup=False, soft_wrap=True)
    kept = f", {course.kept} of them kept from before" if course.kept else ""
    again = f", {course.retried} tries more after crashes" if course.retried else ""
    console.print(
        f"{summary.whole} of {summary.bags} bags whole{kept}{again}; "
        f"{summary.drive_s:.1f} s of driving in {took_s:.1f} s → {out}",
        markup=False,
        soft_wrap=True,
    )


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
