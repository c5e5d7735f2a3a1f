"""The gate: what no sense supports is not said."""

from __future__ import annotations

from dataclasses import replace

import pytest
import scripted_scenes as scripts

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, Fate, Narration, Refusal, Urgency
from crossmodal_narrator.language import LANGUAGES, Narrator, NarratorConfig
from crossmodal_narrator.language.claims.drawing import ClaimDrawer
from crossmodal_narrator.language.claims.facts import Facts
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.gate import Gate, owns_doubt, unaccounted
from crossmodal_narrator.language.planning.message import Act, Message
from crossmodal_narrator.language.realisation import Realiser, read_lexicon
from crossmodal_narrator.wire.records import refusal_record

CONFIG = NarratorConfig()
GATE = Gate(CONFIG)
SUBJECT = "track:1"


def facts_of(*senses: Sense, confidence: float = 0.9, label: ObjectClass = ObjectClass.CAR) -> Facts:
    car = scripts.Actor(track_id=1, label=label, x=17.0, y=0.0, colour="white", senses=senses, confidence=confidence)
    drawer = ClaimDrawer(CONFIG)
    *_, facts = (drawer.draw(scene) for scene in scripts.Script(seconds=1.0, actors=[car]).scenes())
    return facts


BOTH = (Sense.CAMERA, Sense.LIDAR)


def objection(claim: Claim, facts: Facts) -> str:
    found = GATE.objection(claim, facts)
    return "" if found is None else found.words


def claims_of(facts: Facts, *predicates: Predicate) -> tuple[Claim, ...]:
    return facts.things[SUBJECT].claims(*predicates)


def encounter(core: tuple[Claim, ...], extra: tuple[Claim, ...] = ()) -> Message:
    return Message(
        act=Act.ENCOUNTER,
        topic="t",
        priority=1.0,
        urgency=Urgency.CALM,
        trigger="context",
        core=core,
        extra=extra,
        roles={"a": SUBJECT},
    )


WHO = (Predicate.EXISTS, Predicate.SIDE)
DETAIL = (Predicate.DISTANCE, Predicate.COLOUR, Predicate.IN_PATH)


def test_what_both_senses_support_passes_whole() -> None:
    facts = facts_of(*BOTH)
    message = encounter(claims_of(facts, *WHO), claims_of(facts, *DETAIL))
    verdict = GATE.admit(message, facts)
    assert verdict.message == message
    assert verdict.refused == ()


def test_a_laser_knows_no_colour_and_the_sentence_goes_without_it() -> None:
    facts = facts_of(Sense.LIDAR)
    verdict = GATE.admit(encounter(claims_of(facts, *WHO), claims_of(facts, *DETAIL)), facts)
    assert verdict.message is not None
    assert {c.predicate for c in verdict.message.extra} == {"distance", "in_path"}
    assert "dropped: colour(track:1): lidar cannot know it" in map(str, verdict.refused)


def test_a_camera_alone_gives_no_distance() -> None:
    facts = facts_of(Sense.CAMERA)
    (distance,) = claims_of(facts_of(*BOTH), Predicate.DISTANCE)
    blind = replace(distance, evidence=facts.things[SUBJECT].evidence)
    assert objection(blind, facts) == "camera cannot know it"


