"""A scenario that contradicts itself is refused before anything runs: with the value, and what would mend it."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.scenario import Act, Background, Driven, Manoeuvre, Place, Scenario, Scripted
from crossmodal_narrator.simulation.traffic.actor import SoundCue
from crossmodal_narrator.simulation.traffic.bodies import EGO, is_on_foot, look
from crossmodal_narrator.simulation.traffic.lights import check_plans
from crossmodal_narrator.simulation.traffic.network import Network
from crossmodal_narrator.simulation.traffic.roads import LaneKind

_LONGEST_S = 3600.0
_FASTEST_MPS = 70.0


def check(scenario: Scenario, network: Network) -> None:
    """Raises ScenarioError: the first contradiction found."""
    length_s = scenario.length_s
    _check_range("length_s", length_s, 0.1, _LONGEST_S)
    if scenario.ego.actor_id != EGO:
        raise ScenarioError(f"the ego is called {scenario.ego.actor_id!r}", remedy=f"call it {EGO!r}")
    names = Counter(one.actor_id for one in (scenario.ego, *scenario.driven, *scenario.scripted))
    for name, count in names.items():
        if count > 1 or not name or any(mark in name for mark in " \"'<>&"):
            what = f"{count} actors are called {name!r}" if count > 1 else f"an actor is called {name!r}"
            raise ScenarioError(what, remedy="give each its own name, of letters, digits, - and _")
    for one in (scenario.ego, *scenario.driven, *scenario.scripted):
        if isinstance(one, Driven):
            _check_driven(one, network, length_s)
        else:
            _check_scripted(one, network, length_s)
    for stand in scenario.stands:
        _check_place(f"the {stand.kind}", stand.place, network)
    check_plans(scenario.signals, network, length_s)
    _check_background(scenario.background, network)


def _check_driven(driven: Driven, network: Network, length_s: float) -> None:
    who = driven.actor_id
    if who != EGO and is_on_foot(look(driven.look, who=who).name):
        raise ScenarioError(f"{who} drives, but is a {driven.look}", remedy="script who goes on foot")
    _check_route(driven, network)
    lanes = network.edges[driven.route[0]]
    kinds = (LaneKind.DRIVING, LaneKind.BICYCLE) if driven.look == "cyclist" else (LaneKind.DRIVING,)
    allowed = [lane.index for lane in lanes if lane.kind in kinds]
    if driven.lane not in allowed:
        raise ScenarioError(
            f"{who} departs on lane {driven.lane} of {driven.route[0]}", remedy=f"choose one of {allowed}"
        )
    _check_range(f"{who}: way_m", driven.way_m, 0.0, lanes[driven.lane].length_m)
    _check_range(f"{who}: speed_mps", driven.speed_mps, 0.0, _FASTEST_MPS)
    if not 0.0 <= driven.depart_s < length_s:
        raise ScenarioError(
            f"{who} departs at {driven.depart_s:g} s of a drive of {length_s:g} s",
            remedy="let it depart during the drive",
        )
    for act in driven.manoeuvres:
        _check_manoeuvre(driven, act, length_s)
    _check_sounds(who, driven.sounds, length_s)


def _check_route(driven: Driven, network: Network) -> None:
    if not driven.route:
        raise ScenarioError(f"{driven.actor_id} has no route", remedy="name the edges that it drives along")
    for edge in driven.route:
        network.edge(edge, who=driven.actor_id)
    for edge, after in pairwise(driven.route):
        choice = network.after(edge)
        if after not in choice:
            raise ScenarioError(
                f"{driven.actor_id}: {edge} does not lead to {after}",
                remedy=f"go on with {', '.join(choice)}" if choice else f"end the route there: {edge} leads nowhere",
            )


def _check_manoeuvre(driven: Driven, act: Manoeuvre, length_s: float) -> None:
    what = f"{driven.actor_id}: {act.act.value} at {act.at_s:g} s"
    if not driven.depart_s <= act.at_s <= length_s:
        raise ScenarioError(what, remedy=f"choose a time between its departure and {length_s:g} s")
    if not (math.isfinite(act.for_s) and act.for_s > 0.0):
        raise ScenarioError(f"{what} lasts {act.for_s:g} s", remedy="choose more than 0 s")
    needed = {Act.SPEED: "speed_mps", Act.CHANGE_LANE: "lane", Act.STOP: "way_m"}.get(act.act, "")
    if needed and getattr(act, needed) is None:
        raise ScenarioError(f"{what} has no {needed}", remedy=f"say {needed}")
    if act.speed_mps is not None:
        _check_range(f"{what}: speed_mps", act.speed_mps, 0.0, _FASTEST_MPS)


def _check_scripted(scripted: Scripted, network: Network, length_s: float) -> None:
    who, steps = scripted.actor_id, scripted.steps
    if who != EGO:
        look(scripted.look, who=who)
    if not steps:
        raise ScenarioError(f"{who} has no steps", remedy="say where it is, and when")
    if scripted.is_parked and len(steps) > 1:
        raise ScenarioError(
            f"{who} is parked and has {len(steps)} steps", remedy="leave it one step, or do not park it"
        )
    times = [step.at_s for step in steps]
    if any(not b > a for a, b in pairwise(times)):
        raise ScenarioError(f"{who} has steps at {times} s", remedy="let their times rise")
    for step in steps:
        if not 0.0 <= step.at_s <= length_s:
            raise ScenarioError(f"{who} has a step at {step.at_s:g} s", remedy=f"choose 0 to {length_s:g} s, the drive")
        _check_place(who, step.place, network)
    _check_sounds(who, scripted.sounds, length_s)


def _check_place(who: str, place: Place, network: Network) -> None:
    lane = network.lane(place.lane, who=who)
    _check_range(f"{who}: way_m on {place.lane}", place.way_m, 0.0, lane.length_m)
    _check_range(f"{who}: left_m on {place.lane}", place.left_m, -100.0, 100.0)
    _check_range(f"{who}: yaw_deg", place.yaw_deg, -360.0, 360.0)


def _check_sounds(who: str, cues: tuple[SoundCue, ...], length_s: float) -> None:
    for cue in cues:
        if not 0.0 <= cue.from_s < cue.to_s:
            raise ScenarioError(
                f"{who}: {cue.kind.value} sounds from {cue.from_s:g} to {cue.to_s:g} s",
                remedy="begin at 0 s or later, and end later than that",
            )
        if cue.from_s >= length_s:
            raise ScenarioError(
                f"{who}: {cue.kind.value} begins at {cue.from_s:g} s of a drive of {length_s:g} s",
                remedy="let it begin earlier, or make the drive longer",
            )


def _check_background(background: Background, network: Network) -> None:
    for name in ("vehicles_per_minute", "pedestrians_per_minute", "bicycles_per_minute"):
        _check_range(f"background: {name}", getattr(background, name), 0.0, 240.0)
    _check_range("background: parked_share", background.parked_share, 0.0, 1.0)
    _check_range("background: warm_up_s", background.warm_up_s, 0.0, 600.0)
    if background.parked_share > 0 and not network.roads.lanes_of(LaneKind.PARKING):
        raise ScenarioError(
            f"background: parked_share is {background.parked_share:g}, but {network.roads.name} has no parking lanes",
            remedy="set it to 0, or choose the network residential",
        )


def _check_range(what: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise ScenarioError(f"{what} is {value:g}", remedy=f"choose {low:g} to {high:g}")
