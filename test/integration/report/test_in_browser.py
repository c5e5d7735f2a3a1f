"""The report and the comparison in a real browser: they open without a fault, and a click tells what they promise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from replayed import HOSTILE

from crossmodal_narrator.cli.main import main

OpenPage = Callable[..., Any]
SIZES = [(360, 780), (1280, 900), (2560, 1440), (3840, 2160)]


def choose(page: Any, words: str) -> None:
    page.locator("#sentences button", has_text=words).click()


def test_a_sentence_shows_its_words_its_claims_and_what_the_camera_saw(drive: Path, open_page: OpenPage) -> None:
    page = open_page(drive / "page.html")

    choose(page, "A car ahead")

    assert page.locator("#detail .texts p").all_inner_texts() == ["en\nA car ahead, 10 metres.", "zh\n前方10米有车。"]
    assert page.locator(".claims .predicate").all_inner_texts() == ["exists", "distance"]
    assert page.locator("#camera img").get_attribute("alt") == "Camera front at 1.0 s"
    assert page.evaluate("document.querySelector('#camera img').naturalWidth") == 640
    assert page.locator("#now").inner_text() == "1.0 s"


def test_a_claim_opens_its_evidence_and_lights_its_track_in_both_views(drive: Path, open_page: OpenPage) -> None:
    page = open_page(drive / "page.html")
    choose(page, "A car ahead")
    assert page.locator(".lit").count() == 0

    page.locator(".claims button", has_text="distance").click()

    assert "nearest of 42 points" in page.locator(".evidence").inner_text()
    assert "1700000000000000000 ns" in page.locator(".evidence").inner_text()
    for view in ("#above", "#camera", "#timeline"):
        assert page.locator(f"{view} .lit").count() == 1, view
        assert page.locator(f"{view} .lit").get_attribute("data-track") == "1"

    page.keyboard.press("Escape")
    assert page.locator(".lit").count() == 0
    assert page.locator(".evidence").count() == 0


def test_a_claim_about_a_sound_lights_where_it_comes_from(drive: Path, open_page: OpenPage) -> None:
    page = open_page(drive / "page.html")
    choose(page, "I can hear a siren")

    page.locator(".claims button").click()

    assert page.locator("#above .sounds.lit text").inner_html() == "siren 30 m"


def test_what_a_bag_says_is_text_and_never_markup(drive: Path, open_page: OpenPage) -> None:
    page = open_page(drive / "page.html")
    choose(page, "behind us")
    page.locator(".claims button").click()

    assert page.locator("#detail .texts p").inner_text() == f"en\n{HOSTILE}"
    assert HOSTILE in page.locator(".evidence").inner_text()
    assert page.evaluate("document.querySelectorAll('img[src=x], [onerror]').length") == 0
    assert page.title() == f"{drive.name}: drive report"


def test_keys_alone_lead_through_the_drive(drive: Path, open_page: OpenPage) -> None:
    page = open_page(drive / "page.html")

    page.keyboard.press("j")
    assert page.locator("#now").inner_text() == "2.0 s"
    page.keyboard.press("k")
    assert page.locator("#now").inner_text() == "1.0 s"
    page.keyboard.press(".")
    assert page.locator("#now").inner_text() == "1.1 s"
    page.locator("#sentences button").first.focus()
    page.keyboard.press("ArrowDown")
    assert "I can hear a siren" in page.locator("[aria-current=true]").inner_text()
    assert page.evaluate("document.activeElement.dataset.sentence") == "1"
    page.locator(".claims button").focus()
    page.keyboard.press("Enter")
    assert "0.91 for 0.4 s" in page.locator(".evidence").inner_text()
    page.locator("#scrubber").focus()
    page.keyboard.press("End")
    assert page.locator("#now").inner_text() == "3.9 s"


def test_the_timeline_has_a_lane_for_each_language_class_sound_and_failing_sense(
    drive: Path, open_page: OpenPage
) -> None:
    page = open_page(drive / "page.html")

    # A lane's title is its whole name; an SVG text has its title within.
    names = page.eval_on_selector_all("#timeline > svg > text > title", "titles => titles.map(t => t.textContent)")
    assert names == ["en", "zh", "0–18 km/h", "siren", "lidar top stale", "pedestrian", "car"]
    assert page.locator("#timeline .mark").count() == 4
    page.locator("#timeline .mark.urgent").click()
    assert page.locator("#now").inner_text() == "3.0 s"


def test_the_list_turns_to_another_language(drive: Path, open_page: OpenPage) -> None:
    page = open_page(drive / "page.html")

    page.locator("#languages button", has_text="zh").click()

    assert "前方10米有车。" in page.locator("#sentences li").first.inner_text()
    assert "I can hear a siren." in page.locator("#sentences").inner_text()  # said in English alone


def test_figures_tables_and_what_to_look_at_are_there(drive: Path, open_page: OpenPage) -> None:
    page = open_page(drive / "page.html")

    assert "0.750" in page.locator("#headline").inner_text()
    assert "–" in page.locator("#figures-list").inner_text()  # what could not be had
    assert "10-20 m" in page.locator("#tables").inner_text()
    assert page.locator("#errors-plot svg").get_attribute("aria-label") == "Position error: 10 to 20 m: 0.3 m"
    page.locator("#events-list button").click()
    assert page.locator("#now").inner_text() == "2.0 s"


def test_what_was_refused_and_what_the_page_was_made_of_are_folded_and_open_at_a_click(
    drive: Path, open_page: OpenPage
) -> None:
    page = open_page(drive / "page.html")
    table = page.locator("#refused table")
    assert not table.is_visible()

    page.locator("#refused summary", has_text="withheld (1)").click()
    assert HOSTILE.split()[0] in table.inner_text()
    table.locator("button").click()
    assert page.locator("#now").inner_text() == "1.0 s"

    assert "format: 1" in page.locator("#made-of").inner_text()
    page.locator("#made-of summary", has_text="models (3)").click()
    assert "bird_eye.sha256" in page.locator("#made-of details[open]").inner_text()


def test_an_address_with_a_sentence_opens_it(drive: Path, open_page: OpenPage, browser: Any) -> None:
    page = open_page(drive / "page.html")
    choose(page, "I can hear a siren")
    address = page.url

    page.goto("about:blank")
    page.goto(address)

    assert address.endswith("#s1")
    assert "I can hear a siren" in page.locator("[aria-current=true]").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_is_wider_than_the_screen(
    drive: Path, open_page: OpenPage, width: int, height: int, scheme: str
) -> None:
    page = open_page(drive / "page.html", width, height, scheme)
    choose(page, "behind us")
    page.locator(".claims button").click()
    page.evaluate("document.querySelectorAll('details').forEach((folded) => { folded.open = true; })")

    assert page.evaluate("document.documentElement.scrollWidth") == width
    small = "[...document.querySelectorAll('button')].filter(b => b.getBoundingClientRect().height < 20).length"
    assert page.evaluate(small) == 0
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(v) for v in paper[4:-1].split(",")) < 200) == (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_cannot_see_it_well_can_use_it(
    drive: Path, open_page: OpenPage, stumbled_over: Callable[[Any], list[str]], scheme: str, tmp_path: Path
) -> None:
    page = open_page(drive / "page.html", scheme=scheme)
    choose(page, "A car ahead")
    page.locator(".claims button").first.click()
    page.evaluate("document.querySelectorAll('details').forEach((folded) => { folded.open = true; })")
    compared = tmp_path / "compare.html"
    main(["compare", str(drive), str(drive), "--out", str(compared)])

    assert stumbled_over(page) == []
    assert stumbled_over(open_page(compared, scheme=scheme)) == []


def test_a_comparison_shows_what_changed_and_hides_what_did_not(
    drive: Path, open_page: OpenPage, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    lines = (drive / "transcript.jsonl").read_text(encoding="utf-8").replace("I can hear a siren.", "There is a siren.")
    (other / "transcript.jsonl").write_text(lines, encoding="utf-8")
    main(["compare", str(drive), str(other), "--out", str(tmp_path / "compare.html"), "--fail-on", "none"])

    page = open_page(tmp_path / "compare.html")

    (row,) = page.locator(".pair-row").all()
    assert row.locator(".kind").inner_text() == "reworded"
    assert (row.locator("del").inner_text(), row.locator("ins").inner_text()) == ("I can hear", "There is")
    page.locator("#changes button", has_text="same").click()
    assert page.locator(".pair-row").count() == 2
    assert HOSTILE in page.locator("#pairs").inner_text()
