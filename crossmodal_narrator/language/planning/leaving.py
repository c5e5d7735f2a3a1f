"""Who could be met by a door: for who asks before getting out, and for who does not see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.claims.areas import DOORS, may_be_of
from crossmodal_narrator.language.claims.facts import Thing
from crossmodal_narrator.language.claims.predicates import EgoState, Movement, Predicate
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.planning.view import WHO, View

RESTS = frozenset({EgoState.STANDING, EgoState.STOPPED})
RESTS_S = 3.0  # a shorter stop is none to get out
AGAIN_AFTER_S = 15.0  # in a queue that stops and goes
TOPIC = "door"
ANYTHING = "anything"
TOLD = (Predicate.SIDE, Predicate.DISTANCE, Predicate.MOTION)


def met_by_door(view: View, side: str) -> tuple[Thing, ...] | None:
    """Who could be met by the door on that side, the nearest first; None where that is not known."""
    met = tuple(t for t in view.ready() if may_be_of(t, ANYTHING, DOORS[side]))
    if met:
        return met
    # Too unsure, or too far, to be spoken of, and too near the door for "nobody".
    is_open = any(may_be_of(t, ANYTHING, DOORS[side]) for t in view.facts.things.values())
    return None if is_open or Sense.LIDAR not in view.facts.looked else ()


def nobody_by_door(view: View, side: str) -> Message:
    """That there is nobody to be met. It is never said to be safe."""
    claim = Claim(
        predicate=Predicate.NONE_SEEN.value,
        subject=f"area:{DOORS[side]}",
        value=ANYTHING,
        confidence=1.0,
        evidence=(view.facts.looked[Sense.LIDAR],),
    )
    return Message(
        act=Act.DOOR_CLEAR,
        topic=f"{TOPIC}/{side}/clear",
        priority=48.0,
        urgency=Urgency.NOTABLE,
        trigger="door",
        core=(claim,),
        roles={"a": claim.subject},
    )


def doors(view: View) -> Iterator[Message]:
    """Where we have come to rest, and not at a light: of either side, once, and again when it is not so any more."""
    ego = view.facts.ego
    waits_at_light = view.facts.signal is not None
    if ego.state not in RESTS or ego.held_s < RESTS_S or waits_at_light:
        return
    for side in DOORS:
        met = met_by_door(view, side)
        if met is None:
            continue
        message = _meeting(view, side, met[0]) if met else nobody_by_door(view, side)
        latest = view.memory.latest_topic(f"{TOPIC}/{side}/")
        is_told = latest == message.topic and view.memory.since_topic_s(latest, view.now_ns) <= ego.held_s
        if not is_told and view.fresh(message.topic, AGAIN_AFTER_S):
            yield message


def _meeting(view: View, side: str, thing: Thing) -> Message:
    """One that is known already is not introduced again: what it does is told, or where it is."""
    known = view.memory.mention(thing.subject, view.now_ns)
    stays = thing.movement.stands or thing.movement is Movement.UNKNOWN
    act, core = Act.CHANGE, (Predicate.EXISTS, Predicate.MOTION)
    if known is Mention.NEW or stays:
        act, core = (Act.ENCOUNTER if known is Mention.NEW else Act.HOW_FAR), WHO
    message = view.about(
        thing,
        act,
        topic=f"{TOPIC}/{side}/met",
        priority=49.0,
        urgency=Urgency.NOTABLE,
        trigger="door",
        core=core,
        extra=tuple(p for p in TOLD if p not in core),
    )
    return replace(message, mentions={thing.subject: Mention.GIVEN if known is Mention.FOCUS else known})
