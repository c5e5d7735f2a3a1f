"""A language: its words and its phrases, as read from `words/<language>.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.planning.message import Act
from crossmodal_narrator.language.realisation.pattern import Pattern
from crossmodal_narrator.language.realisation.rounding import Units

# Which values of which predicates a word gives away: "left" tells a side, or a turn.
Telling = Mapping[Predicate, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A kind of thing. `forms` holds the words that the language needs: `one`, `many`, a measure word and so on, and
    what its gender gives to all nouns that have it: articles and endings.
    """

    forms: Mapping[str, str]
    kind: str  # vehicle, rider, person or thing: what verbs agree with
    gender: str  # empty in a language that has none
    phrases: Mapping[str, Pattern]  # instead of the language's own noun phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The claim of a role that a sentence states by its own words, and the values for which those words are true.

    The predicates `mention` and `hedged` are no claims: they ask how the listener knows the thing, and state nothing.
    """

    role: str
    predicate: str
    values: frozenset[str]  # empty: any


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to say an act."""

    name: str
    pattern: Pattern
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How long a sentence may be, and in what it is counted."""

    unit: str  # words, or characters
    calm: int
    urgent: int
    opening: int  # words or characters, after the light ones, that make two openings the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All that is known of one language, and the units in which it tells numbers."""

    language: str
    measure: Measure
    nouns: Mapping[ObjectClass, Noun]
    noun_phrases: Mapping[str, Pattern]
    colours: Mapping[str, Mapping[str, str]]
    places: Mapping[Side, Mapping[str, Pattern]]
    units: Units
    numbers: Mapping[str, Pattern]  # in these units
    counts: Mapping[int, str]
    tables: Mapping[str, Mapping[str, Pattern]]
    acts: Mapping[Act, tuple[Variant, ...]]
    gives_away: Mapping[str, Telling]
    hedges: tuple[str, ...]
    light: tuple[str, ...]  # beginnings that many sentences may share
    joiner: str
