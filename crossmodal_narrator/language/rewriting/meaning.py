"""What a sentence says, as a row of meanings; two wordings say the same where the rows are equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crossmodal_narrator.core.speech import Claim, Narration
from crossmodal_narrator.language.claims.predicates import EGO, Predicate, members
from crossmodal_narrator.language.gate import unaccounted
from crossmodal_narrator.language.realisation import Lexicon
from crossmodal_narrator.language.rewriting.outcome import Outcome
from crossmodal_narrator.language.rewriting.words import NEUTRAL, Words

_APOSTROPHES = str.maketrans({"’": "'", "-": " "})
# Of two things, or of a thing and its past: in another order the words would tell the one of the other.
_OF_TWO = frozenset(p.value for p in (Predicate.WAS_SAID, Predicate.CAUSE, Predicate.SOUND_SOURCE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """`row` holds what is said in order, without neutral words; `is_known`: whether the file knows any of its words."""

    row: tuple[str, ...]
    is_known: bool

    @property
    def numbers(self) -> Counter[str]:
        return Counter(said for said in self.row if said.isdigit())

    @property
    def measured(self) -> Counter[tuple[str, str]]:
        """Numbers with what follows them: their unit."""
        return Counter(pair for pair in pairwise((*self.row, NEUTRAL)) if pair[0].isdigit())


def meaning_of(text: str, words: Words) -> Meaning:
    """Read `text` by the longest known phrases; a word that is in no file means itself."""
    plain = text.lower().translate(_APOSTROPHES)
    for short, full in words.spelled_out.items():
        plain = plain.replace(short, full)
    found = list(_phrases(" ".join(plain.split()), words))
    row = tuple(words.meanings.get(phrase, phrase) for phrase in found)
    is_known = any(phrase in words.meanings for phrase in found)
    return Meaning(row=tuple(said for said in row if said != NEUTRAL), is_known=is_known)


def _phrases(plain: str, words: Words) -> Iterator[str]:
    """Without spaces between them, characters that no file knows are one word as far as they stand side by side."""
    unknown, ends = "", 0
    for found in words.scan.finditer(plain):
        is_word = words.is_separated or found[0] in words.meanings or found[0].isdigit()
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


def change_of_meaning(text: str, narration: Narration, lexicon: Lexicon, words: Words) -> Outcome | None:
    """Why `text` does not say what `narration` says; None where it does."""
    grounded, said = meaning_of(narration.text, words), meaning_of(text, words)
    if grounded.numbers != said.numbers:
        return Outcome.NUMBER
    if unaccounted(text, narration.claims, lexicon):
        return Outcome.CLAIM
    if _hides_doubt(text, narration.text, lexicon):
        return Outcome.DOUBT
    if grounded.row == said.row:
        return None
    if difference := _difference(grounded, said, words):
        return difference
    may_move = grounded.measured == said.measured and _is_of_one(narration, grounded, words)
    return None if may_move else Outcome.ORDER


def _difference(grounded: Meaning, said: Meaning, words: Words) -> Outcome | None:
    """What `said` has too much or too little, wherever it stands."""
    wanted, got = Counter(grounded.row), Counter(said.row)
    if any(wanted[word] != got[word] for word in words.turning):
        return Outcome.NEGATION
    if got - wanted:
        return Outcome.ADDED if said.is_known or wanted & got else Outcome.LANGUAGE
    return Outcome.MISSING if wanted - got else None


def _is_of_one(narration: Narration, grounded: Meaning, words: Words) -> bool:
    """Whether all that is told is told of one thing, and affirmed, so that its words may be moved about."""
    return (
        _has_one_subject(narration.claims)
        and grounded.numbers.total() <= 1
        and not any(claim.predicate in _OF_TWO for claim in narration.claims)
        and not any(said in words.turning for said in grounded.row)
    )


def _has_one_subject(claims: Sequence[Claim]) -> bool:
    """One thing, or one group with whatever is told of its members."""
    named = [frozenset(members(claim.subject)) for claim in claims]
    largest = max(named, key=len, default=frozenset[str]())
    return EGO not in largest and all(subject <= largest for subject in named)


def _hides_doubt(text: str, grounded: str, lexicon: Lexicon) -> bool:
    """By the language's own hedges, beside what the rows say."""
    was, is_said = ([hedge in told.lower() for hedge in lexicon.hedges] for told in (grounded, text))
    return any(was) and not any(is_said)
