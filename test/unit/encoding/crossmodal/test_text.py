"""Words become bags of pieces: no list of words, no unknown ones, and two scripts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.encoding.crossmodal.text import PLACES, TOKENS, TextError, bags, tokens_of


def test_english_goes_by_words_and_chinese_by_characters() -> None:
    assert tokens_of("A white van, 15 metres AHEAD!") == ["a", "white", "van", "15", "metres", "ahead"]
    assert tokens_of("前方15米有白色面包车。") == [*"前方", "15", *"米有白色面包车"]


def test_wide_forms_are_as_narrow_ones() -> None:
    assert tokens_of("ＶＡＮ１５") == tokens_of("van15")


def test_each_token_has_a_row_of_length_one_and_the_rest_is_empty() -> None:
    rows = bags("a siren at night")

    assert rows.shape == (TOKENS, PLACES)
    assert np.linalg.norm(rows, axis=1).round(5).tolist() == [1.0] * 4 + [0.0] * (TOKENS - 4)


def test_a_misspelt_word_is_near_the_right_one_and_another_is_not() -> None:
    right, misspelt, other = bags("motorcycle motorcicle pedestrian")[:3]

    assert right @ misspelt > 0.5 > right @ other


def test_what_is_too_long_is_cut() -> None:
    assert np.array_equal(bags("car " * 500), bags("car " * TOKENS))


@pytest.mark.parametrize("text", ["", "  ", "?!…", "。，"])
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(TextError, match="no words — write what is to be looked for"):
        bags(text)


@given(st.text(max_size=200))
def test_any_text_has_finite_bags_or_is_refused(text: str) -> None:
    try:
        rows = bags(text)
    except TextError:
        assert not tokens_of(text)
    else:
        assert np.isfinite(rows).all()
