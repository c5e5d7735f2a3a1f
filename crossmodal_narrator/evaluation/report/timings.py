"""How long each stage took, from timings.jsonl."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Table

COLUMNS = ("stage", "times", "median ms", "90 % ms", "99 % ms", "longest ms")


def latency_table(records: Iterable[Record]) -> Table:
    """A row for each stage, in the order in which they first ran."""
    by_stage: dict[str, list[float]] = {}
    for record in records:
        by_stage.setdefault(str(record["stage"]), []).append(float(record["ms"]))
    rows = []
    for stage, times in by_stage.items():
        median, p90, p99, longest = (round(float(v), 1) for v in np.percentile(times, (50, 90, 99, 100)))
        rows.append((stage, len(times), median, p90, p99, longest))
    return Table(columns=COLUMNS, rows=tuple(rows))
