"""The notation of phrases in the language files: words, slots and parts that may fall away.

    "We are standing behind {b.who}[, {b.place}][ {b.lane}]."

`{b.who}` is filled from what the message says of its role b; `{colour}` belongs to the role in whose phrase it stands.
A part in brackets falls away when one of its slots cannot be filled. Brackets do not nest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.speech import Claim

ClaimKey = tuple[str, str]  # predicate, subject

_TOKEN = re.compile(r"(\{[a-z_.]+\}|\[|\])")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words, and the claims that they state."""

    text: str
    states: frozenset[ClaimKey] = frozenset()


def keys_of(claims: Iterable[Claim]) -> frozenset[ClaimKey]:
    return frozenset(c.key for c in claims)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to be filled; an empty role means that of the surrounding phrase."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Option:
    """A part that falls away when it cannot be filled."""

    parts: tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed phrase. `source` is what stands in the file."""

    source: str
    parts: tuple[str | Slot | Option, ...]

    def slots(self) -> Iterable[Slot]:
        for part in self.parts:
            if isinstance(part, Slot):
                yield part
            elif isinstance(part, Option):
                yield from (p for p in part.parts if isinstance(p, Slot))


Fill = Callable[[Slot], Phrase | None]


def parse(source: str) -> Pattern:
    """Read a phrase of a language file.

    Raises:
        ConfigError: brackets that do not close, or nest.
    """
    parts: list[str | Slot | Option] = []
    inside: list[str | Slot] | None = None
    for token in filter(None, _TOKEN.split(source)):
        if token == "[" and inside is None:
            inside = []
        elif token == "]" and inside is not None:
            parts.append(Option(tuple(inside)))
            inside = None
        elif token in "[]":
            raise ConfigError(
                f"the phrase {source!r} has a bracket that does not match", remedy="close each [ with a ]"
            )
        else:
            (parts if inside is None else inside).append(_word_or_slot(token))
    if inside is not None:
        raise ConfigError(f"the phrase {source!r} leaves a bracket open", remedy="close each [ with a ]")
    return Pattern(source, tuple(parts))


def render(pattern: Pattern, fill: Fill, *, with_options: bool = True) -> Phrase | None:
    """The phrase with its slots filled, or None where one that it needs cannot be."""
    text, states = "", frozenset[ClaimKey]()
    for part in pattern.parts:
        if isinstance(part, Option):
            phrase = _join(part.parts, fill) if with_options else None
            phrase = phrase or Phrase("")
        else:
            found = _join((part,), fill)
            if found is None:
                return None
            phrase = found
        text, states = text + phrase.text, states | phrase.states
    return Phrase(text, states)


def _join(parts: tuple[str | Slot, ...], fill: Fill) -> Phrase | None:
    phrases = [Phrase(p) if isinstance(p, str) else fill(p) for p in parts]
    known = [p for p in phrases if p is not None]
    if len(known) < len(phrases):
        return None
    return Phrase("".join(p.text for p in known), frozenset().union(*(p.states for p in known)))


def _word_or_slot(token: str) -> str | Slot:
    if not token.startswith("{"):
        return token
    role, _, name = token[1:-1].rpartition(".")
    return Slot(role, name)
