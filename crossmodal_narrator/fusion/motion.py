"""How a thing moves: whether it stands, and where it goes, seen from the vehicle."""

from __future__ import annotations

import math

from crossmodal_narrator.core.detections import NOBODY_WALKS_MPS, ObjectClass
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox, Vec2
from crossmodal_narrator.core.scene import Motion
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.relation import lateral_span_m
from crossmodal_narrator.fusion.track import Track

SETTLED_S = 0.4  # a younger track does not know its speed yet
MOST_SIGMA_MPS = 1.5
ALONG = math.cos(math.radians(40))  # a course within 40° of ours, or of the opposite one
PARKED_FROM_S = 1.0
SETS_OFF_MPS = 0.3  # of 100 sweeps of somebody who stands, 98 show less
MOVED_NS = 700_000_000  # what moved for so long has been driven; less may be the filter's own unrest


def motion_of(
    track: Track, box: OrientedBox, velocity_mps: Vec2, ego: EgoMotion, now_ns: int, config: FusionConfig
) -> Motion:
    """`box` and `velocity_mps` (over the ground) are in base_link's axes. Updates the track's own hysteresis."""
    assert track.place is not None
    age_s = (now_ns - track.born_ns) / 1e9
    if age_s < SETTLED_S or track.place.filter.speed_sigma_mps > MOST_SIGMA_MPS:
        return Motion.UNKNOWN
    speed = math.hypot(*velocity_mps)
    track.is_moving = speed > (config.standing_speed_mps if track.is_moving else config.moving_speed_mps)
    track.fast_since_ns = (track.fast_since_ns or now_ns) if speed > NOBODY_WALKS_MPS else None
    track.is_riding |= track.fast_since_ns is not None and now_ns - track.fast_since_ns >= MOVED_NS
    if not track.is_moving:
        track.moving_since_ns = None
    elif track.moving_since_ns is None:
        track.moving_since_ns = now_ns
    elif now_ns - track.moving_since_ns >= MOVED_NS:
        track.has_moved = True
    if not track.is_moving:
        if track.label.is_vulnerable and speed > SETS_OFF_MPS:
            return Motion.UNKNOWN  # somebody who sets off stands no more, and does not walk yet
        return Motion.PARKED if _is_parked(track, box, ego, age_s, config) else Motion.STOPPED
    return _course(box, velocity_mps, speed, ego)


def _is_parked(track: Track, box: OrientedBox, ego: EgoMotion, age_s: float, config: FusionConfig) -> bool:
    """Never seen to move, and beside the road; only vehicles park.

    On the far side of the road a lane of waiting traffic may lie between, so it takes a greater distance there.
    """
    parks = track.label.is_vehicle or track.label is ObjectClass.BICYCLE
    right_m, left_m = lateral_span_m(box, ego)
    near_m, far_m = (-left_m, right_m) if config.traffic_side == "right" else (right_m, -left_m)
    beside = near_m > config.kerb_m or far_m > config.far_kerb_m
    return parks and beside and not track.has_moved and age_s >= PARKED_FROM_S


def _course(box: OrientedBox, velocity_mps: Vec2, speed: float, ego: EgoMotion) -> Motion:
    x, y, _ = box.centre_m
    vx, vy = velocity_mps
    if abs(vy) > speed * math.sin(math.radians(50)) and x > 0:
        return Motion.CROSSING
    if vx < -speed * ALONG and x > 0:
        return Motion.ONCOMING
    reach = max(math.hypot(x, y), 0.1)
    ego_x, ego_y, _ = ego.velocity_mps
    receding_mps = ((vx - ego_x) * x + (vy - ego_y) * y) / reach
    if abs(receding_mps) < 1.0:
        return Motion.MOVING
    return Motion.RECEDING if receding_mps > 0 else Motion.APPROACHING
