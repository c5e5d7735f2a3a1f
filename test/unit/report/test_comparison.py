"""Two runs of one drive: each sentence is paired with what it became, and what got worse fails by the rule's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from replayed import claim, said, scene, write_run

from crossmodal_narrator.cli.main import main
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.evaluation.comparison import Change, align, parse_rules
from crossmodal_narrator.evaluation.comparison.figures import Direction, FigureChange, direction_of
from crossmodal_narrator.evaluation.comparison.rules import breaches
from crossmodal_narrator.evaluation.comparison.wording import changed_parts
from crossmodal_narrator.evaluation.evaluation import Evaluation, write_evaluation
from crossmodal_narrator.evaluation.report.sentences import group_sentences

CAR = (claim("exists", "track:1", "car"), claim("side", "track:1", "ahead"), claim("distance", "track:1", 18.0))


def changes(before: list[dict[str, Any]], after: list[dict[str, Any]], language: str = "en") -> list[Change]:
    return [pair.change for pair in align(group_sentences(before), group_sentences(after), language)]


def test_what_is_said_as_before_is_the_same_though_its_track_has_another_number() -> None:
    renumbered = (
        claim("exists", "track:7", "car"),
        claim("side", "track:7", "ahead"),
        claim("distance", "track:7", 18.1),
    )

    assert changes([said("A car ahead.", 1, *CAR)], [said("A car ahead.", 1, *renumbered)]) == [Change.SAME]


def test_the_same_words_later_have_moved() -> None:
    (pair,) = align(
        group_sentences([said("A car ahead.", 1, *CAR)]), group_sentences([said("A car ahead.", 1.6, *CAR)]), "en"
    )

    assert pair.change is Change.MOVED
    assert pair.moved_s == pytest.approx(0.6)


def test_other_words_for_the_same_claims_are_reworded() -> None:
    assert changes([said("A car ahead.", 1, *CAR)], [said("There is a car ahead.", 1, *CAR)]) == [Change.REWORDED]


def test_another_claim_tells_which_one() -> None:
    van = (claim("exists", "track:1", "van"), *CAR[1:])
    before, after = (
        group_sentences([said(f"A {what} ahead.", 1, *claims)]) for what, claims in (("car", CAR), ("van", van))
    )

    (pair,) = align(before, after, "en")

    assert pair.change is Change.CLAIMS
    assert (pair.claims_lost, pair.claims_new) == (("exists(track:1) = car",), ("exists(track:1) = van",))


def test_what_is_about_something_else_is_removed_and_added() -> None:
    bus = (claim("exists", "track:2", "bus"), claim("motion", "track:2", "stopped"))

    found = changes([said("A car ahead.", 1, *CAR)], [said("The bus stops.", 1, *bus, trigger="context")])

    assert sorted(found) == [Change.ADDED, Change.REMOVED]


def test_the_same_words_long_after_are_another_sentence() -> None:
    assert sorted(changes([said("A car ahead.", 1, *CAR)], [said("A car ahead.", 9, *CAR)])) == ["added", "removed"]


def test_each_language_is_compared_alone() -> None:
    before = [said("A car ahead.", 1, *CAR), said("前方有车。", 1, *CAR, language="zh")]

    assert changes(before, before[:1], "en") == [Change.SAME]
    assert changes(before, before[:1], "zh") == [Change.REMOVED]


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("vehicle_recall", Direction.HIGHER),
        ("claims_contradicted_share", Direction.LOWER),
        ("position_error_median_m", Direction.LOWER),
        ("latency_perception_p99_ms", Direction.LOWER),
        ("expectations_met_en", Direction.HIGHER),
        ("vehicle_yaw_error_0_10_m_count", Direction.NEITHER),
        ("track_length_p95_s", Direction.NEITHER),
        ("det_a", Direction.HIGHER),
        ("words_per_minute", Direction.NEITHER),
        ("vehicles", Direction.NEITHER),
    ],
)
def test_the_name_of_a_figure_tells_which_way_is_better(name: str, direction: Direction) -> None:
    assert direction_of(name) is direction


@pytest.mark.parametrize(
    ("rules", "name", "before", "after", "is_broken"),
    [
        ("vehicle_recall:0.02", "vehicle_recall", 0.90, 0.88, False),
        ("vehicle_recall:0.02", "vehicle_recall", 0.90, 0.87, True),
        ("vehicle_recall:0.02", "vehicle_recall", 0.90, 0.99, False),
        ("*_error_*:10%", "position_error_median_m", 0.50, 0.54, False),
        ("*_error_*:10%", "position_error_median_m", 0.50, 0.56, True),
        ("default", "claims_right", 1.0, 0.97, True),
        ("default", "latency_p99_ms", 100.0, 900.0, False),
        ("latency_*:50%,default", "latency_p99_ms", 100.0, 160.0, True),
        ("claims_right:any,default", "claims_right", 1.0, None, False),
        ("default", "vehicles", 10, 3, False),
        ("vehicles:2", "vehicles", 10, 13, True),
        ("default", "claims_right", 1.0, None, True),
        ("none", "claims_right", 1.0, 0.0, False),
        ("claims_right:1,default", "claims_right", 1.0, 0.5, False),
    ],
)
def test_a_rule_names_a_figure_and_its_margin(
    rules: str, name: str, before: float, after: float | None, is_broken: bool
) -> None:
    found = breaches(parse_rules(rules), [FigureChange(name=name, before=before, after=after)])

    assert bool(found) is is_broken
    assert all(name in str(breach) and "rule" in str(breach) for breach in found)


@pytest.mark.parametrize("rule", ["recall", "recall:", ":1", "recall:x", "recall:-1", "recall:inf", "recall:nan"])
def test_a_rule_without_a_margin_is_refused(rule: str) -> None:
    with pytest.raises(ConfigError, match="--fail-on"):
        parse_rules(rule)


def test_a_rule_for_a_figure_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="no run has a figure 'recal'"):
        breaches(parse_rules("recal:0"), [FigureChange(name="recall", before=1, after=1)])


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("A black bus behind us.", "A white bus behind us.", [" black"], [" white"]),
        ("前方有车。", "前方有客车。", [], ["客"]),
        ("Un coche está detrás.", "Un coche va detrás.", [" está"], [" va"]),
    ],
)
def test_the_words_that_changed_are_marked(before: str, after: str, gone: list[str], new: list[str]) -> None:
    old, now = changed_parts(before, after)

    assert ("".join(text for text, _ in old), "".join(text for text, _ in now)) == (before, after)
    assert [text for text, is_changed in old if is_changed] == gone
    assert [text for text, is_changed in now if is_changed] == new


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """In the second a sentence is gone, the recall has fallen, and other weights were used."""
    before = write_run(tmp_path / "a", [scene(0.0)], [said("A car ahead.", 1, *CAR), said("[bold]It stops.", 2)])
    after = write_run(tmp_path / "b", [scene(0.0)], [said("A car ahead.", 1, *CAR)])
    for folder, recall, weights in ((before, 0.9, "abc"), (after, 0.8, "def")):
        write_evaluation(Evaluation(figures={"recall": recall, "cars": 4}), folder / "evaluation.json")
        made_of = {"weights": {"camera": weights}, "version": "1", "outputs": {"transcript.jsonl": {"sha256": weights}}}
        (folder / "run.json").write_text(json.dumps(made_of))
    return before, after


def test_a_regression_is_exit_status_1_and_named(runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *map(str, runs)]) == 1

    printed = capsys.readouterr().out
    assert "regression: recall went from 0.9 to 0.8" in printed
    assert "- [bold]It stops." in printed  # and is no markup
    assert printed.index("weights.camera") < printed.index("It stops.")  # what went in comes first
    assert "transcript.jsonl" not in printed  # what came out is no input


def test_what_a_rule_allows_is_exit_status_0(runs: tuple[Path, Path]) -> None:
    assert main(["compare", *map(str, runs), "--fail-on", "recall:0.2,sentences_removed:1"]) == 0


def test_sentences_that_are_gone_can_fail(runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *map(str, runs), "--fail-on", "sentences_removed_en:0"]) == 1
    assert "sentences_removed_en went from 0 to 1" in capsys.readouterr().out


def test_where_nothing_tells_what_went_in_the_comparison_says_so(
    runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (runs[1] / "run.json").unlink()
    main(["compare", *map(str, runs)])
    assert "what went in: not known: no run.json in b" in capsys.readouterr().out


def test_a_run_compared_with_itself_has_not_changed(runs: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "same.json"

    assert main(["compare", str(runs[0]), str(runs[0]), "--json", str(out)]) == 0

    found = json.loads(out.read_text())
    assert (found["changes"], found["regressions"], found["inputs"]) == ([], [], {})
    assert found["sentences"]["en"]["same"] == 2


def test_the_page_of_a_comparison_is_the_same_each_time(runs: tuple[Path, Path], tmp_path: Path) -> None:
    pages = [tmp_path / "1.html", tmp_path / "2.html"]
    for page in pages:
        main(["compare", *map(str, runs), "--out", str(page)])

    assert pages[0].read_bytes() == pages[1].read_bytes()
    assert b"1 regression" not in pages[0].read_bytes()  # the script writes it, from the content


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 2
    assert "transcript.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["bleu_en_floor_shifted", "cider_zh_floor_commonest"])
def test_a_floor_is_no_figure_of_ours(name: str) -> None:
    assert direction_of(name) is Direction.NEITHER
