"""What could hurt: short time to collision, and people who step into our way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.language.claims.facts import Thing
from crossmodal_narrator.language.claims.predicates import Movement, Predicate
from crossmodal_narrator.language.planning.message import Act, Message
from crossmodal_narrator.language.planning.view import SETTLED_S, View, is_ahead_in_path

SPEAKS_FOR_ITSELF = frozenset(
    {
        Movement.STEPPING_OUT,
        Movement.BRAKING,
        Movement.CUTTING_IN,
        Movement.CROSSING,
        Movement.STOPPED,
    }
)
OF_SOMETHING = frozenset({Movement.CROSSING, Movement.STOPPED})  # only what drives brakes or cuts in
AGAIN_AFTER_S = 8.0
EGO_MOVES_MPS = 1.0
YOUNG_MPS = 1.0
VULNERABLE_MARGIN_S = 1.0
HARD_BRAKING_MPS2 = 3.0
REACH_S = 4.0  # how far ahead in time a person stepping out matters


def dangers(view: View) -> Iterator[Message]:
    if view.facts.ego.speed_mps < EGO_MOVES_MPS:
        return
    for thing in view.ready():
        if _threatens(thing, view) and view.fresh(f"danger/{thing.subject}", AGAIN_AFTER_S):
            known = _as_known(thing, view)
            yield view.about(
                known,
                Act.DANGER,
                topic=f"danger/{thing.subject}",
                priority=100.0 - (thing.ttc_s or 0.0),
                urgency=Urgency.URGENT,
                trigger="danger",
                core=(Predicate.EXISTS, Predicate.SIDE, _reason(known)),
                extra=(),
            )


def _as_known(thing: Thing, view: View) -> Thing:
    """What its name has too little for is something: that is true, and as urgent."""
    is_known = not view.is_shape_alone(thing) if thing.label.is_vulnerable else view.is_settled(thing)
    return thing if is_known else replace(thing, label=ObjectClass.OBSTACLE)


def _reason(thing: Thing) -> Predicate:
    """What the thing does, where that alone tells why it is dangerous; else how soon we would meet."""
    telling = OF_SOMETHING if thing.label is ObjectClass.OBSTACLE else SPEAKS_FOR_ITSELF
    return Predicate.MOTION if thing.movement in telling else Predicate.TTC


def _threatens(thing: Thing, view: View) -> bool:
    if thing.distance_m is None or thing.confidence < view.config.sure_confidence:
        return False
    if thing.movement is Movement.STEPPING_OUT:
        return thing.distance_m < REACH_S * view.facts.ego.speed_mps
    if thing.ttc_s is None or not is_ahead_in_path(thing):
        return False
    is_young = not (thing.label.is_vulnerable or view.is_settled(thing)) and thing.held_s < SETTLED_S
    if thing.movement is Movement.PARKED or thing.held_s < _patience_s(thing, is_young=is_young):
        return False
    seems_to_come = (thing.closing_mps or 0.0) > view.facts.ego.speed_mps + YOUNG_MPS
    if seems_to_come and (is_young or thing.movement is Movement.UNKNOWN):
        return False  # its track is too young to say that it comes towards us
    if seems_to_come and not view.is_settled(thing) and view.is_overlooked(thing):
        return False  # what comes so near a camera sees: a row of cones seems to come as we pass it
    margin = VULNERABLE_MARGIN_S if thing.label.is_vulnerable else 0.0
    soon = thing.ttc_s < view.config.danger_ttc_s + margin
    return soon and (thing.label.is_vulnerable or _braking_needed_mps2(thing) > HARD_BRAKING_MPS2)


def _patience_s(thing: Thing, *, is_young: bool) -> float:
    """What no sense can name yet must have stood there for longer: a wisp of points is not worth a fright."""
    return 0.5 if is_young or thing.label is ObjectClass.OBSTACLE else 0.0


def _braking_needed_mps2(thing: Thing) -> float:
    """The even deceleration that would just avoid the contact: an ordinary stop behind a queue stays below 3 m/s²."""
    if thing.closing_mps is None or thing.distance_m is None:
        return 0.0
    return thing.closing_mps**2 / (2.0 * max(thing.distance_m, 0.1))
