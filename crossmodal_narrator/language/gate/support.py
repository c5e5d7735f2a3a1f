"""Each claim of a message against the current facts, and against what the senses behind it can know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, Fate, Reason
from crossmodal_narrator.language.claims.areas import DOORS, may_be_of
from crossmodal_narrator.language.claims.facts import Facts, SenseHealth, Thing
from crossmodal_narrator.language.claims.predicates import (
    EGO,
    UNKNOWN_CAUSE,
    Movement,
    Predicate,
    members,
)
from crossmodal_narrator.language.claims.supposing import supposed_s
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.planning.message import Message

P = Predicate
SEEING = frozenset({Sense.CAMERA, Sense.LIDAR})
RANGING = frozenset({Sense.LIDAR})
# Any one of the senses is enough. What is not here needs no sense of its own: it follows from other claims.
KNOWN_BY: Mapping[Predicate, frozenset[Sense]] = {
    P.EXISTS: SEEING,
    P.SIDE: SEEING | {Sense.AUDIO},
    P.DISTANCE: RANGING,
    P.MOTION: RANGING,
    P.IN_PATH: RANGING,
    P.CLOSING: RANGING,
    P.TTC: RANGING,
    P.COLOUR: frozenset({Sense.CAMERA}),
    P.COUNT: SEEING,
    P.ROW: RANGING,
    P.GONE: RANGING,
    P.WAS_SAID: SEEING,
    P.EGO_MOTION: frozenset({Sense.ODOMETRY}),
    P.SPEED: frozenset({Sense.ODOMETRY}) | RANGING,
    P.NONE_SEEN: SEEING,
    P.NONE_HEARD: frozenset({Sense.AUDIO}),
    P.SIGNAL_STATE: frozenset({Sense.CAMERA}),
    P.HEARD: frozenset({Sense.AUDIO}),
    P.SOUND_TREND: frozenset({Sense.AUDIO}),
    P.SOUND_SOURCE: frozenset({Sense.AUDIO}),
    P.TIME_LEFT: RANGING,
}
LASTING = frozenset({P.EXISTS, P.COLOUR, P.COUNT, P.WAS_SAID})  # what a thing is does not change while it is in sight
EXACT_SHARE = 0.02
EXACT_ABSOLUTE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why a claim, or a wording, may not pass as it is; `words` tell it to a person."""

    reason: Reason
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One claim that did not pass as it was proposed, and what that meant for the message."""

    claim: Claim
    fate: Fate
    objection: Objection

    def __str__(self) -> str:
        return f"{self.fate.value}: {self.claim.predicate}({self.claim.subject}): {self.objection.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is left of a message; `message` is None where it must not be said. `refused` tells why, claim by claim."""

    message: Message | None
    refused: tuple[Refused, ...] = ()


class Gate:
    """Stateless: the same message and facts get the same verdict."""

    def __init__(self, config: NarratorConfig) -> None:
        self._config = config

    def admit(self, message: Message, facts: Facts) -> Verdict:
        """The message without the extra claims that do not hold; nothing, where a core claim does not."""
        withheld = self._objected(message.core, facts, Fate.WITHHELD)
        if withheld:
            return Verdict(message=None, refused=withheld)
        dropped = self._objected(message.extra, facts, Fate.DROPPED)
        gone = frozenset(refused.claim.key for refused in dropped)
        softened = tuple(
            Refused(claim=c, fate=Fate.SOFTENED, objection=unsure)
            for c in message.claims
            if c.key not in gone and (unsure := self._unsure(c)) is not None
        )
        left = message.without(gone, frozenset(refused.claim.subject for refused in softened))
        return Verdict(message=left, refused=(*dropped, *softened))

    def _objected(self, claims: Iterable[Claim], facts: Facts, fate: Fate) -> tuple[Refused, ...]:
        found = ((claim, self.objection(claim, facts)) for claim in claims)
        return tuple(Refused(claim=c, fate=fate, objection=why) for c, why in found if why is not None)

    def objection(self, claim: Claim, facts: Facts) -> Objection | None:
        """Why the claim may not be made now; None if it may."""
        try:
            predicate = Predicate(claim.predicate)
        except ValueError:
            return Objection(reason=Reason.NO_SUCH_CLAIM, words="no such predicate")
        if claim.confidence < self._config.probable_confidence:
            return _too_unsure(claim, self._config.probable_confidence)
        if unsupported := self._unsupported(predicate, claim, facts):
            return unsupported
        return None if _holds(predicate, claim, facts) else _UNTRUE

    def _unsure(self, claim: Claim) -> Objection | None:
        """What is said to be something, and may be something else, is said with a doubt."""
        names = claim.predicate == P.EXISTS.value and claim.value != ObjectClass.OBSTACLE.value
        is_sure = claim.confidence >= self._config.sure_confidence
        return None if is_sure or not names else _too_unsure(claim, self._config.sure_confidence)

    def _unsupported(self, predicate: Predicate, claim: Claim, facts: Facts) -> Objection | None:
        able = KNOWN_BY.get(predicate)
        if able is None:
            return None
        age_ns = int(self._config.evidence_age_s * 1e9)
        # A picture may be a little younger than its scene.
        fresh = {e.modality for e in claim.evidence if abs(facts.stamp_ns - e.stamp_ns) <= age_ns}
        if not fresh:
            return Objection(reason=Reason.NOT_SENSED_LATELY, words="no sense has supported it lately")
        told = {e.modality for e in claim.evidence} if predicate in LASTING else fresh
        if told & able:
            return None
        return Objection(reason=Reason.CANNOT_BE_SENSED, words=f"{_names(told)} cannot know it")


