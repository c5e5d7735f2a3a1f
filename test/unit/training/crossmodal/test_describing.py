"""Truth becomes facts, and facts become what somebody could say, in two languages and always in other words."""

from __future__ import annotations

import copy
import re

import numpy as np
import pytest
from described_truth import TRUTH

from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.training.crossmodal.describing import LANGUAGES, LEXICONS, Words, describe
from crossmodal_narrator.training.crossmodal.facts import Facts, Thing, facts_of


def test_only_what_can_be_known_is_a_fact() -> None:
    facts = facts_of(TRUTH)

    assert facts == Facts(
        place="grid",
        light="dusk",
        weather="rain",
        ego="standing",
        signal="red",
        sounds=("yelp",),
        things=(
            Thing(kind="van", side=Side.BEHIND, distance_m=20),  # an ambulance that no camera sees is a van
            Thing(kind="car", side=Side.AHEAD, distance_m=10, colour="white"),
            Thing(kind="pedestrian", side=Side.AHEAD, distance_m=10),
        ),
        people=2,
    )


def test_by_night_no_colour_is_known_and_a_blind_camera_knows_none_either() -> None:
    for change in ({"daylight": "night"}, {"is_blind": True}):
        assert [t.colour for t in facts_of({**TRUTH, **change}).things] == ["", "", ""]


def test_an_ambulance_ahead_is_one() -> None:
    truth = copy.deepcopy(TRUTH)
    truth["objects"][-1].update(position_m=[15.0, 2.0, 1.0], centre_in_front_image=True)

    assert facts_of(truth).things[0] == Thing(kind="ambulance", side=Side.AHEAD, distance_m=15)


def test_a_mirror_changes_sides_and_turns_and_twice_changes_nothing() -> None:
    facts = Facts(
        place="merge",
        light="day",
        weather="clear",
        ego="turning_left",
        things=(Thing(kind="bus", side=Side.AHEAD_LEFT, distance_m=15),),
        parked=(Side.LEFT,),
    )

    assert facts.mirrored.ego == "turning_right"
    assert facts.mirrored.things[0].side is Side.AHEAD_RIGHT
    assert facts.mirrored.parked == (Side.RIGHT,)
    assert facts.mirrored.mirrored == facts


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_description_tells_every_fact(language: str) -> None:
    said = describe(facts_of(TRUTH), language, np.random.default_rng(1), Words.LEARNT)
    wanted = {"en": ("white", "red", r"yelp", r"rain", r"\b20\b"), "zh": ("白色", "红", "警笛", "雨", "20米")}[language]

    assert [word for word in wanted if not re.search(word, said)] == []


def test_an_article_fits_its_noun() -> None:
    facts = Facts(
        place="grid",
        light="day",
        weather="clear",
        ego="fast",
        things=(Thing(kind="ambulance", side=Side.AHEAD, distance_m=5),),
    )
    said = describe(facts, "en", np.random.default_rng(0), Words.LEARNT)

    assert re.search(r"\ban ambulance", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_words_for_the_same_facts_and_keep_some_from_learning(language: str) -> None:
    lexicon, other = LEXICONS[language], LEXICONS["zh" if language == "en" else "en"]
    rng = np.random.default_rng(0)

    assert set(lexicon.phrases) == set(other.phrases)
    for key, wordings in lexicon.phrases.items():
        learnt = {lexicon.word(key, rng, Words.LEARNT) for _ in range(60)}
        if len(wordings) >= 3:
            assert learnt == set(wordings[:-1])
            assert lexicon.word(key, rng, Words.KEPT) == wordings[-1]


def test_of_facts_that_are_left_out_at_least_one_is_told() -> None:
    rng = np.random.default_rng(0)

    assert all(len(describe(facts_of(TRUTH), "en", rng, Words.LEARNT, keep=0.0)) > 3 for _ in range(20))
