"""The query language: what a question asks of the scene, without a word of any language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from crossmodal_narrator.language.claims.areas import is_of
from crossmodal_narrator.language.claims.facts import Thing


class Asks(str, Enum):
    """What is wanted."""

    EXISTS = "exists"  # is there one
    COUNT = "count"
    WHERE = "where"
    WHAT = "what"  # what is there, what is it
    DISTANCE = "distance"
    SPEED = "speed"  # of a thing
    COLOUR = "colour"
    MOVEMENT = "movement"  # what it does
    SIGNAL = "signal"
    SOUND = "sound"
    OWN_SPEED = "own_speed"
    OWN_MOVEMENT = "own_movement"
    WHY = "why"  # we do what we do, or did it
    AROUND = "around"  # everything
    LEAVING = "leaving"  # whether one can get out
    IF = "if"  # how much time there would be
    HAPPENED = "happened"  # lately
    REPEAT = "repeat"
    SLOWLY = "slowly"  # once more, and slower
    MEANT = "meant"  # what was meant, and by whom it is known
    HOW_KNOWN = "how_known"  # by which senses
    COMMAND = "command"  # to the vehicle: declined
    PROMISE = "promise"  # of safety, or to act: declined
    UNKNOWABLE = "unknowable"  # about the drive, and no sense tells it
    OTHER = "other"  # about anything else


HEARD = "heard"


class Pick(str, Enum):
    """Which of those that fit."""

    ALL = "all"
    NEAREST = "nearest"
    FARTHEST = "farthest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question. Empty words ask for anything; `subject` is a thing that was spoken of before."""

    asks: Asks
    kind: str = ""
    area: str = ""
    colour: str = ""
    movement: str = ""
    pick: Pick = Pick.ALL
    subject: str = ""
    did: str = ""  # by us, of which the reason is asked: a key of `past.OWN_MOTIONS`; HEARD of a sound that is over
    supposed: str = ""  # a `Supposition`

    @property
    def description(self) -> str:
        """Of the things that are asked about, in the words of `claims.areas`."""
        return " ".join(word for word in (self.colour, self.movement, self.kind) if word)

    def __str__(self) -> str:
        """As it is shown beside the answer: distance(nearest truck, left)."""
        picked = "" if self.pick is Pick.ALL else f"{self.pick.value} "
        words = (self.did, self.supposed, self.subject, f"{picked}{self.description}".strip(), self.area)
        parts = [word for word in words if word]
        return f"{self.asks.value}({', '.join(parts)})"

    def admits(self, thing: Thing) -> bool:
        """Whether the thing is one that is asked about."""
        if self.subject:
            return thing.subject == self.subject
        return is_of(thing, self.description, self.area)
