"""How a thing moves: its track's motion state joined with its last seconds. Geometry lives here, words do not."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Motion, SceneObject, Side
from crossmodal_narrator.language.claims.predicates import Movement

PATH_HALF_WIDTH_M = 1.4
LEAVES_MPS = 0.8
FOLLOWS_MPS = 3.0  # until we are so fast we have only just set off ourselves
HISTORY_S = 2.0
DRIFT_S = 0.8
PASSING_M = (-4.0, 9.0)  # behind us, and to the side: what is farther has passed, or goes another way
PASSED_WITHIN_S = 3.0
DROVE_FOR = 3  # scenes
ACROSS_SHARE = 0.4  # of its speed: more, and it crosses


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What is kept of a track from one scene."""

    stamp_ns: int
    distance_m: float | None
    forward_mps: float | None = None
    forward_m: float | None = None
    left_m: float | None = None
    aside_m: float | None = None  # from the circle that we drive, left positive
    turned_mps: float = 0.0  # at which it would move to our left though it stood, because we turn


def observed(thing: SceneObject, stamp_ns: int, ego_mps: float, yaw_rate_rps: float) -> Observed:
    if thing.position_m is None:
        return Observed(stamp_ns=stamp_ns, distance_m=thing.relation.distance_m)
    x, y, _ = thing.position_m
    return Observed(
        stamp_ns=stamp_ns,
        distance_m=thing.relation.distance_m,
        forward_mps=None if thing.velocity_mps is None else thing.velocity_mps[0],
        forward_m=x,
        left_m=y,
        aside_m=aside_m(x, y, ego_mps, yaw_rate_rps),
        turned_mps=-yaw_rate_rps * x,
    )


def movement_of(thing: SceneObject, past: deque[Observed], ego_mps: float, yaw_rate_rps: float) -> Movement:
    """The most telling movement that geometry and history support."""
    if thing.position_m is None or thing.velocity_mps is None:
        return Movement.UNKNOWN
    if thing.label is ObjectClass.PEDESTRIAN and _steps_out(thing):
        return Movement.STEPPING_OUT
    special = _vehicle_movement(thing, past, ego_mps, yaw_rate_rps) if thing.label.is_vehicle else None
    if special is None and (thing.label.is_vehicle or thing.label is ObjectClass.CYCLIST):
        special = _passing(thing, past, ego_mps, yaw_rate_rps)
    return special or _PLAIN[thing.motion]


_PLAIN = {motion: Movement(motion.value) for motion in Motion}


def _vehicle_movement(
    thing: SceneObject, past: deque[Observed], ego_mps: float, yaw_rate_rps: float
) -> Movement | None:
    if _pulls_away(thing, past, ego_mps):
        return Movement.PULLING_AWAY
    if _brakes(thing, past):
        return Movement.BRAKING
    if abs(yaw_rate_rps) < 0.08 and _cuts_in(thing, past, ego_mps, yaw_rate_rps):
        return Movement.CUTTING_IN
    return None


def _pulls_away(thing: SceneObject, past: deque[Observed], ego_mps: float) -> bool:
    """The thing in front leaves us while we stand or creep, and its track shows the gap growing."""
    assert thing.velocity_mps is not None
    forward = thing.velocity_mps[0]
    if not (thing.relation.in_path and thing.relation.side is Side.AHEAD and abs(ego_mps) < FOLLOWS_MPS):
        return False
    if forward < LEAVES_MPS or forward - ego_mps < 0.5 * LEAVES_MPS:
        return False
    gaps = [o.distance_m for o in past if o.distance_m is not None]
    return len(gaps) >= 3 and gaps[-1] - gaps[0] > 0.4


def _brakes(thing: SceneObject, past: deque[Observed]) -> bool:
    """It drove our way, and for longer than the first guesses of a young track last."""
    speeds = [o.forward_mps for o in past if o.forward_mps is not None]
    if not thing.relation.in_path or thing.relation.side is not Side.AHEAD or len(speeds) < 3 + DROVE_FOR:
        return False
    before = sorted(speeds[:-3])[-DROVE_FOR]
    return before > 3.0 and before - speeds[-1] > max(2.0, 0.25 * before)


