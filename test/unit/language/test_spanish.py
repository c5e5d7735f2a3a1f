"""Spanish: agreement, contractions and word order, and that it gives away as much as English does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from built_messages import claim, message, say, thing
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.core.speech import Claim, ClaimValue
from crossmodal_narrator.language.claims.predicates import Movement, Predicate
from crossmodal_narrator.language.gate import unaccounted
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.realisation import Realiser, read_lexicon

P = Predicate
SPANISH = read_lexicon("es")
FEMININE = {ObjectClass.VAN, ObjectClass.MOTORCYCLE, ObjectClass.BICYCLE, ObjectClass.PEDESTRIAN}
COLOURS = {
    "white": ("blanco", "blanca"),
    "black": ("negro", "negra"),
    "silver": ("plateado", "plateada"),
    "red": ("rojo", "roja"),
    "yellow": ("amarillo", "amarilla"),
    "dark": ("oscuro", "oscura"),
    "grey": ("gris", "gris"),
    "blue": ("azul", "azul"),
    "green": ("verde", "verde"),
    "orange": ("naranja", "naranja"),
    "brown": ("marrón", "marrón"),
    "beige": ("beis", "beis"),
}


def known(told: Message, mention: Mention = Mention.GIVEN) -> Message:
    return replace(told, mentions={"track:1": mention})


def crowd(label: ObjectClass, count: int, *more: tuple[Predicate, ClaimValue], act: Act = Act.GROUP) -> Message:
    subject = ",".join(f"track:{k}" for k in range(count))
    said = [(P.EXISTS, label.value), (P.COUNT, count), *more, (P.SIDE, "right")]
    return message(act, *(claim(predicate, value, subject) for predicate, value in said))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("label", sorted(set(ObjectClass) - {ObjectClass.OBSTACLE}))
def test_articles_colours_and_participles_agree_with_the_noun(label: ObjectClass, colour: str) -> None:
    is_feminine = label in FEMININE
    one = SPANISH.nouns[label].forms["one"]
    paint = COLOURS[colour][is_feminine]
    told = message(Act.ENCOUNTER, *thing(label), extra=(claim(P.COLOUR, colour), claim(P.MOTION, "parked")))
    article, ending = ("una", "a") if is_feminine else ("un", "o")
    participle = {ObjectClass.PEDESTRIAN: " parad", ObjectClass.ANIMAL: " parad"}.get(label, " aparcad") + ending
    stands = "" if label in (ObjectClass.CONE, ObjectClass.CYCLIST) else participle
    assert say("es", told) == f"Hay {article} {one} {paint}{stands} delante."
    stopped = message(Act.CHANGE, claim(P.EXISTS, label.value), claim(P.MOTION, "stopped"), claim(P.COLOUR, colour))
    assert say("es", known(stopped)) == f"{'La' if is_feminine else 'El'} {one} {paint} se ha parado."


@pytest.mark.parametrize(
    ("label", "count", "said"),
    [
        (ObjectClass.PEDESTRIAN, 2, "Hay dos personas a la derecha."),
        (ObjectClass.PEDESTRIAN, 5, "Hay varias personas a la derecha."),
        (ObjectClass.TRUCK, 3, "Hay varios camiones a la derecha."),
        (ObjectClass.BUS, 2, "Hay dos autobuses a la derecha."),
    ],
)
def test_groups_have_plurals_and_small_counts(label: ObjectClass, count: int, said: str) -> None:
    assert say("es", crowd(label, count)) == said


@pytest.mark.parametrize(
    ("label", "movement", "said"),
    [
        (ObjectClass.PEDESTRIAN, "stopped", "Varias personas están paradas a la derecha."),
        (ObjectClass.CAR, "parked", "Varios coches están aparcados a la derecha."),
        (ObjectClass.MOTORCYCLE, "parked", "Varias motos están aparcadas a la derecha."),
        (ObjectClass.PEDESTRIAN, "moving", "Varias personas caminan a la derecha."),
        (ObjectClass.VAN, "oncoming", "Varias furgonetas vienen de frente a la derecha."),
    ],
)
def test_what_several_do_agrees_with_them(label: ObjectClass, movement: str, said: str) -> None:
    assert say("es", crowd(label, 4, (P.MOTION, movement))) == said


def test_a_row_agrees_too() -> None:
    row = ((P.MOTION, "parked"), (P.ROW, True))
    assert say("es", crowd(ObjectClass.CAR, 4, *row, act=Act.ROW)) == "Hay una fila de coches aparcados a la derecha."
    assert say("es", crowd(ObjectClass.VAN, 4, *row, act=Act.ROW)).startswith("Hay una fila de furgonetas aparcadas")


def standing_behind(label: ObjectClass, mention: Mention) -> Message:
    lead = (*thing(label), claim(P.IN_PATH, True))
    told = message(Act.STANDING_BEHIND, claim(P.EGO_MOTION, "standing", "ego"), *lead, extra=(claim(P.DISTANCE, 12.0),))
    return known(replace(told, roles={"a": "ego", "b": "track:1"}), mention)


@pytest.mark.parametrize(
    ("label", "mention", "said"),
    [
        (ObjectClass.CAR, Mention.NEW, "detrás de un coche"),
        (ObjectClass.CAR, Mention.GIVEN, "detrás del coche"),
        (ObjectClass.CAR, Mention.FOCUS, "detrás de él"),
        (ObjectClass.VAN, Mention.NEW, "detrás de una furgoneta"),
        (ObjectClass.VAN, Mention.GIVEN, "detrás de la furgoneta"),
        (ObjectClass.VAN, Mention.FOCUS, "detrás de ella"),
    ],
)
def test_an_article_contracts_and_a_pronoun_does_not(label: ObjectClass, mention: Mention, said: str) -> None:
    assert say("es", standing_behind(label, mention)).startswith(f"Estamos parados {said}, a 12 metros")


def test_what_is_new_follows_the_verb_what_is_known_precedes_it_and_the_last_one_needs_no_word() -> None:
    told = message(Act.CHANGE, *thing(ObjectClass.BUS), claim(P.MOTION, "stopped"))
    assert say("es", told) == "Delante se ha parado un autobús."
    assert say("es", known(told)) == "El autobús de delante se ha parado."
    bare = message(Act.CHANGE, claim(P.EXISTS, "bus"), claim(P.MOTION, "stopped"))
    assert say("es", known(bare, Mention.FOCUS)) == "Se ha parado."


def because(mention: Mention, *more: Claim) -> Message:
    slowing = claim(P.EGO_MOTION, "slowing", "ego")
    told = message(Act.EGO, slowing, claim(P.CAUSE, "track:1", "ego"), *thing(ObjectClass.BUS), *more)
    return known(replace(told, roles={"a": "ego", "b": "track:1"}), mention)


SENTENCES = [
    (message(Act.ENCOUNTER, *thing(ObjectClass.CAR), extra=(claim(P.DISTANCE, 3.2),)), "Hay un coche justo delante."),
    (
        message(Act.ENCOUNTER, *thing(ObjectClass.VAN, Side.LEFT), extra=(claim(P.DISTANCE, 7.0),)),
        "Hay una furgoneta a nuestra izquierda, a 7 metros.",
    ),
    (
        message(Act.ENCOUNTER, *thing(ObjectClass.TRUCK), extra=(claim(P.MOTION, "oncoming"), claim(P.DISTANCE, 34.0))),
        "Delante viene un camión de frente, a unos 35 metros.",
    ),
    (
        message(Act.ENCOUNTER, *thing(ObjectClass.PEDESTRIAN, Side.AHEAD_RIGHT), extra=(claim(P.MOTION, "moving"),)),
        "Una persona camina delante a la derecha.",
    ),
    (message(Act.ENCOUNTER, *thing(ObjectClass.OBSTACLE)), "Hay algo delante; no distingo qué es."),
    (because(Mention.NEW, claim(P.MOTION, "braking")), "Vamos más despacio: delante está frenando un autobús."),
    (because(Mention.GIVEN, claim(P.MOTION, "braking")), "Vamos más despacio: el autobús de delante está frenando."),
    (because(Mention.GIVEN), "Vamos más despacio por el autobús de delante."),
    (
        message(Act.EGO, claim(P.EGO_MOTION, "slowing", "ego"), claim(P.CAUSE, "unknown", "ego")),
        "Vamos más despacio; no veo por qué.",
    ),
    (
        message(
            Act.CHANGE,
            *thing(ObjectClass.VAN, Side.AHEAD_LEFT),
            claim(P.MOTION, "cutting_in"),
            claim(P.COLOUR, "grey"),
        ),
        "Por la izquierda se nos mete una furgoneta gris.",
    ),
    (
        message(Act.CORRECTION, claim(P.EXISTS, "van"), claim(P.WAS_SAID, "bus")),
        "Corrección: es una furgoneta, no un autobús.",
    ),
    (known(message(Act.GONE, claim(P.GONE, "motorcycle"))), "La moto ya no está."),
    (
        message(Act.HOW_COLOURED, claim(P.EXISTS, "van"), claim(P.COLOUR, "white")),
        "La furgoneta es blanca.",
    ),
    (message(Act.CANNOT_TELL_OF, claim(P.EXISTS, "car")), "Eso no lo sé del coche."),
    (
        message(Act.SOUND, claim(P.HEARD, "siren", "sound:siren"), claim(P.SIDE, "behind_left", "sound:siren")),
        "Se oye una sirena detrás a la izquierda.",
    ),
]


@pytest.mark.parametrize(("told", "said"), SENTENCES, ids=[said for _, said in SENTENCES])
def test_it_is_said_as_one_would_say_it(told: Message, said: str) -> None:
    assert say("es", told) == said


def test_all_that_can_be_wrong_with_a_sense_is_said_with_its_article() -> None:
    works = claim(P.SENSE_WORKS, True, "sense:lidar/top"), claim(P.SENSE_WORKS, True, "sense:audio/roof")
    subjects = "sense:lidar,sense:audio"
    others = tuple(replace(c, subject=s) for c, s in zip(works, subjects.split(","), strict=True))
    told = message(Act.SENSE_LOST, claim(P.SENSE_TROUBLE, "blind", "sense:camera/front"), *others)
    told = replace(told, roles={"a": "sense:camera/front", "b": subjects})
    assert say("es", told) == "La cámara no ve nada; sigo con el láser y el micrófono."


def wordings() -> Iterator[str]:
    for variants in SPANISH.acts.values():
        yield from (variant.pattern.source for variant in variants)


def test_no_two_articles_and_no_el_after_de_or_a_stand_in_a_phrase() -> None:
    assert not [source for source in wordings() if re.search(r"\b(de|a) el\b|\b(un|una|el|la) \{[ab]\.who\}", source)]


@pytest.mark.parametrize("act", sorted(Act))
def test_each_act_has_wordings_that_begin_differently(act: Act) -> None:
    realiser = Realiser(SPANISH)
    groups: dict[object, set[str]] = {}
    for variant in SPANISH.acts[act]:
        groups.setdefault(variant.conditions, set()).add(realiser.opening(variant.pattern.source.replace(".", "")))
    assert all(len(openings) > 1 for openings in groups.values())


@given(
    label=st.sampled_from(sorted(ObjectClass)),
    side=st.sampled_from(sorted(Side)),
    metres=st.floats(4.5, 60.0),
    colour=st.sampled_from([None, *COLOURS]),
    movement=st.sampled_from([None, *sorted(set(Movement) - {Movement.UNKNOWN})]),
    act=st.sampled_from([Act.ENCOUNTER, Act.CHANGE, Act.DANGER]),
)
def test_what_english_words_give_away_spanish_words_do_too(
    label: ObjectClass, side: Side, metres: float, colour: str | None, movement: Movement | None, act: Act
) -> None:
    extra = [claim(P.DISTANCE, metres)]
    extra += [claim(P.COLOUR, colour)] if colour else []
    extra += [claim(P.MOTION, movement.value)] if movement else []
    told = message(act, *thing(label, side), extra=tuple(extra))
    english, spanish = (Realiser(read_lexicon(tag)).realise(told) for tag in ("en", "es"))
    if english is None or spanish is None:
        return
    shared = [c for c in told.claims if (c.predicate, c.subject) in english.states & spanish.states]
    for hidden in shared:
        left = [c for c in shared if c is not hidden]
        if gives_away(hidden, "en", english.text, left):
            assert gives_away(hidden, "es", spanish.text, left), (english.text, spanish.text)


def gives_away(hidden: Claim, language: str, text: str, left: list[Claim]) -> bool:
    """Whether the words tell the claim that is not there."""
    lexicon = read_lexicon(language)
    return unaccounted(text, left, lexicon) != unaccounted(text, [*left, hidden], lexicon)
