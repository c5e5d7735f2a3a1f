"""What has happened in the last minutes: all that a narrator with endless time would have told, as it was then."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.claims.facts import Facts
from crossmodal_narrator.language.claims.predicates import UNKNOWN_CAUSE, EgoState, Movement, Predicate
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.gate import Gate
from crossmodal_narrator.language.planning.changes import movements
from crossmodal_narrator.language.planning.danger import dangers
from crossmodal_narrator.language.planning.ego import ego_changes, swerves
from crossmodal_narrator.language.planning.memory import Memory
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.planning.senses import signals, sounds
from crossmodal_narrator.language.planning.view import View

KEPT_NS = 180_000_000_000
MOST_EPISODES = 200
ONE_EVENT_NS = 8_000_000_000  # what we do is noticed first, and understood a little later
SOURCES = (dangers, ego_changes, swerves, movements, sounds, signals)
# How what was said of the present is said of the past: every act that the sources have.
PAST = {
    Act.EGO: Act.DID,
    Act.FOLLOWING: Act.DID,
    Act.STANDING_BEHIND: Act.DID_BEHIND,
    Act.DANGER: Act.HAPPENED,
    Act.CHANGE: Act.HAPPENED,
    Act.SOUND: Act.WAS_HEARD,
    Act.SIGNAL: Act.WAS_LIT,
}
_OF_THEN = frozenset({Predicate.DISTANCE.value, Predicate.SOUND_TREND.value})  # nobody asks that afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Something that happened: a message that the gate let pass then, with the evidence of then."""

    stamp_ns: int
    message: Message

    @property
    def own_motion(self) -> EgoState | None:
        """What we did, if it is about us."""
        value = self._value(Predicate.EGO_MOTION)
        return None if value is None else EgoState(str(value))

    @property
    def has_cause(self) -> bool:
        return self._value(Predicate.CAUSE) not in (None, UNKNOWN_CAUSE) or self.message.act is Act.STANDING_BEHIND

    @property
    def is_heard(self) -> bool:
        return self.message.act is Act.SOUND

    @property
    def motions(self) -> tuple[tuple[str, object], ...]:
        """What things did, each with its subject."""
        return tuple((c.subject, c.value) for c in self.message.claims if c.predicate == Predicate.MOTION.value)

    def _value(self, predicate: Predicate) -> object:
        return next((c.value for c in self.message.claims if c.predicate == predicate.value), None)

    def _lasting(self, claims: Iterable[Claim]) -> tuple[Claim, ...]:
        """Without what is of that moment alone, and the colour of what is unsure, which not every language tells."""
        unsure = {(Predicate.COLOUR.value, subject) for subject in self.message.hedged}
        return tuple(c for c in claims if c.predicate not in _OF_THEN and c.key not in unsure)

    def told(self, now_ns: int) -> Message:
        """It as a message of the past."""
        act = PAST[self.message.act]
        if self.message.act is Act.DANGER and self._value(Predicate.MOTION) == Movement.STOPPED.value:
            act = Act.STOOD_IN_THE_WAY  # it did not stop: that is what it was doing
        ago = Claim(
            predicate=Predicate.AGO.value,
            subject=self.message.roles["a"],
            value=(now_ns - self.stamp_ns) / 1e9,
            confidence=1.0,
            evidence=self.message.core[0].evidence,
        )
        return replace(
            self.message,
            act=act,
            urgency=Urgency.NOTABLE,
            core=(ago, *self._lasting(self.message.core)),
            extra=self._lasting(self.message.extra),
            mentions=dict.fromkeys(self.message.mentions, Mention.NEW),
        )


def _complete(message: Message, facts: Facts) -> Message:
    """With where its things are and their colour: whoever asks later does not know them."""
    things = [facts.things[s] for s in message.roles.values() if s in facts.things]
    told = {c.key for c in message.claims}
    look = [claim for thing in things for claim in thing.claims(Predicate.SIDE, Predicate.COLOUR)]
    return replace(message, extra=(*message.extra, *(c for c in look if c.key not in told)))


class Chronicle:
    """Call `note` with each scene's facts, in stamp order."""

    def __init__(self, config: NarratorConfig) -> None:
        self._config = config
        self._gate = Gate(config)
        self._memories = [Memory() for _ in SOURCES]  # what one tells keeps no other from telling why
        self._episodes: deque[Episode] = deque(maxlen=MOST_EPISODES)

    def note(self, facts: Facts) -> None:
        for source, memory in zip(SOURCES, self._memories, strict=True):
            memory.observe(facts)
            view = View(facts, memory, self._config)
            for message in list(source(view)):
                admitted = self._gate.admit(_complete(message, facts), facts).message
                if admitted is not None:
                    memory.remember(admitted, facts.stamp_ns)
                    self._episodes.append(Episode(stamp_ns=facts.stamp_ns, message=admitted))

    def last(self, now_ns: int, within_ns: int = KEPT_NS) -> Iterator[Episode]:
        """Those until then, the newest first."""
        return (e for e in reversed(self._episodes) if 0 <= now_ns - e.stamp_ns <= within_ns)

    def own(self, motions: frozenset[EgoState], now_ns: int) -> Episode | None:
        """The last time that we did one of these, as it was best understood."""
        found = [e for e in self.last(now_ns) if e.own_motion in motions]
        together = [e for e in found if found[0].stamp_ns - e.stamp_ns <= ONE_EVENT_NS]
        return next((e for e in together if e.has_cause), found[0] if found else None)
