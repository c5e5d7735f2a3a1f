"""What the vehicle does, and why, where the scene supports a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.claims.facts import Signal, Thing
from crossmodal_narrator.language.claims.predicates import (
    EGO,
    UNKNOWN_CAUSE,
    EgoState,
    Movement,
    Predicate,
)
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.planning.view import View

STANDS = frozenset({EgoState.STANDING, EgoState.STOPPED})
LOSES_SPEED = frozenset({EgoState.SLOWING, EgoState.STOPPING})
REASONS = frozenset({Movement.CROSSING, Movement.STEPPING_OUT, Movement.CUTTING_IN, Movement.BRAKING})
AGAIN_AFTER_S = 8.0
FOLLOWS_WITHIN_S = 8.0
COLOUR_PATIENCE_S = 0.6
STANDS_BEHIND_M = 20.0
NAMELESS_M = 8.0
CAUSE_RANGE_M = 35.0
CUT_IN_S = 5.0
LISTENS_S = 3.0  # so long one hears that a thing is in our way, and can guess that we slow for it
CAUSE_PATIENCE_S = 1.0  # what is in the way may be a moment from having a name, or from stepping out
STEADY_SPEED_MPS = 5.0
SPEED_CHANGE_MPS = 4.0


def ego_changes(view: View) -> Iterator[Message]:
    ego = view.facts.ego
    if ego.state is None or ego.held_s < view.config.persistence_s:
        return
    said = view.memory.said(Predicate.EGO_MOTION, EGO)
    if ego.state in STANDS:
        yield from _standing(view, ego.state, said)
    elif ego.state in LOSES_SPEED:
        yield from _slowing(view, ego.state, said)
    elif ego.state is not EgoState.MOVING:
        if said != ego.state.value:
            yield _starting(view) if ego.state is EgoState.STARTING else _plain(view, ego.state)
    elif ego.held_s > 2.0:
        view.memory.unsay(Predicate.EGO_MOTION, EGO)


def swerves(view: View) -> Iterator[Message]:
    """That we went aside, once. For whom is not known: once we are straight again, he is not in our way any more."""
    ego = view.facts.ego
    if ego.swerved is None or not view.fresh("ego/swerved", AGAIN_AFTER_S):
        return
    yield replace(_because_of(None, view, ego.swerved), topic="ego/swerved")


def _slowing(view: View, state: EgoState, said: object) -> Iterator[Message]:
    """Once, and once more where the cause was not known and is now."""
    is_told = said in {s.value for s in LOSES_SPEED} or not view.fresh("ego/slowing", AGAIN_AFTER_S)
    message = _losing_speed(view, state)
    has_cause = any(c.predicate == Predicate.CAUSE.value and c.value != UNKNOWN_CAUSE for c in message.core)
    was_unknown = view.memory.said(Predicate.CAUSE, EGO) == UNKNOWN_CAUSE
    hears_siren = any(s.kind == "siren" and view.may_speak_of_sound(s) for s in view.facts.sounds)
    is_ripe = has_cause or (view.facts.ego.held_s >= CAUSE_PATIENCE_S and not hears_siren)  # who hears it can guess
    if _can_be_guessed(message.roles.get("b"), view):
        return
    if is_ripe if not is_told else has_cause and was_unknown:
        yield message


def _can_be_guessed(cause: str | None, view: View) -> bool:
    """That we slow for what is in our way lasts, and lets go first what does not: who comes towards us is soon past."""
    known = None if cause is None else view.memory.known.get(cause)
    if known is None or view.memory.said(Predicate.IN_PATH, str(cause)) is not True:
        return False
    return (view.now_ns - known.introduced_ns) / 1e9 < LISTENS_S


def speed(view: View) -> Iterator[Message]:
    """The speed, when it has settled at something new."""
    ego = view.facts.ego
    if ego.state is not EgoState.MOVING or ego.held_s < 3.0 or ego.speed_mps < STEADY_SPEED_MPS:
        return
    said = view.memory.said(Predicate.SPEED, EGO)
    if view.fresh("speed", 30.0) and (said is None or abs(float(said) - ego.speed_mps) > SPEED_CHANGE_MPS):
        yield Message(
            act=Act.SPEED,
            topic="speed",
            priority=10.0,
            urgency=Urgency.CALM,
            trigger="context",
            core=(ego.speed_claim(),),
            roles={"a": EGO},
        )


def _standing(view: View, state: EgoState, said: object) -> Iterator[Message]:
    if said in {s.value for s in STANDS}:
        return
    claim = view.facts.ego.claim(state)
    lead = view.lead()
    if lead is not None and lead.label is ObjectClass.OBSTACLE and not lead.within(NAMELESS_M):
        lead = None  # a hedge at the end of the road
    urgency = Urgency.NOTABLE if state is EgoState.STOPPED else Urgency.CALM
    if lead is not None and lead.within(STANDS_BEHIND_M) and lead.colour is None and lead.held_s < COLOUR_PATIENCE_S:
        return  # a moment later its colour may be known, and it is introduced only once
    if lead is not None and lead.within(STANDS_BEHIND_M):
        message = view.about(
            lead,
            Act.STANDING_BEHIND,
            topic="ego/standing",
            priority=60.0,
            urgency=urgency,
            trigger="ego",
            core=(Predicate.EXISTS, Predicate.SIDE, Predicate.IN_PATH),
            with_claims=(claim,),
        )
        yield replace(message, roles={"a": EGO, "b": lead.subject})
    elif state is EgoState.STOPPED and view.facts.ego.held_s > 0.5:
        yield _plain(view, state)


def _starting(view: View) -> Message:
    if view.fresh("pulling_away", FOLLOWS_WITHIN_S):
        told = not view.fresh("signal", FOLLOWS_WITHIN_S)
        return _plain(view, EgoState.STARTING, () if told else _cause_of_start(view.facts.signal))
    return Message(
        act=Act.FOLLOWING,
        topic="ego/starting",
        priority=62.0,
        urgency=Urgency.NOTABLE,
        trigger="ego",
        core=(view.facts.ego.claim(EgoState.STARTING),),
        roles={"a": EGO},
    )


def _cause_of_start(signal: Signal | None) -> tuple[Claim, ...]:
    if signal is None or signal.state is not SignalState.GREEN or signal.held_s > 6.0:
        return ()
    return (_cause(signal.subject, signal.confidence, signal.claim()), signal.claim())


def _losing_speed(view: View, state: EgoState) -> Message:
    signal = view.facts.signal
    if signal is not None and signal.state is SignalState.RED and signal.held_s >= view.config.persistence_s:
        return _plain(view, state, (_cause(signal.subject, signal.confidence, signal.claim()), signal.claim()))
    return _because_of(_thing_in_the_way(view), view, state)


def _because_of(thing: Thing | None, view: View, state: EgoState) -> Message:
    if thing is None:
        unknown = _cause(UNKNOWN_CAUSE, 1.0, view.facts.ego.claim(state))
        message = _plain(view, state, () if state is EgoState.STOPPING else (unknown,))
        can_wait = state is EgoState.SLOWING and view.profile.calm_share > 0.0
        return replace(message, urgency=Urgency.CALM) if can_wait else message
    cause = _cause(thing.subject, thing.confidence, thing.claims(Predicate.EXISTS)[0])
    told = (Predicate.MOTION,) if thing.movement in REASONS and not _is_just_told(thing, view) else ()
    mention = view.memory.mention(thing.subject, view.now_ns)
    return replace(
        _plain(view, state, (cause, *thing.claims(Predicate.EXISTS))),
        extra=thing.claims(*told, *view.identity(thing)),
        roles={"a": EGO, "b": thing.subject},
        mentions={thing.subject: Mention.GIVEN if mention is Mention.FOCUS else mention},
        hedged=view.hedged((thing,)),
    )


def _is_just_told(thing: Thing, view: View) -> bool:
    """What it does: nothing is said twice in other words."""
    was_told = view.memory.said(Predicate.MOTION, thing.subject) == thing.movement.value
    topics = (f"change/{thing.subject}", f"danger/{thing.subject}")
    return was_told and not all(view.fresh(topic, AGAIN_AFTER_S) for topic in topics)


def _thing_in_the_way(view: View) -> Thing | None:
    """What explains that we lose speed: it is in our path and we come nearer, or it crosses or brakes."""
    for thing in view.borne_out():
        near = thing.within(CAUSE_RANGE_M) and (thing.in_path or thing.movement is Movement.STEPPING_OUT)
        if near and (
            thing.movement in REASONS
            or (thing.closing_mps is not None and thing.closing_mps > 0.5)
            or _has_cut_in(thing, view)
        ):
            return thing
    return None


def _has_cut_in(thing: Thing, view: View) -> bool:
    """A moment ago: it may be faster than we are, and too near all the same."""
    was_told = view.memory.said(Predicate.MOTION, thing.subject) == Movement.CUTTING_IN.value
    return was_told and not view.fresh(f"change/{thing.subject}", CUT_IN_S)


def _cause(value: str, confidence: float, because: Claim) -> Claim:
    return Claim(
        predicate=Predicate.CAUSE.value, subject=EGO, value=value, confidence=confidence, evidence=because.evidence
    )


def _plain(view: View, state: EgoState, why: tuple[Claim, ...] = ()) -> Message:
    topic = "ego/slowing" if state in LOSES_SPEED else f"ego/{state.value}"
    roles = {"a": EGO}
    for claim in why:
        if claim.predicate == Predicate.SIGNAL_STATE.value:
            roles["b"] = claim.subject
    return Message(
        act=Act.EGO,
        topic=topic,
        priority=60.0,
        urgency=Urgency.NOTABLE,
        trigger="ego",
        core=(view.facts.ego.claim(state), *why),
        roles=roles,
    )
