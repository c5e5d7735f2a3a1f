"""The vocabulary of claims: which predicates there are, and what values they take. docs/language.md holds the table."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Predicate(str, Enum):
    """What a claim says of its subject."""

    EXISTS = "exists"  # ObjectClass of a thing, or of each thing of a group
    SIDE = "side"  # Side; of a group, one claim for the members on each side
    DISTANCE = "distance"  # metres, as in Relation.distance_m
    MOTION = "motion"  # Movement
    COLOUR = "colour"  # a colour's name
    IN_PATH = "in_path"  # true: it stands or moves where we are going
    COUNT = "count"  # how many things a group has
    ROW = "row"  # true: a group stands in a line along the road
    CLOSING = "closing"  # metres per second at which the distance shrinks
    TTC = "ttc"  # seconds to collision if nothing changes
    GONE = "gone"  # ObjectClass of what was there and is not any more
    WAS_SAID = "was_said"  # ObjectClass that was said, wrongly, before
    EGO_MOTION = "ego_motion"  # EgoState
    SPEED = "speed"  # metres per second, of the ego or of a thing
    CAUSE = "cause"  # why the ego does it: a subject, or "unknown"
    SIGNAL_STATE = "signal_state"  # red, amber, green
    SENSE_TROUBLE = "sense_trouble"  # Trouble of a sense
    SENSE_WORKS = "sense_works"  # true: the sense delivers
    HEARD = "heard"  # kind of a sound
    SOUND_TREND = "sound_trend"  # approaching or fading
    SOUND_SOURCE = "sound_source"  # the subject that makes a sound
    NONE_SEEN = "none_seen"  # a description of which nothing is seen in the area that is the subject
    NONE_HEARD = "none_heard"  # true: neither siren nor horn
    AGO = "ago"  # seconds that have passed since
    TIME_LEFT = "time_left"  # seconds, if what is supposed comes about: see claims.supposing
    TOLD_BY = "told_by"  # a sense → the subject of which it told what was said


class Movement(str, Enum):
    """How a thing moves, as it can be said: what the tracker sees, and what its history adds."""

    UNKNOWN = "unknown"
    PARKED = "parked"
    STOPPED = "stopped"
    MOVING = "moving"
    ONCOMING = "oncoming"
    APPROACHING = "approaching"
    RECEDING = "receding"
    CROSSING = "crossing"
    PULLING_AWAY = "pulling_away"  # stood or crept in front of us, and now leaves
    BRAKING = "braking"
    CUTTING_IN = "cutting_in"  # moves into our path from the side, in our direction
    STEPPING_OUT = "stepping_out"  # a person moves into our path
    OVERTAKING = "overtaking"  # it was behind us, and goes past
    OVERTAKEN = "overtaken"  # we go past it, in the same direction

    @property
    def stands(self) -> bool:
        return self in (Movement.PARKED, Movement.STOPPED)

    @property
    def may_stand(self) -> bool:
        """As far as anybody knows."""
        return self.stands or self is Movement.UNKNOWN


class EgoState(str, Enum):
    """What the vehicle does. `STANDING` is a state, the others are changes that have just come about."""

    STANDING = "standing"
    STARTING = "starting"
    MOVING = "moving"
    SLOWING = "slowing"
    STOPPING = "stopping"
    STOPPED = "stopped"
    TURNING_LEFT = "turning_left"
    TURNING_RIGHT = "turning_right"
    REVERSING = "reversing"
    SWERVED_LEFT = "swerved_left"  # never a state: what the last seconds were
    SWERVED_RIGHT = "swerved_right"


EGO = "ego"
UNKNOWN_CAUSE = "unknown"


def track(track_id: int) -> str:
    return f"track:{track_id}"


def group(subjects: Iterable[str]) -> str:
    """Several subjects at once; sorted, so that one group has one name."""
    return ",".join(sorted(subjects))


def members(subject: str) -> tuple[str, ...]:
    return tuple(subject.split(","))
