"""Spanish numbers. 1 is "un" before a noun and "una" before a feminine one; so are all that end in it."""

from __future__ import annotations

import re

from crossmodal_narrator.voice.spelling.rules import Rules

_ONES = (
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece",
    "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidós",
    "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve",
)  # fmt: skip
_TENS = ("", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_HUNDREDS = (
    "", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos",
    "ochocientos", "novecientos",
)  # fmt: skip
_FEMININE = frozenset({
    "persona", "personas", "furgoneta", "furgonetas", "moto", "motos", "bicicleta", "bicicletas", "milla", "millas",
    "hora", "horas",
})  # fmt: skip
_NO_NOUNS = frozenset({
    "a", "al", "con", "de", "del", "delante", "detrás", "en", "es", "está", "hasta", "o", "para", "por", "que", "y",
})  # fmt: skip
_WORD = re.compile(r"\s*([^\W\d_]+)")


def _word(number: str, follows: str) -> str:
    whole, _, fraction = number.replace(",", ".").partition(".")
    if len(whole) > 6 or (len(whole) > 1 and whole[0] == "0"):
        return " ".join(_ONES[int(digit)] for digit in whole + fraction)
    words = _whole(int(whole))
    return f"{words} coma {' '.join(_ONES[int(d)] for d in fraction)}" if fraction else _agreeing(words, follows)


def _agreeing(words: str, follows: str) -> str:
    """The number before the noun that follows, if one does."""
    match = _WORD.match(follows)
    noun = match[1].lower() if match else ""
    if noun in _FEMININE:
        return re.sub(r"uno$", "una", re.sub(r"ientos\b", "ientas", words))
    return _shortened(words) if noun and noun not in _NO_NOUNS else words


def _shortened(words: str) -> str:
    return re.sub(r"uno$", "un", re.sub(r"veintiuno$", "veintiún", words))


def _whole(number: int) -> str:
    if number >= 1_000:
        thousands, rest = divmod(number, 1_000)
        many = "mil" if thousands == 1 else f"{_shortened(_whole(thousands))} mil"
        return f"{many} {_whole(rest)}" if rest else many
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{_HUNDREDS[hundreds]} {_whole(rest)}" if rest else "cien" if hundreds == 1 else _HUNDREDS[hundreds]
    if number >= 30:
        tens, ones = divmod(number, 10)
        return f"{_TENS[tens]} y {_ONES[ones]}" if ones else _TENS[tens]
    return _ONES[number]


SPANISH = Rules(
    word=_word,
    units={
        "km/h": ("kilómetro por hora", "kilómetros por hora"),
        "mph": ("milla por hora", "millas por hora"),
        "m/s": ("metro por segundo", "metros por segundo"),
        "km": ("kilómetro", "kilómetros"),
        "m": ("metro", "metros"),
        "s": ("segundo", "segundos"),
        "%": ("por ciento", "por ciento"),
        "°": ("grado", "grados"),
    },
    points=",.",
    thousands=".",
)