_UNTRUE = Objection(reason=Reason.DOES_NOT_HOLD, words="does not hold")


def _too_unsure(claim: Claim, least: float) -> Objection:
    return Objection(reason=Reason.UNSURE, words=f"confidence {claim.confidence:.2f} is below {least:.2f}")


def _names(senses: Iterable[Sense]) -> str:
    return " and ".join(sorted(s.value for s in senses))


def _holds(predicate: Predicate, claim: Claim, facts: Facts) -> bool:
    """Whether the facts say the same of the subject."""
    if predicate is P.GONE:
        return claim.subject not in facts.things and claim.subject in facts.lost_s
    if predicate in (P.CAUSE, P.TOLD_BY):
        return _is_cause(claim, facts) if predicate is P.CAUSE else _is_told_by(claim)
    if claim.subject == EGO:
        return _holds_for_ego(predicate, claim, facts)
    if predicate in (P.NONE_SEEN, P.NONE_HEARD):
        return _is_absent(predicate, claim, facts)
    if predicate is P.SIGNAL_STATE:
        return facts.signal is not None and _same(facts.signal.claim(), claim)
    if predicate in (P.SENSE_TROUBLE, P.SENSE_WORKS):
        return any(_same(h.claim(), claim) for h in _all_health(facts))
    if claim.subject.startswith("sound:"):
        return any(_same(known, claim) for sound in facts.sounds for known in sound.claims())
    things = [facts.things.get(subject) for subject in members(claim.subject)]
    present = [t for t in things if t is not None]
    return len(present) == len(things) and _holds_for_things(predicate, claim, present, facts)


def _is_absent(predicate: Predicate, claim: Claim, facts: Facts) -> bool:
    """Whatever may be there, however unsure, and may be like that, speaks against it."""
    if predicate is P.NONE_HEARD:
        return not facts.sounds
    area = claim.subject.removeprefix("area:")
    hidden = facts.lost.values() if area in DOORS.values() else ()
    return not any(may_be_of(thing, str(claim.value), area) for thing in (*facts.things.values(), *hidden))


def _holds_for_ego(predicate: Predicate, claim: Claim, facts: Facts) -> bool:
    ego = facts.ego
    if predicate is P.EGO_MOTION:
        return claim.value in {s.value for s in (ego.state, ego.swerved) if s is not None}
    return predicate is P.SPEED and _equal(ego.speed_mps, claim.value)


def _holds_for_things(predicate: Predicate, claim: Claim, things: list[Thing], facts: Facts) -> bool:
    ours = facts.ego.evidence if predicate is P.TIME_LEFT else ()
    if not _is_evidence_of(claim.evidence, things, ours):
        return False
    if predicate is P.COUNT:
        return len(things) == claim.value
    if predicate is P.TIME_LEFT:
        return any(_equal(left_s, claim.value) for left_s in supposed_s(things[0], facts.ego))
    if predicate is P.EXISTS and claim.value == ObjectClass.OBSTACLE.value:
        return True  # whatever it is called, it is something
    if predicate is P.ROW:
        return all(t.is_of_row for t in things)
    if predicate is P.WAS_SAID:
        return all(t.label.value != claim.value for t in things)
    if predicate is P.MOTION and claim.value == Movement.STOPPED.value and len(things) > 1:
        return all(t.movement.stands for t in things)
    return all(any(_equal(known.value, claim.value) for known in t.claims(predicate)) for t in things)


def _is_evidence_of(evidence: tuple[Evidence, ...], things: list[Thing], ours: tuple[Evidence, ...]) -> bool:
    """What is brought forward is what the senses said of these things, or of us where that counts."""
    known = [*ours, *(e for t in things for e in t.evidence)]
    return all(e in known for e in evidence)


def _is_cause(claim: Claim, facts: Facts) -> bool:
    signal = facts.signal.subject if facts.signal is not None else ""
    return claim.value in (UNKNOWN_CAUSE, signal) or str(claim.value) in facts.things


def _is_told_by(claim: Claim) -> bool:
    """Whether the evidence is of the sense that is named."""
    return {f"sense:{e.modality.value}" for e in claim.evidence} == {claim.subject}


def _all_health(facts: Facts) -> tuple[SenseHealth, ...]:
    return (*facts.senses, *facts.delivering)


def _same(known: Claim, claim: Claim) -> bool:
    return known.key == claim.key and _equal(known.value, claim.value)


def _equal(known: object, value: object) -> bool:
    numbers = (int, float)
    if isinstance(known, bool) or isinstance(value, bool):
        return known is value
    if isinstance(known, numbers) and isinstance(value, numbers):
        return abs(known - value) <= max(EXACT_ABSOLUTE, EXACT_SHARE * abs(known))
    return known == value
