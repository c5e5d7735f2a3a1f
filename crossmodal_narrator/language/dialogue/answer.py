"""What is to be said to a question, and the small messages that answers are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.claims.facts import Thing
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.planning.view import View

TOPIC = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Messages to be said one after the other. `is_yes`: whether the question is answered by yes or no first.

    `is_past`: they are of facts that are over, by which the gate has judged them then.
    """

    messages: tuple[Message, ...]
    is_yes: bool | None = None
    is_declined: bool = False
    is_past: bool = False


def message(act: Act, core: tuple[Claim, ...], roles: Mapping[str, str]) -> Message:
    return Message(
        act=act, topic=TOPIC, priority=0.0, urgency=Urgency.NOTABLE, trigger="question", core=core, roles=roles
    )


def plain(act: Act, claims: tuple[Claim, ...] = (), subject: str = "") -> Message:
    """A message that says nothing of the scene, or nothing but what it is about."""
    return message(act, claims, {"a": subject} if subject else {})


CANNOT_TELL = Answer(messages=(plain(Act.CANNOT_TELL),), is_declined=True)


def about(
    thing: Thing, view: View, act: Act, core: tuple[Predicate, ...], extra: tuple[Predicate, ...] = ()
) -> Message:
    """A message about one thing, which is introduced, or known from the question."""
    told = view.about(
        thing, act, topic=TOPIC, priority=0.0, urgency=Urgency.NOTABLE, trigger="question", core=core, extra=extra
    )
    return replace(told, mentions={thing.subject: Mention.GIVEN if act is not Act.ENCOUNTER else Mention.NEW})


def introduced(things: Sequence[Thing], view: View, most: int) -> tuple[Message, ...]:
    """Each as it would be introduced, in their order."""
    extra = (Predicate.DISTANCE, Predicate.COLOUR, Predicate.MOTION, Predicate.IN_PATH)
    core = (Predicate.EXISTS, Predicate.SIDE)
    return tuple(about(thing, view, Act.ENCOUNTER, core, extra) for thing in things[:most])
