"""What was meant by what was said last, and by which senses it is known."""

from __future__ import annotations

from collections.abc import Iterable

from crossmodal_narrator.core.speech import Claim
from crossmodal_narrator.language.claims.predicates import Predicate, group, members
from crossmodal_narrator.language.dialogue.answer import CANNOT_TELL, Answer, introduced, message
from crossmodal_narrator.language.planning.message import Act, Message
from crossmodal_narrator.language.planning.view import View

MOST_MEANT = 2


def known_from(claims: Iterable[Claim]) -> Answer:
    """The senses whose evidence the claims have, each with the newest piece of it."""
    told: dict[str, Claim] = {}
    for claim in claims:
        for evidence in claim.evidence:
            sense = f"sense:{evidence.modality.value}"
            if sense not in told or told[sense].evidence[0].stamp_ns < evidence.stamp_ns:
                told[sense] = Claim(
                    predicate=Predicate.TOLD_BY.value,
                    subject=sense,
                    value=claim.subject,
                    confidence=claim.confidence,
                    evidence=(evidence,),
                )
    if not told:
        return CANNOT_TELL
    core = tuple(told[sense] for sense in sorted(told))
    return Answer(messages=(message(Act.KNOWN_FROM, core, {"a": group(told)}),))


def what_was_meant(claims: Iterable[Claim], view: View) -> tuple[Message, ...]:
    """The things that were spoken of, as they are now; nothing of those that are not there any more."""
    subjects = dict.fromkeys(s for c in claims for s in members(c.subject) if s.startswith("track:"))
    there = [t for s in subjects if (t := view.facts.things.get(s)) is not None and view.may_speak_of(t)]
    return introduced(there, view, MOST_MEANT)
