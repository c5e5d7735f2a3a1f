"""Which words of a sentence changed: parts of both texts, each with whether the other has it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# Words with the space before them; in scripts without spaces each sign is one.
_PARTS = re.compile(r"\s*[A-Za-zÀ-ɏ0-9']+|\s*[^\s]", re.UNICODE)
Part = tuple[str, bool]  # text, whether it is in one of them only


def changed_parts(before: str, after: str) -> tuple[list[Part], list[Part]]:
    """The parts of `before` and of `after`; joined, they are the texts again."""
    a, b = _split(before), _split(after)
    old: list[Part] = []
    new: list[Part] = []
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        is_changed = kind != "equal"
        if a1 > a0:
            old.append(("".join(a[a0:a1]), is_changed))
        if b1 > b0:
            new.append(("".join(b[b0:b1]), is_changed))
    return old, new


def _split(text: str) -> list[str]:
    parts = _PARTS.findall(text)
    rest = text[len("".join(parts)) :]  # white space at the end
    return [*parts, rest] if rest else parts
