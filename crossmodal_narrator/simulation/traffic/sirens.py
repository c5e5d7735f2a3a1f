"""Drivers who hear a siren behind them slow down, and who drives with a siren goes fast, but not around corners.

SUMO's blue-light device lets the others move aside, but race on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from crossmodal_narrator.simulation.traffic.network import Network

_HEARD_M = 60.0
_BESIDE_M = 8.0
_PASSED_M = 5.0
_SLOWER, _FASTER = 0.6, 1.4  # of the speed that they would drive otherwise, and of the limit
_TURN_RAD, _TURN_SEEN_M = 0.5, 60.0


class Sirens:
    """Acts before each step. `routes`: the edges of those who drive with a siren."""

    def __init__(self, sumo: Any, network: Network, routes: Mapping[str, tuple[str, ...]]) -> None:
        self._vehicles = sumo.vehicle
        self._network = network
        self._routes = dict(sorted(routes.items()))
        self._own_factors: dict[str, float] = {}

    def act(self) -> None:
        if not self._routes:
            return
        present = set(self._vehicles.getIDList())
        sirens = [name for name in self._routes if name in present]
        for name in sirens:
            self._vehicles.setSpeedFactor(name, 1.0 if self._is_turning(name) else _FASTER)
        places = [(self._vehicles.getPosition(name), self._heading(name)) for name in sirens]
        for other in sorted(present - self._routes.keys()):
            hears = any(self._is_ahead(other, place, yaw) for place, yaw in places)
            if hears and other not in self._own_factors:
                self._own_factors[other] = self._vehicles.getSpeedFactor(other)
                self._vehicles.setSpeedFactor(other, _SLOWER * self._own_factors[other])
            elif not hears and other in self._own_factors:
                self._vehicles.setSpeedFactor(other, self._own_factors.pop(other))
        for gone in sorted(set(self._own_factors) - present):
            del self._own_factors[gone]

    def _is_turning(self, name: str) -> bool:
        """On a corner, or near enough to one to slow down for it."""
        route, k = self._routes[name], int(self._vehicles.getRouteIndex(name))
        if k < 0 or k + 1 >= len(route):
            return False
        lanes = self._network.driving_lanes(route[k])
        is_near = self._vehicles.getLanePosition(name) > lanes[0].length_m - _TURN_SEEN_M
        is_inside = str(self._vehicles.getRoadID(name)).startswith(":")
        before = lanes[0].centre[-1] - lanes[0].centre[-2]
        after = self._network.driving_lanes(route[k + 1])[0].centre
        turn = math.atan2(*(after[1] - after[0])[::-1]) - math.atan2(*before[::-1])
        return (is_near or is_inside) and abs(math.remainder(turn, math.tau)) > _TURN_RAD

    def _is_ahead(self, other: str, place: tuple[float, float], yaw: float) -> bool:
        x, y = self._vehicles.getPosition(other)
        east, north = x - place[0], y - place[1]
        ahead = east * math.cos(yaw) + north * math.sin(yaw)
        aside = -east * math.sin(yaw) + north * math.cos(yaw)
        goes_along = math.cos(self._heading(other) - yaw) > 0.8
        return goes_along and -_PASSED_M < ahead < _HEARD_M and abs(aside) < _BESIDE_M

    def _heading(self, vehicle: str) -> float:
        return math.radians(90.0 - self._vehicles.getAngle(vehicle))
