"""What the scene lets be told of a supposition: how much time there would be, and nothing of what anybody would do.

Each is bounded by what is measured now: distances, speeds, and that they stay as they are until it happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from crossmodal_narrator.core.speech import Claim
from crossmodal_narrator.language.claims.facts import Ego, Thing
from crossmodal_narrator.language.claims.predicates import Predicate

HARD_BRAKING_MPS2 = 6.0  # an emergency stop on a dry road
DRIVES_ABOVE_MPS = 1.0
BESIDE_OUR_LANE_M = 8.0  # from where somebody could step out


class Supposition(str, Enum):
    """What might be."""

    IT_BRAKES = "it_brakes"  # hard, the vehicle ahead of us in our lane
    IT_STEPS_OUT = "it_steps_out"  # in front of us
    WE_BRAKE = "we_brake"  # hard, with somebody behind us
    NOTHING_CHANGES = "nothing_changes"


def time_left_s(supposed: Supposition, thing: Thing, ego: Ego) -> float | None:
    """The seconds that would be left, and never less than none; None where something for it is not known.

    Where somebody brakes hard, they are what whoever follows has before he must brake as hard: the reaction time with
    which the safe distance of RSS is the present one (Shalev-Shwartz et al., On a Formal Model of Safe and Scalable
    Self-driving Cars, 2017, definition 1, with one deceleration for both and no acceleration before it).
    Where somebody steps out, they are what we need to reach the place at our speed; where nothing changes, the time to
    collision.
    """
    if ego.state is None or thing.distance_m is None or thing.forward_m is None or thing.left_m is None:
        return None
    if supposed is Supposition.NOTHING_CHANGES:
        return thing.ttc_s
    if supposed is Supposition.IT_STEPS_OUT:
        is_near = thing.forward_m > 0.0 and abs(thing.left_m) <= BESIDE_OUR_LANE_M
        ahead_m = min(thing.forward_m, thing.distance_m)
        return ahead_m / ego.speed_mps if is_near and ego.speed_mps > DRIVES_ABOVE_MPS else None
    if thing.forward_mps is None:
        return None
    ahead, behind = ego.speed_mps, thing.forward_mps
    if supposed is Supposition.IT_BRAKES:
        ahead, behind = behind, ahead
    return _before_braking_s(thing.distance_m, max(ahead, 0.0), behind) if behind > DRIVES_ABOVE_MPS else None


def _before_braking_s(gap_m: float, ahead_mps: float, behind_mps: float) -> float:
    stopping_m = (behind_mps**2 - ahead_mps**2) / (2.0 * HARD_BRAKING_MPS2)
    return max(0.0, (gap_m - stopping_m) / behind_mps)


def supposed_s(thing: Thing, ego: Ego) -> Iterator[float]:
    """The times of all suppositions that can be told of it."""
    times = (time_left_s(supposed, thing, ego) for supposed in Supposition)
    return (left_s for left_s in times if left_s is not None)


def time_left(supposed: Supposition, thing: Thing, ego: Ego) -> Claim | None:
    """The same as a claim, with what the senses said of the thing and of us."""
    left_s = time_left_s(supposed, thing, ego)
    if left_s is None:
        return None
    return Claim(
        predicate=Predicate.TIME_LEFT.value,
        subject=thing.subject,
        value=left_s,
        confidence=thing.confidence,
        evidence=(*thing.evidence, *ego.evidence),
    )
