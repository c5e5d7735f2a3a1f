"""A large model may choose other words for a sentence, and none that tell anything else."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import scripted_scenes as scripts
from test_injections import ATTEMPTS
from test_narrated_drives import DRIVES, narrate

from crossmodal_narrator.core.errors import (
    ConfigError,
    DescriptionError,
    DescriptionLateError,
    DescriptionLostError,
    DescriptionRefusedError,
)
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, ClaimValue, Narration, Urgency
from crossmodal_narrator.language import NarratorConfig
from crossmodal_narrator.language.realisation import Realiser, read_lexicon
from crossmodal_narrator.language.rewriting import Outcome, Rewriter
from crossmodal_narrator.language.rewriting.rewriter import objection_to, prompt_for
from crossmodal_narrator.language.rewriting.words import Words, read_words, words_from

LANGUAGES = ("en", "zh")
REALISERS = {language: Realiser(read_lexicon(language)) for language in LANGUAGES}
WORDS = {language: read_words(read_lexicon(language)) for language in LANGUAGES}
SAID = [n for drive in DRIVES.values() for n in narrate(drive().scenes()) if n.urgency is not Urgency.URGENT]


class Parrot:
    """A large model that says one thing, or raises it."""

    def __init__(self, says: str | DescriptionError = "") -> None:
        self.says = says
        self.asked: list[str] = []

    def start(self) -> None: ...

    def wait_ready(self, deadline_s: float) -> None: ...

    def answer(self, prompt: str, deadline_s: float) -> str:
        self.asked.append(prompt)
        if isinstance(self.says, DescriptionError):
            raise self.says
        return self.says

    def close(self) -> None: ...


def words_of(language: str) -> Words:
    words = WORDS[language]
    assert words is not None
    return words


def said_in(language: str) -> list[Narration]:
    """Each sentence of the scripted drives once."""
    return list({n.text: n for n in SAID if n.language == language}.values())


STANDING = "We are standing behind a white car, 13 metres ahead in our lane."
ONCOMING = "A grey van is coming towards us, about 40 metres ahead on the left."
PULLING = "The white car is pulling away."
UNSURE = "Probably a van, about 35 metres ahead in our lane."
CORRECTION = "Correction: that's a truck, not a bus."
NAMELESS = "Something about 40 metres ahead in our lane, I can't make it out."
SIREN = "The siren is getting closer, behind us on the left."
RED = "Slowing for the red light."
STOPPED = "We've stopped."
SPEED = "We're doing about 30 kilometres an hour."
PASSING = "We're passing a bus on our left."
BRAKING = "The bus ahead is braking."
HALTED = "The van ahead has stopped."
CAUSED = "We're slowing: the bus ahead is braking."
CAUSED_BY = "Slowing down for a bus ahead on the left."
STANDING_ZH = "我们停着，同车道前方13米是一辆白色轿车。"
PULLING_ZH = "那辆白车起步了。"
ONCOMING_ZH = "左前方约40米有一辆灰色面包车迎面开来。"
CORRECTION_ZH = "更正：那是货车，不是公交车。"
UNSURE_ZH = "同车道前方约35米好像有一辆面包车。"
RED_ZH = "红灯，在减速。"
UNEXPLAINED_ZH = "减速了，看不出是为什么。"
STOPPED_ZH = "我们停下了。"
STOPPING_ZH = "快要停下了。"
TURNING_ZH = "正在左转。"
REVERSING_ZH = "正在倒车。"
BRAKING_ZH = "前面那辆公交车刹车了。"
BUS_ZH = "那辆公交车停下了。"
HALTED_ZH = "左前方一辆货车停下了。"
SIREN_ZH = "警笛声越来越近，在左后方。"
SOURCE_ZH = "发出警笛声的是后面一辆白色货车。"
CROSSING_ZH = "右前方有一个行人在过马路。"

AHEAD = {"side": "ahead", "in_path": True}
STATED: dict[str, dict[str, dict[str, ClaimValue]]] = {  # by sentence and subject
    STANDING: {
        "ego": {"ego_motion": "standing"},
        "track:1": {"exists": "car", "colour": "white", "distance": 13.1, **AHEAD},
    },
    ONCOMING: {
        "track:1": {"exists": "van", "colour": "grey", "motion": "oncoming", "side": "ahead_left", "distance": 40.2}
    },
    PULLING: {"track:1": {"exists": "car", "colour": "white", "motion": "pulling_away"}},
    UNSURE: {"track:1": {"exists": "van", "distance": 34.9, **AHEAD}},
    CORRECTION: {"track:1": {"exists": "truck", "was_said": "bus"}},
    NAMELESS: {"track:1": {"exists": "obstacle", "distance": 41.0, **AHEAD}},
    SIREN: {"sound:siren": {"heard": "siren", "side": "behind_left", "sound_trend": "approaching"}},
    RED: {"ego": {"ego_motion": "slowing", "cause": "signal:1"}, "signal:1": {"signal_state": "red"}},
    STOPPED: {"ego": {"ego_motion": "stopped"}},
    SPEED: {"ego": {"speed": 8.4}},
    PASSING: {"track:1": {"exists": "bus", "motion": "overtaken", "side": "left"}},
    BRAKING: {"track:1": {"exists": "bus", "motion": "braking", "side": "ahead"}},
    HALTED: {"track:1": {"exists": "van", "motion": "stopped", "side": "ahead"}},
    CAUSED: {
        "ego": {"ego_motion": "slowing", "cause": "track:1"},
        "track:1": {"exists": "bus", "motion": "braking", "side": "ahead"},
    },
    CAUSED_BY: {
        "ego": {"ego_motion": "slowing", "cause": "track:1"},
        "track:1": {"exists": "bus", "side": "ahead_left"},
    },
    UNEXPLAINED_ZH: {"ego": {"ego_motion": "slowing", "cause": "unknown"}},
    STOPPING_ZH: {"ego": {"ego_motion": "stopping"}},
    TURNING_ZH: {"ego": {"ego_motion": "turning_left"}},
    REVERSING_ZH: {"ego": {"ego_motion": "reversing"}},
    BUS_ZH: {"track:1": {"exists": "bus", "motion": "stopped"}},
    HALTED_ZH: {"track:1": {"exists": "truck", "motion": "stopped", "side": "ahead_left"}},
    SOURCE_ZH: {
        "sound:siren": {"heard": "siren", "sound_source": "track:1"},
        "track:1": {"exists": "truck", "colour": "white", "side": "behind"},
    },
    CROSSING_ZH: {"track:1": {"exists": "pedestrian", "motion": "crossing", "side": "ahead_right"}},
}
IN_CHINESE = {  # and what states the same
    STANDING_ZH: STANDING,
    PULLING_ZH: PULLING,
    ONCOMING_ZH: ONCOMING,
    CORRECTION_ZH: CORRECTION,
    UNSURE_ZH: UNSURE,
    RED_ZH: RED,
    STOPPED_ZH: STOPPED,
    BRAKING_ZH: BRAKING,
    SIREN_ZH: SIREN,
    **{
        text: text
        for text in (UNEXPLAINED_ZH, STOPPING_ZH, TURNING_ZH, REVERSING_ZH, BUS_ZH, HALTED_ZH, SOURCE_ZH, CROSSING_ZH)
    },
}


def narration(text: str) -> Narration:
    """One that says it, with the claims that it states."""
    seen = (Evidence(modality=Sense.CAMERA, stamp_ns=1, detail="seen"),)
    claims = tuple(
        Claim(predicate=predicate, subject=subject, value=value, confidence=0.9, evidence=seen)
        for subject, stated in STATED[IN_CHINESE.get(text, text)].items()
        for predicate, value in stated.items()
    )
    language = "zh" if text in IN_CHINESE else "en"
    return Narration(stamp_ns=2, language=language, text=text, claims=claims, urgency=Urgency.CALM, trigger="test")


SAME_IN_OTHER_WORDS = [
    (STANDING, "Right now we're standing still behind a white car that is 13 meters in front of us, in the same lane."),
    (STANDING, STANDING),
    (ONCOMING, "On our left, roughly 40 metres in front of us, there’s a grey van heading our way."),
    (ONCOMING, "There's a gray van about 40 metres ahead on the left, coming our way."),
    (PULLING, "The white car is moving off."),
    (UNSURE, "I think there's a van, around 35 metres in front of us, in the same lane."),
    (CORRECTION, "Correction: that is a lorry and not a bus."),
    (NAMELESS, "In our lane, about 40 metres ahead, there's something; I can't tell what it is."),
    (SIREN, "The siren is approaching, behind us on the left side."),
    (RED, "Slowing down because of the red light."),
    (STOPPED, "We have come to a stop."),
    (BRAKING, "The bus is braking, ahead of us."),
    (HALTED, "The van has stopped, in front of us."),
    (CAUSED, "We are slowing down: the bus in front of us is braking."),
    (STANDING_ZH, "现在我们停在那里，同一车道前面13米有一辆白色小轿车。"),
    (PULLING_ZH, "那辆白色的车开走了。"),
    (ONCOMING_ZH, "有一辆灰色的面包车朝我们开来，在左前方大约40米。"),
    (ONCOMING_ZH, "左前面大约40米有一辆灰色的面包车正迎面开来。"),
    (RED_ZH, "红灯，正在放慢速度。"),
    (UNEXPLAINED_ZH, "慢下来了，看不出原因。"),
    (STOPPED_ZH, "现在我们停下来了。"),
    (STOPPING_ZH, "快停下了。"),
    (TURNING_ZH, "现在在左转。"),
    (BRAKING_ZH, "那辆公交车踩刹车了，在前面。"),
    (HALTED_ZH, "一辆卡车在左前方停下了。"),
    (SIREN_ZH, "左后方，警笛正在靠近我们。"),
    (CROSSING_ZH, "有一个行人正在过马路，在右前方。"),
]


@pytest.mark.parametrize(("grounded", "text"), SAME_IN_OTHER_WORDS)
def test_the_same_in_other_words_is_said_with_the_same_claims(grounded: str, text: str) -> None:
    given = narration(grounded)
    told = Rewriter(Parrot(f" {text}\n"), LANGUAGES).rewrite(given, 1.0)
    assert told.outcome is Outcome.REWORDED
    assert told.narration == replace(given, text=text)


ONCOMING_TORN = "A grey van is coming towards us ahead, about 40 metres on the left."
UNSURE_OF_PLACE = "A van about 35 metres ahead, probably in our lane."
MISBEHAVIOUR = [
    ("nothing", PULLING, "", Outcome.EMPTY),
    ("dots", PULLING, "...", Outcome.EMPTY),
    ("a thing", PULLING, "The white car and a bus are pulling away.", Outcome.CLAIM),
    ("a thing that no file knows", PULLING, "The white car is pulling away from a dragon.", Outcome.ADDED),
    ("a colour", PULLING, "The red car is pulling away.", Outcome.CLAIM),
    ("a colour where none was told", SIREN, "The blue siren is getting closer, behind us on the left.", Outcome.CLAIM),
    ("another side", ONCOMING, "A grey van is coming towards us, about 40 metres ahead on the right.", Outcome.CLAIM),
    ("no side", ONCOMING, "A grey van is coming towards us, about 40 metres ahead.", Outcome.MISSING),
    ("another number", STANDING, STANDING.replace("13", "12"), Outcome.NUMBER),
    ("no number", STANDING, "We are standing behind a white car ahead in our lane.", Outcome.NUMBER),
    ("a number more", STANDING, "We 2 are standing behind a white car, 13 metres ahead in our lane.", Outcome.NUMBER),
    ("a number in words", PULLING, "The two white cars are pulling away.", Outcome.CLAIM),
    ("a speed that is sure", SPEED, "We're doing 30 km an hour.", Outcome.ADDED),
    ("another motion", PULLING, "The white car is braking.", Outcome.CLAIM),
    ("a motion that the gate has no word for", PULLING, "The white car is drawing away.", Outcome.ADDED),
    ("a motion where none was told", UNSURE, "Probably a van moving about 35 metres ahead in our lane.", Outcome.ADDED),
    ("a turning round", PULLING, "The white car isn't pulling away.", Outcome.NEGATION),
    ("a turning round by never", SIREN, "The siren is never getting closer, behind us on the left.", Outcome.NEGATION),
    ("a turning round less", CORRECTION, "Correction: that's a truck, a bus.", Outcome.NEGATION),
    ("a doubt less", UNSURE, "A van is about 35 metres ahead in our lane.", Outcome.DOUBT),
    ("a doubt more", PULLING, "Probably the white car is pulling away.", Outcome.ADDED),
    ("the things exchanged", CORRECTION, "Correction: that's a bus, not a truck.", Outcome.ORDER),
    (
        "us and them exchanged",
        STANDING,
        "A white car in our lane is standing behind us, 13 metres ahead.",
        Outcome.ADDED,
    ),
    (
        "who stands exchanged",
        STANDING,
        "A white car, 13 metres ahead in our lane, we are standing behind.",
        Outcome.ORDER,
    ),
    ("a number torn off", ONCOMING, "40, about metres ahead a grey van coming towards us on the left.", Outcome.ADDED),
    ("an order to the driver", PULLING, "Follow the white car pulling away.", Outcome.ADDED),
    ("a verb turned into an order", RED, "Slow for the red light.", Outcome.ADDED),
    ("an alarm", SIREN, "Watch out, stop, the siren is approaching, behind us on the left.", Outcome.ADDED),
    ("a short alarm", PULLING, "Brake, the white car is pulling away.", Outcome.ADDED),
    ("a promise", STOPPED, "We've stopped, it's safe.", Outcome.ADDED),
    ("first person for the driving", RED, "I'm slowing for the red light.", Outcome.ADDED),
    ("the future", PULLING, "The white car will be pulling away.", Outcome.ADDED),
    (
        "a bare left",
        ONCOMING,
        "A grey van coming towards us left about 40 metres ahead.",
        Outcome.ADDED,
    ),
    ("a second sentence", PULLING, "The white car is pulling away. It is white.", Outcome.SENTENCES),
    (
        "a long one",
        PULLING,
        "Now the white car is right now at the moment there pulling away.",
        Outcome.LENGTH,
    ),
    ("one that is cut off", PULLING, "The white car is pulling", Outcome.UNFINISHED),
    ("a question", PULLING, "Is the white car pulling away?", Outcome.CHARACTERS),
    ("a shout", PULLING, "The white car is pulling away!", Outcome.CHARACTERS),
    ("quotes", PULLING, '"The white car is pulling away."', Outcome.CHARACTERS),
    ("markup", PULLING, "The **white car** is pulling away.", Outcome.CHARACTERS),
    ("tags", PULLING, "<b>The white car is pulling away.</b>", Outcome.CHARACTERS),
    ("two lines", PULLING, "Sure:\nThe white car is pulling away.", Outcome.CHARACTERS),
    ("an address", PULLING, "The white car is pulling away, https://example.org.", Outcome.CHARACTERS),
    ("a control character", PULLING, "The white car is\x07 pulling away.", Outcome.CHARACTERS),
    ("a direction mark", PULLING, "The white car is \u202epulling away.", Outcome.CHARACTERS),
    ("digits of another script", STANDING, STANDING.replace("13", "１３"), Outcome.CHARACTERS),
    ("talk about the task", PULLING, "Sure, here it is: the white car is moving off.", Outcome.ADDED),
    ("Chinese for English", PULLING, PULLING_ZH, Outcome.LANGUAGE),
    ("English for Chinese", PULLING_ZH, PULLING, Outcome.LANGUAGE),
    ("both at once", PULLING, "The white 车 is pulling away.", Outcome.LANGUAGE),
    ("letters that only look Latin", PULLING, "The white саr is pulling away.", Outcome.LANGUAGE),
    ("German for English", PULLING, "Das weiße Auto fährt gerade los.", Outcome.LANGUAGE),
    ("Spanish for English", PULLING, "El coche blanco se pone en marcha.", Outcome.LANGUAGE),
    ("gibberish", PULLING, "Whit carahe stan what ads.", Outcome.LANGUAGE),
    ("a colour, in Chinese", PULLING_ZH, "那辆红车起步了。", Outcome.CLAIM),
    ("a side, in Chinese", ONCOMING_ZH, "右前方约40米有一辆灰色面包车迎面开来。", Outcome.CLAIM),
    ("a number, in Chinese", ONCOMING_ZH, "左前方约45米有一辆灰色面包车迎面开来。", Outcome.NUMBER),
    ("a turning round, in Chinese", PULLING_ZH, "那辆白车没有起步。", Outcome.NEGATION),
    ("the things exchanged, in Chinese", CORRECTION_ZH, "更正：那是公交车，不是货车。", Outcome.ORDER),
    ("a no for a not, in Chinese", CORRECTION_ZH, "更正：那是货车，不，是公交车。", Outcome.ADDED),
    ("a word torn apart, in Chinese", ONCOMING_ZH, "左前方约40米有一辆灰色面车包迎面开来。", Outcome.ADDED),
    ("an order, in Chinese", PULLING_ZH, "快跟上，那辆白车起步了。", Outcome.ADDED),
    ("only one, in Chinese", ONCOMING_ZH, "左前方约40米只有一辆灰色面包车迎面开来。", Outcome.ADDED),
    ("a promise, in Chinese", PULLING_ZH, "放心，那辆白车起步了。", Outcome.ADDED),
    ("tags, in Chinese", PULLING_ZH, "《那辆白车起步了。》", Outcome.CHARACTERS),
    ("an order for what we are about to do", STOPPING_ZH, "快停下。", Outcome.ADDED),
    ("an order for what we do", RED_ZH, "红灯，减速。", Outcome.ADDED),
    ("an order for what we do, in other words", RED_ZH, "红灯，放慢速度。", Outcome.ADDED),
    ("an order to turn", TURNING_ZH, "现在左转。", Outcome.MISSING),
    ("an order to reverse", REVERSING_ZH, "倒车。", Outcome.MISSING),
    ("an order for what we did", UNEXPLAINED_ZH, "减速，看不出原因。", Outcome.ADDED),
    ("a light that slows", RED_ZH, "红灯在减速。", Outcome.MISSING),
    ("done told as doing", STOPPED_ZH, "我们正在停下。", Outcome.ADDED),
    ("doing told as done", RED_ZH, "红灯，减速了。", Outcome.ADDED),
    ("a bus's done told as doing", BUS_ZH, "那辆公交车正在停下。", Outcome.ADDED),
    ("another's done told as doing", HALTED_ZH, "左前方一辆货车正在停下。", Outcome.ADDED),
    ("us and a bus exchanged", PASSING, "A bus is passing, and we are on the left.", Outcome.ORDER),
    ("our place for that of a bus", PASSING, "On our left, we're passing a bus.", Outcome.ORDER),
    ("an order before a place", BRAKING, "Braking, the bus is ahead.", Outcome.ORDER),
    ("a halt before a place", HALTED, "Stopped, and the van is in front of us.", Outcome.ORDER),
    ("an order before a place, in Chinese", BRAKING_ZH, "踩刹车，那辆公交车在前面。", Outcome.ADDED),
    ("a report before a place, in Chinese", BRAKING_ZH, "刹车了，那辆公交车在前面。", Outcome.ORDER),
    ("an order to halt before a place", HALTED_ZH, "停下，货车在左前方。", Outcome.ADDED),
    ("the place of a van for ours", ONCOMING_ZH, "灰色面包车的左前方约40米，迎面开来一辆。", Outcome.ADDED),
    ("the same without its mark", ONCOMING_ZH, "有一辆灰色面包车左前方约40米迎面开来。", Outcome.ADDED),
    ("the place of a siren for ours", SIREN_ZH, "警笛声越来越近的左后方。", Outcome.ADDED),
    ("what stands behind a siren", SOURCE_ZH, "发出警笛声的后面，是一辆白色货车。", Outcome.ADDED),
    ("the place of the cause for ours", CAUSED_BY, "Ahead on the left, slowing down for a bus.", Outcome.ORDER),
    ("a distance told of another side", ONCOMING, ONCOMING_TORN, Outcome.ADDED),
    ("a doubt of the place, not of the thing", UNSURE, UNSURE_OF_PLACE, Outcome.ORDER),
    ("about for the lane", UNSURE, "Probably a van 35 metres ahead, about in our lane.", Outcome.ADDED),
    ("a doubt of the lane, in Chinese", UNSURE_ZH, "前方约35米有一辆面包车，好像在同车道。", Outcome.ADDED),
    ("about for the thing, in Chinese", ONCOMING_ZH, "左前方40米有大约一辆灰色面包车迎面开来。", Outcome.ADDED),
    ("us who brake", CAUSED, "We are slowing the bus ahead, and are braking.", Outcome.ADDED),
    ("us who brake, with its mark", CAUSED, "We are slowing the bus ahead: and are braking.", Outcome.ADDED),
    ("a question without its mark", PULLING, "Is the white car pulling away.", Outcome.ORDER),
    ("a question after a word of time", PULLING, "Right now, is the white car pulling away.", Outcome.ORDER),
    ("a question of the cause", CAUSED, "We're slowing: is the bus ahead braking.", Outcome.ORDER),
    ("a question of us", STANDING, "Are we standing behind a white car 13 metres ahead in our lane.", Outcome.ORDER),
    ("a question with do", PULLING, "Does the white car pull away.", Outcome.ADDED),
    ("a minus", ONCOMING, ONCOMING.replace("40", "-40"), Outcome.CHARACTERS),
    ("single quotes", PULLING, "'The white car' is pulling away.", Outcome.CHARACTERS),
    ("capitals", PULLING, "THE WHITE CAR IS PULLING AWAY.", Outcome.CHARACTERS),
    ("one word in capitals", PULLING, "The white car is PULLING away.", Outcome.CHARACTERS),
    ("a comma of another script", ONCOMING, ONCOMING.replace(",", "，"), Outcome.CHARACTERS),
    ("a full stop of another script", PULLING, PULLING.replace(".", "。"), Outcome.CHARACTERS),
    ("a full stop of another script, in Chinese", PULLING_ZH, PULLING_ZH.replace("。", "."), Outcome.CHARACTERS),
]


@pytest.mark.parametrize(("grounded", "text", "why"), [m[1:] for m in MISBEHAVIOUR], ids=[m[0] for m in MISBEHAVIOUR])
def test_what_says_anything_else_is_refused_and_the_grounded_sentence_is_said(
    grounded: str, text: str, why: Outcome
) -> None:
    given = narration(grounded)
    told = Rewriter(Parrot(text), LANGUAGES).rewrite(given, 1.0)
    assert told.outcome is why
    assert told.outcome.was_refused
    assert told.narration == given


def test_feet_and_miles_are_read_in_the_units_that_were_spoken() -> None:
    config = NarratorConfig(units="imperial")
    said = [n for n in narrate(scripts.street_drive().scenes(), config) if " feet " in n.text]
    assert said
    for given in said:
        for units, outcome in (("imperial", Outcome.REWORDED), ("metric", Outcome.CLAIM)):
            assert Rewriter(Parrot(given.text), ("en",), units).rewrite(given, 1.0).outcome is outcome, given.text


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (DescriptionLateError("late"), Outcome.LATE),
        (DescriptionLostError("it died"), Outcome.LOST),
        (DescriptionRefusedError("no such architecture"), Outcome.LOST),
    ],
)
def test_a_model_that_does_not_answer_leaves_the_grounded_sentence_and_its_reason(
    error: DescriptionError, why: Outcome
) -> None:
    told = Rewriter(Parrot(error), LANGUAGES).rewrite(narration(PULLING), 1.0)
    assert (told.narration, told.outcome, told.error) == (narration(PULLING), why, error)
    assert not told.outcome.was_refused


def test_a_language_without_words_for_it_is_left_as_it_is_and_nobody_is_asked() -> None:
    model = Parrot("Das weiße Auto fährt los.")
    told = Rewriter(model, LANGUAGES).rewrite(replace(narration(PULLING), language="de"), 1.0)
    assert (told.outcome, model.asked) == (Outcome.NO_WORDS, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_drives_may_be_said_as_it_is(language: str) -> None:
    assert len(said_in(language)) > 20
    for given in said_in(language):
        assert objection_to(given.text, given, REALISERS[language], words_of(language)) is None, given.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_of_another_moment_is_never_taken_for_this_one(language: str) -> None:
    for given, other in itertools.permutations(said_in(language), 2):
        if objection_to(other.text, given, REALISERS[language], words_of(language)) is None:
            assert facts(given) == facts(other), (given.text, other.text)


def facts(told: Narration) -> set[tuple[str, str]]:
    """What it says, whoever it says it of, and without what only a number would tell apart."""
    return {(c.predicate, str(c.value)) for c in told.claims if not isinstance(c.value, float)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_mean_the_same_may_stand_for_each_other_in_every_sentence(language: str) -> None:
    words, swapped = words_of(language), set()
    for given in said_in(language):
        plain = given.text.lower()
        for short, full in words.spelled_out.items():
            plain = plain.replace(short, full)
        for found in words.scan.finditer(plain):
            line = next((line for line in words.same if found[0] in line), ())
            for other in line:
                text = plain[: found.start()] + other + plain[found.end() :]
                objection = objection_to(text, given, REALISERS[language], words)
                assert objection in (None, Outcome.LENGTH), (given.text, text)
                swapped.add(other)
    assert len(swapped) > {"en": 60, "zh": 40}[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_word_more_is_refused_wherever_it_stands(language: str) -> None:
    """Words of the language's own sentences are no better than others."""
    more = {"en": "not bus red stop waiting left we safe it 7", "zh": "不 红 人 快 左 我们 7"}[language].split()
    space = " " if language == "en" else ""
    for given in said_in(language):
        parts = given.text.split() if language == "en" else list(given.text)
        for place, word in itertools.product(range(len(parts)), more):
            text = space.join([*parts[:place], word, *parts[place:]])
            assert objection_to(text, given, REALISERS[language], words_of(language)) is not None, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_sign_or_a_passenger_says_neither_reaches_the_model_nor_passes_from_it(language: str) -> None:
    """Evidence holds what a sensor brought: three hundred orders in it change no prompt, and none may be said."""
    given = narration({"en": ONCOMING, "zh": ONCOMING_ZH}[language])
    asked = prompt_for(given, REALISERS[language], words_of(language))
    for _, text in ATTEMPTS:
        claims = tuple(replace(c, evidence=tuple(replace(e, detail=text) for e in c.evidence)) for c in given.claims)
        assert prompt_for(replace(given, claims=claims), REALISERS[language], words_of(language)) == asked
        for answer in (text, f"{given.text} {text}", f"{given.text[:-1]}, {text}"):
            assert objection_to(answer, given, REALISERS[language], words_of(language)) is not None


def test_the_model_is_asked_for_the_sentence_with_its_length_and_what_may_stand_for_what() -> None:
    model = Parrot("no")
    Rewriter(model, LANGUAGES).rewrite(narration(PULLING), 1.0)
    (asked,) = model.asked
    assert asked.endswith(f"Sentence: {PULLING}")
    assert "at most 12 words" in asked
    assert "pulling away = pulls away = moving off = moves off" in asked
    assert "braking" not in asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_idle_and_no_meaning_is_neutral_too(language: str) -> None:
    words = words_of(language)
    assert len(words.meanings) > 100
    assert not words.turning & set(words.meanings)


LISTS = ("joining", "asking", "places", "about", "lengths", "at", "fixing", "turning")


def test_a_phrase_that_would_mean_two_things_is_refused() -> None:
    texts = {"prompt": "", "swap": "", "spelled_out": {}}
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    content = {**texts, **lists, "neutral": ["now"], "same": [["left", "now"]]}
    with pytest.raises(ConfigError, match="now stands twice"):
        words_from(read_lexicon("en"), content)
    with pytest.raises(ConfigError, match="'turning' is missing"):
        words_from(read_lexicon("en"), {k: v for k, v in content.items() if k != "turning"} | {"neutral": []})