def aside_m(forward_m: float, left_m: float, ego_mps: float, yaw_rate_rps: float) -> float:
    """How far from the circle that we drive now, left positive: who keeps his lane in a bend keeps that."""
    curvature = yaw_rate_rps / ego_mps if abs(ego_mps) > 2.0 else 0.0
    return left_m - 0.5 * curvature * forward_m * abs(forward_m)


def _cuts_in(thing: SceneObject, past: deque[Observed], ego_mps: float, yaw_rate_rps: float) -> bool:
    """Beside our path, in our direction, and about to be in it: over the ground, and by the circle that we drive."""
    assert thing.position_m is not None
    assert thing.velocity_mps is not None
    (x, y, _), (vx, vy, _) = thing.position_m, thing.velocity_mps
    y = aside_m(x, y, ego_mps, yaw_rate_rps)
    by_ground = max(-vy if y > 0 else vy, _drift_mps(past, is_left=y > 0))
    inward = min(by_ground, _drift_mps(past, is_left=y > 0, by_arc=True) if len(past) > 1 else by_ground)
    beside = PATH_HALF_WIDTH_M < abs(y) < 4.5 and 0.0 < x < 20.0
    with_us = vx > 2.0 and inward < vx and ego_mps > 1.0
    return beside and with_us and inward > 0.6 and (abs(y) - PATH_HALF_WIDTH_M) / inward < 2.5


def _drift_mps(past: deque[Observed], *, is_left: bool, by_arc: bool = False) -> float:
    """How fast the track has moved towards our middle: a filter follows a change of lane a second late. What halves of
    the time do not both show is no drift, but a box that has grown.
    """
    latest = past[-1].stamp_ns if past else 0
    recent = [o for o in past if (latest - o.stamp_ns) / 1e9 <= DRIFT_S]
    seen = [(o.stamp_ns, o.aside_m, 0.0) if by_arc else (o.stamp_ns, o.left_m, o.turned_mps) for o in recent]
    lefts = [(stamp_ns, left_m, turned) for stamp_ns, left_m, turned in seen if left_m is not None]
    if len(lefts) < 5 or (lefts[-1][0] - lefts[0][0]) / 1e9 < 0.8 * DRIFT_S:
        return 0.0
    middle = lefts[len(lefts) // 2]
    halves = [_rate_mps(a, b) for a, b in ((lefts[0], middle), (middle, lefts[-1]))]
    inward = [-rate if is_left else rate for rate in halves]
    return min(inward)


def _rate_mps(before: tuple[int, float, float], after: tuple[int, float, float]) -> float:
    return (after[1] - before[1]) / ((after[0] - before[0]) / 1e9) - 0.5 * (before[2] + after[2])


def _passing(thing: SceneObject, past: deque[Observed], ego_mps: float, yaw_rate_rps: float) -> Movement | None:
    """Beside us, in our direction, and faster or slower: who overtakes whom."""
    assert thing.position_m is not None
    assert thing.velocity_mps is not None
    (x, y, _), (vx, vy, _) = thing.position_m, thing.velocity_mps
    faster, aside = vx - ego_mps, abs(aside_m(x, y, ego_mps, yaw_rate_rps))
    is_beside = PATH_HALF_WIDTH_M < aside < PASSING_M[1] and not thing.relation.in_path
    with_us = vx > 1.0 and ego_mps > 1.0 and abs(vy) < ACROSS_SHARE * vx
    if not (is_beside and with_us) or x < PASSING_M[0]:
        return None
    if faster > 1.0 and x < 15.0 and min((o.forward_m or 0.0 for o in past), default=0.0) < 0.0:
        return Movement.OVERTAKING
    is_near = x < PASSED_WITHIN_S * -faster
    return Movement.OVERTAKEN if faster < -1.0 and is_near else None


def _steps_out(thing: SceneObject) -> bool:
    assert thing.position_m is not None
    assert thing.velocity_mps is not None
    (x, y, _), (_, vy, _) = thing.position_m, thing.velocity_mps
    inward = -vy if y > 0 else vy
    return 0.0 < x < 25.0 and inward > 0.6 and (abs(y) - PATH_HALF_WIDTH_M) / inward < 2.0
