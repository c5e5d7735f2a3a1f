"""What is looked for in a search's words, as read from `words/<language>.yaml`; kinds, areas and colours are those of
the dialogue's questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.language.claims.areas import KINDS
from crossmodal_narrator.language.claims.predicates import EgoState, Movement
from crossmodal_narrator.language.dialogue.words import QUESTION_LANGUAGES, Pattern, QuestionWords, read_words, table
from crossmodal_narrator.language.searching.wanted import Topic

Table = tuple[tuple[str, Pattern], ...]
_KNOWN: Mapping[str, frozenset[str]] = {
    "movements": frozenset(m.value for m in Movement),
    "ego": frozenset(s.value for s in EgoState),
    "signals": frozenset({"red", "amber", "green"}),
    "trends": frozenset({"approaching", "fading"}),
    "kinds": frozenset(KINDS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWords:
    """Tables in the order in which they are tried; a name may be several values, joined by |."""

    asked: QuestionWords
    topics: Mapping[Topic, Table]  # of all but things and rows
    trends: Table
    movements: Table
    kinds: Table  # tried before the dialogue's
    rows: Pattern
    following: Pattern  # we are behind it, so that it is ahead
    idle: frozenset[str]  # words that say nothing of what is looked for


@cache
def read_search_words(language: str) -> SearchWords:
    """The words of a language, by its tag.

    Raises:
        ConfigError: there is no such language, or its file has a gap or something unknown in it.
    """
    if language not in QUESTION_LANGUAGES:
        raise ConfigError(f"nothing is searched for in {language!r}", remedy=f"take {' or '.join(QUESTION_LANGUAGES)}")
    file = resources.files("crossmodal_narrator.language.searching") / "words" / f"{language}.yaml"
    return search_words_from(language, yaml.safe_load(file.read_text(encoding="utf-8")))


def search_words_from(language: str, content: Mapping[str, Any]) -> SearchWords:
    """Check the content of a file.

    Raises:
        ConfigError: as `read_search_words`; the message names what it is.
    """
    asked = read_words(language)
    try:
        tables = {
            name: _table(name, content[name], asked.has_word_bounds)
            for name in (*_NAMES, "trends", "movements", "kinds")
        }
        return SearchWords(
            asked=asked,
            topics={topic: tables[name] for name, topic in _NAMES.items()},
            trends=tables["trends"],
            movements=tables["movements"],
            kinds=tables["kinds"],
            rows=re.compile(content["rows"]),
            following=re.compile(content["following"]),
            idle=frozenset(str(content["idle"]).split()),
        )
    except (KeyError, ValueError, TypeError, re.error) as error:
        remedy = "compare it with en.yaml"
        raise ConfigError(f"searching/words/{language}.yaml: {error!r} is missing or unknown", remedy=remedy) from error


_NAMES: Mapping[str, Topic] = {
    "sounds": Topic.SOUND,
    "signals": Topic.SIGNAL,
    "light": Topic.LIGHT,
    "weather": Topic.WEATHER,
    "place": Topic.PLACE,
    "ego": Topic.EGO,
}


def _table(name: str, entries: list[Any], bounded: bool) -> Table:
    for value, _ in entries:
        if name in _KNOWN and not _KNOWN[name].issuperset(str(value).split("|")):
            raise ValueError(value)
    return table(entries, None, bounded)
