"""Chinese numbers."""

from __future__ import annotations

from crossmodal_narrator.voice.spelling.rules import Rules

_DIGITS = "零一二三四五六七八九"
# 2 is 两 before what counts things, and 二 in a number that is only read.
_COUNTED = "辆个位盏排条人名只台米秒次点分公英列"


def _word(number: str, follows: str) -> str:
    whole, _, fraction = number.partition(".")
    if len(whole) > 8 or (len(whole) > 1 and whole[0] == "0"):
        words = "".join(_DIGITS[int(digit)] for digit in whole)
    elif int(whole) == 2 and not fraction and follows[:1] in _COUNTED and follows:
        words = "两"
    else:
        words = _whole(int(whole))
    return f"{words}点{''.join(_DIGITS[int(d)] for d in fraction)}" if fraction else words


def _whole(number: int) -> str:
    if number >= 10_000:
        high, rest = divmod(number, 10_000)
        gap = "零" if 0 < rest < 1_000 else ""
        return f"{'两' if high == 2 else _whole(high)}万{gap}{_whole(rest) if rest else ''}"
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


CHINESE = Rules(
    word=_word,
    units={
        "km/h": ("公里每小时", "公里每小时"),
        "m/s": ("米每秒", "米每秒"),
        "km": ("公里", "公里"),
        "m": ("米", "米"),
        "s": ("秒", "秒"),
        "°": ("度", "度"),
    },
    gap="",
    ordinal="第",
    rewritten=((r"(\d+(?:\.\d+)?)\s?%", r"百分之\1"),),
)
