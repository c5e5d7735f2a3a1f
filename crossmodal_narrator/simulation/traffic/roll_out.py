"""From a scenario to what happens in it: traffic runs, drivers do as they are told, scripts are followed.

The same scenario and seed give the same rollout, to the byte, in any process.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.rollout import EGO_MIDDLE_M, EGO_SIZE_M, Daylight, Environment, Prop, Rollout
from crossmodal_narrator.simulation.scenario import Driven, Scenario, Scripted
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS, size_of
from crossmodal_narrator.simulation.traffic import demand
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.bodies import EGO
from crossmodal_narrator.simulation.traffic.checks import check
from crossmodal_narrator.simulation.traffic.conflicts import Course, course, overlapping
from crossmodal_narrator.simulation.traffic.drivers import Drivers, departure, has_siren, look_of, steps_of
from crossmodal_narrator.simulation.traffic.lights import Lights
from crossmodal_narrator.simulation.traffic.network import Network, load_network
from crossmodal_narrator.simulation.traffic.parked import parked_cars
from crossmodal_narrator.simulation.traffic.phantoms import Phantoms, is_phantom, phantom_type
from crossmodal_narrator.simulation.traffic.roads import SignalTimeline
from crossmodal_narrator.simulation.traffic.scripted import at, scripted_timeline
from crossmodal_narrator.simulation.traffic.sirens import Sirens
from crossmodal_narrator.simulation.traffic.sumo import STEP_S, simulation
from crossmodal_narrator.simulation.traffic.timeline import Lamps, Timeline
from crossmodal_narrator.simulation.traffic.traces import MARGIN_S, Indication, Recorder, Trace, timeline

SIGHT_M = 120.0  # who never comes this near to the ego is left out


def roll_out(scenario: Scenario, seed: int) -> Rollout:
    """Run it.

    Raises:
        ScenarioError: it contradicts itself, a manoeuvre cannot be done, or two bodies meet in one place.
    """
    network = load_network(scenario.network)
    check(scenario, network)
    shine = _shine(scenario.environment)
    scripted = {
        one.actor_id: scripted_timeline(one, network, scenario.length_s, shine)
        for one in (scenario.ego, *scenario.scripted)
        if isinstance(one, Scripted)
    }
    ran = _run(scenario, network, scripted, seed)
    timelines = {**scripted, **_driven_timelines(scenario, network, ran, shine)}
    ego = timelines[EGO]
    cast: tuple[Driven | Scripted, ...] = (*scenario.driven, *scenario.scripted)
    own = [_own_actor(one, timelines[one.actor_id], seed) for one in cast]
    courses = [course(EGO, ego, EGO_SIZE_M, scenario.length_s, ahead_m=EGO_MIDDLE_M)]
    courses += [course(one.actor_id, one.timeline, one.size_lwh_m, scenario.length_s) for one in own]
    _check_apart(courses)
    own_names = {one.actor_id for one in own}
    near = [one for one in own if _comes_near(one.timeline, ego, scenario.length_s)]
    parked = parked_cars(network.roads, scenario.background.parked_share, seed, scenario.length_s, courses)
    parked = tuple(one for one in parked if _comes_near(one.timeline, ego, scenario.length_s))
    courses += [course(one.actor_id, one.timeline, one.size_lwh_m, scenario.length_s) for one in parked]
    others = _background(scenario, network, ran, courses, ego, shine, seed, own_names)
    return Rollout(
        name=scenario.name,
        seed=seed,
        length_s=scenario.length_s,
        roads=network.roads,
        environment=scenario.environment,
        ego=ego,
        actors=tuple(sorted((*near, *others, *parked), key=lambda actor: actor.actor_id)),
        signals=ran.signals,
        props=tuple(_props(scenario, network)),
        utterances=scenario.utterances,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ran:
    """What SUMO did. Its step 0 is at `begin_s` of the drive."""

    begin_s: float
    traces: Mapping[str, Trace]
    looks: Mapping[str, str]  # of the background
    signals: tuple[SignalTimeline, ...]
    indications: Mapping[str, Sequence[Indication]]


def _run(scenario: Scenario, network: Network, scripted: Mapping[str, Timeline], seed: int) -> _Ran:
    warm_up = steps_of(scenario.background.warm_up_s)
    begin_s = -warm_up * STEP_S
    steps = warm_up + steps_of(scenario.length_s + MARGIN_S)
    everybody = demand.draw(network, scenario.background, steps * STEP_S, seed)
    driven = tuple(one for one in (scenario.ego, *scenario.driven) if isinstance(one, Driven))
    phantoms = _phantom_bodies(scenario, scripted)
    with simulation(network.roads.traffic_file, _demand(network, driven, everybody, phantoms, begin_s), seed) as sumo:
        drivers = Drivers(sumo, driven, network)
        lights = Lights(sumo, network, scenario.signals)
        shadows = Phantoms(sumo, network, phantoms)
        sirens = Sirens(sumo, network, {one.actor_id: one.route for one in driven if has_siren(one)})
        recorder = Recorder(sumo)
        cleared: set[str] = set()
        for step in range(steps + 1):  # who departs at 0 s is at its place after step 0
            time_s = begin_s + step * STEP_S
            lights.set(time_s)
            shadows.move(time_s)
            sirens.act()
            cleared |= drivers.tell(time_s)
            sumo.simulationStep()
            drivers.welcome()
            recorder.record(step)
            lights.record(time_s)
    traces = {who: trace for who, trace in recorder.traces.items() if who not in cleared and not is_phantom(who)}
    looks = {one.actor_id: one.look for one in everybody}
    return _Ran(
        begin_s=begin_s, traces=traces, looks=looks, signals=lights.timelines(), indications=drivers.indications
    )


def _demand(
    network: Network,
    driven: tuple[Driven, ...],
    everybody: tuple[demand.Somebody, ...],
    phantoms: Mapping[str, tuple[Timeline, Vec3, float]],
    begin_s: float,
) -> str:
    """The route file: types first, then all in the order of their departure, as SUMO wants them."""
    comings = [(one.depart_s, one.actor_id, one.xml) for one in everybody]
    comings += [(one.depart_s - begin_s, one.actor_id, departure(one, network, begin_s)) for one in driven]
    shapes = "".join(phantom_type(who, size) for who, (_, size, _) in sorted(phantoms.items()))
    return f"<routes>{demand.types(everybody)}{shapes}{''.join(xml for _, _, xml in sorted(comings))}</routes>"


def _phantom_bodies(scenario: Scenario, scripted: Mapping[str, Timeline]) -> dict[str, tuple[Timeline, Vec3, float]]:
    bodies = {}
    for one in (scenario.ego, *scenario.scripted):
        if isinstance(one, Scripted):
            size, ahead = (EGO_SIZE_M, EGO_MIDDLE_M) if one.actor_id == EGO else (LOOKS[one.look].size_lwh_m, 0.0)
            bodies[one.actor_id] = (scripted[one.actor_id], size, ahead)
    return bodies


def _driven_timelines(scenario: Scenario, network: Network, ran: _Ran, shine: Lamps) -> dict[str, Timeline]:
    found: dict[str, Timeline] = {}
    for one in (scenario.ego, *scenario.driven):
        if not isinstance(one, Driven):
            continue
        made = None
        if one.actor_id in ran.traces:
            lamps = shine | (Lamps.BLUE if has_siren(one) else Lamps.NONE)
            span = (ran.begin_s, scenario.length_s)
            made = timeline(
                ran.traces[one.actor_id],
                look_of(one),
                network.roads,
                span,
                shine=lamps,
                indications=ran.indications.get(one.actor_id, ()),
            )
        if made is None:
            raise ScenarioError(
                f"{one.actor_id} never came onto the road at {one.way_m:g} m of {one.route[0]}_{one.lane}",
                remedy="let it depart earlier, or elsewhere",
            )
        found[one.actor_id] = made
    ego = found.get(EGO)
    if ego is not None and (ego.time_s[0] > 1e-6 or ego.time_s[-1] < scenario.length_s - 1e-6):
        raise ScenarioError(
            f"the ego is on the road from {max(ego.time_s[0], 0.0):.1f} to {ego.time_s[-1]:.1f} s of "
            f"{scenario.length_s:g} s",
            remedy="let it depart at 0 s on a route that lasts, or make the drive shorter",
        )
    return found


def _own_actor(one: Driven | Scripted, made: Timeline, seed: int) -> Actor:
    look = LOOKS[one.look]
    drawn = int(np.random.default_rng((seed, zlib.crc32(one.actor_id.encode()))).integers(2**31))
    look_seed = drawn if one.look_seed is None else one.look_seed
    return Actor(
        actor_id=one.actor_id,
        look=one.look,
        label=look.label,
        size_lwh_m=size_of(one.look, look_seed),
        look_seed=look_seed,
        timeline=made,
        is_parked=isinstance(one, Scripted) and one.is_parked,
        sounds=one.sounds,
    )


def _background(
    scenario: Scenario,
    network: Network,
    ran: _Ran,
    courses: list[Course],
    ego: Timeline,
    shine: Lamps,
    seed: int,
    taken: set[str],
) -> list[Actor]:
    """Those who come near; who would be where another is, is left out, whoever has the later name."""
    kept: list[Actor] = []
    for who in sorted(ran.looks):
        if who not in ran.traces:
            continue
        look = LOOKS[ran.looks[who]]
        look_seed = int(np.random.default_rng((seed, zlib.crc32(who.encode()))).integers(2**31))
        span = (ran.begin_s, scenario.length_s)
        made = timeline(ran.traces[who], look.name, network.roads, span, shine=shine, blink_phase=look_seed % 97 / 97.0)
        if made is None or not _comes_near(made, ego, scenario.length_s):
            continue
        name = who if who not in taken else f"{who}_background"
        where = course(name, made, look.size_lwh_m, scenario.length_s)
        if overlapping(where, courses) is None:
            courses.append(where)
            kept.append(
                Actor(
                    actor_id=name,
                    look=look.name,
                    label=look.label,
                    size_lwh_m=size_of(look.name, look_seed),
                    look_seed=look_seed,
                    timeline=made,
                )
            )
    return kept


def _check_apart(courses: list[Course]) -> None:
    for k, one in enumerate(courses):
        met = overlapping(one, courses[:k])
        if met is not None:
            raise ScenarioError(
                f"{one.who} and {met[0]} are in one place at {met[1]:.1f} s",
                remedy="give them other places, times or speeds",
            )


def _comes_near(made: Timeline, ego: Timeline, length_s: float) -> bool:
    times = np.arange(round(length_s / 0.5) + 1) * 0.5
    times = times[(times >= made.time_s[0]) & (times <= made.time_s[-1])]
    if len(times) == 0:
        return False
    apart = made.at(times)[0][:, :2] - ego.at(times)[0][:, :2]
    return bool(((apart * apart).sum(axis=1) <= SIGHT_M * SIGHT_M).any())


def _shine(environment: Environment) -> Lamps:
    """Head and tail lamps from dusk on, in rain and in fog."""
    is_dim = environment.daylight is not Daylight.DAY or environment.rain_mmph > 0 or environment.visibility_m < 1000.0
    return Lamps.HEAD if is_dim else Lamps.NONE


def _props(scenario: Scenario, network: Network) -> list[Prop]:
    placed = ((stand.kind, at(network.roads, stand.place)) for stand in scenario.stands)
    return [Prop(kind=kind, x_m=x, y_m=y, yaw_rad=yaw) for kind, (x, y, yaw) in placed]
