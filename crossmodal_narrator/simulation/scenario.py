"""A scenario as it is written down: what must happen in a drive, and what a good narrator says of it.

Times are seconds from the beginning of the drive. A place on the road is told by its lane, so that a scenario reads the
same whatever the network's coordinates: `way_m` from the lane's start, `left_m` from its centre.

The fields are the keys of the YAML (docs/simulator/scenarios.md), their types its ranges: `scenarios.load_scenario`
reads both from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.simulation.rollout import Environment, Utterance
from crossmodal_narrator.simulation.sensors.rig import MicrophoneArray
from crossmodal_narrator.simulation.traffic.actor import SoundCue
from crossmodal_narrator.simulation.traffic.roads import Light


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The allowed range of a number, or of a list's length; both ends belong to it."""

    low: float
    high: float


LONGEST_S = 600.0
Seconds = Annotated[float, Within(low=0.0, high=LONGEST_S)]
Duration = Annotated[float, Within(low=0.1, high=LONGEST_S)]
Way = Annotated[float, Within(low=0.0, high=10_000.0)]
Aside = Annotated[float, Within(low=-50.0, high=50.0)]
Turn = Annotated[float, Within(low=-360.0, high=360.0)]
Speed = Annotated[float, Within(low=0.0, high=70.0)]
LaneIndex = Annotated[int, Within(low=0, high=9)]
LookSeed = Annotated[int, Within(low=0, high=2**31 - 1)]
PerMinute = Annotated[float, Within(low=0.0, high=240.0)]
Share = Annotated[float, Within(low=0.0, high=1.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where on the road. `yaw_deg` turns from the lane's direction."""

    lane: str
    way_m: Way
    left_m: Aside = 0.0
    yaw_deg: Turn = 0.0


class Act(str, Enum):
    """What a driver can be told to do."""

    SPEED = "speed"  # reach `speed_mps` within `for_s`, and keep it
    BRAKE = "brake"  # hard, to `speed_mps` within `for_s`
    CHANGE_LANE = "change_lane"  # to lane index `lane`, within `for_s`
    STOP = "stop"  # at `way_m` of the lane that it is on, for `for_s`
    RESUME = "resume"  # drive as the road allows again


@dataclass(frozen=True, slots=True, kw_only=True)
class Manoeuvre:
    """One act of one driver."""

    at_s: Seconds
    act: Act
    speed_mps: Speed | None = None
    lane: LaneIndex | None = None
    way_m: Way | None = None
    for_s: Duration = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """A vehicle that the traffic simulator drives along `route` (edges), with what it is told to do."""

    actor_id: str
    look: str
    route: Annotated[tuple[str, ...], Within(low=1, high=100)]
    depart_s: Seconds = 0.0
    lane: LaneIndex = 0
    way_m: Way = 0.0
    speed_mps: Speed = 0.0
    manoeuvres: tuple[Manoeuvre, ...] = ()
    sounds: tuple[SoundCue, ...] = ()
    look_seed: LookSeed | None = None  # None: drawn by the drive's seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A point of a scripted path: be at `place` at `at_s`. Between steps the speed is smooth."""

    at_s: Seconds
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """Somebody who follows steps, whatever the others do; one step is somebody who stands."""

    actor_id: str
    look: str
    steps: Annotated[tuple[Step, ...], Within(low=1, high=1000)]
    is_parked: bool = False
    sounds: tuple[SoundCue, ...] = ()
    look_seed: LookSeed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Everybody else, drawn by the seed."""

    vehicles_per_minute: PerMinute = 0.0
    pedestrians_per_minute: PerMinute = 0.0
    bicycles_per_minute: PerMinute = 0.0
    parked_share: Share = 0.0  # of the places along streets with parking lanes
    warm_up_s: Seconds = 30.0  # traffic that runs before the drive begins


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPlan:
    """What the traffic light of `lane` shows: (second, red|red_amber|amber|green|off), first at 0."""

    lane: str
    changes: Annotated[tuple[tuple[Seconds, Light], ...], Within(low=1, high=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A thing that stands there (cone, barrier …)."""

    kind: str
    place: Place


class FaultKind(str, Enum):
    """How a sensor fails."""

    SILENT = "silent"  # nothing comes
    BLIND = "blind"  # frames come, and show nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFault:
    """`sensor` (camera/front, lidar, microphones …) gives nothing, or is blinded, for a while."""

    sensor: str
    from_s: Seconds
    to_s: Seconds
    kind: FaultKind = FaultKind.SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPattern:
    """Which claims of the transcript count (docs/language.md has the predicates); what is left empty is not asked.

    `about` is how the subject's name begins (ego, signal, sound:siren, sense:camera …); of a `cause` the subject is
    what the cause is. `label` and `side` are what the same sentence says that the subject is, and where.
    """

    predicate: Predicate
    about: str = ""
    label: tuple[ObjectClass, ...] = ()
    side: tuple[Side, ...] = ()
    value: tuple[str | bool | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a good narrator says, in words for people, and as data for the evaluation.

    A claim that fits one of `claims` must be said between `from_s` and `by_s`; without `claims` it is for people only.
    """

    name: str
    from_s: Seconds
    by_s: Seconds
    words: str
    actor: str = ""  # of whom it speaks
    safety: bool = False  # who does not hear of it may be hurt, or frightened
    claims: tuple[ClaimPattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All of it. `ego` has the actor_id "ego"; its look is not drawn."""

    name: str
    summary: str
    network: str
    length_s: Annotated[float, Within(low=1.0, high=LONGEST_S)]
    ego: Driven | Scripted
    driven: tuple[Driven, ...] = ()
    scripted: tuple[Scripted, ...] = ()
    background: Background = field(default_factory=Background)
    signals: tuple[SignalPlan, ...] = ()
    stands: tuple[Stand, ...] = ()
    environment: Environment = field(default_factory=Environment)
    faults: tuple[SensorFault, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    microphones: MicrophoneArray = field(default_factory=MicrophoneArray)
    cameras: Annotated[tuple[str, ...], Within(low=0, high=6)] = ("front",)
    expectations: tuple[Expectation, ...] = ()
