"""What the parts of the planner look at: the facts, what was said, and how a message about a thing is put together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.detections import NOBODY_WALKS_MPS, ObjectClass
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, ClaimValue, Urgency
from crossmodal_narrator.language.claims.facts import AHEAD_SIDES, Facts, Sound, Thing
from crossmodal_narrator.language.claims.predicates import Movement, Predicate, group
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.planning.memory import Memory
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.profiles import PROFILES, Profile

WHO = (Predicate.EXISTS, Predicate.SIDE)
SETTLED_S = 1.0
RESTS_MPS = 0.3
FRONT_RAD = math.pi / 8  # to each side: no front camera sees less
OVERLOOKED_S = 0.5
UNSEEN_S = 3.0  # at night a camera loses what drives for a second or two
SEEMS_MPS = 2.5  # a house seems to be as fast, as we turn towards it
MOVES_S = 0.7  # a young track may seem to move


@dataclass(frozen=True, slots=True)
class View:
    """One moment of planning."""

    facts: Facts
    memory: Memory
    config: NarratorConfig

    @property
    def now_ns(self) -> int:
        return self.facts.stamp_ns

    @property
    def profile(self) -> Profile:
        return PROFILES[self.config.profile]

    @property
    def look(self) -> tuple[Predicate, ...]:
        """What is told of how a thing looks."""
        return (Predicate.COLOUR,) if self.profile.tells_colours else ()

    @property
    def detail(self) -> tuple[Predicate, ...]:
        """What is told of a thing, beside what and where it is."""
        return (Predicate.DISTANCE, *self.look)

    def ready(self) -> tuple[Thing, ...]:
        """Things that may be spoken of: sure enough, near enough and not flickering; the nearest first."""
        able = (t for t in self.facts.things.values() if self.may_speak_of(t))
        return tuple(sorted(able, key=lambda t: (math.inf if t.distance_m is None else t.distance_m, t.subject)))

    def may_speak_of(self, thing: Thing) -> bool:
        steady = thing.held_s >= self.config.persistence_s and thing.label_held_s >= self.config.persistence_s
        near = thing.distance_m is None or thing.distance_m <= self.config.max_range_m
        return steady and near and thing.confidence >= self.config.probable_confidence

    def borne_out(self) -> tuple[Thing, ...]:
        """Of `ready`, those whose name has more for it than a shape that has just been seen."""
        return tuple(thing for thing in self.ready() if self.is_borne_out(thing))

    def is_borne_out(self, thing: Thing) -> bool:
        """What has been called so for a second, or moves as it does; while we stand, what a camera sees now."""
        if self.is_shape_alone(thing) or _is_too_fast(thing):
            return False
        moves = not thing.movement.may_stand and thing.movement_held_s >= MOVES_S
        return thing.label is ObjectClass.OBSTACLE or self.is_settled(thing) or moves or self._is_seen_at_rest(thing)

    def is_settled(self, thing: Thing) -> bool:
        """A shape that has just been seen is soon mistaken: a row of barriers is a car for half a second."""
        return thing.kind_held_s >= SETTLED_S

    def is_shape_alone(self, thing: Thing) -> bool:
        """A camera looks there, and does not see what its shape says.

        Posts and cones have the shape of somebody who stands; a part of a rail, that of a lorry that drives along it; a
        row of barriers in our way, that of a car that has stopped. Aside of a front camera's view, or behind us, no
        camera may look: there the shape is all there is.
        """
        may_stand = thing.movement.may_stand
        hardly_moves = may_stand or (thing.speed_mps or 0.0) < SEEMS_MPS
        if thing.label.is_vehicle and not thing.label.is_vulnerable and hardly_moves:
            return thing.in_path and self.is_yet_to_be_pictured(thing)
        if not self._is_looked_at(thing):
            return False
        if thing.label.is_vulnerable:
            return may_stand and not self.is_pictured(thing)
        return thing.label.is_vehicle and not self.is_pictured(thing, within_s=UNSEEN_S)

    def is_yet_to_be_pictured(self, thing: Thing) -> bool:
        """Ahead of us, where a camera will look. So near behind it that none recognises it, one has seen it before."""
        never = all(e.modality is not Sense.CAMERA for e in thing.evidence)
        return never and thing.side in AHEAD_SIDES and Sense.CAMERA in self.facts.looked

    def is_overlooked(self, thing: Thing) -> bool:
        """Whether a camera looks there, and has not seen it for a while."""
        return self._is_looked_at(thing) and not self.is_pictured(thing, within_s=OVERLOOKED_S)

    def _is_looked_at(self, thing: Thing) -> bool:
        """Whether a front camera works, and any such sees where it is."""
        return Sense.CAMERA in self.facts.looked and _is_in_front_view(thing)

    def _is_seen_at_rest(self, thing: Thing) -> bool:
        """As we come near, cones are cars to the camera, too; from one place it sees a thing again and again."""
        return self.facts.ego.state is not None and self.facts.ego.speed_mps < RESTS_MPS and self.is_pictured(thing)

    def is_pictured(self, thing: Thing, within_s: float | None = None) -> bool:
        """Whether a camera has seen it of late; as evidence may be old, where nothing else is given."""
        least_ns = self.now_ns - int((self.config.evidence_age_s if within_s is None else within_s) * 1e9)
        return any(e.modality is Sense.CAMERA and e.stamp_ns >= least_ns for e in thing.evidence)

    def may_speak_of_sound(self, sound: Sound) -> bool:
        """Whether it has been heard for long enough, and surely enough."""
        return sound.held_s >= self.config.least_signal_s and sound.confidence >= self.config.sure_confidence

    def lead(self) -> Thing | None:
        """What is in front of us in our path, the nearest."""
        return next((t for t in self.borne_out() if is_ahead_in_path(t)), None)

    def fresh(self, topic: str, cooldown_s: float) -> bool:
        """Whether the topic has rested for this long."""
        return self.memory.since_topic_s(topic, self.now_ns) >= cooldown_s

    def about(
        self,
        thing: Thing,
        act: Act,
        *,
        topic: str,
        priority: float,
        urgency: Urgency,
        trigger: str,
        core: tuple[Predicate, ...] = WHO,
        extra: tuple[Predicate, ...] | None = None,
        with_claims: tuple[Claim, ...] = (),
    ) -> Message:
        """A message whose main part is one thing."""
        return Message(
            act=act,
            topic=topic,
            priority=priority,
            urgency=urgency,
            trigger=trigger,
            core=(*with_claims, *thing.claims(*core)),
            extra=thing.claims(*self._undisputed(thing, self.detail if extra is None else extra)),
            roles={"a": thing.subject},
            mentions={thing.subject: self.memory.mention(thing.subject, self.now_ns)},
            hedged=self.hedged((thing,)),
        )

    def _undisputed(self, thing: Thing, predicates: tuple[Predicate, ...]) -> tuple[Predicate, ...]:
        """Without a colour other than was told: the red bus is not the black bus a moment later."""
        said = self.memory.said(Predicate.COLOUR, thing.subject)
        known = self.memory.mention(thing.subject, self.now_ns) is not Mention.NEW
        is_disputed = known and said is not None and said != thing.colour
        return tuple(p for p in predicates if p is not Predicate.COLOUR) if is_disputed else predicates

    def about_group(
        self,
        things: Iterable[Thing],
        act: Act,
        *,
        movement: Movement | None,
        topic: str,
        priority: float,
        urgency: Urgency = Urgency.CALM,
        extra: tuple[tuple[Predicate, ClaimValue], ...] = (),
    ) -> Message:
        """A message about several things of one class, with the exact side of each."""
        crowd = tuple(things)
        subject = group(t.subject for t in crowd)
        values: list[tuple[Predicate, ClaimValue]] = [
            (Predicate.EXISTS, crowd[0].label.value),
            (Predicate.COUNT, len(crowd)),
            *extra,
        ]
        if movement is not None:
            values.append((Predicate.MOTION, movement.value))
        sides = sorted({t.side for t in crowd})
        claims = (
            *(_shared(crowd, p, v) for p, v in values),
            *(_shared([t for t in crowd if t.side is side], Predicate.SIDE, side.value) for side in sides),
        )
        return Message(
            act=act,
            topic=topic,
            priority=priority,
            urgency=urgency,
            trigger="context",
            core=claims,
            roles={"a": subject},
            mentions={subject: Mention.NEW},
        )

    def identity(self, thing: Thing) -> tuple[Predicate, ...]:
        """What tells a listener which thing is meant: for a known one, the colour that was told is enough."""
        mention = self.memory.mention(thing.subject, self.now_ns)
        if mention is Mention.FOCUS:
            return ()
        if mention is Mention.NEW:
            return (Predicate.SIDE, *self.look)
        by_colour = thing.colour is not None and self.memory.said(Predicate.COLOUR, thing.subject) == thing.colour
        return (Predicate.COLOUR,) if by_colour else (Predicate.SIDE,)

    def hedged(self, things: Iterable[Thing]) -> frozenset[str]:
        """Subjects that are spoken of as probable."""
        return frozenset(
            t.subject
            for t in things
            if t.confidence < self.config.sure_confidence and t.label is not ObjectClass.OBSTACLE
        )


def _shared(things: Sequence[Thing], predicate: Predicate, value: ClaimValue) -> Claim:
    """One claim about several things, as sure as the least sure of them."""
    return Claim(
        predicate=predicate.value,
        subject=group(t.subject for t in things),
        value=value,
        confidence=min(t.confidence for t in things),
        evidence=tuple(e for t in things for e in t.evidence),
    )


def _is_too_fast(thing: Thing) -> bool:
    """To be on foot along the road: from behind, and far away, who rides is somebody on foot to a camera."""
    runs = thing.movement in (Movement.CROSSING, Movement.STEPPING_OUT)
    return thing.label is ObjectClass.PEDESTRIAN and (thing.speed_mps or 0.0) > NOBODY_WALKS_MPS and not runs


def _is_in_front_view(thing: Thing) -> bool:
    if thing.forward_m is None or thing.left_m is None:
        return True  # only a camera sees what has no place
    return abs(math.atan2(thing.left_m, thing.forward_m)) < FRONT_RAD


def is_ahead_in_path(thing: Thing) -> bool:
    return thing.in_path and thing.side in AHEAD_SIDES
