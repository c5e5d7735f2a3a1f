"""Who could be met by a door: for who asks before getting out, and for who does not see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.claims.areas import DOORS, may_be_of
from crossmodal_narrator.language.claims.facts import Thing
from crossmodal_narrator.language.claims.predicates import EgoState, Predicate
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.planning.view import WHO, View

RESTS = frozenset({EgoState.STANDING, EgoState.STOPPED})
RESTS_S = 3.0  # a shorter stop is none to get out
AGAIN_AFTER_S = 15.0  # in a queue that stops and goes
LIGHT_FOR_S = 5.0  # a light that is not seen for so long is behind us
TOPIC = "door"
ANYTHING = "anything"
TOLD = (Predicate.SIDE, Predicate.DISTANCE, Predicate.MOTION)


def met_by_door(view: View, side: str) -> tuple[Thing, ...] | None:
    """Who could be met by the door on that side, who comes before who stands; None where that is not known."""
    met = [t for t in view.ready() if may_be_of(t, ANYTHING, DOORS[side])]
    if met:
        return tuple(sorted(met, key=lambda t: t.movement.stands))
    # Too unsure, too far or too hidden to be spoken of, and too near the door for "nobody".
    perhaps = (*view.facts.things.values(), *view.facts.lost.values())
    is_open = any(may_be_of(t, ANYTHING, DOORS[side]) for t in perhaps)
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
    """Where we have come to rest, and not at a light: of either side who comes, each once; who stands; or nobody."""
    ego = view.facts.ego
    waits_at_light = view.memory.since_light_s(view.now_ns) < LIGHT_FOR_S
    if ego.state not in RESTS or ego.held_s < RESTS_S or waits_at_light:
        return
    for side in DOORS:
        yield from (m for m in _by_door(view, side) if not _is_told(view, side, m))


def _by_door(view: View, side: str) -> Iterator[Message]:
    met = met_by_door(view, side)
    if met == ():
        yield nobody_by_door(view, side)
    yield from (_meeting(view, side, thing) for thing in met or ())


def _is_told(view: View, side: str, message: Message) -> bool:
    """During this rest; that there is nobody is told again when there was somebody since."""
    since_s = view.memory.since_topic_s(message.topic, view.now_ns)
    is_newest = message.act is not Act.DOOR_CLEAR or view.memory.latest_topic(f"{TOPIC}/{side}/") == message.topic
    return since_s < AGAIN_AFTER_S or (since_s <= view.facts.ego.held_s and is_newest)


def _meeting(view: View, side: str, thing: Thing) -> Message:
    """One that is known already is not introduced again: what it does is told, or where it is."""
    known = view.memory.mention(thing.subject, view.now_ns)
    stays = thing.movement.may_stand
    act, core = Act.CHANGE, (Predicate.EXISTS, Predicate.MOTION)
    if known is Mention.NEW or stays:
        act, core = (Act.ENCOUNTER if known is Mention.NEW else Act.HOW_FAR), WHO
    message = view.about(
        thing,
        act,
        topic=f"{TOPIC}/{side}/{'standing' if thing.movement.stands else thing.subject}",
        priority=49.0,
        urgency=Urgency.NOTABLE,
        trigger="door",
        core=core,
        extra=tuple(p for p in TOLD if p not in core),
    )
    return replace(message, mentions={thing.subject: Mention.GIVEN if known is Mention.FOCUS else known})
