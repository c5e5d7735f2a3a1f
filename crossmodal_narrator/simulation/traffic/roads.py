"""The road as a map: lanes, junctions, crossings, stop lines and traffic lights, without a word of how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Vec2


class LaneKind(str, Enum):
    """What a lane is for."""

    DRIVING = "driving"
    BICYCLE = "bicycle"
    SIDEWALK = "sidewalk"
    CROSSING = "crossing"  # where people on foot cross; painted as a zebra
    WALKING_AREA = "walking_area"  # the pavement's corner at a junction: `outline` holds its shape
    PARKING = "parking"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lane:
    """A strip along `centre`, in the direction of travel. x east, y north, metres."""

    lane_id: str
    edge_id: str  # lanes side by side share it; of a lane inside a junction it begins with ":"
    index: int  # from the right, 0 first
    kind: LaneKind
    centre: NDArray[np.float64]  # (points, 2); of a walking area its outline
    width_m: float
    speed_limit_mps: float
    is_inside_junction: bool = False

    @property
    def length_m(self) -> float:
        return float(np.linalg.norm(np.diff(self.centre, axis=0), axis=1).sum())

    def at(self, way_m: float, left_m: float = 0.0) -> tuple[float, float, float]:
        """x, y and yaw at `way_m` from the lane's start, `left_m` to the left of its centre; clipped to its ends."""
        steps = np.diff(self.centre, axis=0)
        lengths = np.linalg.norm(steps, axis=1)
        ways = np.concatenate([[0.0], np.cumsum(lengths)])
        way = float(np.clip(way_m, 0.0, ways[-1]))
        k = min(int(np.searchsorted(ways, way, side="right")) - 1, len(steps) - 1)
        ahead = steps[k] / max(float(lengths[k]), 1e-9)
        x, y = self.centre[k] + ahead * (way - ways[k]) + left_m * np.array([-ahead[1], ahead[0]])
        return float(x), float(y), float(np.arctan2(ahead[1], ahead[0]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Junction:
    """Where lanes meet; `outline` (points, 2) is its paved shape."""

    junction_id: str
    outline: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalHead:
    """One traffic light: it governs `lane_id`, whose end is the stop line."""

    signal_id: str
    lane_id: str
    stop_m: Vec2  # middle of the stop line
    yaw_rad: float  # of the traffic that it governs; the light looks the other way


class Light(str, Enum):
    """What a traffic light shows."""

    RED = "red"
    RED_AMBER = "red_amber"
    AMBER = "amber"
    GREEN = "green"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTimeline:
    """The changes of one traffic light: (second, state), the first at or before 0."""

    signal_id: str
    changes: tuple[tuple[float, Light], ...]

    def at(self, time_s: float) -> Light:
        state = self.changes[0][1]
        for since_s, light in self.changes:
            if since_s <= time_s:
                state = light
        return state


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadMap:
    """A road network, drawn in metres. The surface lies at z = 0, pavements KERB_M higher."""

    name: str
    lanes: Mapping[str, Lane]
    junctions: tuple[Junction, ...]
    signals: tuple[SignalHead, ...] = ()
    traffic_file: str = field(default="", compare=False)  # the network as the traffic simulator reads it

    def lanes_of(self, kind: LaneKind) -> tuple[Lane, ...]:
        return tuple(lane for lane in self.lanes.values() if lane.kind is kind)


KERB_M = 0.13
