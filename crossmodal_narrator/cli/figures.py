"""An evaluation as a person reads it: its figures part by part, its tables, and what could not be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from crossmodal_narrator.evaluation import Evaluation
    from crossmodal_narrator.evaluation.evaluation import Cell


def print_part(console: Console, name: str, part: Evaluation) -> None:
    """Figures that a table tells too are left to the table: those of bands, stages and words by language."""
    from rich.markup import escape
    from rich.table import Table

    shown = {figure: value for figure, value in part.figures.items() if not _is_in_table(name, figure)}
    if shown:
        table = Table("figure", "value", title=name, title_justify="left")
        table.columns[1].justify = "right"
        for figure, value in shown.items():
            table.add_row(figure, _text(value))
        console.print(table)
    for title, content in part.tables.items():
        table = Table(*content.columns, title=title, title_justify="left")
        for row in content.rows:
            table.add_row(*(escape(_text(cell)) for cell in row))
        console.print(table)


def _is_in_table(part: str, figure: str) -> bool:
    in_bands = part == "accuracy" and (figure.startswith("ap_") or "_error_" in figure)
    return in_bands or part == "latency" or (part == "references" and "_floor_" in figure)


def print_notes(console: Console, evaluation: Evaluation) -> None:
    from crossmodal_narrator.evaluation.evaluation import NOTE

    for event in evaluation.events:
        if event.kind == NOTE:
            console.print(f"note: {event.text}", markup=False, soft_wrap=True)


def print_events(console: Console, evaluation: Evaluation) -> None:
    """Each kind under its title, in the order of time."""
    from crossmodal_narrator.evaluation.evaluation import NOTE

    for kind in sorted({event.kind for event in evaluation.events} - {NOTE}):
        events = sorted((e for e in evaluation.events if e.kind == kind), key=lambda event: event.stamp_ns)
        lines = [f"{event.stamp_ns}: {event.text}" for event in events]
        console.print(f"\n{kind} ({len(lines)})", *lines, sep="\n  ", markup=False, soft_wrap=True)


def _text(value: Cell) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
