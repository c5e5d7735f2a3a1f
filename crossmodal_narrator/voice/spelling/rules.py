"""What a language says of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`word` is given a number, as "12" or "2.5", and what follows it: the unit's name, or the rest of the text."""

    word: Callable[[str, str], str]
    units: Mapping[str, tuple[str, str]]  # by how they are written: the name of one, and of more
    gap: str = " "  # between a number and its unit
    points: str = "."  # any of these may stand before a fraction
    thousands: str = ","  # what may part whole numbers by threes, and is not spoken
    ordinal: str = ""  # what stands before a number that does not count
    rewritten: tuple[tuple[str, str], ...] = ()  # patterns, and the order in which they are spoken
