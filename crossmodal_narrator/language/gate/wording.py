"""A sentence against the claims that it carries: every class, colour, side and number in it must come from one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from crossmodal_narrator.core.speech import Claim, Reason
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.gate.support import Objection
from crossmodal_narrator.language.planning.message import Mention, Message
from crossmodal_narrator.language.realisation import Lexicon
from crossmodal_narrator.language.realisation.lexicon import Telling
from crossmodal_narrator.language.realisation.rounding import Units, ago, left
from crossmodal_narrator.language.realisation.telling import told_by


def dishonesty(text: str, message: Message, lexicon: Lexicon) -> Objection | None:
    """Why `text` must not be said for `message`; None for an honest sentence."""
    if stray := unaccounted(text, message.claims, lexicon):
        return Objection(reason=Reason.IN_NO_CLAIM, words=f"{', '.join(stray)}: in no claim")
    if owns_doubt(text, message, lexicon):
        return None
    return Objection(reason=Reason.SOUNDS_SURER, words="it sounds surer than its claims")


def unaccounted(text: str, claims: Iterable[Claim], lexicon: Lexicon) -> tuple[str, ...]:
    """Words and numbers of `text` that no claim accounts for; empty for an honest sentence."""
    stated = tuple(claims)
    numbers = set(_numbers(stated, lexicon.units))
    return tuple(
        told.words
        for told in told_by(text, lexicon)
        if (int(told.words) not in numbers if told.telling is None else not _accounts(told.telling, stated))
    )


def owns_doubt(text: str, message: Message, lexicon: Lexicon) -> bool:
    """Whether a sentence that introduces or names an unsure thing says that it is unsure."""
    lower = text.lower()
    asked = [s for s in message.hedged if message.mentions.get(s, Mention.NEW) is not Mention.FOCUS]
    return not asked or any(hedge in lower for hedge in lexicon.hedges)


def _accounts(telling: Telling, claims: tuple[Claim, ...]) -> bool:
    return not telling or any(_tells(telling, claim) for claim in claims)


def _tells(telling: Mapping[Predicate, frozenset[str]], claim: Claim) -> bool:
    values = telling.get(Predicate(claim.predicate))
    return values is not None and (not values or str(claim.value) in values)


def _numbers(claims: Iterable[Claim], units: Units) -> Iterator[int]:
    for claim in claims:
        if claim.predicate == Predicate.DISTANCE.value:
            rounded = units.distance(float(claim.value))
            if rounded is not None:
                yield rounded.number
        elif claim.predicate == Predicate.SPEED.value:
            yield units.speed(float(claim.value)).number
        elif claim.predicate == Predicate.COUNT.value:
            yield int(claim.value)
        elif claim.predicate == Predicate.AGO.value:
            yield ago(float(claim.value))[1]
        elif claim.predicate == Predicate.TIME_LEFT.value:
            yield left(float(claim.value))[1]
