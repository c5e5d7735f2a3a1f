"""What may change in a sentence without changing what it says, as read from `words/<language>.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import resources
from typing import Any

import yaml

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.language.realisation import Lexicon

NEUTRAL = ""  # the meaning of words that have none


class Kind(str, Enum):
    """What a meaning is to those beside it, as a letter, so that a pattern can tell what stays together."""

    NEUTRAL = "-"
    JOINING = "j"
    ABOUT = "a"
    NUMBER = "n"
    LENGTH = "l"
    PLACE = "p"
    AT = "t"
    COMMA = ","
    COLON = ":"
    OTHER = "x"


_MARKS = {",": Kind.COMMA, ":": Kind.COLON, ";": Kind.COLON}
# "about 40 metres ahead"; a number of something else stays with its "about".
_SPACED = re.compile("(?P<place>a?nlp?|p)|a?n|.")
# 左前方约40米 after 在, where a clause begins, or after another place: right after a thing it is that thing's, 车后面.
_UNSPACED = re.compile("(?:t|(?<![^,:pl]))(?P<place>p(?:a?nl)?|a?nl)|a?nl?|.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`meanings` holds what a phrase means: the first of its line, `NEUTRAL`, or itself, if only the gate knows it.

    `together` finds in a row of kinds what stays together.
    """

    prompt: str
    swap: str
    spelled_out: Mapping[str, str]
    meanings: Mapping[str, str]
    same: tuple[tuple[str, ...], ...]
    kinds: Mapping[str, Kind]
    asking: frozenset[str]
    fixing: frozenset[str]
    turning: frozenset[str]
    is_separated: bool  # whether the language writes spaces
    scan: re.Pattern[str]
    together: re.Pattern[str]

    def kind(self, meaning: str) -> Kind:
        return Kind.NUMBER if meaning.isdigit() else self.kinds.get(meaning, Kind.OTHER)


_LINES = {
    "same": Kind.OTHER,
    "joining": Kind.JOINING,
    "about": Kind.ABOUT,
    "lengths": Kind.LENGTH,
    "places": Kind.PLACE,
    "at": Kind.AT,
}


def read_words(lexicon: Lexicon) -> Words | None:
    """Of the lexicon's language; None where nobody has written them.

    Raises:
        ConfigError: the file has a gap, or one phrase means two things.
    """
    file = resources.files("crossmodal_narrator.language.rewriting") / "words" / f"{lexicon.language}.yaml"
    return words_from(lexicon, yaml.safe_load(file.read_text(encoding="utf-8"))) if file.is_file() else None


def words_from(lexicon: Lexicon, content: Mapping[str, Any]) -> Words:
    """Check the content of a file.

    Raises:
        ConfigError: as `read_words` does.
    """
    source, is_separated = f"rewriting/words/{lexicon.language}.yaml", lexicon.measure.unit == "words"
    try:
        lines = {kind: _lines(content[name]) for name, kind in _LINES.items()}
        same = tuple(line for of_kind in lines.values() for line in of_kind)
        written = _meanings(source, same, map(str, content["neutral"]))
        meanings = {**{word: word for word in lexicon.gives_away}, **written}
        return Words(
            prompt=str(content["prompt"]),
            swap=str(content["swap"]),
            spelled_out=dict(content["spelled_out"]),
            meanings=meanings,
            same=same,
            kinds=_MARKS | {NEUTRAL: Kind.NEUTRAL} | {line[0]: kind for kind in lines for line in lines[kind]},
            asking=frozenset(map(str, content["asking"])),
            fixing=frozenset(map(str, content["fixing"])),
            turning=frozenset(map(str, content["turning"])),
            is_separated=is_separated,
            scan=_scan(meanings, is_separated=is_separated),
            together=_SPACED if is_separated else _UNSPACED,
        )
    except KeyError as error:
        raise ConfigError(f"{source}: {error} is missing", remedy="compare it with en.yaml") from error


def _lines(lines: Iterable[Iterable[Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(str(phrase) for phrase in line) for line in lines)


def _meanings(source: str, same: Iterable[tuple[str, ...]], neutral: Iterable[str]) -> dict[str, str]:
    pairs = [(phrase, line[0]) for line in same for phrase in line] + [(word, NEUTRAL) for word in neutral]
    meanings = dict(pairs)
    if len(meanings) < len(pairs):
        phrases = [phrase for phrase, _ in pairs]
        twice = sorted({phrase for phrase in phrases if phrases.count(phrase) > 1})
        raise ConfigError(f"{source}: {', '.join(twice)} stands twice", remedy="give each phrase one line")
    return meanings


def _scan(meanings: Mapping[str, str], *, is_separated: bool) -> re.Pattern[str]:
    """The longest known phrase at each place, else a number, else a word (or a character), else a mark."""
    before, after, rest = (r"(?:(?<!\w)|(?!\w))", r"(?!\w)", r"\w+") if is_separated else ("", "", r"\w")
    phrases = "|".join(re.escape(phrase) for phrase in sorted(meanings, key=lambda p: (-len(p), p)))
    return re.compile(rf"{before}(?:{phrases}){after}|\d+|{rest}|[,:;]")
