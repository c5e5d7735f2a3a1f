"""Everybody else: vehicles, bicycles and people on foot, drawn by the seed.

Some are on their way when the traffic begins to run; the others come in at the ends of the network, one after the other
(Poisson). Nobody appears or leaves in the middle of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.scenario import Background
from crossmodal_narrator.simulation.traffic.bodies import vehicle_type
from crossmodal_narrator.simulation.traffic.network import Network
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind

# Shares of what drives, roughly those of a European town and of a motorway.
_TOWN = {
    "sedan": 22, "hatchback": 24, "suv": 18, "estate": 9, "pickup": 3, "van": 9, "minibus": 2, "box_truck": 4,
    "semi_truck": 1, "city_bus": 3, "motorcycle": 5,
}  # fmt: skip
_MOTORWAY = {**_TOWN, "box_truck": 7, "semi_truck": 12, "city_bus": 0, "minibus": 1, "motorcycle": 3}
_QUIET = {**_TOWN, "semi_truck": 0, "city_bus": 0, "box_truck": 2}
_MIXES = {"merge": _MOTORWAY, "residential": _QUIET}
_ON_THEIR_WAY_S = 40.0  # as many as come in this time are there when the traffic begins to run
_WALK_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """One of the background: its look, and what SUMO reads of it."""

    actor_id: str
    look: str
    depart_s: float  # of SUMO's time
    xml: str


def draw(network: Network, background: Background, until_s: float, seed: int) -> tuple[Somebody, ...]:
    """All who come until `until_s` of SUMO's time, in the order of their departure.

    Raises:
        ScenarioError: bicycles or people on foot where the network has no place for them.
    """
    _check_places(network, background)
    drawn = [
        *_vehicles(network, background.vehicles_per_minute, until_s, np.random.default_rng((seed, 0x7A1))),
        *_bicycles(network, background.bicycles_per_minute, until_s, np.random.default_rng((seed, 0x7A2))),
        *_people(network, background.pedestrians_per_minute, until_s, np.random.default_rng((seed, 0x7A3))),
    ]
    return tuple(sorted(drawn, key=lambda one: (one.depart_s, one.actor_id)))


def random_route(network: Network, rng: np.random.Generator) -> list[str]:
    """Edges from one end of the network to another, as somebody of the background would drive."""
    return _route(_graph(network), network, rng, is_under_way=False)


def types(everybody: tuple[Somebody, ...]) -> str:
    """XML of the vehicle types that they have."""
    looks = sorted({one.look for one in everybody})
    on_foot = (
        '<vType id="pedestrian" vClass="pedestrian" width="0.55" length="0.4" minGap="0.3" '
        'speedFactor="normc(1,0.1,0.7,1.3)"/>'
    )
    return "".join(on_foot if name == "pedestrian" else vehicle_type(name, name) for name in looks)


def _check_places(network: Network, background: Background) -> None:
    kinds = {lane.kind for lanes in network.edges.values() for lane in lanes}
    if background.pedestrians_per_minute > 0 and LaneKind.SIDEWALK not in kinds:
        rate = background.pedestrians_per_minute
        raise ScenarioError(
            f"pedestrians_per_minute is {rate:g}, but {network.roads.name} has no pavements",
            remedy="set it to 0, or choose another network",
        )
    if background.bicycles_per_minute > 0 and network.roads.name in _MIXES and _MIXES[network.roads.name] is _MOTORWAY:
        raise ScenarioError(
            f"bicycles_per_minute is {background.bicycles_per_minute:g}, but {network.roads.name} is a motorway",
            remedy="set it to 0, or choose another network",
        )


def _departures(rate_per_minute: float, on_their_way_s: float, until_s: float, rng: np.random.Generator) -> list[float]:
    """0 for each who is on the way already, then rising times; whole steps, at least 0.5 s apart."""
    times = [0.0] * round(rate_per_minute / 60.0 * on_their_way_s)
    now = 0.0
    while rate_per_minute > 0:
        now += max(0.5, float(rng.exponential(60.0 / rate_per_minute)))
        if now >= until_s:
            break
        times.append(round(now, 1))
    return times


def _vehicles(network: Network, rate: float, until_s: float, rng: np.random.Generator) -> list[Somebody]:
    mix = _MIXES.get(network.roads.name, _TOWN)
    looks, shares = list(mix), np.array(list(mix.values()), dtype=np.float64)
    graph = _graph(network)
    found = []
    for k, depart in enumerate(_departures(rate, _ON_THEIR_WAY_S, until_s, rng)):
        look = looks[int(rng.choice(len(looks), p=shares / shares.sum()))]
        route = _route(graph, network, rng, is_under_way=depart == 0.0)
        place = "random_free" if depart == 0.0 else "base"
        found.append(_vehicle(f"{look}_{k:03d}", look, depart, route, f'departLane="best" departPos="{place}"'))
    return found


def _bicycles(network: Network, rate: float, until_s: float, rng: np.random.Generator) -> list[Somebody]:
    graph = _graph(network)
    found = []
    for k, depart in enumerate(_departures(rate, _WALK_S, until_s, rng)):
        route = _route(graph, network, rng, is_under_way=depart == 0.0)
        outer = next(lane for lane in network.edges[route[0]] if lane.kind in (LaneKind.BICYCLE, LaneKind.DRIVING))
        place = "random_free" if depart == 0.0 else "base"
        where = f'departLane="{outer.index}" departPos="{place}"'
        found.append(_vehicle(f"cyclist_{k:03d}", "cyclist", depart, route, where))
    return found


def _vehicle(actor_id: str, look: str, depart: float, route: list[str], where: str) -> Somebody:
    speed = "max" if depart > 0 else "desired"
    xml = (
        f'<vehicle id="{actor_id}" type="{look}" depart="{depart:.2f}" departSpeed="{speed}" {where}>'
        f'<route edges="{" ".join(route)}"/></vehicle>'
    )
    return Somebody(actor_id=actor_id, look=look, depart_s=depart, xml=xml)


def _people(network: Network, rate: float, until_s: float, rng: np.random.Generator) -> list[Somebody]:
    walks = {
        edge: lane for edge, lanes in sorted(network.edges.items()) for lane in lanes if lane.kind is LaneKind.SIDEWALK
    }
    names = list(walks)
    outer = [edge for edge in names if not network.after(edge) or edge in _entries(network)]
    found = []
    for k, depart in enumerate(_departures(rate, _WALK_S, until_s, rng)):
        start = names[int(rng.integers(len(names)))] if depart == 0.0 else outer[int(rng.integers(len(outer)))]
        way = float(rng.uniform(0.0, walks[start].length_m))
        if depart > 0.0:  # from where the network ends
            way = walks[start].length_m if not network.after(start) else 0.0
        target = _far(walks, start, way, rng)
        xml = (
            f'<person id="person_{k:03d}" type="pedestrian" depart="{depart:.2f}" departPos="{way:.1f}">'
            f'<walk from="{start}" to="{target}"/></person>'
        )
        found.append(Somebody(actor_id=f"person_{k:03d}", look="pedestrian", depart_s=depart, xml=xml))
    return found


def _far(walks: Mapping[str, Lane], start: str, way: float, rng: np.random.Generator) -> str:
    """An edge so far off that the walk outlasts the drive, where the network is large enough."""
    here = np.array(walks[start].at(way)[:2])
    away = {edge: float(np.linalg.norm(lane.centre.mean(axis=0) - here)) for edge, lane in walks.items()}
    least = min(150.0, 0.7 * max(away.values()))
    far = [edge for edge in walks if away[edge] >= least]
    return far[int(rng.integers(len(far)))]


def _graph(network: Network) -> dict[str, tuple[str, ...]]:
    return {edge: network.after(edge) for edge in sorted(network.edges) if network.driving_lanes(edge)}


def _entries(network: Network) -> list[str]:
    reached = {after for edge in network.edges for after in network.after(edge)}
    return [edge for edge in sorted(network.edges) if edge not in reached and network.driving_lanes(edge)]


def _route(
    graph: Mapping[str, tuple[str, ...]], network: Network, rng: np.random.Generator, *, is_under_way: bool
) -> list[str]:
    """From an end of the network (or anywhere, who is under way) to another end, by the fewest edges, ties drawn."""
    lengths = {edge: network.edges[edge][-1].length_m for edge in graph}
    starts = list(graph) if is_under_way else _entries(network)
    weights = np.array([lengths[edge] if is_under_way else len(network.driving_lanes(edge)) for edge in starts])
    start = starts[int(rng.choice(len(starts), p=weights / weights.sum()))]
    toll = {edge: float(rng.uniform(0.7, 1.3)) * (lengths[edge] + 20.0) for edge in graph}
    reached = _shortest(graph, start, toll)
    ends = [edge for edge in graph if not graph[edge] and edge in reached and not _turns_back(start, edge)]
    ends = ends or [edge for edge in graph if not graph[edge] and edge in reached]
    edge = ends[int(rng.integers(len(ends)))]
    route = [edge]
    while edge != start:
        edge = reached[edge]
        route.append(edge)
    return route[::-1]


def _turns_back(start: str, end: str) -> bool:
    return start.split("_") == end.split("_")[::-1]


def _shortest(graph: Mapping[str, tuple[str, ...]], start: str, toll: Mapping[str, float]) -> dict[str, str]:
    """Dijkstra: of each edge the one before it."""
    cost, before, open_edges = {start: 0.0}, {start: start}, {start}
    while open_edges:
        here = min(sorted(open_edges), key=lambda edge: cost[edge])
        open_edges.remove(here)
        for after in graph[here]:
            now = cost[here] + toll[after]
            if now < cost.get(after, np.inf):
                cost[after], before[after] = now, here
                open_edges.add(after)
    return before
