"""The summary as one HTML page, with the looks of the report."""

from __future__ import annotations

from pathlib import Path

from crossmodal_narrator.core.whole_file import write_whole
from crossmodal_narrator.evaluation.report.page import render_page
from crossmodal_narrator.fleet.summary import Summary

PAGE = "summary.html"


def write_page(folder: Path, summary: Summary, name: str) -> None:
    write_whole(folder / PAGE, render_summary(summary, name).encode())


def render_summary(summary: Summary, name: str) -> str:
    """The page of the prefix called `name`; the same summary gives the same bytes."""
    failed = {failure.bag for failure in summary.failed}
    content = {
        "name": name,
        "bags": summary.bags,
        "whole": summary.whole,
        "drive_s": summary.drive_s,
        "scenes": summary.scenes,
        "narrations": summary.narrations,
        "named": [[f.bag, "failed" if f.bag in failed else "damaged", f.reason] for f in summary.named],
        "figures": [[f.name, f.bags, f.mean, f.median, f.least, f.most, f.worst, f.worst_bag] for f in summary.figures],
    }
    return render_page(f"{name}: fleet", "fleet.html", content, styles=("page.css",), scripts=("page.js", "fleet.js"))
