"""How long each stage took, from timings.jsonl. These alone differ between two replays of one bag: names begin so."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Evaluation, Number, Table
from crossmodal_narrator.evaluation.shares import percentile

PREFIX = "latency_"  # of every figure and table that depends on the machine
PERCENTS = (50, 95, 99, 100)


def score_latency(times: Iterable[Record]) -> Evaluation:
    """Of lines of timings.jsonl, 8 bytes each. Stages lie within one another, so they do not sum to a whole."""
    by_stage: dict[str, array[float]] = {}
    for time in times:
        by_stage.setdefault(str(time["stage"]), array("d")).append(float(time["ms"]))
    figures: dict[str, Number] = {}
    rows = []
    for stage, values in sorted(by_stage.items()):
        found = [percentile(values, percent) for percent in PERCENTS]
        name = stage.replace("/", "_").replace("-", "_")
        figures |= {f"{PREFIX}{name}_median_ms": found[0], f"{PREFIX}{name}_p95_ms": found[1]}
        rows.append((stage, len(values), *found))
    columns = ("stage", "n", *("max ms" if p == 100 else f"p{p} ms" for p in PERCENTS))
    return Evaluation(figures=figures, tables={f"{PREFIX}by_stage": Table(columns=columns, rows=tuple(rows))})
