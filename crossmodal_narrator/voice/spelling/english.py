"""English numbers."""

from __future__ import annotations

from crossmodal_narrator.voice.spelling.rules import Rules

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def _word(number: str, _follows: str) -> str:
    whole, _, fraction = number.partition(".")
    if len(whole) > 9 or (len(whole) > 1 and whole[0] == "0"):
        words = " ".join(_ONES[int(digit)] for digit in whole)
    else:
        words = _whole(int(whole))
    return f"{words} point {' '.join(_ONES[int(d)] for d in fraction)}" if fraction else words


def _whole(number: int) -> str:
    for size, name in ((1_000_000, "million"), (1_000, "thousand")):
        if number >= size:
            rest = number % size
            joined = f" {'and ' if rest < 100 else ''}{_whole(rest)}" if rest else ""
            return f"{_whole(number // size)} {name}{joined}"
    if number >= 100:
        rest = number % 100
        return f"{_ONES[number // 100]} hundred{f' and {_whole(rest)}' if rest else ''}"
    if number >= 20:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    return _ONES[number]


ENGLISH = Rules(
    word=_word,
    units={
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
)
