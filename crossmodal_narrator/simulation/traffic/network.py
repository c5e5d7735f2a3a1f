"""A road network as the traffic simulator reads it, turned into our map. Sketches: docs/simulator/networks.md.

The files are SUMO's (https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html), drawn by `tools/networks`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.traffic.roads import Junction, Lane, LaneKind, RoadMap, SignalHead

FOLDER = Path(__file__).resolve().parent / "networks"
_INSIDE = {"crossing": LaneKind.CROSSING, "walkingarea": LaneKind.WALKING_AREA}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Lane `start` leads to lane `end`, through the lanes `via` inside the junction, one after the other."""

    start: str
    end: str
    via: tuple[str, ...]
    light: str = ""  # the traffic light that governs it, and which of its letters
    light_index: int = -1
    direction: str = "s"  # s straight, l left, r right, t turn …


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A crossing with a light: which of the light's letters is its own, and which edges it crosses."""

    light: str
    light_index: int
    edges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """The map, and how its lanes hang together."""

    roads: RoadMap
    links: tuple[Link, ...]
    walks: tuple[Walk, ...]
    edges: Mapping[str, tuple[Lane, ...]]  # outside of junctions; lanes from the right

    def lane(self, lane_id: str, *, who: str) -> Lane:
        """Raises ScenarioError: there is no such lane."""
        lane = self.roads.lanes.get(lane_id)
        if lane is None:
            edge = lane_id.rpartition("_")[0]
            near = [lane.lane_id for lane in self.edges.get(edge, ())] or sorted(self.edges)
            raise ScenarioError(
                f"{who}: network {self.roads.name} has no lane {lane_id!r}", remedy=f"choose one of {_listed(near)}"
            )
        return lane

    def edge(self, edge_id: str, *, who: str) -> tuple[Lane, ...]:
        """Raises ScenarioError: there is no such edge."""
        if edge_id not in self.edges:
            raise ScenarioError(
                f"{who}: network {self.roads.name} has no edge {edge_id!r}",
                remedy=f"choose one of {_listed(sorted(self.edges))}",
            )
        return self.edges[edge_id]

    def after(self, edge_id: str) -> tuple[str, ...]:
        """Edges that a driver on `edge_id` can go on to."""
        found = {
            self.roads.lanes[link.end].edge_id
            for link in self.links
            if self.roads.lanes[link.start].edge_id == edge_id
            and self.roads.lanes[link.start].kind is LaneKind.DRIVING
            and self.roads.lanes[link.end].kind is LaneKind.DRIVING
        }
        return tuple(sorted(found))

    def driving_lanes(self, edge_id: str) -> tuple[Lane, ...]:
        return tuple(lane for lane in self.edges[edge_id] if lane.kind is LaneKind.DRIVING)


def network_names() -> tuple[str, ...]:
    return tuple(sorted(path.name.removesuffix(".net.xml") for path in FOLDER.glob("*.net.xml")))


@lru_cache(maxsize=8)
def load_network(name: str) -> Network:
    """Raises ScenarioError: there is no network of this name."""
    if name not in network_names():
        raise ScenarioError(f"there is no road network {name!r}", remedy=f"choose one of {', '.join(network_names())}")
    file = FOLDER / f"{name}.net.xml"
    root = ElementTree.parse(file).getroot()
    lanes = {lane.lane_id: lane for edge in root.iter("edge") for lane in _lanes(edge)}
    onward = {_start(item): item.get("via", "") for item in root.iter("connection") if _start(item).startswith(":")}
    links = tuple(link for item in root.iter("connection") if (link := _link(item, lanes, onward)) is not None)
    edges: dict[str, list[Lane]] = {}
    for lane in lanes.values():
        if not lane.edge_id.startswith(":"):
            edges.setdefault(lane.edge_id, []).append(lane)
    roads = RoadMap(
        name=name,
        lanes=lanes,
        junctions=tuple(_junctions(root)),
        signals=tuple(_heads(lanes, links)),
        traffic_file=str(file),
    )
    return Network(
        roads=roads,
        links=links,
        walks=tuple(_walks(root)),
        edges={edge: tuple(sorted(members, key=lambda lane: lane.index)) for edge, members in edges.items()},
    )


