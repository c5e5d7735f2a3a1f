"""The scene: tracked facts, each with the evidence of the senses that support it. Frame: base_link at `stamp_ns`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import Attribute, ObjectClass, SignalState
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox, Vec2, Vec3
from crossmodal_narrator.core.snapshot import Degradation, Sense


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Which sense says so, when, and what it saw; `detail` is for the engineer who checks."""

    modality: Sense
    stamp_ns: int
    detail: str


class Side(str, Enum):
    """Where a thing is, seen from the vehicle."""

    AHEAD = "ahead"
    AHEAD_LEFT = "ahead_left"
    LEFT = "left"
    BEHIND_LEFT = "behind_left"
    BEHIND = "behind"
    BEHIND_RIGHT = "behind_right"
    RIGHT = "right"
    AHEAD_RIGHT = "ahead_right"


_AROUND = (
    Side.AHEAD,
    Side.AHEAD_LEFT,
    Side.LEFT,
    Side.BEHIND_LEFT,
    Side.BEHIND,
    Side.BEHIND_RIGHT,
    Side.RIGHT,
    Side.AHEAD_RIGHT,
)


def side_of(azimuth_rad: float) -> Side:
    """The eighth of the circle in which an azimuth lies: 0 ahead, left positive."""
    return _AROUND[round(azimuth_rad / (math.pi / 4)) % 8]


def apart(side: Side, other: Side) -> int:
    """In eighths of the circle, the shorter way round."""
    eighths = abs(_AROUND.index(side) - _AROUND.index(other))
    return min(eighths, len(_AROUND) - eighths)


class Motion(str, Enum):
    """How a thing moves, as far as its track can tell."""

    UNKNOWN = "unknown"  # too young a track, no range, or somebody who may be setting off
    PARKED = "parked"  # stands, and stands beside the road
    STOPPED = "stopped"  # stands in the traffic
    MOVING = "moving"  # with us, or in no special direction
    ONCOMING = "oncoming"  # towards us, on a path beside ours
    APPROACHING = "approaching"  # the distance shrinks
    RECEDING = "receding"  # the distance grows
    CROSSING = "crossing"  # across our path


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Where a thing stands to the ego.

    `distance_m`: in plan, from base_link's origin (or the vehicle's outline, where a footprint is configured) to the
    nearest point of the object's box; None where no sense gives a range.
    """

    side: Side
    in_path: bool
    distance_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneObject:
    """One tracked thing. Without a range, `position_m`, `size_lwh_m` and `yaw_rad` are None and the bearing remains."""

    track_id: int
    label: ObjectClass
    attributes: tuple[Attribute, ...]
    azimuth_rad: float  # of the centre, from base_link's x axis, left positive
    position_m: Vec3 | None  # centre of the box
    size_lwh_m: Vec3 | None
    yaw_rad: float | None
    velocity_mps: Vec3 | None  # over the ground, in base_link's axes
    relation: Relation
    motion: Motion
    confidence: float  # that something of this class is there
    age_s: float  # since the track was born
    evidence: tuple[Evidence, ...]

    @property
    def box(self) -> OrientedBox | None:
        if self.position_m is None or self.size_lwh_m is None or self.yaw_rad is None:
            return None
        return OrientedBox(centre_m=self.position_m, size_lwh_m=self.size_lwh_m, yaw_rad=self.yaw_rad)

    @property
    def speed_mps(self) -> float | None:
        if self.velocity_mps is None:
            return None
        x, y, _ = self.velocity_mps
        return float((x * x + y * y) ** 0.5)

    def closing_mps(self, ego_mps: Vec2) -> float | None:
        """How fast the distance to it shrinks: its velocity and ours, in base_link's axes, along the line between."""
        if self.position_m is None or self.velocity_mps is None:
            return None
        (x, y, _), (vx, vy, _) = self.position_m, self.velocity_mps
        reach = math.hypot(x, y)
        return None if reach < 1e-6 else -((vx - ego_mps[0]) * x + (vy - ego_mps[1]) * y) / reach

    def attribute(self, name: str) -> Attribute | None:
        return next((a for a in self.attributes if a.name == name), None)


class SoundTrend(str, Enum):
    """Whether what sounds comes nearer."""

    UNKNOWN = "unknown"
    APPROACHING = "approaching"
    RECEDING = "receding"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundEvent:
    """Something heard. Direction and range are None where they cannot be known."""

    kind: str
    azimuth_rad: float | None
    range_m: float | None
    trend: SoundTrend
    level_db: float
    track_id: int | None
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSignal:
    """A traffic light, by its bearing; range only where it is known."""

    signal_id: int
    state: SignalState
    azimuth_rad: float
    range_m: float | None
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the whole of a snapshot is like, as the cross-modal encoder has it.

    `attributes` are light, weather and place, where they are clear; no track has them.
    """

    # Of length one, in the space of sentences; a message does not carry it.
    vector: NDArray[np.float32] | None = field(compare=False)
    novelty: float  # 0: as it has been for a while; 1: nothing like it
    attributes: tuple[Attribute, ...]
    senses: tuple[Sense, ...]  # that show it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SceneState:
    """What is known at one stamp. `ego` is None when nothing says how the vehicle moves.

    `senses` are those that gave something to it, whether or not it showed anything. `surroundings` are looked at now
    and then, and are None between.
    """

    stamp_ns: int
    ego: EgoMotion | None
    objects: tuple[SceneObject, ...]
    sounds: tuple[SoundEvent, ...]
    signals: tuple[TrafficSignal, ...]
    degraded: tuple[Degradation, ...]
    senses: tuple[Sense, ...] = ()
    surroundings: Surroundings | None = None