@pytest.mark.parametrize(
    "change",
    [
        {"value": "bus"},
        {"subject": "track:99"},
        {"predicate": "taste"},
        {"confidence": 0.2},
        {"evidence": ()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_invented_claim_is_refused_and_the_sentence_with_it(change: dict[str, object]) -> None:
    facts = facts_of(*BOTH)
    exists, side = claims_of(facts, *WHO)
    verdict = GATE.admit(encounter((replace(exists, **change), side)), facts)  # type: ignore[arg-type]
    assert verdict.message is None
    assert {refused.fate for refused in verdict.refused} == {Fate.WITHHELD}


def test_evidence_of_another_thing_supports_nothing() -> None:
    facts = facts_of(*BOTH)
    (exists,) = claims_of(facts, Predicate.EXISTS)
    foreign = scripts.evidence(facts.stamp_ns - 5, Sense.CAMERA, Sense.LIDAR)
    assert objection(replace(exists, evidence=foreign), facts) == "does not hold"


def test_a_distance_that_is_off_does_not_hold() -> None:
    facts = facts_of(*BOTH)
    (distance,) = claims_of(facts, Predicate.DISTANCE)
    assert objection(distance, facts) == ""
    assert objection(replace(distance, value=float(distance.value) * 1.1), facts) == "does not hold"


def test_old_evidence_is_no_evidence() -> None:
    facts = facts_of(*BOTH)
    (exists,) = claims_of(facts, Predicate.EXISTS)
    later = replace(facts, stamp_ns=facts.stamp_ns + 2_000_000_000)
    assert objection(exists, later) == "no sense has supported it lately"


def test_a_picture_may_be_a_little_younger_than_its_scene_and_not_of_another_time() -> None:
    """A camera that is triggered after the sweep lost every light and every car that it alone had seen."""
    facts = facts_of(*BOTH)
    (exists,) = claims_of(facts, Predicate.EXISTS)
    assert objection(exists, replace(facts, stamp_ns=facts.stamp_ns - 20_000_000)) == ""
    assert (
        objection(exists, replace(facts, stamp_ns=facts.stamp_ns - 2_000_000_000)) == "no sense has supported it lately"
    )


def test_what_is_doubtful_is_hedged_and_said_so_in_every_language() -> None:
    facts = facts_of(*BOTH, confidence=0.5, label=ObjectClass.VAN)
    verdict = GATE.admit(encounter(claims_of(facts, *WHO), claims_of(facts, Predicate.DISTANCE)), facts)
    assert verdict.message is not None
    assert verdict.message.hedged == {SUBJECT}
    assert [str(refused) for refused in verdict.refused] == [
        f"softened: exists({SUBJECT}): confidence 0.50 is below {CONFIG.sure_confidence:.2f}"
    ]
    said = {tag: Realiser(read_lexicon(tag)).realise(verdict.message) for tag in LANGUAGES}
    assert {tag: s.text for tag, s in said.items() if s} == {
        "en": "Probably a van, 15 metres ahead.",
        "zh": "前方15米好像有一辆面包车。",
        "es": "Probablemente una furgoneta delante, a 15 metros.",
    }


def test_a_sentence_that_hides_its_doubt_is_found_out() -> None:
    facts = facts_of(*BOTH, confidence=0.5, label=ObjectClass.VAN)
    message = replace(encounter(claims_of(facts, *WHO)), hedged=frozenset({SUBJECT}))
    assert not owns_doubt("A van ahead.", message, read_lexicon("en"))
    assert owns_doubt("Probably a van ahead.", message, read_lexicon("en"))


@pytest.mark.parametrize(
    ("language", "text", "stray"),
    [
        ("en", "A white car 15 metres ahead.", ()),
        ("en", "A red car 15 metres ahead.", ("red",)),
        ("en", "A white car 12 metres ahead.", ("12",)),
        ("en", "A white bus on our left.", ("bus", "left")),
        ("en", "Right now a white car ahead.", ()),
        ("es", "Hay un coche blanco delante, a 15 metros.", ()),
        ("es", "Hay un coche negro a nuestra izquierda, a 12 metros.", ("negro", "a nuestra izquierda", "12")),
        ("es", "Hay un autobús detrás, aparcado.", ("autobús", "detrás", "aparcado")),
        ("es", "Arranca un coche delante.", ("arranca",)),
        ("zh", "前方15米有一辆白色轿车。", ()),
        ("zh", "左前方15米有一辆红色货车。", ("左前方", "红色", "货车")),
    ],
)
def test_words_that_no_claim_accounts_for_are_found(language: str, text: str, stray: tuple[str, ...]) -> None:
    facts = facts_of(*BOTH)
    claims = claims_of(facts, *WHO, Predicate.DISTANCE, Predicate.COLOUR)
    assert unaccounted(text, claims, read_lexicon(language)) == stray


def test_what_the_gate_did_is_told_before_the_sentence_that_is_said_without_it() -> None:
    van = scripts.Actor(track_id=1, label=ObjectClass.VAN, x=17.0, y=0.0, colour="white", senses=(Sense.LIDAR,))
    unsure = replace(van, confidence=0.5)
    narrator, heard = Narrator(CONFIG), list[Refusal | Narration]()
    narrator.on_refusal = heard.append
    for scene in scripts.Script(seconds=2.0, senses=(Sense.LIDAR,), actors=[unsure]).scenes():
        heard += narrator.narrate(scene)
    *refusals, narration = heard
    assert isinstance(narration, Narration)
    assert narration.text == "We are standing behind what looks like a van, 15 metres ahead in our lane."
    records = [refusal_record(refusal) for refusal in refusals if isinstance(refusal, Refusal)]
    assert [(r["stamp_ns"], r["fate"], r["reason"], r["detail"]) for r in records] == [
        (narration.stamp_ns, "dropped", "cannot_be_sensed", "lidar cannot know it"),
        (narration.stamp_ns, "softened", "unsure", "confidence 0.50 is below 0.60"),
    ]
    assert records[0]["claims"] == [{"predicate": "colour", "subject": SUBJECT, "value": "white", "confidence": 0.9}]
