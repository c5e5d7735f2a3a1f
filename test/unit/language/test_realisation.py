"""How things are said: numbers, articles, plurals, measure words, and never twice alike."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
import yaml
from built_messages import claim, message, say, thing, wordings
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.language import LANGUAGES
from crossmodal_narrator.language.claims.predicates import Movement, Predicate
from crossmodal_narrator.language.gate import dishonesty, unaccounted
from crossmodal_narrator.language.planning.message import Act, Mention
from crossmodal_narrator.language.realisation import Realiser, read_lexicon
from crossmodal_narrator.language.realisation.pattern import parse
from crossmodal_narrator.language.realisation.reading import lexicon_from
from crossmodal_narrator.language.realisation.rounding import UNITS

METRIC, IMPERIAL = UNITS["metric"], UNITS["imperial"]
P = Predicate


@pytest.mark.parametrize(
    ("metres", "number", "about"),
    [(4.0, 4, False), (12.9, 13, False), (12.5, 13, False), (20.4, 20, False), (22.6, 25, True), (36.0, 35, True),
     (52.4, 50, True), (56.0, 60, True), (118.0, 120, True)],
)  # fmt: skip
def test_distances_are_rounded_as_people_do(metres: float, number: int, about: bool) -> None:
    rounded = METRIC.distance(metres)
    assert rounded is not None
    assert (rounded.number, rounded.is_about) == (number, about)


@given(st.floats(4.0, 300.0))
def test_a_spoken_distance_is_never_far_from_the_true_one(metres: float) -> None:
    rounded = METRIC.distance(metres)
    assert rounded is not None
    assert abs(rounded.number - metres) <= max(0.5, 2.5 if metres < 52.5 else 5.0)
    assert rounded.is_about == (metres >= 20.5)


@pytest.mark.parametrize(
    ("metres", "feet", "about"),
    [(4.0, 15, False), (9.0, 30, False), (18.9, 60, False), (19.1, 60, True), (35.0, 110, True), (47.0, 150, True),
     (48.0, 150, True), (76.0, 250, True)],
)  # fmt: skip
def test_feet_are_rounded_as_people_do(metres: float, feet: int, about: bool) -> None:
    rounded = IMPERIAL.distance(metres)
    assert rounded is not None
    assert (rounded.number, rounded.is_about) == (feet, about)


@given(st.floats(4.0, 300.0))
def test_spoken_feet_are_never_far_from_the_true_distance(metres: float) -> None:
    rounded, feet = IMPERIAL.distance(metres), metres / 0.3048
    assert rounded is not None
    assert abs(rounded.number - feet) <= (2.5 if feet < 62.5 else 5.0 if feet < 155.0 else 25.0) + 1e-6


def test_miles_an_hour_are_told_in_fives() -> None:
    assert IMPERIAL.speed(13.4).number == 30
    assert IMPERIAL.speed(31.3).number == 70


@given(st.floats(0.0, 50.0))
def test_speeds_are_told_in_fives(speed_mps: float) -> None:
    assert METRIC.speed(speed_mps).number % 5 == 0


@given(
    label=st.sampled_from(sorted(ObjectClass)),
    side=st.sampled_from(sorted(Side)),
    metres=st.floats(0.5, 60.0),
    colour=st.sampled_from([None, "white", "orange"]),
    movement=st.sampled_from([None, *sorted(set(Movement) - {Movement.UNKNOWN})]),
    hedged=st.booleans(),
)
def test_whatever_is_met_can_be_said_honestly_in_every_language(
    label: ObjectClass, side: Side, metres: float, colour: str | None, movement: Movement | None, hedged: bool
) -> None:
    extra = [claim(P.DISTANCE, metres)]
    extra += [claim(P.COLOUR, colour)] if colour else []
    extra += [claim(P.MOTION, movement.value)] if movement else []
    hedges = frozenset({"track:1"} if hedged and label is not ObjectClass.OBSTACLE else ())
    told = message(Act.ENCOUNTER, *thing(label, side), extra=tuple(extra), hedged=hedges)
    for language in LANGUAGES:
        realiser = Realiser(read_lexicon(language))
        first = realiser.realise(told)
        assert first is not None
        stated = [c for c in told.claims if (c.predicate, c.subject) in first.states]
        assert unaccounted(first.text, stated, realiser.lexicon) == ()
        realiser.said(first)
        second = realiser.realise(told)
        assert second is not None
        assert realiser.opening(first.text) != realiser.opening(second.text)


def test_an_article_fits_the_word_that_follows() -> None:
    who, side = thing(ObjectClass.CAR)
    assert say("en", message(Act.ENCOUNTER, who, side, extra=(claim(P.COLOUR, "orange"),))) == "An orange car ahead."
    assert say("en", message(Act.ENCOUNTER, *thing(ObjectClass.ANIMAL))) == "An animal ahead."
    assert say("en", message(Act.ENCOUNTER, who, side, extra=(claim(P.COLOUR, "white"),))) == "A white car ahead."


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (ObjectClass.BUS, "前面有一辆公交车。"),
        (ObjectClass.PEDESTRIAN, "前面有一个行人。"),
        (ObjectClass.TRAIN, "前面有一列列车。"),
        (ObjectClass.ANIMAL, "前面有一只动物。"),
        (ObjectClass.CYCLIST, "前面有一个骑车的人。"),
    ],
)
def test_a_measure_word_fits_its_noun(label: ObjectClass, words: str) -> None:
    assert say("zh", message(Act.ENCOUNTER, *thing(label))) == words


@pytest.mark.parametrize(
    ("label", "count", "english", "chinese"),
    [
        (ObjectClass.PEDESTRIAN, 2, "There are two people on the right.", "右侧有两个人。"),
        (ObjectClass.PEDESTRIAN, 5, "There are several people on the right.", "右侧有几个人。"),
        (ObjectClass.BUS, 2, "There are two buses on the right.", "右侧有两辆公交车。"),
    ],
)
def test_groups_have_plurals_and_small_counts(label: ObjectClass, count: int, english: str, chinese: str) -> None:
    subject = ",".join(f"track:{k}" for k in range(count))
    told = message(
        Act.GROUP,
        claim(P.EXISTS, label.value, subject),
        claim(P.COUNT, count, subject),
        claim(P.SIDE, "ahead_right", "track:0"),
        claim(P.SIDE, "right", "track:1"),
    )
    assert (say("en", told), say("zh", told)) == (english, chinese)


def test_what_is_near_has_no_number() -> None:
    near = message(Act.ENCOUNTER, *thing(ObjectClass.CAR), extra=(claim(P.DISTANCE, 3.2),))
    assert say("en", near) == "A car right in front."
    assert say("zh", near) == "车头跟前有一辆轿车。"


def test_given_comes_before_new() -> None:
    told = message(Act.CHANGE, thing(ObjectClass.BUS)[0], claim(P.MOTION, "stopped"), extra=(claim(P.SIDE, "ahead"),))
    assert say("en", told) == "A bus ahead has stopped."
    assert say("en", replace(told, mentions={"track:1": Mention.GIVEN}, extra=())) == "The bus has stopped."
    assert say("en", replace(told, mentions={"track:1": Mention.FOCUS}, extra=())) == "It has stopped."
    assert say("zh", replace(told, mentions={"track:1": Mention.GIVEN}, extra=())) == "那辆公交车停下了。"


def test_a_reason_is_given_where_there_is_one() -> None:
    slowing = claim(P.EGO_MOTION, "slowing", "ego")
    bus = (claim(P.EXISTS, "bus"), claim(P.MOTION, "braking"), claim(P.SIDE, "ahead"))
    because = message(Act.EGO, slowing, claim(P.CAUSE, "track:1", "ego"), *bus, roles={"a": "ego", "b": "track:1"},
                      mentions={"track:1": Mention.GIVEN})  # fmt: skip
    assert say("en", because) == "We're slowing: the bus ahead is braking."
    assert say("zh", because) == "我们在减速，前面那辆公交车刹车了。"
    unknown = message(Act.EGO, slowing, claim(P.CAUSE, "unknown", "ego"))
    assert say("en", unknown) == "We're slowing; I can't tell why."
    assert say("zh", unknown) == "我们在减速，原因我看不出来。"


DANGERS = [
    (ObjectClass.PEDESTRIAN, ("stepping_out", "crossing", "stopped")),
    (ObjectClass.CYCLIST, ("crossing", "stopped")),
    (ObjectClass.CAR, ("braking", "cutting_in", "crossing", "stopped")),
    (ObjectClass.OBSTACLE, ("crossing", "stopped")),
]


@pytest.mark.parametrize(("label", "movement"), [(label, m) for label, movements in DANGERS for m in movements])
@pytest.mark.parametrize("side", [Side.AHEAD, Side.AHEAD_LEFT, Side.RIGHT])
def test_urgent_speech_has_at_most_seven_words_in_every_case(label: ObjectClass, movement: str, side: Side) -> None:
    told = message(Act.DANGER, *thing(label, side), claim(P.MOTION, movement), urgency=Urgency.URGENT)
    assert len(say("en", told).split()) <= 7
    assert len(say("es", told).split()) <= 7
    assert len(say("zh", told)) <= 13


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_with_a_gap_is_refused_with_its_name(language: str) -> None:
    file = resources.files("crossmodal_narrator.language.realisation") / "words" / f"{language}.yaml"
    words = yaml.safe_load(file.read_text(encoding="utf-8"))
    for section, name in (("nouns", "van"), ("places", "behind"), ("acts", "row")):
        broken = copy.deepcopy(words)
        del broken[section][name]
        with pytest.raises(ConfigError, match=rf"words/{language}\.yaml: {section} lacks {name}"):
            lexicon_from(language, broken)


@pytest.mark.parametrize("source", ["a [b", "a ]b", "a [b [c]]"])
def test_a_phrase_with_open_brackets_is_refused(source: str) -> None:
    with pytest.raises(ConfigError, match="bracket"):
        parse(source)


def test_a_language_that_nobody_has_written_is_refused() -> None:
    with pytest.raises(ConfigError, match="no words for the language 'eo'"):
        read_lexicon("eo")


def test_the_documented_predicates_are_those_that_there_are(repository: Path) -> None:
    page = (repository / "docs" / "language.md").read_text(encoding="utf-8")
    table = page.split("## Predicates")[1].split("## How a language file")[0]
    rows = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert sorted(rows) == sorted(p.value for p in Predicate)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["The camera can't see right now.", "Trouble with the camera: it can't see right now."]),
        ("zh", ["摄像头现在看不清。", "有个情况，摄像头现在看不清。"]),
    ],
)
def test_a_blind_camera_is_blind_now_and_not_twice_so(language: str, words: list[str]) -> None:
    told = message(Act.SENSE_LOST, claim(P.SENSE_TROUBLE, "blind", "sense:camera/front"))
    assert wordings(language, told) == words


def test_only_a_camera_has_pictures() -> None:
    told = message(Act.SENSE_LOST, claim(P.SENSE_TROUBLE, "unplaced", "sense:lidar/lidar"))
    assert say("zh", told) == "激光雷达在工作，但不知道它朝着哪儿。"


@pytest.mark.parametrize(
    ("label", "english", "chinese"),
    [
        (ObjectClass.VAN, "A van ahead is crossing.", "前面一辆面包车正在横穿马路。"),
        (ObjectClass.CYCLIST, "A cyclist ahead is crossing.", "前面一个骑车的人正在横穿马路。"),
        (ObjectClass.PEDESTRIAN, "A pedestrian ahead is crossing.", "前面一个行人正在过马路。"),
    ],
)
def test_who_crosses_ahead_is_not_ahead_twice(label: ObjectClass, english: str, chinese: str) -> None:
    who, side = thing(label)
    told = message(Act.CHANGE, who, claim(P.MOTION, "crossing"), extra=(side,))
    assert (say("en", told), say("zh", told)) == (english, chinese)


@pytest.mark.parametrize(
    ("label", "was", "chinese"),
    [
        (ObjectClass.ANIMAL, "pedestrian", "更正：那是一只动物，不是行人。"),
        (ObjectClass.CYCLIST, "pedestrian", "更正：那是一个骑车的人，不是行人。"),
        (ObjectClass.VAN, "bus", "更正：那是一辆面包车，不是公交车。"),
    ],
)
def test_a_mistake_is_owned_in_words_that_the_gate_lets_pass(label: ObjectClass, was: str, chinese: str) -> None:
    told = message(Act.CORRECTION, claim(P.WAS_SAID, was), claim(P.EXISTS, label.value))
    assert say("zh", told) == chinese
    for language in LANGUAGES:
        assert all(unaccounted(text, told.claims, read_lexicon(language)) == () for text in wordings(language, told))


def test_a_mistake_about_what_sounds_names_the_sound_in_words_that_the_gate_lets_pass() -> None:
    siren = (claim(P.HEARD, "siren", "sound:siren"), claim(P.SOUND_SOURCE, "track:1", "sound:siren"))
    told = message(Act.CORRECTION, claim(P.WAS_SAID, "car"), claim(P.EXISTS, "van"), *siren,
                   roles={"a": "track:1", "b": "sound:siren"})  # fmt: skip
    assert wordings("en", told) == [
        "Correction: the siren comes from a van, not a car.",
        "I was wrong: the siren comes from a van, not a car.",
    ]
    assert wordings("zh", told) == [
        "更正：发出警笛声的是一辆面包车，不是轿车。",
        "刚才说错了，发出警笛声的是一辆面包车，不是轿车。",
    ]
    for language in LANGUAGES:
        assert all(dishonesty(text, told, read_lexicon(language)) is None for text in wordings(language, told))


def test_a_cyclist_who_is_too_near_has_no_chain_of_particles() -> None:
    told = message(Act.DANGER, *thing(ObjectClass.CYCLIST), claim(P.TTC, 1.9), urgency=Urgency.URGENT)
    assert wordings("zh", told) == ["前面骑车的人太近了。", "小心，前面骑车的人太近了。"]


def test_what_may_be_a_train_is_not_called_one_when_it_is_spoken_of_again() -> None:
    told = message(Act.CHANGE, thing(ObjectClass.TRAIN)[0], claim(P.MOTION, "stopped"), hedged=frozenset({"track:1"}),
                   mentions={"track:1": Mention.GIVEN})  # fmt: skip
    assert (say("en", told), say("zh", told)) == ("That vehicle has stopped.", "那辆车停下了。")


def test_what_has_no_name_stands_where_a_noun_does() -> None:
    """有 belongs to the sentence, and not to the thing."""
    ahead, path = thing(ObjectClass.OBSTACLE), claim(P.IN_PATH, True)
    roles = {"a": "ego", "b": "track:1"}
    stands, slows = (claim(P.EGO_MOTION, state, "ego") for state in ("standing", "slowing"))
    standing = message(Act.STANDING_BEHIND, stands, *ahead, path, roles=roles)
    slowing = message(Act.EGO, slows, claim(P.CAUSE, "track:1", "ego"), *ahead, roles=roles)
    siren, its = claim(P.HEARD, "siren", "sound:siren"), claim(P.SOUND_SOURCE, "track:1", "sound:siren")
    sounding = message(Act.SOURCE, siren, its, *ahead, roles={"a": "sound:siren", "b": "track:1"})
    assert say("zh", message(Act.ENCOUNTER, *ahead)) == "前面有一个东西，看不清是什么。"
    assert say("zh", standing) == "我们停着，同车道前方是一个东西。"
    assert say("zh", slowing) == "我们在减速，前面有一个东西。"
    assert say("zh", sounding) == "警笛声是前面一个东西发出的。"


def test_only_a_siren_is_on() -> None:
    horn, its = claim(P.HEARD, "horn", "sound:horn"), claim(P.SOUND_SOURCE, "track:1", "sound:horn")
    told = message(Act.SOURCE, horn, its, *thing(ObjectClass.VAN), roles={"a": "sound:horn", "b": "track:1"})
    assert wordings("en", told) == [
        "The horn comes from a van ahead.",
        "I see it now: the horn comes from a van ahead.",
    ]


def test_a_group_of_which_one_is_unsure_is_told_as_probable() -> None:
    subject = "track:1,track:2"
    values = ((P.EXISTS, "pedestrian"), (P.COUNT, 2), (P.SIDE, "ahead_right"), (P.MOTION, "stopped"))
    told = message(Act.GROUP, *(claim(p, value, subject) for p, value in values), hedged=frozenset({subject}))
    assert say("en", told) == "I think two people are standing on the right."
    assert say("zh", told) == "右侧好像有两个人站着。"
    still = replace(told, core=told.core[:3])
    assert say("en", still) == "I think there are two people on the right."
    assert say("zh", still) == "右侧好像有两个人。"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("label", sorted(ObjectClass))
@pytest.mark.parametrize("hedged", [False, True])
def test_whatever_is_gone_or_near_or_was_mistaken_can_be_named(language: str, label: ObjectClass, hedged: bool) -> None:
    doubt = {"hedged": frozenset({"track:1"} if hedged else ()), "mentions": {"track:1": Mention.GIVEN}}
    cause = (claim(P.EGO_MOTION, "slowing", "ego"), claim(P.CAUSE, "track:1", "ego"), thing(label)[0])
    for told in (
        message(Act.GONE, claim(P.GONE, label.value), **doubt),
        message(Act.CORRECTION, claim(P.WAS_SAID, label.value), thing(ObjectClass.BUS)[0]),
        message(Act.EGO, *cause, roles={"a": "ego", "b": "track:1"}, **doubt),
    ):
        assert all(dishonesty(text, told, read_lexicon(language)) is None for text in wordings(language, told))


def test_who_cuts_in_from_far_ahead_comes_from_no_front() -> None:
    told = message(
        Act.CHANGE, thing(ObjectClass.CAR)[0], claim(P.MOTION, "cutting_in"), extra=(claim(P.SIDE, "ahead"),)
    )
    assert (say("en", told), say("zh", told)) == ("A car ahead is cutting in.", "前面一辆轿车正在并进来。")
    beside = replace(told, extra=(claim(P.SIDE, "ahead_left"),))
    assert (say("en", beside), say("zh", beside)) == ("A car is cutting in from the left.", "左边一辆轿车正在并进来。")
