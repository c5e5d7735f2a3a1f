"""The scenario's drivers: how they come onto the road, and the manoeuvres that they are told.

A driver who was told something keeps its distance and stops at red lights all the same (SUMO's safe speed), but forgets
comfort and the speed limit; it changes lanes only as told, or where its route needs it, until it may `resume`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.scenario import Act, Driven, Manoeuvre
from crossmodal_narrator.simulation.traffic.bodies import EGO, vehicle_type
from crossmodal_narrator.simulation.traffic.network import Network
from crossmodal_narrator.simulation.traffic.phantoms import is_phantom
from crossmodal_narrator.simulation.traffic.roads import LaneKind
from crossmodal_narrator.simulation.traffic.sumo import STEP_S
from crossmodal_narrator.simulation.traffic.timeline import Lamps
from crossmodal_narrator.simulation.traffic.traces import Indication

# https://sumo.dlr.de/docs/TraCI/Change_Vehicle_State.html: bits of the speed mode and of the lane-change mode.
_TOLD_SPEED_MODE = 1 + 8 + 16 + 64  # safe distance, right of way and red lights; no limit of speed or acceleration
_OWN_SPEED_MODE = 31
_TOLD_LANE_MODE = 1 + 512  # only where the route demands it
_FORCED_LANE_MODE = 0  # the change that was told happens, whoever is there
_OWN_LANE_MODE = 1621
_INDICATED_S = 1.0  # before a change of lanes
_ALIGNED_M = 0.05  # from the middle of a lane
_ABREAST_M = 2.2  # less than that apart, two do not fit beside each other
_CLEAR_M = 8.0  # ahead of and behind somebody who comes onto the road, of those of the background


def has_siren(driven: Driven) -> bool:
    return any(cue.kind.is_siren for cue in driven.sounds)


def look_of(driven: Driven) -> str:
    return EGO if driven.actor_id == EGO else driven.look


def departure(driven: Driven, network: Network, begin_s: float) -> str:
    """Its vehicle type and itself as XML; `begin_s` (≤ 0) is the drive's time at SUMO's 0.

    It may come onto the road faster than the limit allows; `Drivers.welcome` makes it keep to the limit from then on.
    """
    kind = f"of_{driven.actor_id}"
    blue = has_siren(driven) and driven.actor_id != EGO
    limit = network.edges[driven.route[0]][driven.lane].speed_limit_mps
    factor = max(1.0, 1.01 * driven.speed_mps / limit)
    return (
        vehicle_type(kind, look_of(driven), has_blue_light=blue, speed_factor=factor, speed_mps=1.01 * driven.speed_mps)
        + f'<vehicle id="{driven.actor_id}" type="{kind}" depart="{driven.depart_s - begin_s:.2f}" '
        f'departLane="{driven.lane}" departPos="{driven.way_m:.2f}" departSpeed="{driven.speed_mps:.2f}" '
        f'insertionChecks="none"><route edges="{" ".join(driven.route)}"/></vehicle>'
    )


@dataclass(slots=True)
class _Ramp:
    """From one speed to another, and then kept."""

    from_s: float
    to_s: float
    start_mps: float
    end_mps: float

    def at(self, time_s: float) -> float:
        share = (time_s - self.from_s) / max(self.to_s - self.from_s, 1e-9)
        return self.start_mps + (self.end_mps - self.start_mps) * min(max(share, 0.0), 1.0)


class Drivers:
    """Tells the drivers what the scenario wants of them, step by step."""

    def __init__(self, sumo: Any, driven: tuple[Driven, ...], network: Network) -> None:
        self._sumo = sumo
        self._vehicles = sumo.vehicle
        self._network = network
        self._driven = {one.actor_id: one for one in driven}
        orders = [(act.at_s, one.actor_id, k) for one in driven for k, act in enumerate(one.manoeuvres)]
        self._orders = sorted(orders)
        self._coming = sorted((one.depart_s, one.actor_id) for one in driven)
        self._welcomed: set[str] = set()
        self._ramps: dict[str, _Ramp] = {}
        self.indications: dict[str, list[Indication]] = {}
        self._changes: dict[str, tuple[int, float]] = {}  # lane wanted, and until when it must be reached

    def tell(self, time_s: float) -> set[str]:
        """Before the step that leads to `time_s`. Returns those of the background that had to make room.

        Raises:
            ScenarioError: a manoeuvre that cannot be done.
        """
        cleared = self._make_room(time_s)
        self._begin_orders(time_s)
        for actor_id, ramp in self._ramps.items():
            if self._is_on_road(actor_id):
                self._vehicles.setSpeed(actor_id, max(0.0, ramp.at(time_s)))
        self._steer(time_s)
        return cleared

    def welcome(self) -> None:
        """After a step: who has come onto the road drives as the scenario's drivers do."""
        for actor_id in sorted(set(self._sumo.simulation.getDepartedIDList()) & set(self._driven)):
            self._welcomed.add(actor_id)
            if not has_siren(self._driven[actor_id]):
                self._vehicles.setSpeedFactor(actor_id, 1.0)
                self._vehicles.setLaneChangeMode(actor_id, _TOLD_LANE_MODE)

    def _make_room(self, time_s: float) -> set[str]:
        cleared: set[str] = set()
        while self._coming and self._coming[0][0] <= time_s + 1e-6:
            driven = self._driven[self._coming.pop(0)[1]]
            place = self._network.edges[driven.route[0]][driven.lane].at(driven.way_m)
            for other in sorted(set(self._vehicles.getIDList()) - set(self._driven)):
                if not is_phantom(other) and self._is_in_the_way(other, place, driven.speed_mps):
                    cleared.add(other)
                    self._vehicles.unsubscribe(other)  # else SUMO looks for it after the next step
                    self._vehicles.remove(other)
        return cleared

    def _is_in_the_way(self, other: str, place: tuple[float, float, float], speed_mps: float) -> bool:
        """Whether who comes onto the road at `place` and the other would have to brake at once."""
        x, y, yaw = place
        east, north = (there - here for there, here in zip(self._vehicles.getPosition(other), (x, y), strict=True))
        ahead = east * math.cos(yaw) + north * math.sin(yaw)
        aside = -east * math.sin(yaw) + north * math.cos(yaw)
        reach = _CLEAR_M + 1.2 * (speed_mps if ahead > 0 else self._vehicles.getSpeed(other))
        length = self._vehicles.getLength(other)
        return bool(abs(aside) < _ABREAST_M and -reach < ahead < reach + length)

    def _begin_orders(self, time_s: float) -> None:
        due = [order for order in self._orders if order[0] <= time_s + 1e-6 and order[1] in self._welcomed]
        for order in due:
            self._orders.remove(order)
            _, actor_id, k = order
            act = self._driven[actor_id].manoeuvres[k]
            if not self._is_on_road(actor_id):
                raise ScenarioError(
                    f"{actor_id} is to {act.act.value} at {act.at_s:g} s, but is not on the road then",
                    remedy="give it a longer route, an earlier departure or an earlier manoeuvre",
                )
            self._begin(actor_id, act)

    def _begin(self, actor_id: str, act: Manoeuvre) -> None:
        if act.act in (Act.SPEED, Act.BRAKE):
            now = float(self._vehicles.getSpeed(actor_id))
            self._vehicles.setSpeedMode(actor_id, _TOLD_SPEED_MODE)
            self._ramps[actor_id] = _Ramp(act.at_s, act.at_s + act.for_s, now, act.speed_mps or 0.0)
        elif act.act is Act.CHANGE_LANE:
            self._change_lane(actor_id, act)
        elif act.act is Act.STOP:
            self._stop(actor_id, act)
        else:
            self._ramps.pop(actor_id, None)
            self._vehicles.setSpeed(actor_id, -1.0)
            self._vehicles.setSpeedMode(actor_id, _OWN_SPEED_MODE)
            self._vehicles.setLaneChangeMode(actor_id, _OWN_LANE_MODE)

    def _change_lane(self, actor_id: str, act: Manoeuvre) -> None:
        edge = self._vehicles.getRoadID(actor_id)
        lanes = {lane.index: lane for lane in self._network.edges.get(edge, ()) if lane.kind is LaneKind.DRIVING}
        now = int(self._vehicles.getLaneIndex(actor_id))
        if act.lane not in lanes or now not in lanes:
            where = "inside of a junction" if not lanes else f"on {edge}, whose driving lanes are {sorted(lanes)}"
            raise ScenarioError(
                f"{actor_id} is to change to lane {act.lane} at {act.at_s:g} s, but is {where}",
                remedy="choose a lane of the edge that it is on then, or another time",
            )
        way = abs(act.lane - now) * lanes[now].width_m
        # Of a change with constant acceleration to its middle and from there: 4 d / T²; a third more for the ends.
        self._vehicles.setMaxSpeedLat(actor_id, 2.0 * way / act.for_s + 0.1)
        for name, value in (("lcAccelLat", 5.3 * way / act.for_s**2 + 0.1), ("lcMaxSpeedLatFactor", 0.5)):
            self._vehicles.setParameter(actor_id, f"laneChangeModel.{name}", f"{value:.3f}")
        self._vehicles.setLaneChangeMode(actor_id, _FORCED_LANE_MODE)
        self._changes[actor_id] = (act.lane, act.at_s + act.for_s + 2.0)
        side = Lamps.LEFT if act.lane > now else Lamps.RIGHT
        self.indications.setdefault(actor_id, []).append((act.at_s - _INDICATED_S, act.at_s + act.for_s, side))

    def _steer(self, time_s: float) -> None:
        """Those who change lanes, a step further towards the middle of theirs."""
        for actor_id, (lane, until_s) in list(self._changes.items()):
            if not self._is_on_road(actor_id):
                continue
            edge, now = self._vehicles.getRoadID(actor_id), int(self._vehicles.getLaneIndex(actor_id))
            aside = float(self._vehicles.getLateralLanePosition(actor_id))
            if time_s > until_s and now != lane:
                raise ScenarioError(
                    f"{actor_id} was to be in lane {lane} by {until_s - 2.0:g} s and is not",
                    remedy="let it roll faster (nobody slides sideways while standing), or give it more time",
                )
            if edge not in self._network.edges:
                continue
            if now == lane and abs(aside) < _ALIGNED_M:
                del self._changes[actor_id]
                self._vehicles.setLaneChangeMode(actor_id, _TOLD_LANE_MODE)
            elif lane < len(self._network.edges[edge]):
                to_go = (lane - now) * self._network.edges[edge][now].width_m - aside
                self._vehicles.changeSublane(actor_id, to_go)

    def _stop(self, actor_id: str, act: Manoeuvre) -> None:
        edge, lane = self._vehicles.getRoadID(actor_id), self._vehicles.getLaneIndex(actor_id)
        try:
            self._vehicles.setStop(actor_id, edge, pos=act.way_m, laneIndex=lane, duration=act.for_s)
        except self._sumo.TraCIException as error:
            way, speed = self._vehicles.getLanePosition(actor_id), self._vehicles.getSpeed(actor_id)
            raise ScenarioError(
                f"{actor_id} cannot stop at {act.way_m:g} m of {edge}_{lane}: at {act.at_s:g} s it is at {way:.0f} m "
                f"and drives {speed:.1f} m/s",
                remedy="tell it earlier, or let it stop further ahead on the lane that it is on then",
            ) from error

    def _is_on_road(self, actor_id: str) -> bool:
        return bool(actor_id in self._vehicles.getIDList())


def steps_of(length_s: float) -> int:
    """How many steps of SUMO cover `length_s`."""
    return round(length_s / STEP_S)
