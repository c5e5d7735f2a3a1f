"""Texts against references: what is equal scores full, floors stand beside, and CIDEr-D is pycocoevalcap's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from evaluated_scenes import START, line, stamp

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation.cider import cider_d
from crossmodal_narrator.evaluation.references import Reference, read_references, score_references
from crossmodal_narrator.evaluation.tokens import tokens

SAID = [
    "a white car is ahead of us",
    "a cyclist comes from behind on the left",
    "we are standing at a red light",
    "a bus",
]
WRITTEN = [
    ["a white car drives ahead of us", "the car ahead is white"],
    ["a cyclist overtakes us on the left"],
    ["we are standing at a red light", "the light is red and we wait here"],
    ["we turn left"],
]
CHINESE = ["前方有一辆白色轿车。", "左侧有一辆自行车从后面过来。"]


@pytest.fixture
def libraries() -> None:
    for name in ("sacrebleu", "rouge_score"):
        pytest.importorskip(name, reason=f"{name} is not installed: extra evaluate")


def references(texts: list[str], language: str = "en") -> list[Reference]:
    return [Reference(language=language, text=text, stamp_ns=stamp(100 * k)) for k, text in enumerate(texts)]


def test_cider_d_is_that_of_pycocoevalcap() -> None:
    scores = cider_d([tokens(text, "en") for text in SAID], [[tokens(t, "en") for t in group] for group in WRITTEN])

    # pycocoevalcap 1.2, CiderScorer with its default n and sigma, on these texts.
    assert scores == pytest.approx([3.42121983, 2.90812841, 5.51207331, 0.0], abs=1e-8)


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize(("language", "texts"), [("en", SAID[:3]), ("zh", CHINESE)])
def test_what_a_person_wrote_said_word_for_word_scores_full_and_its_floors_do_not(
    language: str, texts: list[str]
) -> None:
    lines = [line(100 * k, text, language=language) for k, text in enumerate(texts)]
    figures = score_references(lines, references(texts, language), START).figures

    assert figures[f"bleu_{language}"] == pytest.approx(100.0)
    assert figures[f"chrf_{language}"] == pytest.approx(100.0)
    assert figures[f"rouge_l_{language}"] == pytest.approx(1.0)
    assert figures[f"cider_d_{language}"] == pytest.approx(10.0)
    for floor in ("floor_commonest", "floor_shifted"):
        floored = figures[f"chrf_{language}_{floor}"]
        assert floored is not None
        assert floored < 60.0


@pytest.mark.usefixtures("libraries")
def test_rouge_counts_chinese_characters() -> None:
    lines = [line(0, "白色的轿车", language="zh"), line(100, "一", language="zh")]
    figures = score_references(lines, references(["白色轿车", "二"], "zh"), START).figures

    assert figures["rouge_1_zh"] == pytest.approx((2 * 4 / (5 + 4)) / 2)  # four of five characters, and none


@pytest.mark.usefixtures("libraries")
def test_a_sentence_belongs_to_the_nearest_reference_and_silence_answers_none() -> None:
    lines = [line(2, "a bus"), line(60, "far from all")]
    figures = score_references(lines, references(["a bus", "a car"]), START).figures

    assert (figures["references_en"], figures["references_answered_en"]) == (2, 1)
    assert figures["sentences_without_reference_en"] == 1
    assert figures["rouge_1_en"] == pytest.approx(0.5)


@pytest.mark.usefixtures("libraries")
def test_moments_may_have_several_references_and_not_all_the_same_number() -> None:
    several = [Reference(language="en", text=t, stamp_ns=stamp(100 * k)) for k, g in enumerate(WRITTEN) for t in g]
    lines = [line(100 * k, group[-1]) for k, group in enumerate(WRITTEN)]
    figures = score_references(lines, several, START).figures

    assert (figures["references_en"], figures["rouge_l_en"]) == (4, 1.0)


def test_without_the_libraries_the_figures_are_null_and_a_note_tells_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.bleu", None)
    scored = score_references([line(0, "a bus")], references(["a bus", "a car"]), START)

    assert scored.figures["bleu_en"] is None
    assert scored.figures["cider_d_en"] is not None
    assert ["pip install" in event.text for event in scored.events] == [True]


def test_a_file_of_references_is_read_by_stamp_or_by_second(tmp_path: Path) -> None:
    path = tmp_path / "references.jsonl"
    path.write_text(
        '{"at_s": 1.5, "language": "en", "text": "a bus"}\n\n{"stamp_ns": 7, "language": "zh", "text": "车"}\n'
    )

    assert [(r.at_s, r.stamp_ns, r.text) for r in read_references(path)] == [(1.5, None, "a bus"), (0.0, 7, "车")]


@pytest.mark.parametrize("entry", [{"at_s": 1.0, "language": "en", "text": " "}, {"language": "en", "text": "a"}, [1]])
def test_a_line_of_another_form_is_named_with_its_number(tmp_path: Path, entry: object) -> None:
    path = tmp_path / "references.jsonl"
    path.write_text('{"at_s": 1.5, "language": "en", "text": "a bus"}\n' + json.dumps(entry))

    with pytest.raises(BagError, match="line 2"):
        read_references(path)
