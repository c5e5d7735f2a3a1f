"""Those who follow steps: along the road where the lanes of two steps lead to each other, straight on otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.simulation.scenario import Place, Scripted
from crossmodal_narrator.simulation.traffic.bodies import EGO, chassis_of, is_on_foot
from crossmodal_narrator.simulation.traffic.heights import heights
from crossmodal_narrator.simulation.traffic.network import Network
from crossmodal_narrator.simulation.traffic.roads import Lane, RoadMap
from crossmodal_narrator.simulation.traffic.smoothing import Motion, follow_line
from crossmodal_narrator.simulation.traffic.sumo import STEP_S
from crossmodal_narrator.simulation.traffic.timeline import Lamps, Timeline
from crossmodal_narrator.simulation.traffic.traces import MARGIN_S, lamps_of

Floats = NDArray[np.float64]

_HOPS = 6  # lanes that two steps may lie apart and still be joined along the road
_FASTEST_MPS = 70.0
_TURNS_BACK_RAD = 1.75
_TURN_S = 0.18  # half-width of a turn on the spot


def at(roads: RoadMap, place: Place) -> tuple[float, float, float]:
    """x, y and yaw of a place."""
    x, y, yaw = roads.lanes[place.lane].at(place.way_m, place.left_m)
    return x, y, wrap_angle(yaw + math.radians(place.yaw_deg))


def scripted_timeline(scripted: Scripted, network: Network, length_s: float, shine: Lamps) -> Timeline:
    """Its middle (of the ego: base_link) is at each step's place in time; it stands before and after.

    Raises:
        ScenarioError: steps so far apart that nobody gets there, or a vehicle that would drive backwards.
    """
    roads, steps = network.roads, scripted.steps
    name = EGO if scripted.actor_id == EGO else scripted.look
    on_foot = name != EGO and is_on_foot(name)
    places = [at(roads, step.place) for step in steps]
    x, y, yaw = places[0]
    if len({(round(px, 3), round(py, 3)) for px, py, _ in places}) == 1:
        return _standing(x, y, yaw, roads, on_foot=on_foot)
    course = _Course.through(scripted, network)
    _check_speeds(scripted, course)
    samples = np.arange(round(-MARGIN_S / STEP_S), round((length_s + MARGIN_S) / STEP_S) + 1)
    times: Floats = samples.astype(np.float64) * STEP_S
    if on_foot:
        motion = _walk(course, yaw, times, length_s)
        z, lamps = heights(roads, motion.xy_m), np.zeros(len(times), np.uint8)
    else:
        _check_forward(scripted, course, yaw)
        chassis = chassis_of(name)
        way = _way_over_time(course, times, length_s) + chassis.behind_nose_m + chassis.origin_m
        motion = follow_line(course.line, yaw, way, STEP_S, chassis)
        z, lamps = np.zeros(len(times)), lamps_of(motion.speed_mps, STEP_S, shine)
    return Timeline(
        time_s=np.round(times, 6),
        xyz_m=np.column_stack([motion.xy_m, gaussian_filter1d(z, 0.12 / STEP_S, mode="nearest")]),
        yaw_rad=motion.yaw_rad,
        speed_mps=motion.speed_mps,
        lamps=lamps,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Course:
    """The polyline through all places; when each is reached, and the way along the line to it."""

    line: Floats  # (points, 2)
    times_s: Floats  # (steps,)
    ways_m: Floats  # (steps,)

    @staticmethod
    def through(scripted: Scripted, network: Network) -> _Course:
        line, ways = _line([step.place for step in scripted.steps], network)
        return _Course(line=line, times_s=np.array([step.at_s for step in scripted.steps]), ways_m=ways)

    def heading(self, way_m: float, *, after: bool) -> float:
        """Of the line just after, or just before, a way along it."""
        ways = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self.line, axis=0), axis=1))])
        ends = (way_m, way_m + 0.3) if after else (way_m - 0.3, way_m)
        xy = [np.array([np.interp(way, ways, self.line[:, k]) for k in range(2)]) for way in ends]
        return math.atan2(*(xy[1] - xy[0])[::-1])

    @property
    def turning_points(self) -> list[int]:
        """Steps at which it goes back more or less the way that it came, and stands for a moment."""
        found = []
        for k in range(1, len(self.ways_m) - 1):
            if self.ways_m[k] - self.ways_m[0] > 0.3 and self.ways_m[-1] - self.ways_m[k] > 0.3:
                turn = self.heading(self.ways_m[k], after=True) - self.heading(self.ways_m[k], after=False)
                found += [k] if abs(wrap_angle(turn)) > _TURNS_BACK_RAD else []
        return found


def _walk(course: _Course, yaw: float, times: Floats, length_s: float) -> Motion:
    """People walk from one turning point to the next, and turn on the spot within some tenths of a second."""
    way = _way_over_time(course, times, length_s)
    chassis = chassis_of("pedestrian")
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(course.line, axis=0), axis=1))])
    ends = [float(course.ways_m[k]) for k in course.turning_points]
    bounds = [-math.inf, *ends, math.inf]
    xy, turned, speed = np.zeros((len(times), 2)), np.zeros(len(times)), np.zeros(len(times))
    for begin, end in pairwise(bounds):
        start, stop = max(begin, 0.0), min(end, float(along[-1]))
        inside = (along > start + 1e-6) & (along < stop - 1e-6)
        knots = np.concatenate([[start], along[inside], [stop]])
        line = np.stack([np.interp(knots, along, course.line[:, k]) for k in range(2)], axis=-1)
        leg_way = np.clip(way, begin, end) - start
        leg = follow_line(line, course.heading(start, after=True), leg_way, STEP_S, chassis)
        now = (way >= begin) & (way < end)
        xy[now], turned[now], speed[now] = leg.xy_m[now], leg.yaw_rad[now], leg.speed_mps[now]
    turned[(way < 0.03) & (speed < 0.3)] = yaw  # who has not set off yet looks where it was told to
    smooth = gaussian_filter1d(np.unwrap(turned), _TURN_S / STEP_S, mode="nearest")
    return Motion(xy_m=xy, yaw_rad=smooth, speed_mps=speed)


def _standing(x: float, y: float, yaw: float, roads: RoadMap, *, on_foot: bool) -> Timeline:
    z = float(heights(roads, np.array([[x, y]]))[0]) if on_foot else 0.0
    return Timeline.standing(x, y, yaw, z)


def _check_speeds(scripted: Scripted, course: _Course) -> None:
    times, ways = course.times_s, course.ways_m
    for k, speed in enumerate(np.diff(ways) / np.diff(times)):
        if speed > _FASTEST_MPS:
            raise ScenarioError(
                f"{scripted.actor_id} must go {ways[k + 1] - ways[k]:.0f} m from {times[k]:g} s to {times[k + 1]:g} s",
                remedy=f"leave it more time: nobody goes faster than {_FASTEST_MPS:g} m/s",
            )


def _check_forward(scripted: Scripted, course: _Course, yaw: float) -> None:
    turns = [(0, course.heading(0.0, after=True) - yaw)] + [(k, math.pi) for k in course.turning_points]
    for k, turn in turns:
        if abs(wrap_angle(turn)) > _TURNS_BACK_RAD:
            raise ScenarioError(
                f"{scripted.actor_id} would drive backwards from its step at {course.times_s[k]:g} s on",
                remedy="let way_m rise from step to step, or turn it with yaw_deg: 180",
            )


def _way_over_time(course: _Course, at_s: Floats, length_s: float) -> Floats:
    """Rises through the steps without overshooting (Fritsch and Carlson, 1980). Who arrives, or sets off, in the middle
    of the drive stands before and after; who is on the way at either end goes on at that speed.
    """
    times_s = course.times_s
    slopes = PchipInterpolator(times_s, course.ways_m).derivative()(times_s)
    slopes[course.turning_points] = 0.0
    if times_s[0] > 1e-6:
        slopes[0] = 0.0
    if times_s[-1] < length_s - 1e-6:
        slopes[-1] = 0.0
    inside = CubicHermiteSpline(times_s, course.ways_m, slopes)(np.clip(at_s, times_s[0], times_s[-1]))
    before = slopes[0] * np.minimum(at_s - times_s[0], 0.0)
    after = slopes[-1] * np.maximum(at_s - times_s[-1], 0.0)
    return np.asarray(inside + before + after)


def _line(places: list[Place], network: Network) -> tuple[Floats, Floats]:
    """The polyline through all places, and the way along it to each."""
    pieces = [np.array([network.roads.lanes[places[0].lane].at(places[0].way_m, places[0].left_m)[:2]])]
    ways = [0.0]
    for start, end in pairwise(places):
        piece = _between(start, end, network)
        ways.append(ways[-1] + float(np.linalg.norm(np.diff(piece, axis=0), axis=1).sum()))
        pieces.append(piece[1:])
    return np.concatenate(pieces), np.array(ways)


def _between(start: Place, end: Place, network: Network) -> Floats:
    lanes = _lanes_between(start, end, network)
    if not lanes:
        ends = [network.roads.lanes[place.lane].at(place.way_m, place.left_m)[:2] for place in (start, end)]
        return np.array(ends)
    lengths = [lane.length_m for lane in lanes]
    reach = [
        (start.way_m if k == 0 else 0.0, end.way_m if k == len(lanes) - 1 else lengths[k]) for k in range(len(lanes))
    ]
    total = max(sum(to - since for since, to in reach), 1e-9)
    points: list[tuple[float, float]] = []
    done = 0.0
    for lane, (since, to) in zip(lanes, reach, strict=True):
        count = max(2, math.ceil((to - since) / 1.0) + 1)
        for way in np.linspace(since, to, count):
            share = (done + way - since) / total
            points.append(lane.at(float(way), start.left_m + share * (end.left_m - start.left_m))[:2])
        done += to - since
    return np.array(points)


def _lanes_between(start: Place, end: Place, network: Network) -> list[Lane]:
    """The lanes that lead from one to the other, those inside of junctions too; none where they do not."""
    lanes = network.roads.lanes
    if start.lane == end.lane:
        return [lanes[start.lane]] if end.way_m >= start.way_m else []
    queue: list[tuple[str, ...]] = [(start.lane,)]
    for path in queue:
        if path[-1] == end.lane:
            return [lanes[name] for name in path]
        if len(path) <= 3 * _HOPS:
            queue += [(*path, *link.via, link.end) for link in network.links if link.start == path[-1]]
    return []
