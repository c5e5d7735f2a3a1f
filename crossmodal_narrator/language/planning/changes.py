"""What has changed about things: the one ahead leaves, someone cuts in, a mistake is owned, a thing is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crossmodal_narrator.core.detections import LOOKALIKES, ObjectClass
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.claims.facts import AHEAD_SIDES, Sound, Thing
from crossmodal_narrator.language.claims.predicates import EGO, EgoState, Movement, Predicate
from crossmodal_narrator.language.planning.memory import KNOWN_S, Known
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.planning.view import View, is_ahead_in_path

AGAIN_AFTER_S = 6.0
RECENT_S = 4.0  # older than that it is no news, but how things are
NEAR_M = 20.0
CROSSING_M, ROAD_M = 25.0, 5.0  # how far ahead and aside somebody on foot is on the road before us
WAITS_MPS = 0.5
CROSSING_TOPIC, CROSSING_AGAIN_S = "change/crossing", 15.0  # where one crosses, others do
CORRECTED_S = 1.0
GONE_AFTER_S = 1.5
GONE_CONFIDENCE = 0.8  # it may also be hidden
TELLING = frozenset({Movement.PULLING_AWAY, Movement.CUTTING_IN, Movement.STEPPING_OUT, Movement.BRAKING})
PASSING = frozenset({Movement.OVERTAKING, Movement.OVERTAKEN})
CUTS_IN = Movement.CUTTING_IN
GOING = frozenset(
    {"moving", "pulling_away", "braking", "oncoming", "approaching", "receding", "crossing", "overtaking", "overtaken"}
)
STANDING = frozenset({"stopped", "parked"})
WITH_IT = frozenset({EgoState.STANDING, EgoState.STOPPED, EgoState.STARTING})  # we stopped behind it, and that is told
_PRIORITY = {
    Movement.CUTTING_IN: 75.0,
    Movement.STEPPING_OUT: 78.0,
    Movement.PULLING_AWAY: 70.0,
    Movement.BRAKING: 72.0,
    Movement.OVERTAKING: 76.0,
    Movement.OVERTAKEN: 58.0,
}


def movements(view: View) -> Iterator[Message]:
    for thing in view.ready():
        if not view.fresh(_topic(thing, view), AGAIN_AFTER_S) or thing.movement is Movement.UNKNOWN:
            continue
        said = view.memory.said(Predicate.MOTION, thing.subject)
        if said != thing.movement.value and _is_news(thing, said, view):
            yield _change(view, thing)


def _topic(thing: Thing, view: View) -> str:
    if thing.movement is Movement.PULLING_AWAY:
        return "pulling_away"
    return CROSSING_TOPIC if _crosses_while_we_wait(thing, view) else f"change/{thing.subject}"


def _is_news(thing: Thing, said: object, view: View) -> bool:
    if not thing.within(NEAR_M + 10.0) or thing.movement_held_s > RECENT_S:
        return False
    if thing.movement in PASSING:
        return _is_passing_worth_telling(thing, view)
    if _crosses_while_we_wait(thing, view):
        return _is_on_the_road_ahead(thing, view) and view.fresh(CROSSING_TOPIC, CROSSING_AGAIN_S)
    if thing.movement in TELLING:
        return _is_worth_telling(thing, view)
    if thing.movement is Movement.CROSSING:
        is_told = not view.fresh(f"danger/{thing.subject}", AGAIN_AFTER_S)  # that he steps out
        return thing.within(NEAR_M) and is_ahead_in_path(thing) and not is_told
    known = view.memory.is_told(thing.subject, view.now_ns)
    if not known or thing.movement_held_s < 0.6:
        return False
    if thing.movement is Movement.STOPPED:
        return said in GOING and is_ahead_in_path(thing) and view.facts.ego.state not in WITH_IT
    return said in STANDING and thing.movement is Movement.MOVING and (thing.speed_mps or 0.0) > 1.0


def _is_worth_telling(thing: Thing, view: View) -> bool:
    if thing.movement is CUTS_IN:  # of a lorry beside us a part may seem to
        return not view.is_yet_to_be_pictured(thing)
    return thing.movement is not Movement.BRAKING or _matters_to_us(thing, view)


def _crosses_while_we_wait(thing: Thing, view: View) -> bool:
    crosses = thing.movement in (Movement.CROSSING, Movement.STEPPING_OUT)
    return thing.label is ObjectClass.PEDESTRIAN and crosses and abs(view.facts.ego.speed_mps) < WAITS_MPS


def _is_on_the_road_ahead(thing: Thing, view: View) -> bool:
    """In our path or beside it: we may wait for him."""
    is_near = thing.side in AHEAD_SIDES and thing.within(CROSSING_M) and abs(thing.left_m or 0.0) < ROAD_M
    return is_near and view.is_borne_out(thing)


def _is_passing_worth_telling(thing: Thing, view: View) -> bool:
    """Who is loud, and who is easily hurt; on a motorway everybody passes somebody."""
    if thing.movement is Movement.OVERTAKEN:
        return thing.label is ObjectClass.CYCLIST and thing.within(NEAR_M)
    is_loud = any(sound.seen_as == thing.subject for sound in view.facts.sounds)
    return is_loud or thing.label in (ObjectClass.CYCLIST, ObjectClass.MOTORCYCLE)


def _matters_to_us(braking: Thing, view: View) -> bool:
    """Whether we drive, and have not just told that we slow for it."""
    is_cause = view.memory.said(Predicate.CAUSE, EGO) == braking.subject
    return view.facts.ego.speed_mps > 1.0 and not (is_cause and not view.fresh("ego/slowing", AGAIN_AFTER_S))


def _change(view: View, thing: Thing) -> Message:
    message = view.about(
        thing,
        Act.CHANGE,
        topic=_topic(thing, view),
        priority=_PRIORITY.get(thing.movement, 65.0),
        urgency=Urgency.NOTABLE,
        trigger="change",
        core=(Predicate.EXISTS, Predicate.MOTION),
        extra=_telling_which(view, thing),
    )
    if not _side_matters(thing) or message.mentions[thing.subject] is not Mention.FOCUS:
        return message
    return replace(message, mentions={thing.subject: Mention.GIVEN})  # "it behind us on the left" nobody says


def _telling_which(view: View, thing: Thing) -> tuple[Predicate, ...]:
    """Of one that cuts in or passes, the side matters even when it is known which one it is."""
    which = view.identity(thing)
    return (Predicate.SIDE, *(p for p in which if p is not Predicate.SIDE)) if _side_matters(thing) else which


def _side_matters(thing: Thing) -> bool:
    return thing.movement is CUTS_IN or thing.movement in PASSING


def corrections(view: View) -> Iterator[Message]:
    for subject, entry in view.memory.known.items():
        thing = view.facts.things.get(subject)
        if thing is None or thing.label in (entry.label, ObjectClass.OBSTACLE) or not view.may_speak_of(thing):
            continue
        recent = (view.now_ns - entry.last_ns) / 1e9 < KNOWN_S
        matters = (
            entry.label is not ObjectClass.OBSTACLE or thing.side in AHEAD_SIDES
        )  # what it was, behind us, nobody asks
        # Names that are taken for each other are of one kind, and that it is of this kind was known before.
        is_known = LOOKALIKES[thing.label] == LOOKALIKES[entry.label] or view.is_borne_out(thing)
        sure = thing.confidence >= view.config.sure_confidence and is_known and _has_settled(thing, view)
        # Which one of a group was meant, nobody could tell.
        if recent and entry.alone and matters and sure and view.fresh(f"correction/{subject}", 10.0):
            yield _correction(view, thing, entry)


def _has_settled(thing: Thing, view: View) -> bool:
    """A name that shapes alone give comes and goes: a lorry beside us is half a car for a moment."""
    return view.is_pictured(thing) or thing.label_held_s >= CORRECTED_S


def _correction(view: View, thing: Thing, entry: Known) -> Message:
    if entry.label is ObjectClass.OBSTACLE:
        return view.about(
            thing,
            Act.REFINEMENT,
            topic=f"correction/{thing.subject}",
            priority=50.0,
            urgency=Urgency.NOTABLE,
            trigger="change",
        )
    wrong = Claim(
        predicate=Predicate.WAS_SAID.value,
        subject=thing.subject,
        value=entry.label.value,
        confidence=1.0,
        evidence=thing.evidence,
    )
    heard = _heard_from(view, thing)
    message = view.about(
        thing,
        Act.CORRECTION,
        topic=f"correction/{thing.subject}",
        priority=59.0,
        urgency=Urgency.NOTABLE,
        trigger="correction",
        core=(Predicate.EXISTS,),
        with_claims=(wrong, *(() if heard is None else heard.claims(Predicate.HEARD, Predicate.SOUND_SOURCE))),
        extra=() if heard is None else (Predicate.SIDE,),  # who has the siren on may be beside us by now
    )
    if heard is None:
        return message
    extra = (*message.extra, *heard.claims(Predicate.SOUND_TREND))
    return replace(message, roles={**message.roles, "b": heard.subject}, extra=extra)


def _heard_from(view: View, thing: Thing) -> Sound | None:
    """The sound of which it was told that it comes from there, and comes still: that tells which thing is meant."""
    told = (s for s in view.facts.sounds if view.memory.said(Predicate.SOUND_SOURCE, s.subject) == thing.subject)
    return next((s for s in told if s.seen_as == thing.subject), None)


def departures(view: View) -> Iterator[Message]:
    """The thing that was spoken of in our path is not there any more, though the sense that measures it still works."""
    laser = next((h for h in view.facts.delivering if h.sense is Sense.LIDAR), None)
    if laser is None:
        return
    for subject, lost_s in view.facts.lost_s.items():
        entry = view.memory.known.get(subject)
        if entry is None or not GONE_AFTER_S <= lost_s <= 2.0 * GONE_AFTER_S:
            continue
        mattered = view.memory.said(Predicate.IN_PATH, subject) is True and (view.now_ns - entry.last_ns) / 1e9 < 15.0
        if mattered and view.fresh(f"gone/{subject}", KNOWN_S) and not _has_other(view, subject):
            yield _departure(subject, entry, laser.evidence)


def _has_other(view: View, subject: str) -> bool:
    """Something else is where it was: then its track may only have changed its name."""
    return any(is_ahead_in_path(t) and t.within(NEAR_M + 10.0) for t in view.facts.things.values())


def _departure(subject: str, entry: Known, evidence: tuple[Evidence, ...]) -> Message:
    gone = Claim(
        predicate=Predicate.GONE.value,
        subject=subject,
        value=entry.label.value,
        confidence=GONE_CONFIDENCE,
        evidence=evidence,
    )
    return Message(
        act=Act.GONE,
        topic=f"gone/{subject}",
        priority=55.0,
        urgency=Urgency.NOTABLE,
        trigger="change",
        core=(gone,),
        roles={"a": subject},
        mentions={subject: Mention.GIVEN},
        hedged=frozenset({subject} if entry.was_hedged else ()),
    )
