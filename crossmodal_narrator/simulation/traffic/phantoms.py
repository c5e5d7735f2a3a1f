"""Scripted actors as SUMO's drivers see them: while one is on a driving lane, something stands or drives there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.traffic.network import Network
from crossmodal_narrator.simulation.traffic.timeline import Timeline

_BEFORE_S = 3.0  # that they are on the road before the drive begins
_PREFIX = "phantom:"
_ANYWHERE = 2  # `keepRoute`: exactly where it is told, off the road too, where nobody minds it


def phantom_type(who: str, size_lwh_m: Vec3) -> str:
    return (
        f'<vType id="{_PREFIX}{who}" vClass="passenger" length="{size_lwh_m[0]:g}" width="{size_lwh_m[1]:g}" '
        'minGap="1" maxSpeed="70" sigma="0"/>'
    )


def is_phantom(vehicle: str) -> bool:
    return vehicle.startswith(_PREFIX)


class Phantoms:
    """Moves them before each step. With each timeline its box's size, and how far its middle lies before the origin."""

    def __init__(self, sumo: Any, network: Network, bodies: Mapping[str, tuple[Timeline, Vec3, float]]) -> None:
        self._sumo = sumo
        self._bodies = dict(sorted(bodies.items()))
        self._any_edge = next(edge for edge in sorted(network.edges) if network.driving_lanes(edge))
        self._are_there = False

    def move(self, time_s: float) -> None:
        if time_s < -_BEFORE_S:
            return
        if not self._are_there:
            self._add()
        for who, (timeline, size, ahead) in self._bodies.items():
            pose = timeline.pose(max(time_s, 0.0))
            yaw = pose.yaw_rad
            nose = pose.translation_m[:2] + (ahead + 0.5 * size[0]) * np.array([math.cos(yaw), math.sin(yaw)])
            angle = math.degrees(0.5 * math.pi - yaw) % 360.0
            self._sumo.vehicle.moveToXY(_PREFIX + who, "", 0, float(nose[0]), float(nose[1]), angle, _ANYWHERE, 20.0)

    def _add(self) -> None:
        self._are_there = True
        if self._bodies:
            self._sumo.route.add(_PREFIX, [self._any_edge])
        for who in self._bodies:
            self._sumo.vehicle.add(_PREFIX + who, _PREFIX, typeID=_PREFIX + who, departLane="free", departSpeed="0")
