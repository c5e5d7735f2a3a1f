"""Words of a search become facts, in two languages the same ones; what no rule knows becomes none."""

from __future__ import annotations

import pytest

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.language.dialogue.understanding import language_of
from crossmodal_narrator.language.searching import event_named, read_search_words, wanted_by, words_of
from crossmodal_narrator.language.searching.words import search_words_from


def facts(text: str) -> list[str]:
    return [str(one) for one in wanted_by(text, read_search_words(language_of(text, "en")))]


@pytest.mark.parametrize(
    ("english", "chinese", "wanted"),
    [
        ("an ambulance comes from behind", "救护车从后面来", ["sound(siren; behind|behind_left|behind_right)"]),
        ("the siren moves away", "警笛远去", ["sound(siren; fading)"]),
        ("a pedestrian crosses the road", "行人横穿马路", ["thing(pedestrian; crossing|stepping_out)"]),
        ("a bus pulls away", "公交车开走", ["thing(bus; pulling_away)"]),
        ("we overtake a cyclist", "我们超过骑车人", ["thing(cyclist; overtaken)"]),
        ("we stop at a red light", "我们在红灯前停下", ["signal(red)", "ego(standing|stopped|stopping)"]),
        ("we start moving", "我们起步", ["ego(starting)"]),
        ("we brake for a pedestrian", "为行人刹车", ["thing(pedestrian)", "ego(slowing|stopping)"]),
        (
            "a row of parked cars on the right",
            "右边停着一排车",
            ["row(parked; ahead_right|behind_right|right)"],
        ),
        (
            "standing behind a white car",
            "停在白色轿车后面",
            ["thing(car|van; ahead|ahead_left|ahead_right; white)", "ego(standing|stopped)"],
        ),
        ("a siren at night", "夜里的警笛", ["sound(siren)", "light(night)"]),
        ("the siren dies away", "警报声由近及远", ["sound(siren; fading)"]),
        ("there is a bus in front", "公交车在前方", ["thing(bus; ahead|ahead_left|ahead_right)"]),
        ("the wail of an emergency vehicle", "特種車輛的警笛", ["sound(siren)"]),
        ("we get past a cyclist", "我们从骑车人旁边经过", ["thing(cyclist; overtaken)"]),
        ("ego pulls away from standstill", "自车由静止起步", ["ego(starting)"]),
        ("a car comes the other way", "有轿车迎面过来", ["thing(car|van; approaching|oncoming)"]),
        ("red to green", "红灯转绿灯", ["signal(green)"]),
        ("the light goes green", "灯绿了可以走了", ["signal(green)"]),
        ("traffic lights", "红绿灯", ["signal(amber|green|red)"]),
        ("our car is stationary", "车子不动了", ["ego(standing|stopped|stopping)"]),
        ("a pedestrian on a night in the rain", "雨夜里的行人", ["thing(pedestrian)", "light(night)", "weather(rain)"]),
    ],
)
def test_both_languages_mean_the_same(english: str, chinese: str, wanted: list[str]) -> None:
    assert facts(english) == wanted
    assert facts(chinese) == wanted


def test_who_cuts_in_sits_in_a_vehicle_and_is_not_yet_in_our_lane() -> None:
    (wanted,) = wanted_by("someone merges into our lane", read_search_words("en"))

    assert "car" in wanted.labels
    assert "pedestrian" not in wanted.labels
    assert not wanted.in_path


def test_who_steps_out_between_cars_is_no_car() -> None:
    (wanted,) = wanted_by("a child steps out between parked cars", read_search_words("en"))

    assert wanted.labels == {"pedestrian", "cyclist"}


def test_who_comes_from_behind_does_not_step_out_and_who_comes_from_behind_a_car_does() -> None:
    assert facts("a police car comes from behind") == ["sound(siren; behind|behind_left|behind_right)"]
    assert facts("a child comes from behind a parked car") == ["thing(cyclist|pedestrian; crossing|stepping_out)"]


@pytest.mark.parametrize("text", ["the meaning of life", "生活的意义", "", "?!"])
def test_what_no_rule_knows_is_no_fact(text: str) -> None:
    assert facts(text) == []


def test_a_chinese_sentence_is_compared_by_pairs_of_characters() -> None:
    assert words_of("行人过街", read_search_words("zh")) == ["行人", "人过", "过街"]
    assert words_of("There is a siren behind us.", read_search_words("en")) == ["siren", "behind"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("cutting_in", "thing(cutting_in)"), ("bus", "thing(bus)"), ("red", "signal(red)"), ("siren", "sound(siren)")],
)
def test_an_event_can_be_named_by_its_value(name: str, wanted: str) -> None:
    assert [str(one) for one in event_named(name)] == [wanted]
    assert event_named("nothing") == ()


def test_a_table_with_an_unknown_value_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"searching/words/en\.yaml.*compare it with en\.yaml"):
        search_words_from("en", {"sounds": [], "signals": [["purple", "purple light"]]})
    with pytest.raises(ConfigError, match="nothing is searched for in 'es'"):
        read_search_words("es")
