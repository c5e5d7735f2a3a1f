"""What is said, and the claims that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from crossmodal_narrator.core.scene import Evidence

ClaimValue = str | float | int | bool


class Urgency(str, Enum):
    CALM = "calm"
    NOTABLE = "notable"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One fact that a sentence states, exact even where the words round it.

    `subject` names who it is about: "ego", "track:12", "signal:3", "sound:1", "sense:camera/front",
    or several at once joined by a comma ("track:4,track:7").
    """

    predicate: str
    subject: str
    value: ClaimValue
    confidence: float
    evidence: tuple[Evidence, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What it is about: predicate and subject."""
        return self.predicate, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Narration:
    """One sentence, as it was said. `stamp_ns` is that of the scene it describes; `language` is a BCP 47 tag."""

    stamp_ns: int
    language: str
    text: str
    claims: tuple[Claim, ...]
    urgency: Urgency
    trigger: str


class Fate(str, Enum):
    """What the gate did with a claim of a sentence that was to be."""

    SOFTENED = "softened"  # the sentence must say that it is unsure
    DROPPED = "dropped"  # the sentence must do without it
    WITHHELD = "withheld"  # the sentence must not be said


class Reason(str, Enum):
    """Why the gate did so."""

    NO_SUCH_CLAIM = "no_such_claim"
    UNSURE = "unsure"
    NOT_SENSED_LATELY = "not_sensed_lately"
    CANNOT_BE_SENSED = "cannot_be_sensed"  # by the senses that its evidence is of
    DOES_NOT_HOLD = "does_not_hold"
    IN_NO_CLAIM = "in_no_claim"  # of words
    SOUNDS_SURER = "sounds_surer"  # of words


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the gate did not let pass as it was proposed: a claim, or, with `language` and `text`, a wording of all of
    `claims`. `detail` tells the reason in words; trigger and topic are those of the sentence that was to be.
    """

    stamp_ns: int
    fate: Fate
    reason: Reason
    detail: str
    trigger: str
    topic: str
    claims: tuple[Claim, ...]
    language: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What a passenger said or typed. `seat` tells passengers apart, where anything does."""

    stamp_ns: int
    text: str
    language: str
    confidence: float
    seat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a passenger is told. `declined`: the question could not, or must not, be answered as asked.

    `query` is how the question was understood, for who checks the answer. `pace`: how fast it is to be said aloud; 1 is
    as usual.
    """

    stamp_ns: int
    language: str
    text: str
    claims: tuple[Claim, ...]
    in_reply_to: Utterance
    declined: bool
    query: str = ""
    pace: float = 1.0
