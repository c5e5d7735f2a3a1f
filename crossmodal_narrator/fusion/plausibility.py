"""What a thing can be: whether its size is that of its class, of anything on a road, or of the one beside it."""

from __future__ import annotations

import math

from crossmodal_narrator.core.detections import Cluster, LidarDetection, ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, Vec2, beside
from crossmodal_narrator.encoding.lidar.detector import FEWEST_OF_RAIL, RAIL_M
from crossmodal_narrator.fusion.association import same_kind
from crossmodal_narrator.fusion.shapes import PRIORS
from crossmodal_narrator.fusion.track import Track

OBSTACLE_LWH_M = ((0.3, 0.0, 0.5), (7.0, 3.0, 3.2))  # least and largest size of a thing that is tracked without a class
FLAT_M = 0.2  # what looks thinner and is longer than a vehicle is wide is a wall or a fence
LONGEST_FLAT_M = 3.0
MANY_POINTS = 60
SMALLEST_CAR_M = 1.6  # across what is seen of it
POLE_POINTS, POLE_M = 10, 0.2  # so many, no farther apart: of somebody they show shoulders
BUSH_POINTS, BUSH_M = 30, 0.8  # so many, and as far apart as this both ways: nobody is so thick
DRIVES_MPS = 3.0  # and more than a young track seems to
LEAST_ROOM_M = 0.4  # between two that drive side by side
MOST_INSIDE_M = 1.0  # of one behind the other: so much the ends of both may be wrong
SAME_PLACE = 0.45  # of the smaller width: two centres so near are one thing


def is_too_small(label: ObjectClass, visible_lw_m: Vec2, points: int) -> bool:
    """Whether many points show less of a car than a motorcycle has: the camera's box is then of something behind it."""
    return _is_large(label) and points >= MANY_POINTS and math.hypot(*visible_lw_m) < SMALLEST_CAR_M


def is_pole(label: ObjectClass, visible_lw_m: Vec2, points: int) -> bool:
    """Whether the points of what a camera calls somebody stand one above the other."""
    return label.is_vulnerable and points >= POLE_POINTS and math.hypot(*visible_lw_m) < POLE_M


def is_bush(label: ObjectClass, visible_lw_m: Vec2, points: int) -> bool:
    """Whether the points of what a camera calls somebody reach farther than a body does, along and across."""
    return label is ObjectClass.PEDESTRIAN and points >= BUSH_POINTS and min(visible_lw_m) >= BUSH_M


def is_low(label: ObjectClass, top_m: float, points: int) -> bool:
    """Whether points, the highest of them so far above the ground, show a rail or a barrier where a vehicle is sought.

    Of what is half hidden few may be seen, all of them low; and the ground behind a wall is only guessed.
    """
    return _is_large(label) and points >= FEWEST_OF_RAIL and top_m < RAIL_M


def is_post_for(label: ObjectClass, shape: LidarDetection) -> bool:
    """Whether a car is looked for where a cone or a post stands: its middle cannot be there."""
    is_small = math.hypot(*shape.box.size_lwh_m[:2]) < SMALLEST_CAR_M
    return _is_large(label) and shape.label is ObjectClass.OBSTACLE and is_small


def _is_large(label: ObjectClass) -> bool:
    return label.is_vehicle and label is not ObjectClass.MOTORCYCLE


def may_be_somebody(label: ObjectClass, seen_m: float) -> bool:
    """Whether what a camera calls somebody may be so in spite of the shape of an obstacle, by what is seen of it.

    A child is small, and may have the shape of a post, or of the end of a barrier: who could be hurt is not talked away
    by what a network makes of it. But nobody is seen over the length of a barrier.
    """
    return label.is_vulnerable and seen_m <= PRIORS[label].largest_lwh_m[0]


def moves_by_itself(track: Track) -> bool:
    """As what it is called does, and as no bush and no barrier."""
    least_mps = 0.0 if track.votes.label.is_vulnerable else DRIVES_MPS
    return track.is_moving and math.hypot(*track.velocity_mps()) >= least_mps


def is_thing(cluster: Cluster) -> bool:
    """Whether a cluster's size is that of something on or beside the road, and not of a wall or a bush."""
    least, largest = OBSTACLE_LWH_M
    length, width, _ = cluster.box.size_lwh_m
    if width < FLAT_M and length > LONGEST_FLAT_M:
        return False
    return all(low <= size <= high for low, size, high in zip(least, cluster.box.size_lwh_m, largest, strict=True))


def is_same(track: Track, a: OrientedBox, other: Track, b: OrientedBox) -> bool:
    """Whether a weaker track, whose box is `a`, is a second name for what `other` follows, whose box is `b`."""
    apart_m = math.hypot(a.centre_m[0] - b.centre_m[0], a.centre_m[1] - b.centre_m[1])
    if apart_m > 0.5 * (a.size_lwh_m[0] + b.size_lwh_m[0]):
        return False
    if not same_kind(track.label, other.label):
        return _covers(a, b) or _covers(b, a)
    if track.label is ObjectClass.OBSTACLE:
        return b.nearest_in_plan_m(a.centre_m[:2]) == 0.0
    if apart_m < max(SAME_PLACE * min(a.size_lwh_m[1], b.size_lwh_m[1]), 0.3) or _covers(b, a):
        return True
    return _drive_as_one(track, other) and _collide(a, b, is_guess=track.votes.shape is None)


def _drive_as_one(track: Track, other: Track) -> bool:
    """Whether both drive, and the same way: those that meet are two, and motorcycles may ride so near to each other."""
    if not all(t.label.is_vehicle and not t.label.is_vulnerable for t in (track, other)):
        return False
    velocities = track.velocity_mps(), other.velocity_mps()
    return min(math.hypot(*v) for v in velocities) >= DRIVES_MPS and math.dist(*velocities) < DRIVES_MPS


def _collide(a: OrientedBox, b: OrientedBox, *, is_guess: bool) -> bool:
    """Whether two that drive would touch.

    Side by side with no room between: two that drive keep more. One side was then taken for two, the left one of
    something on its right, and the right one of something on its left. Or the end of one within the other, where the
    length of `a` `is_guess`, since no shape of it was ever seen: a van's nose was then taken for a bus before it.
    """
    overlap_m, room_m = beside(b.centre_m[:2], b.size_lwh_m[:2], b.yaw_rad, a.centre_m[:2], a.size_lwh_m[:2])
    rub = overlap_m >= 0.5 * min(a.size_lwh_m[0], b.size_lwh_m[0]) and room_m < LEAST_ROOM_M
    is_inside = overlap_m > MOST_INSIDE_M and room_m < -0.5 * min(a.size_lwh_m[1], b.size_lwh_m[1])
    return rub or (is_guess and is_inside)


def _covers(box: OrientedBox, other: OrientedBox) -> bool:
    """Whether the middle of `other` lies well inside of `box`, so that both cannot be solid."""
    inner = OrientedBox(
        centre_m=box.centre_m,
        size_lwh_m=(0.7 * box.size_lwh_m[0], 0.7 * box.size_lwh_m[1], box.size_lwh_m[2]),
        yaw_rad=box.yaw_rad,
    )
    return inner.nearest_in_plan_m(other.centre_m[:2]) == 0.0
