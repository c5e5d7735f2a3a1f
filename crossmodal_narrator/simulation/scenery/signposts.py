"""The signs that the map itself asks for: give way, a zebra ahead, a low speed limit."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from crossmodal_narrator.simulation.rollout import Prop
from crossmodal_narrator.simulation.scenery.footprint import Footprint
from crossmodal_narrator.simulation.scenery.site import Site
from crossmodal_narrator.simulation.scenery.ways import Ways
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind

_FROM_KERB_M, _FROM_EDGE_M = 0.45, 1.3  # of a sign on a pavement, and beside a road without one
_NEAR_M = 90.0
_SLOW_MPS = 9.0


def signposts(site: Site, footprint: Footprint, ways: Ways) -> list[Prop]:
    """On the right of the lanes that they are for."""
    signalled = {head.lane_id for head in site.signals}
    zebras = [lane for lane in site.lanes if lane.kind is LaneKind.CROSSING]
    found = []
    for lane in site.lanes:
        if lane.kind is not LaneKind.DRIVING or lane.is_inside_junction or not _is_rightmost(lane, site):
            continue
        for kind, way_m in _wanted(lane, lane.lane_id in ways.yielding, zebras, lane.lane_id in signalled):
            prop = _beside(site, footprint, lane, kind, way_m)
            if site.is_within(np.array([[prop.x_m, prop.y_m]]), _NEAR_M):
                found.append(prop)
    return found


def _wanted(lane: Lane, yields: bool, zebras: list[Lane], is_signalled: bool) -> Iterator[tuple[str, float]]:
    """Kinds of signs, and how far along the lane."""
    length = lane.length_m
    if yields:
        yield "sign_give_way", length - 1.0
    elif not is_signalled and any(_ends_at(lane, zebra) for zebra in zebras):
        yield "sign_crossing", length - 1.5
    if lane.speed_limit_mps < _SLOW_MPS and length > 60.0:
        yield "sign_speed", 14.0


def _ends_at(lane: Lane, zebra: Lane) -> bool:
    return bool(np.linalg.norm(zebra.centre - lane.centre[-1], axis=1).min() < 6.0 and zebra.length_m < 20.0)


def _is_rightmost(lane: Lane, site: Site) -> bool:
    same = [o.index for o in site.lanes if o.edge_id == lane.edge_id and o.kind is LaneKind.DRIVING]
    return lane.index == min(same)


def _beside(site: Site, footprint: Footprint, lane: Lane, kind: str, way_m: float) -> Prop:
    x, y, yaw = lane.at(way_m)
    right = np.array([math.sin(yaw), -math.cos(yaw)])
    start = np.array([x, y])
    gap = _FROM_KERB_M if site.has_kerbs else _FROM_EDGE_M
    at = start + right * (footprint.to_kerb_m(start, right) + gap)
    return Prop(kind=kind, x_m=float(at[0]), y_m=float(at[1]), yaw_rad=yaw)
