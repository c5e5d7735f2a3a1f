"""Digits and units as words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.config import parameters_of
from crossmodal_narrator.language import LANGUAGES
from crossmodal_narrator.voice import spelled
from crossmodal_narrator.voice.config import SpeakingConfig


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("A bus about 12 m ahead.", "A bus about twelve metres ahead."),
        ("1 m", "one metre"),
        ("105 metres, 5 men", "one hundred and five metres, five men"),
        ("35 km/h", "thirty-five kilometres an hour"),
        ("2.5 km", "two point five kilometres"),
        ("1,234 and 90%", "one thousand two hundred and thirty-four and ninety percent"),
        ("track 007", "track zero zero seven"),
        ("3 s, 40°", "three seconds, forty degrees"),
        ("1001", "one thousand and one"),
    ],
)
def test_english(written: str, spoken: str) -> None:
    assert spelled(written, "en") == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("前方约10米是一辆白色轿车。", "前方约十米是一辆白色轿车。"),
        ("2辆车", "两辆车"),
        ("2米", "两米"),
        ("第2个路口", "第二个路口"),
        ("12个人", "十二个人"),
        ("105米", "一百零五米"),
        ("1010", "一千零一十"),
        ("20000", "两万"),
        ("2500", "两千五百"),
        ("35km/h", "三十五公里每小时"),
        ("2.5公里", "二点五公里"),
        ("90%", "百分之九十"),
    ],
)
def test_chinese(written: str, spoken: str) -> None:
    assert spelled(written, "zh") == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Hay un coche delante, a 13 metros.", "Hay un coche delante, a trece metros."),
        ("a unos 35 m", "a unos treinta y cinco metros"),
        ("1 m, 21 m, 101 m", "un metro, veintiún metros, ciento un metros"),
        ("Cuento 21 personas, 31 coches", "Cuento veintiuna personas, treinta y un coches"),
        ("200 furgonetas y 500 metros", "doscientas furgonetas y quinientos metros"),
        ("100 km/h, 1 km/h", "cien kilómetros por hora, un kilómetro por hora"),
        ("2,5 km o 2.5 km", "dos coma cinco kilómetros o dos coma cinco kilómetros"),
        ("1.234 y 90 %", "mil doscientos treinta y cuatro y noventa por ciento"),
        ("21.000 motos", "veintiún mil motos"),
        ("Somos 1, y 16 más", "Somos uno, y dieciséis más"),
        ("5 más", "cinco más"),
        ("007", "cero cero siete"),
    ],
)
def test_spanish(written: str, spoken: str) -> None:
    assert spelled(written, "es") == spoken


@given(text=st.text(max_size=40), language=st.sampled_from(LANGUAGES))
def test_no_digit_is_left_in_whatever_text(text: str, language: str) -> None:
    assert not re.search(r"[0-9]", spelled(text, language))


def test_what_has_no_digits_and_another_language_stay_as_they_are() -> None:
    assert spelled("Nobody is there.", "en") == "Nobody is there."
    assert spelled("12 Meter", "de") == "12 Meter"


def test_what_is_narrated_can_be_chosen_to_be_spoken() -> None:
    (language,) = (p for p in parameters_of(SpeakingConfig) if p.name == "language")
    assert language.choices == LANGUAGES
