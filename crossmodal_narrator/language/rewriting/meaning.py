"""What a sentence says, as a row of meanings; two wordings say the same where the rows are equal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crossmodal_narrator.core.speech import Claim, Narration
from crossmodal_narrator.language.claims.predicates import members
from crossmodal_narrator.language.gate import unaccounted
from crossmodal_narrator.language.realisation import Lexicon
from crossmodal_narrator.language.rewriting.outcome import Outcome
from crossmodal_narrator.language.rewriting.words import Kind, Words

_PLAIN = str.maketrans({"’": "'", "-": " ", "，": ",", "、": ",", "；": ";", "：": ":"})


class Said(NamedTuple):
    """What stays together: one meaning, or a number with its unit and the like. `is_place`: it tells only where."""

    parts: tuple[str, ...]
    is_place: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """`row` holds what is said in order, without neutral words; `is_known`: whether the file knows any of its words."""

    row: tuple[Said, ...]
    is_known: bool
    asks: bool


def meaning_of(text: str, words: Words, *, is_of_one: bool) -> Meaning:
    """Read `text` by the longest known phrases; a word that is in no file means itself.

    Only where all is told of one thing (`is_of_one`) "and" means nothing: of two it makes one do what the other does.
    """
    plain = text.lower().translate(_PLAIN)
    for short, full in words.spelled_out.items():
        plain = plain.replace(short, full)
    phrases = list(_phrases(" ".join(plain.split()), words))
    dropped = {Kind.NEUTRAL, Kind.JOINING} if is_of_one else {Kind.NEUTRAL}
    meanings = [words.meanings.get(phrase, phrase) for phrase in phrases]
    row = _row([meaning for meaning in meanings if words.kind(meaning) not in dropped], words)
    is_known = any(phrase in words.meanings for phrase in phrases)
    return Meaning(row=tuple(row), is_known=is_known, asks=_asks(phrases, words))


def _phrases(plain: str, words: Words) -> Iterator[str]:
    """Without spaces between them, characters that no file knows are one word as far as they stand side by side."""
    unknown, ends = "", 0
    for found in words.scan.finditer(plain):
        is_word = words.is_separated or found[0] in words.meanings or not found[0].isalpha()
        if unknown and (is_word or found.start() > ends):
            yield unknown
            unknown = ""
        ends = found.end()
        if is_word:
            yield found[0]
        else:
            unknown += found[0]
    if unknown:
        yield unknown


def _row(meanings: Sequence[str], words: Words) -> Iterator[Said]:
    """Numbers with what belongs to them, and all else by itself."""
    kinds = "".join(words.kind(meaning) for meaning in meanings)
    for found in words.together.finditer(kinds):
        is_place = found["place"] is not None
        first, end = found.span("place") if is_place else found.span()
        yield Said(tuple(meanings[first:end]), is_place)


def _asks(phrases: Sequence[str], words: Words) -> bool:
    """Whether a clause begins with "is": it asks what the grounded sentence tells, in the same words."""
    is_beginning = True
    for phrase in phrases:
        if is_beginning and phrase in words.asking:
            return True
        kind = words.kind(words.meanings.get(phrase, phrase))
        is_beginning = kind == Kind.COLON or (is_beginning and kind != Kind.OTHER)
    return False


def change_of_meaning(text: str, narration: Narration, lexicon: Lexicon, words: Words) -> Outcome | None:
    """Why `text` does not say what `narration` says; None where it does."""
    is_of_one = _has_one_subject(narration.claims)
    grounded, said = (meaning_of(told, words, is_of_one=is_of_one) for told in (narration.text, text))
    if _numbers(narration.text) != _numbers(text):
        return Outcome.NUMBER
    if unaccounted(text, narration.claims, lexicon):
        return Outcome.CLAIM
    if _is_unsure(narration.text, lexicon) and not _is_unsure(text, lexicon):
        return Outcome.DOUBT
    may_move = is_of_one and not _is_fixed(grounded, words) and not _is_unsure(narration.text, lexicon)
    # Without endings and articles nothing but a comma may part two clauses: 红灯，在减速。
    has_commas = not may_move and not words.is_separated
    wanted, got = ([s for s in m.row if has_commas or s.parts != (",",)] for m in (grounded, said))
    if difference := _difference(Counter(wanted), Counter(got), words, is_known=said.is_known):
        return difference
    if may_move:
        wanted, got = ([s for s in row if not s.is_place] for row in (wanted, got))
    return None if wanted == got and not said.asks else Outcome.ORDER


def _difference(wanted: Counter[Said], got: Counter[Said], words: Words, *, is_known: bool) -> Outcome | None:
    """What was said too much or too little, wherever it stands."""
    if any(words.turning.intersection(changed.parts) for changed in (got - wanted) + (wanted - got)):
        return Outcome.NEGATION
    if got - wanted:
        return Outcome.ADDED if is_known or wanted & got else Outcome.LANGUAGE
    return Outcome.MISSING if wanted - got else None


def _has_one_subject(claims: Sequence[Claim]) -> bool:
    """One thing, or one group with whatever is told of its members."""
    named = [frozenset(members(claim.subject)) for claim in claims]
    largest = max(named, key=len, default=frozenset[str]())
    return all(subject <= largest for subject in named)


def _is_fixed(grounded: Meaning, words: Words) -> bool:
    """Whether a place that moves would be told of something else: of us, of another clause, of what is denied."""
    return any((words.fixing | words.turning).intersection(said.parts) for said in grounded.row)


def _is_unsure(text: str, lexicon: Lexicon) -> bool:
    """By the language's own hedges, beside what the rows say."""
    return any(hedge in text.lower() for hedge in lexicon.hedges)


def _numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+", text))
