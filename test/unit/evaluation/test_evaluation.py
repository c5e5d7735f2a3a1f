"""The file of an evaluation holds what was found, the same bytes each time, and refuses what cannot be true."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation import Evaluation, Event, Table, read_evaluation, write_evaluation

EVALUATION = Evaluation(
    figures={"vehicles": 12, "precision": 0.75, "hota": None},
    tables={"by_range": Table(columns=("range", "median_m"), rows=(("0-10 m", 0.21), ("10-20 m", None)))},
    events=(Event(stamp_ns=2, kind="missed", text="a car"), Event(stamp_ns=1, kind="note", text="行人", language="zh")),
)


def test_what_was_written_is_read_again_with_figures_sorted_and_events_in_the_order_of_time(tmp_path: Path) -> None:
    write_evaluation(EVALUATION, tmp_path / "evaluation.json")
    document = json.loads((tmp_path / "evaluation.json").read_text(encoding="utf-8"))
    read = read_evaluation(tmp_path / "evaluation.json")

    assert document["format"] == 1
    assert list(document["figures"]) == ["hota", "precision", "vehicles"]
    assert [event.stamp_ns for event in read.events] == [1, 2]
    assert (read.figures, read.tables) == (EVALUATION.figures, EVALUATION.tables)
    assert read.to_json() == EVALUATION.to_json()


def test_the_order_in_which_figures_were_found_does_not_change_the_bytes() -> None:
    turned = Evaluation(figures=dict(reversed(EVALUATION.figures.items())), tables=EVALUATION.tables)

    assert turned.to_json() == Evaluation(figures=EVALUATION.figures, tables=EVALUATION.tables).to_json()


@pytest.mark.parametrize("value", [math.nan, math.inf, True, "0.5"])
def test_what_is_no_finite_number_is_no_figure(value: float) -> None:
    with pytest.raises(ValueError, match="not"):
        Evaluation(figures={"precision": value})


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 columns"):
        Table(columns=("a", "b"), rows=(("x",),))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format": 2}', "format 2"),
        ("[]", "not an evaluation"),
        ('{"format": 1, "figures": {"a": "b"}, "tables": {}, "events": []}', "not a figure"),
        ("{", "not an evaluation"),
    ],
)
def test_a_file_of_another_form_is_refused_by_name_with_the_remedy(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(text)

    with pytest.raises(BagError, match=r"evaluation\.json.*" + says) as refusal:
        read_evaluation(path)
    assert "evaluate" in refusal.value.remedy


def test_an_absent_file_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BagError, match="first"):
        read_evaluation(tmp_path / "evaluation.json")
