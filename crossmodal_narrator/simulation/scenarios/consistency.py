"""What no single key can tell: whether the parts of a scenario agree with each other, and with the catalogues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from crossmodal_narrator.simulation.scenario import (
    Act,
    Driven,
    FaultKind,
    Manoeuvre,
    Place,
    Scenario,
    Scripted,
    SensorFault,
)
from crossmodal_narrator.simulation.scenarios.claims import check_pattern
from crossmodal_narrator.simulation.scenarios.reading import Spot
from crossmodal_narrator.simulation.scenery.props import PROP_KINDS
from crossmodal_narrator.simulation.sensors.rig import CAMERA_PLACES
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS
from crossmodal_narrator.simulation.traffic.actor import SoundCue
from crossmodal_narrator.simulation.traffic.network import Network, load_network, network_names
from crossmodal_narrator.simulation.traffic.roads import LaneKind

OTHER_SENSORS = ("lidar", "microphones", "odometry", "imu", "gps")
CAN_BE_BLIND = ("camera/", "lidar", "microphones")
_DRIVABLE = (LaneKind.DRIVING, LaneKind.BICYCLE)
# What an act cannot do without, and what it may have besides `for_s`.
_NEEDS = {
    Act.SPEED: "speed_mps",
    Act.BRAKE: "speed_mps",
    Act.CHANGE_LANE: "lane",
    Act.STOP: "way_m",
    Act.RESUME: "",
}


def check_scenario(scenario: Scenario, source: str) -> None:
    """Raises ScenarioError: the scenario contradicts itself; `source` is told as the file."""
    at = Spot(source=source)
    _check_network(scenario, at)
    _check_ids(scenario, at)
    _check_ego(scenario, at.key("ego"))
    for spot, actor in _actors(scenario, at):
        _check_actor(actor, scenario, spot)
    for k, stand in enumerate(scenario.stands):
        if stand.kind not in PROP_KINDS:
            spot = at.key("stands").item(k).key("kind")
            spot.refuse(f"= {stand.kind!r} is not known", f"allowed: {', '.join(PROP_KINDS)}")
    _check_signals(scenario, at)
    _check_sensors(scenario, at)
    for k, utterance in enumerate(scenario.utterances):
        spot = at.key("utterances").item(k)
        _check_moment(utterance.at_s, scenario, spot.key("at_s"))
        if not Path(utterance.file).is_file():
            spot.key("file").refuse(f"= {utterance.file!r} is not there", "put the sound beside the scenario's file")
    _check_expectations(scenario, at)


def _actors(scenario: Scenario, at: Spot) -> Iterator[tuple[Spot, Driven | Scripted]]:
    yield at.key("ego"), scenario.ego
    for k, driven in enumerate(scenario.driven):
        yield at.key("driven").item(k), driven
    for k, scripted in enumerate(scenario.scripted):
        yield at.key("scripted").item(k), scripted


def _check_network(scenario: Scenario, at: Spot) -> None:
    if scenario.network not in network_names():
        at.key("network").refuse(f"= {scenario.network!r} is not known", f"allowed: {', '.join(network_names())}")
    network = load_network(scenario.network)
    for spot, place in _places(scenario, at):
        _check_place(place, network, spot)
    for spot, actor in _actors(scenario, at):
        if isinstance(actor, Driven):
            _check_route(actor, network, spot)


def _places(scenario: Scenario, at: Spot) -> Iterator[tuple[Spot, Place]]:
    for spot, actor in _actors(scenario, at):
        for k, step in enumerate(actor.steps if isinstance(actor, Scripted) else ()):
            yield spot.key("steps").item(k).key("place"), step.place
    for k, stand in enumerate(scenario.stands):
        yield at.key("stands").item(k).key("place"), stand.place


def _check_place(place: Place, network: Network, at: Spot) -> None:
    lane = network.roads.lanes.get(place.lane)
    if lane is None:
        at.key("lane").refuse(f"= {place.lane!r} is not known", "docs/simulator/networks.md lists the lanes")
    if place.way_m > lane.length_m:
        at.key("way_m").refuse(f"= {place.way_m:g} lies beyond the lane", f"allowed: 0 to {lane.length_m:.1f}")


def _check_route(actor: Driven, network: Network, at: Spot) -> None:
    for k, edge in enumerate(actor.route):
        if edge not in network.edges:
            known = ", ".join(sorted(network.edges))
            at.key("route").item(k).refuse(f"= {edge!r} is not known", f"allowed: {known}")
    for k, (edge, follows) in enumerate(pairwise(actor.route)):
        if follows not in network.after(edge):
            ways = ", ".join(network.after(edge)) or "nowhere"
            at.key("route").item(k + 1).refuse(f"= {follows!r} does not follow {edge!r}", f"it leads to: {ways}")
    lanes = network.edges[actor.route[0]]
    drivable = {lane.index: lane for lane in lanes if lane.kind in _DRIVABLE}
    if actor.lane not in drivable:
        allowed = ", ".join(str(index) for index in drivable)
        at.key("lane").refuse(f"= {actor.lane} is not for driving on {actor.route[0]!r}", f"allowed: {allowed}")
    if actor.way_m > drivable[actor.lane].length_m:
        end = f"{drivable[actor.lane].length_m:.1f}"
        at.key("way_m").refuse(f"= {actor.way_m:g} lies beyond {actor.route[0]!r}", f"allowed: 0 to {end}")


def _check_ids(scenario: Scenario, at: Spot) -> None:
    seen: set[str] = set()
    for spot, actor in _actors(scenario, at):
        if actor.actor_id in seen:
            spot.key("actor_id").refuse(f"= {actor.actor_id!r} is there twice", "give each actor an id of its own")
        seen.add(actor.actor_id)


def _check_ego(scenario: Scenario, at: Spot) -> None:
    """The others may come and go; the ego is there from the first moment to the last."""
    ego = scenario.ego
    if isinstance(ego, Driven):
        if ego.depart_s != 0.0:
            at.key("depart_s").refuse(f"= {ego.depart_s:g}, and the drive begins at 0", "leave it out")
        return
    if ego.is_parked:
        at.key("is_parked").refuse("= True", "an ego that stands has one step, and is not parked")
    first, last = ego.steps[0], ego.steps[-1]
    if first.at_s != 0.0:
        at.key("steps").item(0).key("at_s").refuse(f"= {first.at_s:g}", "begin at 0")
    if len(ego.steps) > 1 and last.at_s < scenario.length_s:
        spot = at.key("steps").item(len(ego.steps) - 1).key("at_s")
        spot.refuse(f"= {last.at_s:g}, and the drive ends at {scenario.length_s:g}", "add a step at its end")


def _check_actor(actor: Driven | Scripted, scenario: Scenario, at: Spot) -> None:
    if actor.look not in LOOKS:
        at.key("look").refuse(f"= {actor.look!r} is not known", f"allowed: {', '.join(LOOKS)}")
    for k, cue in enumerate(actor.sounds):
        _check_span(cue, scenario, at.key("sounds").item(k))
    if isinstance(actor, Driven):
        _check_moment(actor.depart_s, scenario, at.key("depart_s"))
        _check_rising([m.at_s for m in actor.manoeuvres], at.key("manoeuvres"))
        for k, manoeuvre in enumerate(actor.manoeuvres):
            _check_manoeuvre(manoeuvre, scenario, at.key("manoeuvres").item(k))
        return
    _check_rising([step.at_s for step in actor.steps], at.key("steps"))
    if actor.is_parked and len(actor.steps) > 1:
        at.key("is_parked").refuse("= True, and it moves", "give it one step, or leave is_parked out")


def _check_manoeuvre(manoeuvre: Manoeuvre, scenario: Scenario, at: Spot) -> None:
    _check_moment(manoeuvre.at_s, scenario, at.key("at_s"))
    needed = _NEEDS[manoeuvre.act]
    for name in ("speed_mps", "lane", "way_m"):
        has = getattr(manoeuvre, name) is not None
        if has and name != needed:
            at.key(name).refuse(f"says nothing to {manoeuvre.act.value!r}", "leave it out")
        if name == needed and not has:
            at.refuse(f"lacks {name}, without which {manoeuvre.act.value!r} means nothing", f"write `{name}: …`")


def _check_signals(scenario: Scenario, at: Spot) -> None:
    governed = {head.lane_id for head in load_network(scenario.network).roads.signals}
    seen: set[str] = set()
    for k, plan in enumerate(scenario.signals):
        spot = at.key("signals").item(k)
        if plan.lane not in governed:
            lanes = ", ".join(sorted(governed)) or "none"
            spot.key("lane").refuse(f"= {plan.lane!r} has no traffic light", f"lanes with one: {lanes}")
        if plan.lane in seen:
            spot.key("lane").refuse(f"= {plan.lane!r} is there twice", "write one plan for each lane")
        seen.add(plan.lane)
        times = [since_s for since_s, _ in plan.changes]
        _check_rising(times, spot.key("changes"))
        if times[0] != 0.0:
            spot.key("changes").item(0).refuse(f"is at {times[0]:g} s", "begin with what is shown at 0")
        _check_moment(times[-1], scenario, spot.key("changes").item(len(times) - 1))


def _check_sensors(scenario: Scenario, at: Spot) -> None:
    for k, camera in enumerate(scenario.cameras):
        if camera not in CAMERA_PLACES or camera in scenario.cameras[:k]:
            at.key("cameras").item(k).refuse(
                f"= {camera!r} is not known, or there twice", f"allowed: {', '.join(CAMERA_PLACES)}, each once"
            )
    sensors = (*(f"camera/{camera}" for camera in scenario.cameras), *OTHER_SENSORS)
    for k, fault in enumerate(scenario.faults):
        spot = at.key("faults").item(k)
        if fault.sensor not in sensors:
            spot.key("sensor").refuse(f"= {fault.sensor!r} is not on this vehicle", f"allowed: {', '.join(sensors)}")
        if fault.kind is FaultKind.BLIND and not fault.sensor.startswith(CAN_BE_BLIND):
            spot.key("kind").refuse(f"= 'blind' means nothing to {fault.sensor!r}", "write silent")
        _check_span(fault, scenario, spot)


def _check_expectations(scenario: Scenario, at: Spot) -> None:
    actors = {actor.actor_id for _, actor in _actors(scenario, at)}
    names: set[str] = set()
    for k, expectation in enumerate(scenario.expectations):
        spot = at.key("expectations").item(k)
        if expectation.name in names:
            spot.key("name").refuse(f"= {expectation.name!r} is there twice", "give each expectation its own name")
        names.add(expectation.name)
        _check_moment(expectation.by_s, scenario, spot.key("by_s"))
        if expectation.by_s <= expectation.from_s:
            spot.key("by_s").refuse(f"= {expectation.by_s:g} is not after from_s", f"more than {expectation.from_s:g}")
        if expectation.actor and expectation.actor not in actors:
            known = ", ".join(sorted(actors))
            spot.key("actor").refuse(f"= {expectation.actor!r} is in no part of the drive", f"allowed: {known}")
        for j, pattern in enumerate(expectation.claims):
            check_pattern(pattern, spot.key("claims").item(j))


def _check_span(span: SoundCue | SensorFault, scenario: Scenario, at: Spot) -> None:
    if span.to_s <= span.from_s:
        at.key("to_s").refuse(f"= {span.to_s:g} is not after from_s", f"more than {span.from_s:g}")
    _check_moment(span.from_s, scenario, at.key("from_s"))
    _check_moment(span.to_s, scenario, at.key("to_s"))


def _check_rising(times_s: Sequence[float], at: Spot) -> None:
    for k, (before, after) in enumerate(pairwise(times_s)):
        if after <= before:
            at.item(k + 1).refuse(f"is at {after:g} s, after one at {before:g} s", "write them in the order of time")


def _check_moment(time_s: float, scenario: Scenario, at: Spot) -> None:
    if not 0.0 <= time_s <= scenario.length_s:
        at.refuse(f"= {time_s:g} lies outside the drive", f"allowed: 0 to {scenario.length_s:g}")
