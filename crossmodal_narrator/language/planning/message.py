"""What the planner hands to the realisers: an act and its claims, without a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.claims.predicates import Predicate


class Act(str, Enum):
    """What a sentence does. The realisers hold their rules under these names."""

    DANGER = "danger"
    CORRECTION = "correction"
    REFINEMENT = "refinement"
    SENSE_LOST = "sense_lost"
    SENSE_PART_LOST = "sense_part_lost"  # another sensor of its kind goes on
    SENSE_BACK = "sense_back"
    SIGNAL = "signal"
    SOUND = "sound"
    SOURCE = "source"
    EGO = "ego"
    FOLLOWING = "following"
    STANDING_BEHIND = "standing_behind"
    CHANGE = "change"
    GONE = "gone"
    ENCOUNTER = "encounter"
    GROUP = "group"
    ROW = "row"
    SPEED = "speed"
    DOOR_CLEAR = "door_clear"
    AHEAD_NOW = "ahead_now"
    # What is said only to whom it was asked by.
    HOW_FAR = "how_far"
    HOW_FAST = "how_fast"
    HOW_COLOURED = "how_coloured"
    COUNTED = "counted"
    OWN_MOVEMENT = "own_movement"
    NONE_SEEN = "none_seen"
    NONE_LIKE_THAT = "none_like_that"
    NO_SIGNAL = "no_signal"
    NOTHING_HEARD = "nothing_heard"
    NOBODY_LISTENS = "nobody_listens"
    CANNOT_TELL = "cannot_tell"
    CANNOT_TELL_OF = "cannot_tell_of"
    NOTHING_YET = "nothing_yet"
    ONLY_DESCRIBES = "only_describes"
    ONLY_THE_DRIVE = "only_the_drive"
    NO_PROMISE = "no_promise"
    DID = "did"  # what we did a while ago, and why
    DID_BEHIND = "did_behind"
    HAPPENED = "happened"  # what others did
    STOOD_IN_THE_WAY = "stood_in_the_way"
    WAS_HEARD = "was_heard"
    WAS_LIT = "was_lit"
    IF_IT_BRAKES = "if_it_brakes"
    IF_IT_STEPS_OUT = "if_it_steps_out"
    IF_WE_BRAKE = "if_we_brake"
    IF_NOTHING_CHANGES = "if_nothing_changes"
    KNOWN_FROM = "known_from"


class Mention(str, Enum):
    """How well a listener knows the thing that a sentence is about."""

    NEW = "new"
    GIVEN = "given"
    FOCUS = "focus"  # the last sentence was about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One sentence to be. Without its `core` claims it has nothing to say; `extra` claims may fall away.

    `roles` names the subjects by the part they play ("a" is the main one, "b" another thing); `topic` is what the
    planner's memory files it under; `priority` orders messages of one moment, the highest first.
    """

    act: Act
    topic: str
    priority: float
    urgency: Urgency
    trigger: str
    core: tuple[Claim, ...]
    extra: tuple[Claim, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    mentions: Mapping[str, Mention] = field(default_factory=dict)
    hedged: frozenset[str] = frozenset()

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.core + self.extra

    def without(self, dropped: frozenset[tuple[str, str]], hedged: frozenset[str]) -> Message:
        """The same, less the extra claims named by (predicate, subject), and said with less certainty of `hedged`."""
        kept = tuple(c for c in self.extra if c.key not in dropped)
        return replace(self, extra=kept, hedged=self.hedged | hedged)

    def claim(self, predicate: Predicate, subject: str) -> Claim | None:
        return next((c for c in self.claims if c.predicate == predicate.value and c.subject == subject), None)
