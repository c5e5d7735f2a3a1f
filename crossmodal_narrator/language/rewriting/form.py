"""What a sentence of a large model may look like, before anybody asks what it says."""

from __future__ import annotations

import re
import unicodedata

from crossmodal_narrator.language.realisation import Realiser
from crossmodal_narrator.language.rewriting.outcome import Outcome

_SCRIPTS = {"words": ("LATIN", " ,;:", "."), "characters": ("CJK UNIFIED IDEOGRAPH", " ，、；：", "。")}
_IN_A_WORD = re.compile(r"(?<=[A-Za-z])[-'’](?=[A-Za-z])")  # elsewhere they are a minus, or quotes
_SHOUTED = re.compile(r"[A-Z]{2}")
_MORE, _FACTOR = 3, 1.5  # words or characters beyond the grounded sentence, whose time the pacing has reckoned with


def tidied(text: str) -> str:
    """Letters with their accents in one, and nothing around."""
    return unicodedata.normalize("NFC", text).strip()


def most_length(grounded: str, realiser: Realiser) -> int:
    """How long another wording may be, in the language's measure."""
    return min(realiser.lexicon.measure.calm, _MORE + int(_FACTOR * realiser.length(grounded)))


def fault_of_form(text: str, grounded: str, realiser: Realiser) -> Outcome | None:
    """Why `text`, which is tidied, is no plain sentence of the language; None where it is one."""
    script, marks, end = _SCRIPTS[realiser.lexicon.measure.unit]
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return Outcome.EMPTY
    if any(not unicodedata.name(letter, "").startswith(script) for letter in letters):
        return Outcome.LANGUAGE
    if _SHOUTED.search(text) or not all(_is_plain(c, marks + end) for c in _IN_A_WORD.sub("", text)):
        return Outcome.CHARACTERS
    if text[-1] != end:
        return Outcome.UNFINISHED
    if text.count(end) > 1:
        return Outcome.SENTENCES
    return Outcome.LENGTH if realiser.length(text) > most_length(grounded, realiser) else None


def _is_plain(character: str, marks: str) -> bool:
    return character in marks or character.isalpha() or character in "0123456789"
