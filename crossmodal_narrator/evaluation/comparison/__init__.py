"""What changed between two runs of one drive, and whether it is a regression."""

from crossmodal_narrator.evaluation.comparison.alignment import Change, Pair, align
from crossmodal_narrator.evaluation.comparison.comparison import Comparison, compare_runs
from crossmodal_narrator.evaluation.comparison.figures import FigureChange, Verdict
from crossmodal_narrator.evaluation.comparison.page import render_comparison
from crossmodal_narrator.evaluation.comparison.rules import DEFAULT, parse_rules

__all__ = [
    "DEFAULT",
    "Change",
    "Comparison",
    "FigureChange",
    "Pair",
    "Verdict",
    "align",
    "compare_runs",
    "parse_rules",
    "render_comparison",
]
