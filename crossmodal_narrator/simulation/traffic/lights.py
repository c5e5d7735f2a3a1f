"""Traffic lights: as SUMO's programmes show them, or as a scenario plans them, and what was shown.

Where a scenario plans a lane's light, that junction's other lights follow: lanes of the same street show the same,
those across show green while it is red (amber for 3 s and red for 1 s before it turns), and people on foot walk where
no wheels may go.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.scenario import SignalPlan
from crossmodal_narrator.simulation.traffic.network import Link, Network
from crossmodal_narrator.simulation.traffic.roads import Light, SignalTimeline

_LETTERS = {Light.RED: "r", Light.RED_AMBER: "u", Light.AMBER: "y", Light.GREEN: "G", Light.OFF: "O"}
_LIGHTS = {"r": Light.RED, "u": Light.RED_AMBER, "y": Light.AMBER, "Y": Light.AMBER, "g": Light.GREEN, "G": Light.GREEN}
_PLANNED_BEFORE_S = 8.0  # the drive begins with the plan's first state, which lanes across and queues must fit
_AMBER_S, _ALL_RED_S, _WALK_OFF_S = 3.0, 1.0, 5.0


class Lights:
    """Sets what is planned, and writes down what is shown."""

    def __init__(self, sumo: Any, network: Network, plans: tuple[SignalPlan, ...]) -> None:
        self._sumo = sumo
        self._network = network
        self._heads = _links_by_head(network)
        self._plans = {plan.lane: SignalTimeline(signal_id=plan.lane, changes=_changes(plan)) for plan in plans}
        self._planned = _by_light(self._plans, self._heads)
        self._names = sorted({link.light for link in network.links if link.light})
        self._shown: dict[str, list[tuple[float, Light]]] = {}

    def set(self, time_s: float) -> None:
        """Before the step that leads to `time_s`."""
        if time_s < -_PLANNED_BEFORE_S:
            return
        for light, lanes in self._planned.items():
            self._sumo.trafficlight.setRedYellowGreenState(light, self._state(light, lanes, max(time_s, 0.0)))

    def record(self, time_s: float) -> None:
        """After it."""
        states = {name: self._sumo.trafficlight.getRedYellowGreenState(name) for name in self._names}
        for lane, link in self._heads.items():
            if lane in self._plans and time_s >= 0.0:
                shown = self._plans[lane].at(time_s)
            else:
                shown = _LIGHTS.get(states[link.light][link.light_index], Light.OFF)
            changes = self._shown.setdefault(lane, [(time_s, shown)])
            if changes[-1][1] is not shown:
                changes.append((time_s, shown))

    def timelines(self) -> tuple[SignalTimeline, ...]:
        """What each light showed during the drive; times are seconds of the drive."""
        return tuple(
            SignalTimeline(signal_id=lane, changes=_since_start(changes))
            for lane, changes in sorted(self._shown.items())
        )

    def _state(self, light: str, lanes: tuple[str, ...], time_s: float) -> str:
        leader = self._plans[lanes[0]]
        along = self._axis(lanes[0])
        letters = list(self._sumo.trafficlight.getRedYellowGreenState(light))
        across_goes = _across(leader, time_s)
        for link in (link for link in self._network.links if link.light == light):
            if link.start in self._plans:
                letters[link.light_index] = _letter(self._plans[link.start].at(time_s), link)
            elif _is_parallel(self._axis(link.start), along):
                letters[link.light_index] = _letter(leader.at(time_s), link)
            else:
                letters[link.light_index] = _letter(across_goes, link)
        for walk in (walk for walk in self._network.walks if walk.light == light):
            crosses_leader = _is_parallel(self._axis(f"{walk.edges[0]}_0"), along)
            letters[walk.light_index] = "G" if _may_walk(leader, time_s, crosses_leader=crosses_leader) else "r"
        return "".join(letters)

    def _axis(self, lane_id: str) -> float:
        before, end = self._network.roads.lanes[lane_id].centre[-2:]
        return math.atan2(float(end[1] - before[1]), float(end[0] - before[0]))


def check_plans(plans: tuple[SignalPlan, ...], network: Network, length_s: float) -> None:
    """Raises ScenarioError: a lane without a light, a state that is not known, times that do not rise."""
    heads = {head.lane_id for head in network.roads.signals}
    for plan in plans:
        if plan.lane not in heads:
            raise ScenarioError(
                f"a signal is planned for lane {plan.lane!r}, which has no traffic light",
                remedy=f"choose one of {', '.join(sorted(heads)) or '— this network has none'}",
            )
        _check_changes(plan, length_s)
    lanes = [plan.lane for plan in plans]
    twice = sorted({lane for lane in lanes if lanes.count(lane) > 1})
    if twice:
        raise ScenarioError(f"two signals are planned for {twice[0]}", remedy="put their changes into one plan")


def _check_changes(plan: SignalPlan, length_s: float) -> None:
    times = [time_s for time_s, _ in plan.changes]
    known = {light.value for light in Light}
    if not times or times[0] != 0.0 or any(b <= a for a, b in pairwise(times)):
        raise ScenarioError(
            f"the signal of {plan.lane} changes at {times} s", remedy="begin at 0, with times that rise"
        )
    if times[-1] >= length_s:
        raise ScenarioError(
            f"the signal of {plan.lane} changes at {times[-1]:g} s, after the drive of {length_s:g} s",
            remedy="leave that change out, or make the drive longer",
        )
    for _, state in plan.changes:
        if state not in known:
            raise ScenarioError(
                f"the signal of {plan.lane} is to show {state!r}", remedy=f"choose one of {', '.join(sorted(known))}"
            )


def _changes(plan: SignalPlan) -> tuple[tuple[float, Light], ...]:
    return tuple((time_s, Light(state)) for time_s, state in plan.changes)


def _links_by_head(network: Network) -> dict[str, Link]:
    """The link that a head stands for: straight on where the lane leads there."""
    chosen: dict[str, Link] = {}
    heads = {head.lane_id for head in network.roads.signals}
    for link in network.links:
        if link.start in heads and (link.start not in chosen or link.direction == "s"):
            chosen[link.start] = link
    return dict(sorted(chosen.items()))


def _by_light(plans: Mapping[str, SignalTimeline], heads: Mapping[str, Link]) -> dict[str, tuple[str, ...]]:
    lights: dict[str, list[str]] = {}
    for lane in plans:
        lights.setdefault(heads[lane].light, []).append(lane)
    return {light: tuple(lanes) for light, lanes in sorted(lights.items())}


def _letter(shown: Light, link: Link) -> str:
    """Who turns left on green lets others pass first."""
    return "g" if shown is Light.GREEN and link.direction not in "s" else _LETTERS[shown]


def _across(leader: SignalTimeline, time_s: float) -> Light:
    now = leader.at(time_s)
    if now is Light.OFF:
        return Light.OFF
    if now is not Light.RED:
        return Light.RED
    left_s = _until(leader, time_s, {Light.GREEN, Light.RED_AMBER, Light.AMBER})
    since_s = time_s - max((at for at, light in leader.changes if at <= time_s), default=0.0)
    if left_s <= _ALL_RED_S or (since_s < _ALL_RED_S and time_s > _ALL_RED_S):
        return Light.RED
    return Light.AMBER if left_s <= _ALL_RED_S + _AMBER_S else Light.GREEN


def _may_walk(leader: SignalTimeline, time_s: float, *, crosses_leader: bool) -> bool:
    """People set out where wheels stand, and not shortly before these go."""
    if crosses_leader:
        is_safe = leader.at(time_s) is Light.RED
        return is_safe and _until(leader, time_s, {Light.GREEN, Light.RED_AMBER, Light.AMBER}) > _WALK_OFF_S
    return leader.at(time_s) is Light.GREEN and _until(leader, time_s, {Light.RED, Light.AMBER}) > _WALK_OFF_S


def _until(leader: SignalTimeline, time_s: float, lights: set[Light]) -> float:
    return min((at - time_s for at, light in leader.changes if at > time_s and light in lights), default=math.inf)


def _is_parallel(a: float, b: float) -> bool:
    return abs(math.cos(a - b)) > 0.7


def _since_start(changes: list[tuple[float, Light]]) -> tuple[tuple[float, Light], ...]:
    """Only the last change before 0 is kept."""
    first = max((k for k, (time_s, _) in enumerate(changes) if time_s <= 0.0), default=0)
    return tuple((round(time_s, 6), light) for time_s, light in changes[first:])
