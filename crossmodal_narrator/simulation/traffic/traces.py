"""What SUMO did, step by step, and the timelines that are made of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from crossmodal_narrator.simulation.traffic.bodies import EGO, chassis_of, is_on_foot
from crossmodal_narrator.simulation.traffic.heights import heights
from crossmodal_narrator.simulation.traffic.roads import RoadMap
from crossmodal_narrator.simulation.traffic.smoothing import follow
from crossmodal_narrator.simulation.traffic.sumo import STEP_S
from crossmodal_narrator.simulation.traffic.timeline import Lamps, Timeline

MARGIN_S = 1.0  # that a timeline goes on before and after the drive, where there is somebody
_PRE_ROLL_S = 4.0  # from which the yaw at the beginning is known
_RIGHT, _LEFT, _BRAKE = 1, 2, 8  # of https://sumo.dlr.de/docs/TraCI/Vehicle_Signalling.html
_BLINK_HZ = 1.5
_LEAP_M = 0.15  # in one step, which is more than people run


Indication = tuple[float, float, Lamps]  # since when, until when, on which side


@dataclass(slots=True, eq=False)
class Trace:
    """One vehicle or person in SUMO: a sample a step from `first_step` on."""

    first_step: int
    yaw_rad: float  # at the first sample
    xy_m: list[tuple[float, float]] = field(default_factory=list)
    signals: list[int] = field(default_factory=list)


class Recorder:
    """Writes down who is where after each step."""

    def __init__(self, sumo: Any) -> None:
        constants = sumo.constants
        self._sumo = sumo
        self._place, self._angle = constants.VAR_POSITION, constants.VAR_ANGLE
        self._signals = constants.VAR_SIGNALS
        self.traces: dict[str, Trace] = {}

    def record(self, step: int) -> None:
        vehicles, people = self._sumo.vehicle, self._sumo.person
        for vehicle in sorted(self._sumo.simulation.getDepartedIDList()):
            vehicles.subscribe(vehicle, [self._place, self._angle, self._signals])
        for person in sorted(self._sumo.simulation.getDepartedPersonIDList()):
            people.subscribe(person, [self._place, self._angle])
        for domain in (vehicles, people):
            for who, seen in domain.getAllSubscriptionResults().items():
                self._write(who, step, seen)

    def _write(self, who: str, step: int, seen: dict[int, Any]) -> None:
        if self._place not in seen:
            return
        trace = self.traces.get(who)
        if trace is None:
            trace = self.traces[who] = Trace(step, math.radians(90.0 - seen[self._angle]))
        x, y = seen[self._place][:2]
        trace.xy_m.append((float(x), float(y)))
        trace.signals.append(int(seen.get(self._signals, 0)))


def timeline(
    trace: Trace,
    name: str,
    roads: RoadMap,
    span_s: tuple[float, float],
    *,
    shine: Lamps,
    blink_phase: float = 0.0,
    indications: Sequence[Indication] = (),
) -> Timeline | None:
    """What `trace` means for a body of this look; step 0 of SUMO is at `span_s[0]`, the drive ends at `span_s[1]`.

    `shine` are the lamps that are on all the time. None for those who are gone before the drive begins.
    """
    begin_s, end_s = span_s
    first_s = begin_s + trace.first_step * STEP_S
    keep = max(0, round((-_PRE_ROLL_S - MARGIN_S - first_s) / STEP_S))
    places = np.array(trace.xy_m[keep:], dtype=np.float64)
    if len(places) < 2:
        return None
    times = np.round(first_s + STEP_S * np.arange(keep, keep + len(places)), 6)
    if times[-1] <= 0.0:
        return None
    yaw = (
        _first_heading(places, trace.yaw_rad)
        if keep == 0
        else _heading(np.array(trace.xy_m[: keep + 1]), trace.yaw_rad)
    )
    on_foot = name != EGO and is_on_foot(name)
    motion = follow(_bridged(places) if on_foot else places, yaw, STEP_S, chassis_of(name))
    inside = (times >= -MARGIN_S - 1e-9) & (times <= end_s + MARGIN_S + 1e-9)
    signals = np.array(trace.signals[keep:], dtype=np.int64)[inside]
    z = heights(roads, motion.xy_m) if on_foot else np.zeros(len(places))
    speed = motion.speed_mps[inside]
    lamps = lamps_of(speed, STEP_S, shine) if not on_foot else np.zeros(len(speed), np.uint8)
    if not on_foot:
        lamps |= _indicators(signals, times[inside], blink_phase, indications)
    made = Timeline(
        time_s=times[inside],
        xyz_m=np.column_stack([motion.xy_m, gaussian_filter1d(z, 0.12 / STEP_S, mode="nearest")])[inside],
        yaw_rad=motion.yaw_rad[inside],
        speed_mps=speed,
        lamps=lamps,
    )
    return _rolled_in(made) if first_s <= 1e-6 else made


def _bridged(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """SUMO's people leap, by up to a metre, where one stretch of their path ends; here they walk over."""
    bridged = places.copy()
    leaps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    for k in np.flatnonzero(leaps > _LEAP_M):
        around = round(0.5 * leaps[k] / _LEAP_M) * 4 + 6
        since, to = max(0, k - around), min(len(places) - 1, k + 1 + around)
        share = np.linspace(0.0, 1.0, to - since + 1)[:, None]
        bridged[since : to + 1] = (1.0 - share) * bridged[since] + share * bridged[to]
    return np.asarray(gaussian_filter1d(bridged, 0.3 / STEP_S, axis=0, mode="nearest"))


