"""Which messages this moment offers, the most important first: danger, what we do, what changed, then context."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.language.claims.facts import Facts
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.planning.changes import corrections, departures, movements
from crossmodal_narrator.language.planning.context import context, neighbours
from crossmodal_narrator.language.planning.danger import dangers
from crossmodal_narrator.language.planning.ego import ego_changes, speed
from crossmodal_narrator.language.planning.leaving import doors
from crossmodal_narrator.language.planning.memory import Memory
from crossmodal_narrator.language.planning.message import Act, Message
from crossmodal_narrator.language.planning.pacing import Pacing
from crossmodal_narrator.language.planning.senses import is_being_placed, senses, signals, sounds, sources
from crossmodal_narrator.language.planning.view import View
from crossmodal_narrator.language.profiles import PROFILES

SETTLE_S = 0.8  # context waits so long at the beginning, for what we do ourselves to be told first
Source = Callable[[View], Iterable[Message]]
_WEIGHTY: tuple[Source, ...] = (dangers, corrections, senses, sounds, sources, ego_changes)
_STANDARD: tuple[Source, ...] = (*_WEIGHTY, movements, signals, departures, context)
SOURCES: Mapping[str, tuple[Source, ...]] = {  # by profile
    "quiet": _WEIGHTY,
    "standard": _STANDARD,
    "talkative": (*_STANDARD, neighbours, speed),
    "blind": (*_STANDARD, doors, speed),
}
CONTEXT = frozenset({context, neighbours})


class Planner:
    """Call `propose` once a scene, and `spoken` with the message that was said, if one was."""

    def __init__(self, config: NarratorConfig) -> None:
        self._config = config
        self._profile, self._sources = PROFILES[config.profile], SOURCES[config.profile]
        self._pacing = Pacing(config)
        self.forget()

    def forget(self) -> None:
        self._memory = Memory()
        self._began_ns: int | None = None
        self._pacing.forget()

    def propose(self, facts: Facts) -> list[Message]:
        """Messages that may be spoken now, the most important first; empty for silence."""
        self._memory.observe(facts)
        self._began_ns = facts.stamp_ns if self._began_ns is None else self._began_ns
        view = View(facts, self._memory, self._config)
        share = self._calm_share(facts)
        allowed = {u for u in Urgency if self._pacing.allows(u, facts.stamp_ns, share)}
        settled = (facts.stamp_ns - self._began_ns) / 1e9 >= SETTLE_S
        is_calm = settled and not any(is_being_placed(sound, self._config) for sound in facts.sounds)
        sources = [s for s in self._sources if is_calm or s not in CONTEXT]
        offered = [m for source in sources for m in source(view) if m.priority >= 0.0 and m.urgency in allowed]
        return sorted(_corrected_first(offered), key=lambda m: (-m.priority, m.topic))

    def _calm_share(self, facts: Facts) -> float:
        """Less is said for its own sake where everything is as it has been: in a queue, on an empty motorway."""
        is_familiar = facts.novelty is not None and facts.novelty <= self._config.familiar_novelty
        return self._profile.familiar_share if is_familiar else self._profile.calm_share

    def has_room(self, message: Message, duration_s: float, stamp_ns: int) -> bool:
        """Whether a sentence of this length may still be said; it is offered again with the next scene."""
        return self._pacing.has_room(duration_s, message.urgency, stamp_ns, self._profile.most_share)

    def spoken(self, message: Message, duration_s: float, stamp_ns: int) -> None:
        self._memory.remember(message, stamp_ns)
        self._pacing.speak(duration_s, message.urgency, stamp_ns)


def _corrected_first(offered: list[Message]) -> list[Message]:
    """Of a thing that was called by a wrong name nothing else is said before that is owned, unless it is urgent."""
    wrong = {m.roles["a"] for m in offered if m.act is Act.CORRECTION}
    return [
        m
        for m in offered
        if m.act is Act.CORRECTION or m.urgency is Urgency.URGENT or wrong.isdisjoint(m.roles.values())
    ]
