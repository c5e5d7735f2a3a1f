"""Slots that tell numbers: how far, how fast, how long ago, and how much time is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.realisation.lexicon import Lexicon
from crossmodal_narrator.language.realisation.pattern import Phrase, keys_of, render
from crossmodal_narrator.language.realisation.rounding import Rounded

if TYPE_CHECKING:
    from crossmodal_narrator.language.realisation.slots import Filling


def place(fill: Filling, role: str) -> Phrase | None:
    """Where, and how far where that is known."""
    side, distance = fill.claim(role, Predicate.SIDE), fill.claim(role, Predicate.DISTANCE)
    if side is None:
        return None
    forms = fill.lexicon.places[Side(str(side.value))]
    if distance is None:
        phrase = render(forms["alone"], fill)
    else:
        rounded = fill.lexicon.units.distance(float(distance.value))
        if rounded is None:
            phrase = render(forms["near"], fill)
        else:
            words = _number(fill.lexicon, "distance", rounded)
            phrase = render(forms["far"], lambda slot: words if slot.name == "distance" else None)
    if phrase is None:
        return None
    return Phrase(phrase.text, keys_of(tuple(c for c in (side, distance) if c is not None)))


def distance(fill: Filling, role: str) -> Phrase | None:
    """How far alone, where the place has been told."""
    claim = fill.claim(role, Predicate.DISTANCE)
    rounded = None if claim is None else fill.lexicon.units.distance(float(claim.value))
    if claim is None or rounded is None:
        return None
    return Phrase(_number(fill.lexicon, "distance", rounded).text, frozenset({claim.key}))


def speed(fill: Filling, role: str) -> Phrase | None:
    claim = fill.claim(role, Predicate.SPEED)
    if claim is None:
        return None
    words = _number(fill.lexicon, "speed", fill.lexicon.units.speed(float(claim.value)))
    return Phrase(words.text, frozenset({claim.key}))


def time(
    table: str, predicate: Predicate, rounded: Callable[[float], tuple[str, int]]
) -> Callable[[Filling, str], Phrase | None]:
    """A time, in the form that its rounding names."""

    def slot(fill: Filling, role: str) -> Phrase | None:
        claim = fill.claim(role, predicate)
        if claim is None:
            return None
        form, number = rounded(float(claim.value))
        words = render(fill.lexicon.tables[table][form], lambda slot: Phrase(str(number)))
        return None if words is None else Phrase(words.text, frozenset({claim.key}))

    return slot


def _number(lexicon: Lexicon, kind: str, rounded: Rounded) -> Phrase:
    pattern = lexicon.numbers[f"{kind}_about" if rounded.is_about else kind]
    phrase = render(pattern, lambda slot: Phrase(str(rounded.number)))
    return phrase or Phrase(str(rounded.number))
