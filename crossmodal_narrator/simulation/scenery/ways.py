"""Where lanes lead through junctions, and which of them give way. The map tells only the shapes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.simulation.scenery.site import Site
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind

_STRAIGHT_RAD = math.radians(28.0)
_CLEARLY_RAD = math.radians(15.0)
_MEETS_M = 0.3  # lanes that end so near to each other end on one place
_U_TURN_RAD = math.radians(150.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From a lane's end through a junction to the beginning of another lane."""

    lane_id: str
    turn_rad: float  # left is positive
    end_m: tuple[float, float]

    @property
    def direction(self) -> str:
        if abs(self.turn_rad) <= _STRAIGHT_RAD:
            return "straight"
        return "left" if self.turn_rad > 0 else "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """All ways of a site."""

    of_lane: Mapping[str, tuple[Way, ...]]
    yielding: frozenset[str]  # lanes whose traffic gives way, whichever way it goes

    @staticmethod
    def of(site: Site) -> Ways:
        inner = [lane for lane in site.lanes if lane.is_inside_junction and lane.kind is LaneKind.DRIVING]
        starts = np.array([lane.centre[0] for lane in inner]).reshape(-1, 2)
        signalled = {head.lane_id for head in site.signals}
        found: dict[str, tuple[Way, ...]] = {}
        for lane in site.lanes:
            if lane.kind is LaneKind.DRIVING and not lane.is_inside_junction:
                found[lane.lane_id] = tuple(_ways(lane, inner, starts))
        ways = [way for several in found.values() for way in several]
        yielding = {
            lane_id
            for lane_id, several in found.items()
            if several and lane_id not in signalled and all(_has_rival(way, ways) for way in several)
        }
        return Ways(of_lane=found, yielding=frozenset(yielding))

    def directions(self, lane_id: str) -> frozenset[str]:
        """Of left, straight and right."""
        return frozenset(way.direction for way in self.of_lane.get(lane_id, ()))


def _ways(lane: Lane, inner: list[Lane], starts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Way]:
    found = []
    for first in np.flatnonzero(np.abs(starts - lane.centre[-1]).max(axis=1) < _MEETS_M):
        last = inner[int(first)]
        further = np.flatnonzero(np.abs(starts - last.centre[-1]).max(axis=1) < 0.05)
        if len(further) == 1:  # a way on which one waits inside the junction has two parts
            last = inner[int(further[0])]
        turn = (last.at(math.inf)[2] - lane.at(math.inf)[2] + math.pi) % math.tau - math.pi
        if abs(turn) < _U_TURN_RAD:
            end = float(last.centre[-1, 0]), float(last.centre[-1, 1])
            found.append(Way(lane_id=lane.lane_id, turn_rad=turn, end_m=end))
    return found


def _has_rival(way: Way, ways: list[Way]) -> bool:
    """Whether it runs into another that turns less; of two that turn alike, the one from the right gives way, as on a
    roundabout.
    """
    for other in ways:
        is_met = math.dist(other.end_m, way.end_m) < _MEETS_M and other.lane_id != way.lane_id
        turns_less = abs(way.turn_rad) - abs(other.turn_rad) > _CLEARLY_RAD
        joins_ring = way.turn_rad < -_CLEARLY_RAD and other.turn_rad > _CLEARLY_RAD
        if is_met and (turns_less or (joins_ring and abs(other.turn_rad) < math.radians(60.0))):
            return True
    return False
