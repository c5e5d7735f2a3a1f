"""The report of a run: one HTML page that needs nothing else."""

from crossmodal_narrator.evaluation.report.report import render_report
from crossmodal_narrator.evaluation.report.thinning import Room

__all__ = ["Room", "render_report"]
