"""Messages built by hand, and how they are said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.core.speech import Claim, ClaimValue, Urgency
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.planning.message import Act, Message
from crossmodal_narrator.language.realisation import Realiser, read_lexicon

P = Predicate


def claim(predicate: Predicate, value: ClaimValue, subject: str = "track:1") -> Claim:
    return Claim(predicate=predicate.value, subject=subject, value=value, confidence=0.9, evidence=())


def message(act: Act, *core: Claim, extra: tuple[Claim, ...] = (), **changes: Any) -> Message:
    whole = Message(
        act=act,
        topic="t",
        priority=1.0,
        urgency=Urgency.CALM,
        trigger="context",
        core=core,
        extra=extra,
        roles={"a": core[0].subject},
    )
    return replace(whole, **changes)


def thing(label: ObjectClass, side: Side = Side.AHEAD) -> tuple[Claim, Claim]:
    return claim(P.EXISTS, label.value), claim(P.SIDE, side.value)


def say(language: str, told: Message) -> str:
    sentence = Realiser(read_lexicon(language)).realise(told)
    assert sentence is not None
    return sentence.text


def wordings(language: str, told: Message) -> list[str]:
    """All that may be said for it, in the order in which it is said when it is told again and again."""
    realiser, said = Realiser(read_lexicon(language)), dict[str, str]()
    while (sentence := realiser.realise(told)) is not None and sentence.variant not in said:
        said[sentence.variant] = sentence.text
        realiser.said(sentence)
    return list(said.values())
