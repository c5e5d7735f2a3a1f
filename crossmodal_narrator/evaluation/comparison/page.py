"""A comparison as one HTML page, with the looks of the report."""

from __future__ import annotations

from typing import Any

from crossmodal_narrator.evaluation.comparison.alignment import Pair
from crossmodal_narrator.evaluation.comparison.comparison import Comparison
from crossmodal_narrator.evaluation.comparison.figures import FigureChange
from crossmodal_narrator.evaluation.comparison.wording import Part, changed_parts
from crossmodal_narrator.evaluation.report.content import figure_text
from crossmodal_narrator.evaluation.report.page import render_page
from crossmodal_narrator.evaluation.report.sentences import Sentence


def render_comparison(comparison: Comparison) -> str:
    """The page; the same comparison gives the same bytes."""
    runs = (comparison.before, comparison.after)
    content = {
        "runs": [run.name for run in runs],
        "breaches": [str(breach) for breach in comparison.breaches],
        "counts": comparison.counts,
        "pairs": [_pair(pair, comparison.start_ns) for pair in comparison.pairs],
        "figures": [_figure(change) for change in comparison.figures],
        "inputs": [list(entry) for entry in comparison.inputs],
        "has_inputs": [bool(run.inputs) for run in runs],
        "has_figures": [bool(run.figures) for run in runs],
    }
    title = f"{runs[0].name} → {runs[1].name}: comparison"
    styles, scripts = ("page.css", "compare.css"), ("page.js", "compare.js")
    return render_page(title, "compare.html", content, styles=styles, scripts=scripts)


def _pair(pair: Pair, start_ns: int) -> dict[str, Any]:
    old = pair.before.texts[pair.language] if pair.before else ""
    new = pair.after.texts[pair.language] if pair.after else ""
    before, after = changed_parts(old, new) if old and new else ([(old, False)], [(new, False)])
    return {
        "change": pair.change.value,
        "language": pair.language,
        "moved_s": round(pair.moved_s, 1),
        "before": _spoken(pair.before, before, start_ns),
        "after": _spoken(pair.after, after, start_ns),
        "lost": list(pair.claims_lost),
        "new": list(pair.claims_new),
    }


def _spoken(sentence: Sentence | None, parts: list[Part], start_ns: int) -> dict[str, Any] | None:
    if sentence is None:
        return None
    return {
        "t": round((sentence.stamp_ns - start_ns) / 1e9, 1),
        "urgency": sentence.urgency,
        "trigger": sentence.trigger,
        "parts": [[text, int(is_changed)] for text, is_changed in parts],
    }


def _figure(change: FigureChange) -> list[Any]:
    """As name, before, after, difference, which way is better, verdict, and whether it is a time of the machine."""
    difference = change.difference
    told = None if difference is None else f"{difference:+.3g}"
    return [
        change.name,
        figure_text(change.before),
        figure_text(change.after),
        told,
        change.direction.value,
        change.verdict.value,
        int(change.is_time),
    ]
