"""Digits and units as words.

Speech engines read "12 m" as "twelve em" and "2辆" as 二辆; what they are given holds neither digits nor units.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from crossmodal_narrator.voice.spelling.chinese import CHINESE
from crossmodal_narrator.voice.spelling.english import ENGLISH
from crossmodal_narrator.voice.spelling.rules import Rules
from crossmodal_narrator.voice.spelling.spanish import SPANISH

_RULES: Mapping[str, Rules] = {"en": ENGLISH, "zh": CHINESE, "es": SPANISH}


def spelled(text: str, language: str) -> str:
    """`text` without digits and units; what is in a language without rules is left as it is."""
    rules = _RULES.get(language)
    if rules is None:
        return text
    names = "|".join(re.escape(unit) for unit in rules.units)
    number = rf"\d+(?:[{re.escape(rules.points)}]\d+)?"
    # A unit is one only if no letter follows: "5 men" are not five metres, and "5 más" neither.
    pattern = re.compile(rf"(?P<number>{number})(?:\s?(?P<unit>{names})(?![A-Za-zÀ-ɏ/]))?")
    text = re.sub(rf"(?<=\d){re.escape(rules.thousands)}(?=\d{{3}}\b)", "", text)
    for written, order in rules.rewritten:
        text = re.sub(written, order, text)
    return pattern.sub(lambda match: _written_out(match, rules), text)


def _written_out(match: re.Match[str], rules: Rules) -> str:
    number, unit = match["number"], match["unit"]
    if unit is None:
        is_ordinal = bool(rules.ordinal) and match.string[: match.start()].endswith(rules.ordinal)
        return rules.word(number, "" if is_ordinal else match.string[match.end() :])
    one, more = rules.units[unit]
    is_one = float(number.replace(",", ".")) == 1.0
    return f"{rules.word(number, more)}{rules.gap}{one if is_one else more}"
