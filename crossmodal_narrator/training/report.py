"""What a training did, on one page that needs nothing else: its curves, its last figures, how it was set up."""

from __future__ import annotations

import html
import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from crossmodal_narrator.training.loop import CURVES, Schedule

_WIDTH, _HEIGHT, _MARGIN = 640, 200, 46
_COLOURS = ("#1b6ca8", "#c8553d", "#2a9d60", "#8a4fb0", "#b08900", "#555555")
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:46rem;margin:2rem auto}"
    "td,th{padding:.15rem .8rem .15rem 0;text-align:left}"
)

Points = list[tuple[float, float]]


def write_report(folder: Path, title: str, schedule: Schedule, data: Mapping[str, object]) -> Path:
    """report.html in `folder`, from the curves there; `data` is told as it is."""
    curves = read_curves(folder)
    last = {name: points[-1][1] for name, points in curves.items() if points}
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        "<h2>Last figures</h2>",
        _table({name: f"{value:.4g}" for name, value in sorted(last.items())}),
    ]
    parts += [_plot(name, points) for name, points in sorted(curves.items())]
    parts += [
        "<h2>Set up</h2>",
        _table({**data, **asdict(schedule)}),
        _table({"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}),
    ]
    path = folder / "report.html"
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
    path.write_text(f"{head}<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</html>\n", encoding="utf-8")
    return path


def read_curves(folder: Path) -> dict[str, Points]:
    """(step, value) by the name of the figure."""
    curves: dict[str, Points] = {}
    path = folder / CURVES
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        figures = json.loads(line)
        step = float(figures.pop("step"))
        for name, value in figures.items():
            curves.setdefault(name, []).append((step, float(value)))
    return curves


def _table(rows: Mapping[str, object]) -> str:
    cells = "".join(f"<tr><th>{html.escape(str(k))}</th><td>{html.escape(str(v))}</td></tr>" for k, v in rows.items())
    return f"<table>{cells}</table>"


def _plot(name: str, points: Sequence[tuple[float, float]]) -> str:
    """An SVG with its range at the axes."""
    finite = [(x, y) for x, y in points if math.isfinite(y)]
    if len(finite) < 2:
        return ""
    xs, ys = [x for x, _ in finite], [y for _, y in finite]
    (left, right), (low, high) = (min(xs), max(xs)), (min(ys), max(ys))
    across, up = (_WIDTH - 2 * _MARGIN) / (right - left or 1.0), (_HEIGHT - 2 * _MARGIN) / (high - low or 1.0)
    path = " ".join(f"{_MARGIN + (x - left) * across:.1f},{_HEIGHT - _MARGIN - (y - low) * up:.1f}" for x, y in finite)
    colour = _COLOURS[sum(map(ord, name)) % len(_COLOURS)]
    base = _HEIGHT - _MARGIN
    return (
        f"<h3>{html.escape(name)}</h3>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(name)}">'
        f'<path d="M{_MARGIN},{_MARGIN} V{base} H{_WIDTH - _MARGIN}" fill="none" stroke="#999"/>'
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        f'<text x="2" y="{_MARGIN}">{high:.3g}</text><text x="2" y="{base}">{low:.3g}</text>'
        f'<text x="{_MARGIN}" y="{_HEIGHT - 22}">step {left:.0f}</text>'
        f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 22}" text-anchor="end">{right:.0f}</text></svg>'
    )
