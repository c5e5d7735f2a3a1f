"""Texts as what is counted in them: words in lower case, or characters where words are not written apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

# Figures stay whole (3.5, 1,200); whatever else is no letter or digit separates.
_WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+(?:['’]\w+)*")
_CHARACTER = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+|\w")


def by_character(language: str) -> bool:
    return language.split("-")[0].lower() == "zh"


def tokens(text: str, language: str) -> list[str]:
    """Without punctuation. Of Chinese each character, with numbers and Latin words whole."""
    return (_CHARACTER if by_character(language) else _WORD).findall(text.lower())


def ngrams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))
