"""Reads a language file, and refuses one that has gaps: a class without a noun is found here, not on the road."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.planning.message import Act
from crossmodal_narrator.language.realisation.lexicon import Condition, Lexicon, Measure, Noun, Telling, Variant
from crossmodal_narrator.language.realisation.pattern import Pattern, parse
from crossmodal_narrator.language.realisation.rounding import UNITS
from crossmodal_narrator.language.realisation.telling import NAMING_FORMS, all_tellings

KINDS = frozenset({"vehicle", "rider", "person", "thing"})
COUNTED = frozenset({"words", "characters"})
PLACE_FORMS = frozenset({"alone", "near", "far", "half", "hand", "flank"})
ASKED = frozenset({"mention", "hedged"})  # conditions that are no claims


@cache
def read_lexicon(language: str, units: str = "metric") -> Lexicon:
    """The lexicon of a language, by its tag; `units` is one of `UNITS`.

    Raises:
        ConfigError: there is no such language, or its file has a gap.
    """
    file = resources.files("crossmodal_narrator.language.realisation") / "words" / f"{language}.yaml"
    if not file.is_file():
        raise ConfigError(f"there are no words for the language {language!r}", remedy=f"add words/{language}.yaml")
    return lexicon_from(language, yaml.safe_load(file.read_text(encoding="utf-8")), units)


def lexicon_from(language: str, words: Mapping[str, Any], units: str = "metric") -> Lexicon:
    """Check the content of a language file.

    Raises:
        ConfigError: something is missing or unknown; the message names it.
    """
    try:
        lexicon = _read(language, words, units)
    except (KeyError, ValueError) as error:
        raise ConfigError(
            f"words/{language}.yaml: {error} is missing or unknown", remedy="compare it with en.yaml"
        ) from error
    _require(language, "numbers", set(UNITS), set(words["numbers"]))
    _require(language, "nouns", {c.value for c in ObjectClass}, {c.value for c in lexicon.nouns})
    _require(language, "places", {s.value for s in Side}, {s.value for s in lexicon.places})
    _require(language, "acts", {a.value for a in Act}, {a.value for a in lexicon.acts})
    for side, forms in lexicon.places.items():
        _require(language, f"places.{side.value}", PLACE_FORMS, set(forms))
    _require(language, "measure", {lexicon.measure.unit}, COUNTED)
    for label, noun in lexicon.nouns.items():
        _require(language, "kinds", {noun.kind}, KINDS)
        _require(language, f"nouns.{label.value}", set(NAMING_FORMS), set(noun.forms))
    return lexicon


def _read(language: str, words: Mapping[str, Any], units: str) -> Lexicon:
    genders = words.get("genders", {})
    nouns = {ObjectClass(name): _noun(entry, genders) for name, entry in words["nouns"].items()}
    colours: dict[str, dict[str, str]] = {name: dict(forms) for name, forms in words["colours"].items()}
    counts = {int(n): str(word) for n, word in words["counts"].items()}
    return Lexicon(
        language=language,
        measure=Measure(**words["measure"]),
        nouns=nouns,
        noun_phrases=_patterns(words["noun_phrases"]),
        colours=colours,
        places={Side(name): _patterns(forms) for name, forms in words["places"].items()},
        units=UNITS[units],
        numbers=_patterns(words["numbers"][units]),
        counts=counts,
        tables={name: _patterns(entries) for name, entries in words["tables"].items()},
        acts={Act(name): tuple(_variants(name, entries)) for name, entries in words["acts"].items()},
        gives_away=all_tellings(nouns, colours, counts, _tellings(words["gives_away"])),
        hedges=tuple(words["hedges"]),
        light=tuple(words["light"]),
        joiner=str(words["joiner"]),
    )


def _noun(entry: Mapping[str, Any], genders: Mapping[str, Mapping[str, Any]]) -> Noun:
    gender = str(entry["gender"]) if genders else ""
    shared = genders[gender] if genders else {}
    own = {name: form for name, form in entry.items() if name not in ("kind", "gender", "phrases")}
    return Noun(
        forms={name: str(form) for name, form in {**shared, **own}.items()},
        kind=str(entry["kind"]),
        gender=gender,
        phrases=_patterns(entry.get("phrases", {})),
    )


def _patterns(entries: Mapping[str, str]) -> dict[str, Pattern]:
    return {str(name): parse(str(phrase)) for name, phrase in entries.items()}


def _variants(act: str, entries: list[Any]) -> Iterator[Variant]:
    """Each entry is a phrase, or several that are true under the same conditions."""
    for k, entry in enumerate(entries):
        grouped = entry if isinstance(entry, dict) else {"say": entry}
        says = grouped["say"] if isinstance(grouped["say"], list) else [grouped["say"]]
        conditions = tuple(_condition(key, value) for key, value in grouped.get("when", {}).items())
        for j, say in enumerate(says):
            yield Variant(name=f"{act}.{k}.{j}", pattern=parse(say), conditions=conditions)


def _condition(key: str, value: Any) -> Condition:
    role, _, predicate = key.rpartition(".")
    if predicate not in ASKED:
        Predicate(predicate)
    values = value if isinstance(value, list) else [] if value == "any" else [value]
    return Condition(role=role, predicate=predicate, values=frozenset(_value(v) for v in values))


def _value(value: Any) -> str:
    """Claims' truth values as they stand in a condition."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tellings(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Telling]:
    return {
        str(word): {Predicate(p): frozenset(_value(v) for v in values) for p, values in (told or {}).items()}
        for word, told in entries.items()
    }


def _require(language: str, what: str, wanted: set[str] | frozenset[str], found: set[str] | frozenset[str]) -> None:
    gaps = sorted(wanted - found)
    if gaps:
        raise ConfigError(f"words/{language}.yaml: {what} lacks {', '.join(gaps)}", remedy="add what is missing")
