"""A scenario that has happened: everything about a drive that is known before any sensor looks at it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import OrientedBox, Vec3
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.roads import RoadMap, SignalTimeline
from crossmodal_narrator.simulation.traffic.timeline import Timeline


class Daylight(str, Enum):
    """How light it is."""

    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Light and weather, the same for every sensor."""

    daylight: Daylight = Daylight.DAY
    sun_azimuth_rad: float = 2.4  # direction towards the sun, in the world's frame
    sun_elevation_rad: float = 0.8
    rain_mmph: float = 0.0  # millimetres an hour: 2 is light, 8 strong
    visibility_m: float = 10_000.0  # meteorological optical range; fog below 1,000
    wind_mps: float = 2.0

    def __post_init__(self) -> None:
        for name, low, high in (("rain_mmph", 0.0, 100.0), ("visibility_m", 20.0, 1e6), ("wind_mps", 0.0, 40.0)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ScenarioError(f"{name} is {value:g}", remedy=f"choose {low:g} to {high:g}")

    @property
    def sun(self) -> Vec3:
        """Unit vector towards the sun."""
        flat = math.cos(self.sun_elevation_rad)
        return (
            flat * math.cos(self.sun_azimuth_rad),
            flat * math.sin(self.sun_azimuth_rad),
            math.sin(self.sun_elevation_rad),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prop:
    """A thing that stands there: `kind` is a name of the catalogue of furniture (cone, barrier, bus_stop …)."""

    kind: str
    x_m: float
    y_m: float
    yaw_rad: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Somebody in the cabin says what is in `file` (WAV), beginning at `at_s`."""

    file: str
    at_s: float
    text: str = ""
    language: str = ""


START_NS = 1_700_000_000_000_000_000  # of every drive: a stamp, not a date


def stamp_at(time_s: float) -> int:
    """Seconds from the beginning of the drive → the stamp that messages carry."""
    return START_NS + round(time_s * 1e9)


EGO_SIZE_M: Vec3 = (4.7, 1.9, 1.6)
EGO_MIDDLE_M = 1.4  # of its box, ahead of base_link, which lies on the ground under the rear axle


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rollout:
    """Times are seconds from the beginning of the drive; places are in the world's frame (x east, y north, z up)."""

    name: str
    seed: int
    length_s: float
    roads: RoadMap
    environment: Environment
    ego: Timeline  # of base_link
    actors: tuple[Actor, ...]
    signals: tuple[SignalTimeline, ...] = ()
    props: tuple[Prop, ...] = ()
    utterances: tuple[Utterance, ...] = ()

    def ego_box(self, time_s: float) -> OrientedBox:
        pose = self.ego.pose(time_s)
        x, y, z = pose.transform_point((EGO_MIDDLE_M, 0.0, 0.5 * EGO_SIZE_M[2]))
        return OrientedBox(centre_m=(x, y, z), size_lwh_m=EGO_SIZE_M, yaw_rad=pose.yaw_rad)
