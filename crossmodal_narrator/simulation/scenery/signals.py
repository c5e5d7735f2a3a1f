"""Traffic lights: a head beside the stop line and one beyond the junction, which those who wait can see."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crossmodal_narrator.simulation.scenery.footprint import Footprint
from crossmodal_narrator.simulation.scenery.instances import Kit, places, repeated
from crossmodal_narrator.simulation.scenery.site import Points, Site
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh
from crossmodal_narrator.simulation.traffic.roads import KERB_M, SignalHead

_HOUSING, _BORDER, _RED, _AMBER, _GREEN, _STEEL = range(6)
_LENS_M = 0.15  # radius; EN 12368 knows lenses of 200 and 300 mm
_HEIGHT_M, _WIDTH_M = 1.12, 0.4  # of a head
_LOW_M, _HIGH_M = 2.5, 5.0  # of a head's lower end, on a post and over the road
_FROM_KERB_M = 0.5
_FARTHEST_M = 45.0  # a junction is not wider
_REACH_M = 125.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hung:
    """A head: where its lower end is, and the direction of the traffic that it governs."""

    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float


def traffic_lights(site: Site, footprint: Footprint) -> tuple[dict[str, Mesh], list[Mesh]]:
    """A mesh for each traffic light, by its name, and the posts that carry them."""
    head, heads, steel = _head(), {}, Kit.of(_COLOURS)
    for approach in _approaches(site):
        hung: dict[str, list[_Hung]] = {signal.signal_id: [] for signal in approach}
        for beyond in (False, True):
            for signal, where in zip(approach, _gantry(footprint, approach, beyond, steel), strict=True):
                hung[signal.signal_id] += where
        for signal_id, where in hung.items():
            rows = [(h.x_m, h.y_m, h.z_m, h.yaw_rad) for h in where]
            heads[signal_id] = repeated(head, places(rows))
    return heads, [steel.mesh()] if steel.parts else []


def _approaches(site: Site) -> list[list[SignalHead]]:
    """Traffic lights side by side, from the right."""
    lanes = {lane.lane_id: lane for lane in site.lanes}
    groups: dict[str, list[SignalHead]] = {}
    for signal in site.signals:
        if signal.lane_id in lanes and site.is_within(np.array([signal.stop_m]), _REACH_M):
            groups.setdefault(lanes[signal.lane_id].edge_id, []).append(signal)
    return [sorted(group, key=lambda s: lanes[s.lane_id].index) for _, group in sorted(groups.items())]


def _gantry(footprint: Footprint, approach: list[SignalHead], beyond: bool, steel: Kit) -> Iterator[list[_Hung]]:
    """The heads of each light on one side of the junction; their post and its arm go to `steel`."""
    yaw = approach[0].yaw_rad
    ahead, right = np.array([math.cos(yaw), math.sin(yaw)]), np.array([math.sin(yaw), -math.cos(yaw)])
    stop = np.array(approach[0].stop_m)
    line = stop - 0.4 * ahead if not beyond else _beyond(footprint, stop, ahead)
    foot = line + right * (footprint.to_kerb_m(line, right) + _FROM_KERB_M)
    base = KERB_M
    has_arm = len(approach) > 1
    top = _HIGH_M + 0.7 if has_arm else _LOW_M + _HEIGHT_M + 0.1
    x, y = (float(v) for v in foot)
    steel.tube([(x, y, base), (x, y, top)], (0.1, 0.08) if has_arm else (0.06, 0.06), _STEEL)
    if has_arm:
        last = foot - right * (float((foot - np.array(approach[-1].stop_m)) @ right) + 0.3)
        steel.tube([(x, y, top - 0.1), (float(last[0]), float(last[1]), top + 0.1)], (0.07, 0.05), _STEEL, sides=6)
    for number, signal in enumerate(approach):
        hung = [] if number else [_hung(foot - 0.2 * ahead, base + _LOW_M, yaw)]
        if has_arm:
            over = foot - right * float((foot - np.array(signal.stop_m)) @ right)
            hung.append(_hung(over - 0.2 * ahead, _HIGH_M, yaw))
        yield hung


def _hung(at: Points, z_m: float, yaw_rad: float) -> _Hung:
    return _Hung(x_m=float(at[0]), y_m=float(at[1]), z_m=z_m, yaw_rad=yaw_rad)


def _beyond(footprint: Footprint, stop: Points, ahead: Points) -> Points:
    """Where the junction ends for those who drive straight on, or would."""
    ways = np.arange(6.0, _FARTHEST_M, 0.5)
    line = stop + ways[:, None] * ahead
    is_left = ~footprint.is_on(footprint.carriageway, line) | footprint.is_on(footprint.zebras, line)
    # Beyond the crossing on the far side, or at the kerb where no road goes on.
    first = int(np.argmax(is_left)) if is_left.any() else len(ways) - 1
    while first + 1 < len(ways) and footprint.is_on(footprint.zebras, line[first][None])[0]:
        first += 1
    found: Points = line[first] + 0.3 * ahead
    return found


# Unlit lenses are dark; what shines is the camera's to add.
_COLOURS = (
    ((26, 28, 28), Material.MATTE),
    ((206, 206, 200), Material.RETRO),
    ((74, 16, 14), Material.SIGNAL_RED),
    ((84, 58, 14), Material.SIGNAL_AMBER),
    ((12, 62, 46), Material.SIGNAL_GREEN),
    ((104, 108, 108), Material.METAL),
)


def _head() -> Mesh:
    """Its lower end at the origin; it looks to -x, at the traffic that drives along x."""
    kit = Kit.of(_COLOURS)
    half = 0.5 * _WIDTH_M
    kit.box((0.0, -half - 0.14, -0.14), (0.015, half + 0.14, _HEIGHT_M + 0.14), _BORDER)
    kit.box((0.016, -half - 0.14, -0.14), (0.03, half + 0.14, _HEIGHT_M + 0.14), _HOUSING)
    kit.box((-0.012, -half - 0.11, -0.11), (-0.002, half + 0.11, _HEIGHT_M + 0.11), _HOUSING)
    kit.box((-0.16, -half, 0.0), (0.1, half, _HEIGHT_M), _HOUSING)
    angles = np.linspace(0.0, math.tau, 15)[:-1]
    for colour, share in ((_RED, 5), (_AMBER, 3), (_GREEN, 1)):
        z = share / 6 * _HEIGHT_M
        rim = [(-0.166, -_LENS_M * math.cos(a), z + _LENS_M * math.sin(a)) for a in angles]
        kit.fan(rim, colour)
        # A tunnel open below keeps the lens from the eyes of those on other arms.
        for a, b in pairwise(np.linspace(-0.2 * math.pi, 1.2 * math.pi, 10)):
            near_a, near_b = ((-0.16, -0.17 * math.cos(w), z + 0.17 * math.sin(w)) for w in (a, b))
            kit.fan([near_a, near_b, (-0.4, *near_b[1:]), (-0.4, *near_a[1:])], _HOUSING)
    return kit.mesh()
