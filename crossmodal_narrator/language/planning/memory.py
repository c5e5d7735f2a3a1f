"""What has been said: so that nothing is said twice, and a thing that was introduced is known again."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.speech import Claim, ClaimValue
from crossmodal_narrator.language.claims.facts import AHEAD_SIDES, Facts, Thing
from crossmodal_narrator.language.claims.predicates import Predicate, members
from crossmodal_narrator.language.planning.message import Mention, Message

KNOWN_S = 30.0  # how long a listener keeps a thing in mind
FOCUS_S = 6.0
FORGET_S, LONGEST_REST_S = 60.0, 300.0  # of things, and of topics: none rests longer
SIGNAL = "signal"  # lights are one topic, whichever of them it was
SAME_PLACE_M = 3.0  # a new track this near to where a known one was lost is the same thing


@dataclass(slots=True)
class Known:
    """A thing that a listener has been told about."""

    label: ObjectClass
    introduced_ns: int
    last_ns: int
    seen_ns: int
    was_hedged: bool
    alone: bool  # it was spoken of by itself, and not only as one of a group
    last: Thing | None = None  # as it was seen last
    relative_mps: float = 0.0  # how fast it then came (negative) or went, along our way


class Memory:
    """Call `observe` with each scene's facts before planning, and `remember` with each message that was spoken."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self._said: dict[tuple[str, str], tuple[ClaimValue, int]] = {}
        self._topics: dict[str, int] = {}
        self._focus: str | None = None
        self._focus_ns = 0
        self.last_topic = ""
        self._light_ns: int | None = None
        self._tidied_ns = 0

    def observe(self, facts: Facts) -> None:
        """Follow the known things, and know one again that comes back under another track."""
        if facts.has_light:
            self._light_ns = facts.stamp_ns
        for subject in sorted(self.known):
            entry, thing = self.known[subject], facts.things.get(subject)
            if thing is not None:
                entry.last, entry.seen_ns = thing, facts.stamp_ns
                entry.relative_mps = (thing.forward_mps or 0.0) - facts.ego.speed_mps
            elif 0.0 < facts.lost_s.get(subject, 0.0) < 2.0:
                self._inherit(subject, entry, facts)
        for sound in facts.sounds:
            source = self.said(Predicate.SOUND_SOURCE, sound.subject)
            if sound.seen_as is not None and source in self.known and source in facts.lost_s:
                self._sounds_on(sound.subject, str(source), sound.seen_as)
        if facts.stamp_ns - self._tidied_ns > FORGET_S * 1e9:
            self._tidy(facts.stamp_ns)

    def _tidy(self, stamp_ns: int) -> None:
        """Without what has not been seen for so long that it would be introduced anew: a drive may last for hours."""
        self._tidied_ns = stamp_ns
        self.known = {k: entry for k, entry in self.known.items() if stamp_ns - entry.seen_ns <= FORGET_S * 1e9}
        self._said = {
            (predicate, subject): entry
            for (predicate, subject), entry in self._said.items()
            if not subject.startswith("track:") or self._is_kept(subject, entry[1], stamp_ns)
        }
        self._topics = {t: at for t, at in self._topics.items() if stamp_ns - at <= LONGEST_REST_S * 1e9}

    def _is_kept(self, subject: str, told_ns: int, stamp_ns: int) -> bool:
        return stamp_ns - told_ns <= FORGET_S * 1e9 or any(member in self.known for member in members(subject))

    def remember(self, message: Message, stamp_ns: int) -> None:
        self._topics[message.topic] = stamp_ns
        self.last_topic = message.topic
        for claim in message.claims:
            self._note(claim, stamp_ns)
            if claim.predicate == Predicate.EXISTS.value:
                self._introduce(claim, stamp_ns, claim.subject in message.hedged)
        self._focus, self._focus_ns = message.roles.get("a"), stamp_ns

    def _introduce(self, claim: Claim, stamp_ns: int, is_hedged: bool) -> None:
        subjects = members(claim.subject)
        for subject in subjects:
            before = self.known.get(subject)
            self.known[subject] = Known(
                label=ObjectClass(str(claim.value)),
                introduced_ns=stamp_ns if before is None else before.introduced_ns,
                last_ns=stamp_ns,
                seen_ns=stamp_ns,
                was_hedged=is_hedged,
                alone=len(subjects) == 1 or (before is not None and before.alone),
                last=None if before is None else before.last,
                relative_mps=0.0 if before is None else before.relative_mps,
            )

    def _note(self, claim: Claim, stamp_ns: int) -> None:
        self._said[claim.key] = (claim.value, stamp_ns)
        if claim.predicate == Predicate.SIGNAL_STATE.value:
            self._said[(claim.predicate, SIGNAL)] = (claim.value, stamp_ns)
        if claim.predicate == Predicate.SENSE_WORKS.value:
            self.unsay(Predicate.SENSE_TROUBLE, claim.subject)

    def said(self, predicate: Predicate, subject: str) -> ClaimValue | None:
        """The value that was last said, or None."""
        entry = self._said.get((predicate.value, subject))
        return None if entry is None else entry[0]

    def unsay(self, predicate: Predicate, subject: str) -> None:
        self._said.pop((predicate.value, subject), None)

    def since_topic_s(self, topic: str, stamp_ns: int) -> float:
        """How long ago the topic was spoken of; infinity if never."""
        at = self._topics.get(topic)
        return math.inf if at is None else (stamp_ns - at) / 1e9

    def latest_topic(self, prefix: str) -> str:
        """Which of the topics that begin so was spoken of last; empty if none was."""
        return max((t for t in self._topics if t.startswith(prefix)), key=self._topics.__getitem__, default="")

    def since_light_s(self, stamp_ns: int) -> float:
        """How long ago a traffic light was ahead; infinity if never."""
        return math.inf if self._light_ns is None else (stamp_ns - self._light_ns) / 1e9

    def is_told(self, subject: str, stamp_ns: int) -> bool:
        """Whether it needs no introduction: it was spoken of, be it in a group, and has not been away for long."""
        entry = self.known.get(subject)
        return entry is not None and (stamp_ns - entry.seen_ns) / 1e9 <= KNOWN_S

    def mention(self, subject: str, stamp_ns: int) -> Mention:
        """One of a group is new when it is singled out."""
        entry = self.known.get(subject)
        if entry is None or not entry.alone or (stamp_ns - entry.last_ns) / 1e9 > KNOWN_S:
            return Mention.NEW
        if subject == self._focus and (stamp_ns - self._focus_ns) / 1e9 <= FOCUS_S:
            return Mention.FOCUS
        return Mention.GIVEN

    def _inherit(self, lost: str, entry: Known, facts: Facts) -> None:
        lost_s = facts.lost_s[lost]
        able = (t for t in facts.things.values() if t.subject not in self.known)
        heir = next((t for t in able if _is_same(entry, t, lost_s)), None)
        if heir is not None:
            self._rename(lost, heir.subject)

    def _sounds_on(self, sound: str, lost: str, heir: str) -> None:
        """What sounds on is the same thing; but of one that is known already stays known what was told of it."""
        if heir in self.known:
            key = (Predicate.SOUND_SOURCE.value, sound)
            self._said[key] = (heir, self._said[key][1])
        else:
            self._rename(lost, heir)

    def _rename(self, lost: str, heir: str) -> None:
        self.known[heir] = self.known.pop(lost)
        for key in [key for key in self._said if key[1] == lost]:
            self._said[(key[0], heir)] = self._said[key]
        for key, (value, told_ns) in list(self._said.items()):
            if value == lost:  # as a source, or a cause
                self._said[key] = (heir, told_ns)
        self._topics.update({t.replace(lost, heir): at for t, at in self._topics.items() if lost in t.split("/")})
        if self._focus == lost:
            self._focus = heir


def _is_same(entry: Known, thing: Thing, lost_s: float) -> bool:
    """Alike, and where it must be by now: by its middle, or by its near end, since often only that is seen."""
    last = entry.last
    alike = entry.label is thing.label or (entry.label.is_vehicle and thing.label.is_vehicle)
    if not alike or last is None or last.forward_m is None or last.left_m is None:
        return False
    if thing.forward_m is None or thing.left_m is None:
        return False
    way_m = entry.relative_mps * lost_s
    if math.hypot(last.forward_m + way_m - thing.forward_m, last.left_m - thing.left_m) < SAME_PLACE_M:
        return True
    if last.distance_m is None or thing.distance_m is None or not (last.in_path and thing.in_path):
        return False
    ahead = last.side in AHEAD_SIDES and thing.side in AHEAD_SIDES
    return ahead and abs(last.distance_m + way_m - thing.distance_m) < SAME_PLACE_M
