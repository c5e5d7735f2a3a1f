"""A message becomes a sentence: the fullest that fits, said in another way than the last ones."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.planning.message import Message
from crossmodal_narrator.language.realisation.lexicon import Condition, Lexicon, Variant
from crossmodal_narrator.language.realisation.orthography import finished
from crossmodal_narrator.language.realisation.pattern import ClaimKey, Pattern, keys_of, render
from crossmodal_narrator.language.realisation.slots import LOCAL_SLOTS, SLOTS, Filling

RECENT_VARIANTS = 3  # sentences back that a wording is not used again while there is another
RECENT_TEXTS = 12  # and the very same sentence
_MARKS = re.compile(r"[\s,.;:!?，。；：！？、]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What would be said, which claims it states, and by which variant of the language's data."""

    text: str
    states: frozenset[ClaimKey]
    variant: str


class Realiser:
    """One language. `realise` changes nothing; tell it with `said` which sentence was spoken."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        _check_slots(lexicon)
        self.forget()

    def forget(self) -> None:
        self._variants: deque[str] = deque(maxlen=RECENT_VARIANTS)
        self._texts: deque[str] = deque(maxlen=RECENT_TEXTS)

    def said(self, sentence: Sentence) -> None:
        self._variants.append(sentence.variant)
        self._texts.append(sentence.text)

    def realise(self, message: Message) -> Sentence | None:
        """The best sentence that states all core claims, or None where the language has none."""
        needed = keys_of(message.core)
        able = [s for s in self._sentences(message) if needed <= s.states and self._fits(s.text, message.urgency)]
        if message.urgency is Urgency.URGENT:
            return min(able, key=lambda s: (self._repeats_opening(s), self._staleness(s)), default=None)
        return min(able, key=self._rank, default=None)

    def duration_s(self, text: str, per_minute: float) -> float:
        """How long the text takes to say at this many words (or characters) a minute."""
        return 60.0 * self.length(text) / per_minute

    def length(self, text: str) -> int:
        """In words, or in characters without punctuation."""
        parts = [p for p in _MARKS.split(text) if p]
        return len(parts) if self.lexicon.measure.unit == "words" else sum(len(p) for p in parts)

    def opening(self, text: str) -> str:
        """What makes two sentences begin alike: the first word that weighs, with what stands before it."""
        separated = self.lexicon.measure.unit == "words"
        parts = [p.lower() for p in _MARKS.split(text) if p]
        rest = " ".join(parts) if separated else "".join(parts)
        light = max((w for w in self.lexicon.light if rest.startswith(w)), key=len, default="")
        after = rest[len(light) :]
        return light + (after.split(" ")[0] if separated else after[: self.lexicon.measure.opening])

    def _sentences(self, message: Message) -> Iterator[Sentence]:
        fill = Filling(self.lexicon, message)
        for variant in self.lexicon.acts[message.act]:
            stated = _stated(variant, fill)
            if stated is None:
                continue
            for full in (True, False):
                phrase = render(variant.pattern, fill, with_options=full)
                if phrase is not None:
                    text = finished(phrase.text, self.lexicon.language)
                    yield Sentence(text=text, states=phrase.states | stated, variant=variant.name)

    def _rank(self, sentence: Sentence) -> tuple[bool, int, bool, int]:
        """Another opening than the last sentence, then the most said, then what has rested longest."""
        return (
            self._repeats_opening(sentence),
            -len(sentence.states),
            sentence.text in self._texts,
            self._staleness(sentence),
        )

    def _repeats_opening(self, sentence: Sentence) -> bool:
        return bool(self._texts) and self.opening(self._texts[-1]) == self.opening(sentence.text)

    def _staleness(self, sentence: Sentence) -> int:
        """0 for a wording that has not been used lately, and more the shorter ago it was."""
        used = list(self._variants)
        return len(used) - used[::-1].index(sentence.variant) if sentence.variant in used else 0

    def _fits(self, text: str, urgency: Urgency) -> bool:
        measure = self.lexicon.measure
        return self.length(text) <= (measure.urgent if urgency is Urgency.URGENT else measure.calm)


def _stated(variant: Variant, fill: Filling) -> frozenset[ClaimKey] | None:
    """What the variant's own words state, or None where they would not be true."""
    stated = frozenset[ClaimKey]()
    for condition in variant.conditions:
        claims = _meets(condition, fill)
        if claims is None:
            return None
        stated |= keys_of(claims)
    return stated


def _meets(condition: Condition, fill: Filling) -> tuple[Claim, ...] | None:
    if condition.predicate == "mention":
        return () if fill.mention(condition.role).value in condition.values else None
    if condition.predicate == "hedged":
        return () if str(fill.is_hedged(condition.role)).lower() in condition.values else None
    subject = fill.message.roles.get(condition.role)
    claims = tuple(c for c in fill.message.claims if c.predicate == condition.predicate and c.subject == subject)
    if not claims:
        return None
    roles = {s: f"@{role}" for role, s in fill.message.roles.items()}
    values = {roles.get(str(c.value), _written(c)) for c in claims}
    return claims if not condition.values or values <= condition.values else None


def _written(claim: Claim) -> str:
    return str(claim.value).lower() if isinstance(claim.value, bool) else str(claim.value)


def _check_slots(lexicon: Lexicon) -> None:
    known = {*SLOTS, *LOCAL_SLOTS, *(form for noun in lexicon.nouns.values() for form in noun.forms)}
    patterns: list[Pattern] = [v.pattern for variants in lexicon.acts.values() for v in variants]
    patterns += [p for table in lexicon.tables.values() for p in table.values()]
    patterns += [*lexicon.noun_phrases.values(), *(p for n in lexicon.nouns.values() for p in n.phrases.values())]
    for pattern in patterns:
        unknown = sorted({slot.name for slot in pattern.slots()} - known)
        if unknown:
            raise ConfigError(
                f"words/{lexicon.language}.yaml: {pattern.source!r} has unknown slots {unknown}",
                remedy=f"known: {', '.join(sorted(known))}",
            )
