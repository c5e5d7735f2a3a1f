"""What is around, for calm moments: the road users and rows that a passenger would like to know about, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.language.claims.facts import AHEAD_SIDES, LEFT_SIDES, RIGHT_SIDES, Thing
from crossmodal_narrator.language.claims.predicates import Movement, Predicate
from crossmodal_narrator.language.planning.message import Act, Message
from crossmodal_narrator.language.planning.view import WHO, View, is_ahead_in_path

PEOPLE_M, LARGE_M, ASIDE_M = 20.0, 25.0, 20.0
NEXT_LANE_M, PASSES_MPS = 9.0, 1.0
LANE_M = 1.5  # aside of our middle; far ahead, the lane beside ours is still "ahead"
REACH_S = 4.0
ROW_OF = 3
ROW_LENGTH_M = 10.0
ROW_ASIDE_M = 12.0  # what stands farther away does not stand along the road
ROW_GAP_M = 20.0
POSTS_LENGTH_M, POSTS_GAP_M, CARRIAGEWAY_M = 6.0, 9.0, 6.0
WORKS_S = 15.0
CLEAR_M, CLEAR_S = 15.0, 2.0
STANDOUT = frozenset({ObjectClass.BUS, ObjectClass.TRUCK, ObjectClass.TRAIN, ObjectClass.ANIMAL})
AHEAD_FOR_S = 1.0
GOES_WITH_US = frozenset({Movement.MOVING, Movement.APPROACHING, Movement.RECEDING, Movement.BRAKING})
OTHER_WAY_M = 20.0  # aside: farther is no carriageway of this road
COMES_MPS = 2.5  # slower it may stand, and its track be young
BESIDE_PATH_M = 4.5
UNMOVED = frozenset({Movement.PARKED, Movement.UNKNOWN})
BESIDE = frozenset({Side.LEFT, Side.RIGHT})
RIDERS = frozenset({ObjectClass.CYCLIST, ObjectClass.MOTORCYCLE})
_HALVES = ((Side.LEFT, LEFT_SIDES), (Side.RIGHT, RIGHT_SIDES))


def context(view: View) -> Iterator[Message]:
    ready = view.borne_out()
    yield from _ahead(view)
    for side, sides in _HALVES:
        beside = [t for t in ready if t.side in sides]
        yield from _people(view, side, beside)
        yield from _rows(view, side, beside)
        yield from _posts(view, side, beside)
        yield from _oncoming(view, side, [t for t in ready if t.side in sides or _comes_along(t, side)])
        yield from _cones(view, side, beside)
    yield from _single(view, ready)


def _ahead(view: View) -> Iterator[Message]:
    lead = view.lead()
    if lead is None:
        return
    if not view.memory.is_told(lead.subject, view.now_ns):
        yield _encounter(view, lead, priority=45.0, topic="ahead", cooldown_s=8.0)
    elif _has_come_before_us(view, lead):
        yield view.about(
            lead,
            Act.AHEAD_NOW,
            topic="ahead",
            priority=44.0,
            urgency=Urgency.CALM,
            trigger="context",
            core=(*WHO, Predicate.IN_PATH),
            extra=(Predicate.DISTANCE,),
        )


def _has_come_before_us(view: View, lead: Thing) -> bool:
    """It was told of elsewhere, and drives in our lane now, as we do."""
    was_elsewhere = view.memory.said(Predicate.SIDE, lead.subject) not in (None, Side.AHEAD.value)
    is_told = view.memory.said(Predicate.IN_PATH, lead.subject) is True
    settled = lead.held_s >= AHEAD_FOR_S and lead.side is Side.AHEAD and lead.movement in GOES_WITH_US
    goes = (lead.forward_mps or 0.0) > 1.0 and view.facts.ego.speed_mps > 1.0
    return was_elsewhere and not is_told and settled and goes


def _people(view: View, side: Side, beside: list[Thing]) -> Iterator[Message]:
    people = [t for t in beside if t.label is ObjectClass.PEDESTRIAN and t.side in AHEAD_SIDES]
    people = [t for t in people if t.within(_reach_m(view, PEOPLE_M) if _is_beside_path(t) else PEOPLE_M)]
    people = [t for t in people if t.movement not in (Movement.STEPPING_OUT, Movement.CROSSING)]
    people = [t for t in people if t.confidence >= view.config.sure_confidence or not t.movement.may_stand]
    topic = f"people/{side.value}"
    if not view.fresh(topic, 20.0):  # of those who stand where we pass, each is worth a word
        people = [t for t in people if _is_beside_path(t) and not view.memory.is_told(t.subject, view.now_ns)]
    if not _has_new(people, view) or not view.fresh(topic, 5.0):
        return
    is_beside_path = any(_is_beside_path(t) for t in people)
    priority = 40.0 if is_beside_path else 32.0
    urgency = Urgency.NOTABLE if is_beside_path and _will_pass(view) else Urgency.CALM
    if len(people) == 1:
        # Who stands where a lane is closed works there.
        urgency = urgency if not view.fresh(f"posts/{side.value}", WORKS_S) else Urgency.CALM
        yield _encounter(view, people[0], priority=priority, topic=topic, cooldown_s=5.0, urgency=urgency)
    else:
        yield view.about_group(
            people,
            Act.GROUP,
            movement=_common(people),
            topic=topic,
            priority=priority + 1.0,
            urgency=urgency if view.fresh(topic, 20.0) else Urgency.CALM,
        )


def _reach_m(view: View, least_m: float) -> float:
    """So far ahead one speaks of who and what we are about to pass: the faster we are, the farther."""
    return max(least_m, REACH_S * view.facts.ego.speed_mps)


def _is_in_reach(thing: Thing, view: View, least_m: float) -> bool:
    """What is beside or behind us we do not come to, however fast we are."""
    return _is_near(thing, _reach_m(view, least_m) if thing.side in AHEAD_SIDES else ASIDE_M)


def _is_beside_path(thing: Thing) -> bool:
    """On the carriageway, where we pass."""
    return thing.left_m is not None and abs(thing.left_m) < BESIDE_PATH_M


def _rows(view: View, side: Side, beside: list[Thing]) -> Iterator[Message]:
    cars = [t for t in beside if t.label is ObjectClass.CAR and t.is_of_row]
    cars = [t for t in cars if t.confidence >= view.config.sure_confidence and abs(t.left_m or 0.0) <= ROW_ASIDE_M]
    if _are_row(cars, ROW_LENGTH_M, ROW_GAP_M) and view.fresh(f"row/{side.value}", 60.0):
        yield view.about_group(
            cars,
            Act.ROW,
            movement=Movement.PARKED,
            topic=f"row/{side.value}",
            priority=35.0 - 0.1 * min(abs(t.left_m or 0.0) for t in cars),  # the nearer row first
            extra=((Predicate.ROW, True),),
        )


def _are_row(things: Sequence[Thing], least_m: float, gap_m: float) -> bool:
    """Along our way, so long together, and no two neighbours farther apart."""
    along = sorted(t.forward_m for t in things if t.forward_m is not None)
    gaps = [b - a for a, b in pairwise(along)]
    return len(along) >= ROW_OF and along[-1] - along[0] >= least_m and max(gaps) <= gap_m


def _posts(view: View, side: Side, beside: list[Thing]) -> Iterator[Message]:
    """Where a lane is closed: what stands in a row beside our way, and has no name."""
    posts = [t for t in beside if t.label is ObjectClass.OBSTACLE and t.is_of_row and t.side in AHEAD_SIDES]
    posts = [t for t in posts if abs(t.left_m or 0.0) < CARRIAGEWAY_M and t.within(_reach_m(view, PEOPLE_M))]
    if not any(_is_beside_path(t) for t in posts) or not _are_row(posts, POSTS_LENGTH_M, POSTS_GAP_M):
        return
    if view.fresh(f"posts/{side.value}", 60.0):
        yield view.about_group(
            posts,
            Act.ROW,
            movement=None,
            topic=f"posts/{side.value}",
            priority=41.0,
            urgency=Urgency.NOTABLE if _will_pass(view) else Urgency.CALM,
            extra=((Predicate.ROW, True),),
        )


def _oncoming(view: View, side: Side, beside: list[Thing]) -> Iterator[Message]:
    coming = [t for t in beside if t.movement is Movement.ONCOMING and t.movement_held_s >= 0.3]
    coming = [t for t in coming if t.label is not ObjectClass.OBSTACLE and (t.speed_mps or 0.0) >= COMES_MPS]
    coming = [t for t in coming if abs(t.left_m or 0.0) <= OTHER_WAY_M]
    topic = f"oncoming/{side.value}"
    if not view.fresh(topic, 30.0):
        return
    coming = [t for t in coming if t.confidence >= view.config.sure_confidence] or coming
    for _, alike in groupby(sorted(coming, key=lambda t: t.label.value), key=lambda t: t.label):
        crowd = list(alike)
        if not _has_new(crowd, view):
            continue
        in_next_lane = any(abs(t.left_m or 0.0) < NEXT_LANE_M for t in crowd)
        is_in_the_way = in_next_lane and _would_pass_a_rider(view)
        # Who comes in the next lane is gone soon; a row that stands beside the road can be told of afterwards.
        priority = 61.0 if is_in_the_way else (36.0 if in_next_lane else 30.0) + (len(crowd) > 1)
        urgency = Urgency.NOTABLE if is_in_the_way else Urgency.CALM
        if len(crowd) == 1:
            yield _encounter(view, crowd[0], priority=priority, topic=topic, cooldown_s=30.0, urgency=urgency)
        else:
            yield view.about_group(
                crowd, Act.GROUP, movement=Movement.ONCOMING, topic=topic, priority=priority, urgency=urgency
            )


def _comes_along(thing: Thing, side: Side) -> bool:
    """Far ahead, in the lane on that side."""
    left_m = (thing.left_m or 0.0) * (1.0 if side is Side.LEFT else -1.0)
    return thing.side is Side.AHEAD and left_m > LANE_M and not is_ahead_in_path(thing)


def _will_pass(view: View) -> bool:
    return view.facts.ego.speed_mps > PASSES_MPS


def _would_pass_a_rider(view: View) -> bool:
    """Whether one rides in our lane as we do: who comes towards us is then in the way of passing him."""
    lead = view.lead()
    if lead is None or lead.label not in RIDERS:
        return False
    return lead.movement in GOES_WITH_US and lead.within(_reach_m(view, PEOPLE_M))


def _cones(view: View, side: Side, beside: list[Thing]) -> Iterator[Message]:
    cones = [t for t in beside if t.label is ObjectClass.CONE and t.within(20.0)]
    if len(cones) >= 2 and view.fresh(f"cones/{side.value}", 60.0):
        yield view.about_group(cones, Act.GROUP, movement=None, topic=f"cones/{side.value}", priority=28.0)


def _single(view: View, ready: tuple[Thing, ...]) -> Iterator[Message]:
    """Riders near us, and things that are large or odd enough to be worth a word each."""
    for thing in ready:
        if view.memory.is_told(thing.subject, view.now_ns) or is_ahead_in_path(thing):
            continue
        rides = thing.label in RIDERS and thing.movement is not Movement.PARKED
        if rides and _is_in_reach(thing, view, PEOPLE_M):
            yield _encounter(view, thing, priority=42.0, topic=f"rider/{thing.side.value}", cooldown_s=10.0)
        elif thing.label in STANDOUT and _is_in_reach(thing, view, LARGE_M) and _is_clearly_so(thing, view):
            priority = 34.0 if _is_beside_path(thing) else 27.0
            stands_there = _is_beside_path(thing) and thing.movement.stands and thing.side in AHEAD_SIDES
            urgency = Urgency.NOTABLE if stands_there and _will_pass(view) else Urgency.CALM
            topic = f"large/{thing.label.value}"
            yield _encounter(view, thing, priority=priority, topic=topic, cooldown_s=20.0, urgency=urgency)
        elif thing.distance_m is None and thing.side is Side.AHEAD and thing.label.is_vehicle:
            yield _encounter(view, thing, priority=25.0, topic="unranged", cooldown_s=15.0)


def _is_clearly_so(thing: Thing, view: View) -> bool:
    """Not passed yet, nor overlooked; and of what is far a camera needs some looks to tell a lorry from a bus."""
    is_clear = thing.within(CLEAR_M) or thing.label_held_s >= CLEAR_S or not view.is_pictured(thing)
    if _is_passed(thing) or view.is_overlooked(thing):
        return False
    return is_clear and not (
        thing.movement.may_stand and (_is_off_the_road(thing) or view.is_yet_to_be_pictured(thing))
    )


def _is_off_the_road(thing: Thing) -> bool:
    """Farther aside than anybody parks along a road: a house has the shape of a lorry, too."""
    return abs(thing.left_m or 0.0) > ROW_ASIDE_M


def _is_passed(thing: Thing) -> bool:
    """It stands, and is behind us: nobody needs to hear of it any more."""
    return thing.side not in AHEAD_SIDES | BESIDE and thing.movement in UNMOVED | {Movement.STOPPED, Movement.RECEDING}


def neighbours(view: View) -> Iterator[Message]:
    """Whoever shares the road with us nearby, for who likes to be told."""
    for thing in view.borne_out():
        told = view.memory.is_told(thing.subject, view.now_ns) or is_ahead_in_path(thing)
        shares = thing.label.is_vehicle or thing.label.is_vulnerable
        if not told and shares and thing.movement not in UNMOVED and thing.within(25.0):
            yield _encounter(view, thing, priority=20.0, topic=f"near/{thing.side.value}", cooldown_s=6.0)


def _has_new(things: list[Thing], view: View) -> bool:
    """What was told of is not introduced once more."""
    return any(not view.memory.is_told(t.subject, view.now_ns) for t in things)


def _is_near(thing: Thing, range_m: float) -> bool:
    return thing.distance_m is None or thing.distance_m <= range_m


def _common(things: list[Thing]) -> Movement | None:
    """The movement that all share, or that all stand."""
    kinds = {Movement.STOPPED if t.movement.stands else t.movement for t in things}
    return kinds.pop() if len(kinds) == 1 and Movement.UNKNOWN not in kinds else None


def _encounter(
    view: View, thing: Thing, *, priority: float, topic: str, cooldown_s: float, urgency: Urgency = Urgency.CALM
) -> Message:
    rested = view.fresh(topic, cooldown_s)
    return view.about(
        thing,
        Act.ENCOUNTER,
        topic=topic,
        priority=priority if rested else -1.0,
        urgency=urgency,
        trigger="context",
        extra=(*view.detail, Predicate.MOTION, Predicate.IN_PATH),
    )
