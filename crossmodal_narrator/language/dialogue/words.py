"""What questions of a language are recognised by, as read from `words/<language>.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.language.claims.areas import AREAS, KINDS, MOVEMENTS
from crossmodal_narrator.language.claims.supposing import Supposition
from crossmodal_narrator.language.dialogue.past import OWN_MOTIONS
from crossmodal_narrator.language.dialogue.query import Asks, Pick

QUESTION_LANGUAGES = ("en", "zh")  # in which questions are understood and answered; narrations are in more

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionWords:
    """Patterns in the order in which they are tried, each with what it stands for."""

    language: str
    has_word_bounds: bool  # words have spaces between them
    letters: Mapping[int, int]  # that are written in another way
    tags: Pattern  # at the end, with their comma: they only ask for a yes
    same: tuple[tuple[Pattern, str], ...]  # what is said in several ways, and the one that is looked for
    kinds: tuple[tuple[str, Pattern], ...]
    areas: tuple[tuple[str, Pattern], ...]
    colours: tuple[tuple[str, Pattern], ...]
    movements: tuple[tuple[str, Pattern], ...]
    picks: tuple[tuple[Pick, Pattern], ...]
    own: tuple[tuple[str, Pattern], ...]  # what we did
    ours: Pattern  # it is asked of us
    undone: Pattern  # it is asked of what was not done
    past: Pattern  # it is asked of what is over
    clause: Pattern  # what stands before a supposition
    conclusion: Pattern  # what is asked of it
    supposed: tuple[tuple[str, Pattern], ...]
    intents: tuple[tuple[Asks, Pattern], ...]
    pronouns: Pattern
    also: Pattern
    definite: Pattern  # one that is known is meant, and not any
    commands: Pattern  # by how they begin
    orders: Pattern  # by what is anywhere in them
    questions: Pattern
    say: Mapping[str, str]

    def joined(self, sentences: Iterable[str]) -> str:
        return (" " if self.has_word_bounds else "").join(sentences)


@cache
def read_words(language: str) -> QuestionWords:
    """The words of a language, by its tag.

    Raises:
        ConfigError: there is no such language, or its file has a gap or something unknown in it.
    """
    file = resources.files("crossmodal_narrator.language.dialogue") / "words" / f"{language}.yaml"
    if not file.is_file():
        raise ConfigError(f"no questions are understood in {language!r}", remedy=f"add dialogue/words/{language}.yaml")
    return words_from(language, yaml.safe_load(file.read_text(encoding="utf-8")))


def words_from(language: str, content: Mapping[str, Any]) -> QuestionWords:
    """Check the content of a file.

    Raises:
        ConfigError: as `read_words`; the message names what it is.
    """
    bounded = language != "zh"
    try:
        return QuestionWords(
            language=language,
            has_word_bounds=bounded,
            letters=str.maketrans(*content["letters"]),
            tags=re.compile(content["tags"]),
            same=tuple((re.compile(str(pattern)), str(one)) for pattern, one in content["same"]),
            kinds=table(content["kinds"], set(KINDS), bounded),
            areas=table(content["areas"], set(AREAS), bounded),
            colours=table(list(content["colours"].items()), None, bounded),
            movements=table(content["movements"], set(MOVEMENTS), bounded),
            picks=tuple((Pick(name), p) for name, p in table(content["picks"], None, bounded)),
            own=table(content["own"], set(OWN_MOTIONS), bounded),
            ours=re.compile(content["ours"]),
            undone=re.compile(content["undone"]),
            past=re.compile(content["past"]),
            clause=re.compile(content["clause"]),
            conclusion=re.compile(content["conclusion"]),
            supposed=table(content["supposed"], {s.value for s in Supposition}, bounded),
            intents=tuple((Asks(str(name)), re.compile(str(pattern))) for name, pattern in content["intents"]),
            pronouns=re.compile(content["pronouns"]),
            also=re.compile(content["also"]),
            definite=re.compile(content["definite"]),
            commands=re.compile(content["commands"]),
            orders=re.compile(content["orders"]),
            questions=re.compile(content["questions"]),
            say={str(name): str(words) for name, words in content["say"].items()},
        )
    except (KeyError, ValueError, TypeError, re.error) as error:
        remedy = "compare it with en.yaml"
        raise ConfigError(f"dialogue/words/{language}.yaml: {error!r} is missing or unknown", remedy=remedy) from error


def table(entries: list[Any], known: set[str] | None, bounded: bool) -> tuple[tuple[str, Pattern], ...]:
    """Names, which are of those that are known where these are told, with their patterns; `bounded`: of whole words.

    Raises:
        ValueError: a name that is not known.
    """
    patterns = []
    for name, pattern in entries:
        if known is not None and str(name) not in known:
            raise ValueError(name)
        patterns.append((str(name), re.compile(rf"\b(?:{pattern})\b" if bounded else str(pattern))))
    return tuple(patterns)
