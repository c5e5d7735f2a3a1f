"""Areas around the vehicle, and things as people describe them: what a question, or a "there is none", is about."""

from __future__ import annotations

from collections.abc import Mapping

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.facts import AHEAD_SIDES, LEFT_SIDES, RIGHT_SIDES, Thing
from crossmodal_narrator.language.claims.predicates import Movement

BEHIND_SIDES = frozenset({Side.BEHIND, Side.BEHIND_LEFT, Side.BEHIND_RIGHT})
LANE, AROUND = "lane", "around"
DOORS: Mapping[str, str] = {"right": "right_door", "left": "left_door"}  # where somebody could be met by one
IN_LINE_M = 1.5  # to the side of our middle: what comes there may pass us on either side
DOOR_M = 15.0  # who stands nearer may be met; of what moves there is none too far
AREAS: Mapping[str, frozenset[Side]] = {
    "ahead": AHEAD_SIDES,
    "left": LEFT_SIDES,
    "right": RIGHT_SIDES,
    "behind": BEHIND_SIDES,
    "ahead_left": frozenset({Side.AHEAD_LEFT}),
    "ahead_right": frozenset({Side.AHEAD_RIGHT}),
    "behind_left": frozenset({Side.BEHIND_LEFT}),
    "behind_right": frozenset({Side.BEHIND_RIGHT}),
    "beside": frozenset({Side.LEFT, Side.RIGHT}),
    LANE: AHEAD_SIDES,
    AROUND: frozenset(Side),
    DOORS["left"]: frozenset(Side),  # who comes along the vehicle is far behind it first
    DOORS["right"]: frozenset(Side),
}
# COCO knows no vans: who asks for cars means them, too.
KINDS: Mapping[str, frozenset[ObjectClass]] = {
    **{c.value: frozenset({c}) for c in ObjectClass},
    "car": frozenset({ObjectClass.CAR, ObjectClass.VAN}),
    "vehicle": frozenset(c for c in ObjectClass if c.is_vehicle),
    "anyone": frozenset({ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST}),
    "anything": frozenset(ObjectClass),
}

MOVEMENTS: Mapping[str, frozenset[Movement]] = {
    "crossing": frozenset({Movement.CROSSING, Movement.STEPPING_OUT}),
    "standing": frozenset({Movement.STOPPED, Movement.PARKED}),
    "parked": frozenset({Movement.PARKED}),
    "moving": frozenset(Movement) - {Movement.STOPPED, Movement.PARKED, Movement.UNKNOWN},
    "oncoming": frozenset({Movement.ONCOMING, Movement.APPROACHING}),
    "braking": frozenset({Movement.BRAKING}),
}


def is_of(thing: Thing, description: str, area: str) -> bool:
    """Whether the thing is known to be in that area and all that is said of it: "white van", "crossing pedestrian"."""
    return _fits(thing, description, area) is True


def may_be_of(thing: Thing, description: str, area: str) -> bool:
    """Whether it is, or what is not known of the thing leaves room for it: it speaks against "there is none"."""
    return _fits(thing, description, area) is not False


def _fits(thing: Thing, description: str, area: str) -> bool | None:
    """None: what is known of it does not tell."""
    told = [_is_in(thing, area), *(_is(thing, word) for word in description.split())]
    return False if False in told else None if None in told else True


def _is_in(thing: Thing, area: str) -> bool | None:
    if thing.side not in AREAS[area or AROUND]:
        return False
    if area in DOORS.values():
        return _could_meet(thing, area)
    if area != LANE or thing.in_path:
        return True
    return None if thing.forward_m is None else False


def _could_meet(thing: Thing, door: str) -> bool | None:
    """Whether who gets out there could be hit by it, or could hit it with the door."""
    if not _passes_on(thing, door):
        return False
    near = None if thing.distance_m is None else thing.distance_m <= DOOR_M
    lives = thing.label.is_vulnerable or thing.label is ObjectClass.ANIMAL
    if thing.movement is Movement.UNKNOWN:
        may_come = lives or thing.label.is_vehicle
        return False if near is False and not may_come else None
    if thing.movement.stands:
        return near if lives else False
    return near is not False or thing.closing_mps is None or thing.closing_mps > 0.0


def _passes_on(thing: Thing, door: str) -> bool:
    """Whether it is, or may come, along that side of the vehicle."""
    is_left = door == DOORS["left"]
    if thing.left_m is None:
        return thing.side not in (RIGHT_SIDES if is_left else LEFT_SIDES)
    return thing.left_m > -IN_LINE_M if is_left else thing.left_m < IN_LINE_M


def _is(thing: Thing, word: str) -> bool | None:
    if word in KINDS:
        is_one = thing.label in KINDS[word]
        return None if not is_one and _may_yet_be(thing, KINDS[word]) else is_one
    if word in MOVEMENTS:
        return None if thing.movement is Movement.UNKNOWN else thing.movement in MOVEMENTS[word]
    return None if thing.colour is None else thing.colour == word


def _may_yet_be(thing: Thing, kind: frozenset[ObjectClass]) -> bool:
    """Whether what nobody can make out may turn out as one: it moves, or is in our way; posts and bins stand aside."""
    if thing.label is not ObjectClass.OBSTACLE or not (thing.in_path or not thing.movement.may_stand):
        return False
    return any(label.is_vulnerable or label.is_vehicle or label is ObjectClass.ANIMAL for label in kind)
