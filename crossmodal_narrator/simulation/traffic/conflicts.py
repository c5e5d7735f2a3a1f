"""Two bodies cannot be in one place: boxes are compared over time by the separating-axis theorem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.traffic.timeline import Timeline

Floats = NDArray[np.float64]

SAMPLE_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """A body's box at every `SAMPLE_S` of the drive."""

    who: str
    xy_m: Floats  # (times, 2) of its middle; NaN where it is not there
    yaw_rad: Floats  # (times,)
    half_m: Floats  # (2,) of its length and width


def course(who: str, timeline: Timeline, size_lwh_m: Vec3, length_s: float, *, ahead_m: float = 0.0) -> Course:
    """`ahead_m`: where the middle of the box lies before the timeline's origin."""
    times: Floats = np.arange(round(length_s / SAMPLE_S) + 1, dtype=np.float64) * SAMPLE_S
    xyz, yaw = timeline.at(times)
    xy = xyz[:, :2] + ahead_m * np.stack([np.cos(yaw), np.sin(yaw)], axis=-1)
    is_there = (times >= timeline.time_s[0]) & (times <= timeline.time_s[-1])
    xy[~is_there] = np.nan
    return Course(who=who, xy_m=xy, yaw_rad=yaw, half_m=0.5 * np.array(size_lwh_m[:2]))


def first_overlap(one: Course, other: Course, *, room_m: float = 0.0) -> float | None:
    """The second at which they come nearer than `room_m` for the first time; None where they never do."""
    reach = float(np.linalg.norm(one.half_m) + np.linalg.norm(other.half_m)) + room_m
    apart = other.xy_m - one.xy_m
    near = np.flatnonzero((apart * apart).sum(axis=1) <= reach * reach)  # NaN is never near
    if len(near) == 0:
        return None
    touches = near[_touch(one, other, apart, near, room_m)]
    return float(touches[0] * SAMPLE_S) if len(touches) else None


def overlapping(one: Course, others: Iterable[Course], *, room_m: float = 0.0) -> tuple[str, float] | None:
    """The first of `others`, in their order, that `one` meets, and when."""
    for other in others:
        time_s = first_overlap(one, other, room_m=room_m)
        if time_s is not None:
            return other.who, time_s
    return None


def _touch(one: Course, other: Course, apart: Floats, near: NDArray[np.intp], room_m: float) -> NDArray[np.bool_]:
    """(near,) whether no axis of either box separates them."""
    touch = np.ones(len(near), bool)
    for body in (one, other):
        for turn in (0.0, 0.5 * np.pi):
            yaw = body.yaw_rad[near] + turn
            axis = np.stack([np.cos(yaw), np.sin(yaw)], axis=-1)
            distance = np.abs((apart[near] * axis).sum(axis=1))
            extent = _extent(one, near, yaw) + _extent(other, near, yaw)
            touch &= distance <= extent + room_m
    return touch


def _extent(body: Course, near: NDArray[np.intp], yaw: Floats) -> Floats:
    """Half of the box's shadow on an axis."""
    turn = yaw - body.yaw_rad[near]
    return np.asarray(body.half_m[0] * np.abs(np.cos(turn)) + body.half_m[1] * np.abs(np.sin(turn)))