def lamps_of(speed_mps: NDArray[np.float64], step_s: float, shine: Lamps) -> NDArray[np.uint8]:
    """Brake lamps shine while it slows down by more than coasting does, and while it waits; flickers are bridged."""
    lamps = np.full(len(speed_mps), int(shine), np.uint8)
    if len(speed_mps) < 2:
        return lamps
    slowing = np.gradient(speed_mps, step_s) < -0.6
    brakes = slowing | (speed_mps < 0.15)
    hold = round(0.4 / step_s)
    held = np.convolve(brakes.astype(np.int64), np.ones(hold, np.int64))[: len(brakes)] > 0
    lamps[held] |= int(Lamps.BRAKE)
    return lamps


def _indicators(
    signals: NDArray[np.int64], times: NDArray[np.float64], phase: float, indications: Sequence[Indication]
) -> NDArray[np.uint8]:
    """What SUMO's drivers show, but for a change that was told: there they show its side alone."""
    sides = ((signals & _RIGHT) > 0) * int(Lamps.RIGHT) + ((signals & _LEFT) > 0) * int(Lamps.LEFT)
    for since_s, until_s, side in indications:
        sides[(times >= since_s) & (times <= until_s + 2.0)] = 0
        sides[(times >= since_s) & (times <= until_s)] = int(side)
    return np.where(np.mod(times * _BLINK_HZ + phase, 1.0) < 0.5, sides, 0).astype(np.uint8)


def _first_heading(places: NDArray[np.float64], first_yaw: float) -> float:
    """Of the first move that is longer than 0.5 m: SUMO's own angle is askew where the tail is not on the road yet."""
    away = places - places[0]
    far = np.flatnonzero(np.linalg.norm(away, axis=1) > 0.5)
    return first_yaw if len(far) == 0 else math.atan2(away[far[0], 1], away[far[0], 0])


def _heading(places: NDArray[np.float64], first_yaw: float) -> float:
    """Of the last move that is longer than 0.5 m, else as it began."""
    away = places[-1] - places
    far = np.flatnonzero(np.linalg.norm(away, axis=1) > 0.5)
    return first_yaw if len(far) == 0 else math.atan2(away[far[-1], 1], away[far[-1], 0])


def _rolled_in(made: Timeline) -> Timeline:
    """Who is there when the drive begins was there just before, at the same speed: sound needs it."""
    back = made.time_s[0] + MARGIN_S
    if back <= 1e-6:
        return made
    ahead = np.array([math.cos(made.yaw_rad[0]), math.sin(made.yaw_rad[0]), 0.0])
    return Timeline(
        time_s=np.concatenate([[-MARGIN_S], made.time_s]),
        xyz_m=np.concatenate([[made.xyz_m[0] - back * made.speed_mps[0] * ahead], made.xyz_m]),
        yaw_rad=np.concatenate([made.yaw_rad[:1], made.yaw_rad]),
        speed_mps=np.concatenate([made.speed_mps[:1], made.speed_mps]),
        lamps=np.concatenate([made.lamps[:1], made.lamps]),
    )
