"""The passengers' page has words for whatever a claim may hold, in each of its languages."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

import pytest
import yaml

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.scene import Motion, Side, SoundTrend
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.language.claims.predicates import EgoState, Movement, Predicate

LANGUAGES = {"en": "ENGLISH", "zh": "CHINESE", "es": "SPANISH"}


def table(repository: Path, file: str, language: str) -> dict[str, str]:
    text = (repository / "crossmodal_narrator" / "display" / "assets" / file).read_text(encoding="utf-8")
    own = text.split(f"const {LANGUAGES[language]} = {{")[1].split("\n};")[0]
    return dict(re.findall(r'(\w+): "([^"]*)"', own))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [Side, Motion, Movement, EgoState, SignalState, SoundTrend, Trouble])
def test_each_value_has_words(repository: Path, language: str, kind: type[Enum]) -> None:
    words = table(repository, "values.js", language)

    assert [value.value for value in kind if not words.get(value.value)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_colour_that_is_said_has_words(repository: Path, language: str) -> None:
    said = repository / "crossmodal_narrator" / "language" / "realisation" / "words" / "zh.yaml"
    colours = yaml.safe_load(said.read_text(encoding="utf-8"))["colours"]

    assert len(colours) > 10
    assert colours.keys() - table(repository, "values.js", language).keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("file", "kind"), [("words.js", ObjectClass), ("words.js", Sense), ("claims.js", Predicate)])
def test_each_thing_sense_and_predicate_has_words(repository: Path, language: str, file: str, kind: type[Enum]) -> None:
    words = table(repository, file, language)

    assert [value.value for value in kind if not words.get(value.value)] == []


@pytest.mark.parametrize("language", ["zh", "es"])
def test_no_value_is_left_in_english(repository: Path, language: str) -> None:
    english, words = (table(repository, "values.js", name) for name in ("en", language))

    assert [name for name in english if words[name] == english[name] and name != "false"] == []
