"""Facts: a scene as the planner sees it, every one of them ready to become a claim with its evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.scene import Evidence, Side
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.core.speech import Claim, ClaimValue
from crossmodal_narrator.language.claims.predicates import EGO, EgoState, Movement, Predicate

LEFT_SIDES = frozenset({Side.AHEAD_LEFT, Side.LEFT, Side.BEHIND_LEFT})
RIGHT_SIDES = frozenset({Side.AHEAD_RIGHT, Side.RIGHT, Side.BEHIND_RIGHT})
AHEAD_SIDES = frozenset({Side.AHEAD, Side.AHEAD_LEFT, Side.AHEAD_RIGHT})
POST_M = 0.8  # no cone and no post is wider


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One tracked thing. Lengths and velocities are in base_link; None where no sense gives a range."""

    subject: str
    label: ObjectClass
    confidence: float
    side: Side
    in_path: bool
    distance_m: float | None
    movement: Movement
    colour: str | None
    colour_confidence: float
    forward_m: float | None
    left_m: float | None
    forward_mps: float | None
    left_mps: float | None
    across_m: float | None  # the longer side of what is known of it in plan
    closing_mps: float | None
    ttc_s: float | None
    held_s: float  # how long side and path have been what they are, whatever it was called
    movement_held_s: float
    label_held_s: float
    kind_held_s: float  # how long it has been called by one of the names that are taken for each other
    evidence: tuple[Evidence, ...]

    @property
    def speed_mps(self) -> float | None:
        if self.forward_mps is None or self.left_mps is None:
            return None
        return math.hypot(self.forward_mps, self.left_mps)

    @property
    def is_of_row(self) -> bool:
        """Whether it stands where others may stand in line with it: parked, or without a name and still."""
        is_small = (self.across_m or 0.0) <= POST_M
        is_post = self.label is ObjectClass.OBSTACLE and self.movement.may_stand and is_small
        return self.forward_m is not None and (is_post or self.movement is Movement.PARKED)

    def within(self, range_m: float) -> bool:
        return self.distance_m is not None and self.distance_m <= range_m

    def claims(self, *predicates: Predicate) -> tuple[Claim, ...]:
        """A claim for each predicate that is known; what is not known is left out."""
        drawn = (self._claim(p) for p in predicates)
        return tuple(c for c in drawn if c is not None)

    def _claim(self, predicate: Predicate) -> Claim | None:
        value = self._value(predicate)
        if value is None:
            return None
        confidence = self.colour_confidence if predicate is Predicate.COLOUR else self.confidence
        return Claim(
            predicate=predicate.value,
            subject=self.subject,
            value=value,
            confidence=confidence,
            evidence=self.evidence,
        )

    def _value(self, predicate: Predicate) -> ClaimValue | None:
        values: Mapping[Predicate, ClaimValue | None] = {
            Predicate.EXISTS: self.label.value,
            Predicate.SIDE: self.side.value,
            Predicate.DISTANCE: self.distance_m,
            Predicate.MOTION: None if self.movement is Movement.UNKNOWN else self.movement.value,
            Predicate.COLOUR: self.colour,
            Predicate.IN_PATH: True if self.in_path else None,
            Predicate.CLOSING: self.closing_mps,
            Predicate.TTC: self.ttc_s,
            Predicate.SPEED: self.speed_mps,
        }
        return values[predicate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ego:
    """How the vehicle moves. `state` is None when nothing says it."""

    state: EgoState | None
    held_s: float
    speed_mps: float
    evidence: tuple[Evidence, ...]
    swerved: EgoState | None = None  # within the last seconds

    def claim(self, state: EgoState) -> Claim:
        return Claim(
            predicate=Predicate.EGO_MOTION.value,
            subject=EGO,
            value=state.value,
            confidence=1.0,
            evidence=self.evidence,
        )

    def speed_claim(self) -> Claim:
        return Claim(
            predicate=Predicate.SPEED.value,
            subject=EGO,
            value=self.speed_mps,
            confidence=1.0,
            evidence=self.evidence,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """The traffic lights ahead, where all that are seen say the same."""

    subject: str
    state: SignalState
    confidence: float
    held_s: float
    evidence: tuple[Evidence, ...]

    def claim(self) -> Claim:
        return Claim(
            predicate=Predicate.SIGNAL_STATE.value,
            subject=self.subject,
            value=self.state.value,
            confidence=self.confidence,
            evidence=self.evidence,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Something heard. `seen_as`: the thing that makes it, where one is known; `trend`: approaching, fading or None."""

    subject: str
    kind: str
    side: Side | None
    trend: str | None
    confidence: float
    held_s: float
    seen_as: str | None
    evidence: tuple[Evidence, ...]
    is_being_placed: bool = False  # it has a direction, which may yet be an echo's
    is_amid: bool = False  # its direction is not near that of another side

    def claims(self, *predicates: Predicate) -> tuple[Claim, ...]:
        """A claim for each of these predicates that is known; without any, for all that is."""
        values = {
            Predicate.HEARD: self.kind,
            Predicate.SIDE: self.side,
            Predicate.SOUND_TREND: self.trend,
            Predicate.SOUND_SOURCE: self.seen_as,
        }
        return tuple(
            Claim(
                predicate=predicate.value,
                subject=self.subject,
                value=value.value if isinstance(value, Side) else value,
                confidence=self.confidence,
                evidence=self.evidence,
            )
            for predicate, value in values.items()
            if value is not None and (not predicates or predicate in predicates)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SenseHealth:
    """A sensor by its sense and own name, a whole sense where `source` is empty; `trouble` is None while it works."""

    sense: Sense
    source: str
    trouble: Trouble | None
    held_s: float
    evidence: tuple[Evidence, ...] = ()
    others_go_on: bool = False  # other sensors of this sense, as the front camera while the rear one is silent

    @property
    def subject(self) -> str:
        return f"sense:{self.sense.value}/{self.source}" if self.source else f"sense:{self.sense.value}"

    def claim(self) -> Claim:
        works = self.trouble is None
        return Claim(
            predicate=(Predicate.SENSE_WORKS if works else Predicate.SENSE_TROUBLE).value,
            subject=self.subject,
            value=True if self.trouble is None else self.trouble.value,
            confidence=1.0,
            evidence=self.evidence,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that may be said of one scene."""

    stamp_ns: int
    ego: Ego
    things: Mapping[str, Thing]
    signal: Signal | None
    sounds: tuple[Sound, ...]
    senses: tuple[SenseHealth, ...]  # every sensor that fails now, or has failed
    delivering: tuple[SenseHealth, ...]
    lost_s: Mapping[str, float]  # subject → how long it has not been there
    lost: Mapping[str, Thing] = field(default_factory=dict)  # as it was seen last
    has_light: bool = False  # some traffic light is ahead, whatever it shows
    looked: Mapping[Sense, Evidence] = field(default_factory=dict)  # senses that have delivered for a while
    novelty: float | None = None  # of the surroundings, 0 to 1; None where nothing tells
