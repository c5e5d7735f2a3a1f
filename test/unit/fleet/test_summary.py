"""All bags at a glance, and in one table: the same whatever the order in which they were done."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossmodal_narrator.fleet.fleet import Failure
from crossmodal_narrator.fleet.page import render_summary
from crossmodal_narrator.fleet.results import BagResult, write_results
from crossmodal_narrator.fleet.summary import summarised

FAILED = (Failure(bag="c", reason="it did not end"), Failure(bag="a<b", reason="<script>"))


def result(bag: str, *, damage: tuple[str, ...] = (), **figures: float | None) -> BagResult:
    return BagResult(
        bag=bag,
        damage=damage,
        drive_s=2.0,
        scenes=20,
        narrations=1,
        bag_sha256="b",
        configuration_sha256="c",
        transcript_sha256="t",
        scenes_sha256="s",
        figures=figures,
    )


RESULTS = (
    result("d", vehicle_recall=0.5, position_error_m=1.0, words=4),
    result("b", vehicle_recall=0.9, position_error_m=3.0, words=None),
    result("e", vehicle_recall=1.0),
    result("f", damage=("cut short",), vehicle_recall=0.0),
)


def test_the_worst_bag_is_the_one_on_the_figures_worse_side() -> None:
    summary = summarised(RESULTS, FAILED)
    figures = {figure.name: figure for figure in summary.figures}

    assert (figures["vehicle_recall"].worst, figures["vehicle_recall"].worst_bag) == (0.5, "d")
    assert (figures["position_error_m"].worst, figures["position_error_m"].worst_bag) == (3.0, "b")
    assert (figures["words"].worst, figures["words"].worst_bag) == (None, "")


def test_figures_are_of_bags_that_have_them_and_were_read_whole() -> None:
    figures = {figure.name: figure for figure in summarised(RESULTS, FAILED).figures}

    recall = figures["vehicle_recall"]
    assert (recall.bags, recall.mean, recall.median) == (3, 0.8, 0.9)
    assert (recall.least, recall.most) == (0.5, 1.0)
    assert figures["words"].bags == 1


def test_what_failed_and_what_is_damaged_is_named() -> None:
    summary = summarised(RESULTS, FAILED)

    assert [failure.bag for failure in summary.named] == ["a<b", "c", "f"]
    assert (summary.bags, summary.whole) == (6, 3)


def test_the_order_in_which_bags_were_done_changes_no_byte(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for folder, results, failed in (("one", RESULTS, FAILED), ("other", RESULTS[::-1], FAILED[::-1])):
        (tmp_path / folder).mkdir()
        write_results(tmp_path / folder, results, failed)
    one, other = ((tmp_path / folder / "results.parquet").read_bytes() for folder in ("one", "other"))
    rows = parquet.read_table(tmp_path / "one" / "results.parquet").to_pylist()

    assert one == other
    assert summarised(RESULTS, FAILED) == summarised(RESULTS[::-1], FAILED[::-1])
    assert [(row["bag"], row["state"]) for row in rows] == [
        ("a<b", "failed"),
        ("b", "whole"),
        ("c", "failed"),
        ("d", "whole"),
        ("e", "whole"),
        ("f", "damaged"),
    ]
    assert rows[1]["figure.position_error_m"] == 3.0
    assert rows[4]["figure.position_error_m"] is None
    assert rows[2]["reason"] == "it did not end"


def test_the_page_holds_all_and_nothing_in_a_name_becomes_markup() -> None:
    page = render_summary(summarised(RESULTS, FAILED), "drives")

    assert "vehicle_recall" in page
    assert "it did not end" in page
    assert "a<b" not in page
    assert "default-src 'none'" in page
