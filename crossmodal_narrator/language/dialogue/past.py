"""Questions about what is over: answered from the chronicle, in the past tense, with the evidence of then."""

from __future__ import annotations

from collections.abc import Iterable

from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.language.claims.predicates import EgoState
from crossmodal_narrator.language.dialogue.answer import CANNOT_TELL, Answer
from crossmodal_narrator.language.dialogue.chronicle import Chronicle, Episode

LATELY_NS = 60_000_000_000
MOST_TOLD = 4
ENDS_IN_A_STOP_NS = 15_000_000_000  # a slowing that is longer ago had another reason
STOOD_FROM_THE_BEGINNING = frozenset({EgoState.STANDING})  # when that began nobody saw
# What a question about ourselves may mean, by the words of the query.
OWN_MOTIONS = {
    "slowed": frozenset({EgoState.SLOWING, EgoState.STOPPING}),
    "stopped": frozenset({EgoState.STOPPED, EgoState.STANDING}),
    "started": frozenset({EgoState.STARTING}),
    "turned": frozenset({EgoState.TURNING_LEFT, EgoState.TURNING_RIGHT}),
    "reversed": frozenset({EgoState.REVERSING}),
    "swerved": frozenset({EgoState.SWERVED_LEFT, EgoState.SWERVED_RIGHT}),
}


def why_we_did(did: str, chronicle: Chronicle, now_ns: int) -> Answer:
    """Why we did it the last time; a stop is explained by what we slowed for, where nothing else explains it."""
    episode = chronicle.own(OWN_MOTIONS[did] - STOOD_FROM_THE_BEGINNING, now_ns)
    if episode is None:
        return CANNOT_TELL
    if did == "stopped" and not episode.has_cause:
        slowed = chronicle.own(OWN_MOTIONS["slowed"], episode.stamp_ns)
        if slowed is not None and slowed.has_cause and episode.stamp_ns - slowed.stamp_ns <= ENDS_IN_A_STOP_NS:
            episode = slowed
    return _told((episode,), now_ns)


def what_was_heard(chronicle: Chronicle, now_ns: int) -> Answer | None:
    """The last sound; None where there was none lately."""
    heard = next((e for e in chronicle.last(now_ns, LATELY_NS) if e.is_heard), None)
    return None if heard is None else _told((heard,), now_ns)


def what_happened(chronicle: Chronicle, now_ns: int) -> Answer | None:
    """The weightiest that was urgent or notable in the last minute, in its order, each thing once; None where nothing
    was.
    """
    told: dict[str, Episode] = {}
    for episode in chronicle.last(now_ns, LATELY_NS):
        if episode.message.urgency is not Urgency.CALM:
            before = told.get(episode.message.topic)
            if before is None or (episode.has_cause and not before.has_cause):
                told[episode.message.topic] = episode
    reasons = {motion for e in told.values() if e.own_motion is not None for motion in e.motions}
    news = [e for e in told.values() if e.own_motion is not None or not set(e.motions) & reasons]
    weightiest = sorted(news, key=_weight)[-MOST_TOLD:]
    return _told(sorted(weightiest, key=lambda e: e.stamp_ns), now_ns) if told else None


def _weight(episode: Episode) -> tuple[bool, bool, float, int]:
    message = episode.message
    return message.urgency is Urgency.URGENT, episode.has_cause, message.priority, episode.stamp_ns


def _told(episodes: Iterable[Episode], now_ns: int) -> Answer:
    return Answer(messages=tuple(e.told(now_ns) for e in episodes), is_past=True)
