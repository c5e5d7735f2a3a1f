"""What may change in a sentence without changing what it says, as read from `words/<language>.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from crossmodal_narrator.core.errors import ConfigError

NEUTRAL = ""  # the meaning of words that have none


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`meanings` holds what a phrase means: the first phrase of its line, or `NEUTRAL`."""

    prompt: str
    swap: str
    spelled_out: Mapping[str, str]
    meanings: Mapping[str, str]
    same: tuple[tuple[str, ...], ...]
    turning: frozenset[str]
    scan: re.Pattern[str]


@cache
def read_words(language: str, *, separated: bool) -> Words | None:
    """Of a language by its tag; None where nobody has written them. `separated`: whether it writes spaces.

    Raises:
        ConfigError: the file has a gap, or one phrase means two things.
    """
    file = resources.files("crossmodal_narrator.language.rewriting") / "words" / f"{language}.yaml"
    if not file.is_file():
        return None
    return words_from(language, yaml.safe_load(file.read_text(encoding="utf-8")), separated=separated)


def words_from(language: str, content: Mapping[str, Any], *, separated: bool) -> Words:
    """Check the content of a file.

    Raises:
        ConfigError: as `read_words` does.
    """
    source = f"rewriting/words/{language}.yaml"
    try:
        same = tuple(tuple(str(phrase) for phrase in line) for line in content["same"])
        return Words(
            prompt=str(content["prompt"]),
            swap=str(content["swap"]),
            spelled_out=dict(content["spelled_out"]),
            meanings=(meanings := _meanings(source, same, [str(word) for word in content["neutral"]])),
            same=same,
            turning=frozenset(map(str, content["turning"])),
            scan=_scan(meanings, separated=separated),
        )
    except KeyError as error:
        raise ConfigError(f"{source}: {error} is missing", remedy="compare it with en.yaml") from error


def _meanings(source: str, same: tuple[tuple[str, ...], ...], neutral: list[str]) -> dict[str, str]:
    pairs = [(phrase, line[0]) for line in same for phrase in line] + [(word, NEUTRAL) for word in neutral]
    meanings = dict(pairs)
    if len(meanings) < len(pairs):
        phrases = [phrase for phrase, _ in pairs]
        twice = sorted({phrase for phrase in phrases if phrases.count(phrase) > 1})
        raise ConfigError(f"{source}: {', '.join(twice)} stands twice", remedy="give each phrase one line")
    return meanings


def _scan(meanings: Mapping[str, str], *, separated: bool) -> re.Pattern[str]:
    """The longest known phrase at each place, else a number, else a word (or a character)."""
    before, after, rest = (r"(?<!\w)", r"(?!\w)", r"\w+") if separated else ("", "", r"\w")
    phrases = "|".join(re.escape(phrase) for phrase in sorted(meanings, key=lambda p: (-len(p), p)))
    return re.compile(rf"{before}(?:{phrases}){after}|\d+|{rest}")
