"""What is written → what is spoken: digits and units as words, in English and Chinese.

Speech engines read "12 m" as "twelve em" and "2辆" as 二辆; what they are given holds neither digits nor units.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_UNITS: Mapping[str, Mapping[str, tuple[str, str]]] = {  # by language: of one, and of more
    "en": {
        "km/h": ("kilometre an hour", "kilometres an hour"),
        "mph": ("mile an hour", "miles an hour"),
        "m/s": ("metre a second", "metres a second"),
        "km": ("kilometre", "kilometres"),
        "ft": ("foot", "feet"),
        "m": ("metre", "metres"),
        "s": ("second", "seconds"),
        "%": ("percent", "percent"),
        "°": ("degree", "degrees"),
    },
    "zh": {
        "km/h": ("公里每小时", "公里每小时"),
        "m/s": ("米每秒", "米每秒"),
        "km": ("公里", "公里"),
        "m": ("米", "米"),
        "s": ("秒", "秒"),
        "°": ("度", "度"),
    },
}
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_DIGITS = "零一二三四五六七八九"
# 2 is 两 before what counts things, and 二 in a number that is only read.
_COUNTED = "辆个位盏排条人名只台米秒次点分公"


def spelled(text: str, language: str) -> str:
    """`text` without digits and units; another language than "en" and "zh" is left as it is."""
    word = _WORDS.get(language)
    if word is None:
        return text
    units = _UNITS[language]
    names = "|".join(re.escape(unit) for unit in units)
    # A unit is one only if no letter follows: "5 men" are not five metres.
    pattern = re.compile(rf"{_NUMBER}(?:\s?(?P<unit>{names})(?![A-Za-z/]))?")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    if language == "zh":
        text = re.sub(r"(\d+(?:\.\d+)?)\s?%", r"百分之\1", text)

    def written_out(match: re.Match[str]) -> str:
        number, unit = match["number"], match["unit"]
        follows = units[unit][1] if unit else match.string[match.end() : match.end() + 1]
        is_ordinal = match.string[: match.start()].endswith("第")
        spoken = word(number, "" if is_ordinal else follows)
        if unit is None:
            return spoken
        name = units[unit][0 if float(number) == 1.0 else 1]
        return f"{spoken} {name}" if language == "en" else spoken + name

    return pattern.sub(written_out, text)


def _english(number: str, _follows: str) -> str:
    whole, _, fraction = number.partition(".")
    if len(whole) > 9 or (len(whole) > 1 and whole[0] == "0"):
        words = " ".join(_ONES[int(digit)] for digit in whole)
    else:
        words = _english_whole(int(whole))
    return f"{words} point {' '.join(_ONES[int(d)] for d in fraction)}" if fraction else words


def _english_whole(number: int) -> str:
    for size, name in ((1_000_000, "million"), (1_000, "thousand")):
        if number >= size:
            rest = number % size
            joined = f" {'and ' if rest < 100 else ''}{_english_whole(rest)}" if rest else ""
            return f"{_english_whole(number // size)} {name}{joined}"
    if number >= 100:
        rest = number % 100
        return f"{_ONES[number // 100]} hundred{f' and {_english_whole(rest)}' if rest else ''}"
    if number >= 20:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    return _ONES[number]


def _chinese(number: str, follows: str) -> str:
    whole, _, fraction = number.partition(".")
    if len(whole) > 8 or (len(whole) > 1 and whole[0] == "0"):
        words = "".join(_DIGITS[int(digit)] for digit in whole)
    elif int(whole) == 2 and not fraction and follows[:1] in _COUNTED and follows:
        words = "两"
    else:
        words = _chinese_whole(int(whole))
    return f"{words}点{''.join(_DIGITS[int(d)] for d in fraction)}" if fraction else words


def _chinese_whole(number: int) -> str:
    if number >= 10_000:
        high, rest = divmod(number, 10_000)
        gap = "零" if 0 < rest < 1_000 else ""
        return f"{'两' if high == 2 else _chinese_whole(high)}万{gap}{_chinese_whole(rest) if rest else ''}"
    words, has_gap = "", False
    for size, name in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, size)
        if digit:
            is_pair = digit == 2 and size == 1_000
            words += ("零" if has_gap and words else "") + ("两" if is_pair else _DIGITS[digit]) + name
            has_gap = False
        else:
            has_gap = True
    return (words or _DIGITS[0]).removeprefix("一") if words.startswith("一十") else words or _DIGITS[0]


_WORDS: Mapping[str, Callable[[str, str], str]] = {"en": _english, "zh": _chinese}
