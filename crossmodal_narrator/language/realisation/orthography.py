"""What becomes of words once they stand together in a sentence: articles, contractions, capitals. Chinese has none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping


def finished(text: str, language: str) -> str:
    """The sentence as it is written; a language without rules is left as it is."""
    for rule in _RULES.get(language, ()):
        text = rule(text)
    return text


def _with_an(text: str) -> str:
    """'a' before a vowel becomes 'an'; no word of the lexicon begins with a silent h or a spoken 'you'."""
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def _capitalised(text: str) -> str:
    return re.sub(r"(^|\. )([^\W\d_])", lambda m: m[1] + m[2].upper(), text)


def _contracted(text: str) -> str:
    """'de el' becomes 'del', and 'a el' 'al'; the pronoun 'él' contracts with nothing."""
    return re.sub(r"\b([Dd]e|[Aa]) el\b", r"\1l", text)


_RULES: Mapping[str, tuple[Callable[[str], str], ...]] = {
    "en": (_with_an, _capitalised),
    "es": (_contracted, _capitalised),
}