def _lanes(edge: ElementTree.Element) -> list[Lane]:
    function = edge.get("function", "")
    return [
        Lane(
            lane_id=item.get("id", ""),
            edge_id=edge.get("id", ""),
            index=int(item.get("index", "0")),
            kind=_INSIDE.get(function) or _kind(item),
            centre=_points(item.get("shape", "")),
            width_m=float(item.get("width", "3.2")),
            speed_limit_mps=float(item.get("speed", "0")),
            is_inside_junction=bool(function),
        )
        for item in edge.findall("lane")
    ]


def _kind(item: ElementTree.Element) -> LaneKind:
    allowed = item.get("allow", "")
    if allowed in ("pedestrian", "bicycle"):
        return LaneKind.SIDEWALK if allowed == "pedestrian" else LaneKind.BICYCLE
    return LaneKind.PARKING if item.get("disallow") == "all" else LaneKind.DRIVING


def _points(text: str) -> NDArray[np.float64]:
    points = np.array([[float(v) for v in pair.split(",")[:2]] for pair in text.split()], dtype=np.float64)
    points.flags.writeable = False
    return points


def _start(item: ElementTree.Element) -> str:
    return f"{item.get('from')}_{item.get('fromLane')}"


def _link(item: ElementTree.Element, lanes: Mapping[str, Lane], onward: Mapping[str, str]) -> Link | None:
    """None for those between two lanes of one junction, and for people on foot.

    `onward`: who waits in the middle of a junction goes from one lane inside of it to another.
    """
    start = _start(item)
    end = f"{item.get('to')}_{item.get('toLane')}"
    if "via" not in item.keys() or start.startswith(":"):  # noqa: SIM118 - an Element is no mapping
        return None
    if lanes[start].kind not in (LaneKind.DRIVING, LaneKind.BICYCLE):
        return None
    via = [item.get("via", "")]
    while onward.get(via[-1]):
        via.append(onward[via[-1]])
    return Link(
        start=start,
        end=end,
        via=tuple(via),
        light=item.get("tl", ""),
        light_index=int(item.get("linkIndex", "-1")),
        direction=item.get("dir", "s"),
    )


def _walks(root: ElementTree.Element) -> list[Walk]:
    crossed = {edge.get("id"): tuple(edge.get("crossingEdges", "").split()) for edge in root.iter("edge")}
    return [
        Walk(light=item.get("tl", ""), light_index=int(item.get("linkIndex", "-1")), edges=crossed[item.get("to")])
        for item in root.iter("connection")
        if item.get("tl") and crossed.get(item.get("to"))
    ]


def _junctions(root: ElementTree.Element) -> list[Junction]:
    return [
        Junction(junction_id=item.get("id", ""), outline=_points(item.get("shape", "")))
        for item in root.iter("junction")
        if item.get("type") != "internal" and len(item.get("shape", "").split()) > 2
    ]


def _heads(lanes: Mapping[str, Lane], links: tuple[Link, ...]) -> list[SignalHead]:
    governed = sorted({link.start for link in links if link.light and lanes[link.start].kind is LaneKind.DRIVING})
    heads = []
    for lane_id in governed:
        before, stop = lanes[lane_id].centre[-2:]
        ahead = stop - before
        heads.append(
            SignalHead(
                signal_id=lane_id,
                lane_id=lane_id,
                stop_m=(float(stop[0]), float(stop[1])),
                yaw_rad=math.atan2(float(ahead[1]), float(ahead[0])),
            )
        )
    return heads


def _listed(names: list[str]) -> str:
    return ", ".join(names[:40]) + (" …" if len(names) > 40 else "")
