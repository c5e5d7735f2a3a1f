"""Which claims the words of a text give away: what the gate reads a sentence with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.realisation.lexicon import Lexicon, Noun, Telling

NAMING_FORMS = ("one", "many", "named")
_LETTER = r"[^\W\d_]"  # with accents, too: "detrás" does not end before its á


@dataclass(frozen=True, slots=True)
class Told:
    """A word or number of a text. A number tells only that it must stand for some claim."""

    words: str
    telling: Telling | None  # None: a number


def all_tellings(
    nouns: Mapping[ObjectClass, Noun],
    colours: Mapping[str, Mapping[str, str]],
    counts: Mapping[int, str],
    given: Mapping[str, Telling],
) -> dict[str, Telling]:
    """The words of nouns, colours and counts beside those that the language file explains itself."""
    told: dict[str, dict[Predicate, frozenset[str]]] = {}
    naming = (Predicate.EXISTS, Predicate.WAS_SAID, Predicate.GONE, Predicate.NONE_SEEN)
    for label, noun in nouns.items():
        for form in NAMING_FORMS:
            if form in noun.forms:
                _add(told, noun.forms[form], naming, label.value)
    for colour, forms in colours.items():
        for word in forms.values():
            _add(told, word, (Predicate.COLOUR,), colour)
    for count, word in counts.items():
        _add(told, word, (Predicate.COUNT,), str(count))
    return {**told, **{word.lower(): telling for word, telling in given.items()}}


def told_by(text: str, lexicon: Lexicon) -> Iterator[Told]:
    """The telling words of a text, the longest first where several begin at one place."""
    separated = lexicon.measure.unit == "words"
    before, after = (rf"(?<!{_LETTER})", rf"(?!{_LETTER})") if separated else ("", "")
    words = sorted(lexicon.gives_away, key=lambda w: (-len(w), w))
    scan = re.compile(r"\d+|" + "|".join(before + re.escape(w) + after for w in words))
    for match in scan.finditer(text.lower()):
        yield Told(match[0], None if match[0].isdigit() else lexicon.gives_away[match[0]])


def _add(
    told: dict[str, dict[Predicate, frozenset[str]]], word: str, predicates: tuple[Predicate, ...], value: str
) -> None:
    entry = told.setdefault(word.lower(), {})
    for predicate in predicates:
        entry[predicate] = entry.get(predicate, frozenset()) | {value}
