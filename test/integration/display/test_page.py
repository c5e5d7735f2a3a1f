"""The page in a real browser: what is said is read, asked about, and understood by who cannot see or point."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ride import (
    BUS,
    HOSTILE,
    SEEN_BUS,
    SEEN_CAR,
    SIREN,
    SPOKEN,
    START_NS,
    claim,
    image,
    replied,
    said,
    street,
)
from waiting import until

from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.display import Board

Open = Callable[..., Any]
SIZES = [(360, 780), (1280, 800), (3840, 2160)]


def texts(page: Any) -> list[str]:
    """What is read from top to bottom: the newest first."""
    found: list[str] = page.locator(".sentence > button").all_inner_texts()
    return found


def wait_for(page: Any, text: str) -> None:
    page.locator("#now", has_text=text).wait_for()


@contextmanager
def seeing(board: Board) -> Iterator[None]:
    """The scene comes ten times a second, as from the vehicle: after 1.5 s without one the page shows nothing."""
    is_over = threading.Event()

    def see() -> None:
        while not is_over.wait(0.1):
            board.see(street())

    thread = threading.Thread(target=see, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_sentence_is_large_and_the_one_before_moves_down(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    served.board.narrate(said("A bus is ahead."))
    wait_for(page, "A bus is ahead.")
    served.board.narrate(said("I can hear a siren.", *SIREN))
    wait_for(page, "siren")

    assert texts(page) == ["I can hear a siren.", "A bus is ahead."]
    large, small = (
        float(page.locator(where).evaluate("node => getComputedStyle(node).fontSize").removesuffix("px"))
        for where in ("#now button", "#sentences button")
    )
    assert large > 1.5 * small


def test_who_opens_the_page_later_reads_what_was_said(serve: Open, open_page: Open) -> None:
    served = serve()
    for k in range(30):
        served.board.narrate(said(f"Sentence {k}."))

    page = open_page(served.address)
    wait_for(page, "Sentence 29.")

    assert texts(page) == [f"Sentence {k}." for k in range(29, -1, -1)]


def test_a_page_tells_that_the_oldest_sentences_are_no_longer_kept(serve: Open, open_page: Open) -> None:
    served = serve(kept=10)
    for k in range(15):
        served.board.narrate(said(f"Sentence {k}."))

    page = open_page(served.address)
    wait_for(page, "Sentence 14.")

    assert len(texts(page)) == 10
    assert page.locator("#cut").is_visible()


def test_a_sentence_that_is_touched_tells_its_claims_and_lights_what_was_meant(serve: Open, open_page: Open) -> None:
    served = serve(scenes_per_s=20.0)
    page = open_page(served.address)
    served.board.narrate(said("A bus is coming up behind us.", *BUS))
    wait_for(page, "bus")

    page.locator("#now button").click()
    with seeing(served.board):
        page.locator("#picture .told").wait_for(state="attached")
        assert page.locator("#picture .told").get_attribute("data-track") == "1"

    assert "bus 1: is there" in page.locator(".why").inner_text()
    assert "bus 1: distance 8.3 m" in page.locator(".why").inner_text()
    assert "laser, 0.1 s before: nearest of 42 points" in page.locator(".why").inner_text()
    page.keyboard.press("Escape")
    assert page.locator(".why").count() == 0


def test_what_one_thing_is_by_the_same_evidence_is_told_together(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    served.board.narrate(
        said("A bus is in our lane.", claim("exists", "track:1", "bus"), claim("in_path", "track:1", True))
    )
    wait_for(page, "bus")

    page.locator("#now button").click()

    assert page.locator(".why .claim").all_inner_texts() == ["bus 1: is there, in our path"]


def test_why_is_told_in_the_language_of_the_page(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address, locale="zh-CN")
    claims = (
        claim("exists", "track:1", "bus"),
        claim("side", "track:1", "behind_left"),
        claim("motion", "track:1", "cutting_in"),
        claim("cause", "ego", "track:1"),
    )
    served.board.narrate(said("有公交车。", *claims, language="zh"))
    wait_for(page, "有公交车")

    page.locator("#now button").click()

    told = page.locator(".why .claim").all_inner_texts()
    assert told == ["公交车 1：存在、方位 左后方、运动 切入", "本车：原因 公交车 1"]


def test_the_picture_shows_things_and_the_bearing_of_a_sound_and_never_an_old_moment(
    serve: Open, open_page: Open
) -> None:
    served = serve(scenes_per_s=20.0)
    page = open_page(served.address)
    assert page.locator("#caption").inner_text() == "There is no picture of now."

    with seeing(served.board):
        page.locator("#picture .heard").wait_for(state="attached")
        assert page.locator("#caption").inner_text() == (
            "8 cars, 1 cyclist, 1 bus, 1 person, 1 truck; heard: siren, behind on the left"
        )
        assert page.locator("#picture .thing").count() == 18
        # The wedge points to behind us on the left: below and left of the middle.
        box = page.locator("#picture .heard text")
        assert float(box.get_attribute("x")) < -5
        assert float(box.get_attribute("y")) > 5
    page.locator("#picture.blind").wait_for(timeout=4000)
    assert page.locator("#picture .thing").count() == 0


def test_the_list_does_not_grow_without_end(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    page.locator("#link[data-open]").wait_for()
    for k in range(450):
        served.board.narrate(said(f"Sentence {k}."))
    wait_for(page, "Sentence 449.")

    assert page.locator("#sentences li").count() == 400
    assert page.locator("#sentences li").last.text_content() == "Sentence 49."


def test_another_language_changes_sentences_and_the_page_itself(serve: Open, open_page: Open) -> None:
    served = serve()
    served.board.tell(languages=("en", "zh"), profile="standard")
    for narration in SPOKEN:
        served.board.narrate(narration)
    page = open_page(served.address)
    wait_for(page, "A bus is coming")

    page.locator("button[data-language=zh]").click()

    assert texts(page)[0] == "一辆公交车正从后方驶来，距离8米。"
    assert len(texts(page)) == 5
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert page.locator("#now button").get_attribute("lang") == "zh-Hans"
    assert page.locator("#profile").inner_text() == "模式：standard"
    assert page.evaluate("getComputedStyle(document.querySelector('#now button')).lineBreak") == "strict"
    page.locator("button[data-language=es]").click()
    assert page.locator("#unspoken").inner_text() == "El narrador no habla español ahora; habla English, 中文."


@pytest.mark.parametrize(
    ("locale", "title"), [("en-GB", "What is around us"), ("zh-CN", "我们周围"), ("es-MX", "Lo que nos rodea")]
)
def test_the_page_begins_in_the_language_of_the_browser(serve: Open, open_page: Open, locale: str, title: str) -> None:
    page = open_page(serve().address, locale=locale)

    assert page.locator("h1").inner_text() == title
    assert page.title() == title


def test_a_question_goes_out_with_a_seat_and_its_reply_comes_back_with_evidence(serve: Open, open_page: Open) -> None:
    served = serve()
    page, other = open_page(served.address), open_page(served.address)
    page.locator("#link[data-open]").wait_for()
    other.locator("#link[data-open]").wait_for()
    page.locator("#question").fill("Is there a bus  behind us?")
    page.keyboard.press("Enter")
    page.locator("#answer").wait_for()
    until(lambda: served.asked)

    question = served.asked[0]
    assert (question.text, question.language) == ("Is there a bus behind us?", "en")
    query = "exists(bus, behind)"
    served.board.answer(replied("Yes, 8 m.", question.text, *BUS, seat=f"page:{question.seat}", query=query))
    page.locator("#answer", has_text="Yes, 8 m.").wait_for()
    page.locator("#now button").click()

    assert "The question was taken for: exists(bus, behind)" in page.locator(".why").inner_text()
    assert "nearest of 42 points" in page.locator(".why").inner_text()
    served.board.narrate(said("A bus is ahead."))
    wait_for(other, "A bus is ahead.")
    assert texts(other) == ["A bus is ahead."], "what one passenger types is not for the others"


def test_what_was_spoken_aloud_is_answered_on_every_page(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    served.board.answer(replied("Yes.", "Is there a bus?", seat="rear_left"))

    wait_for(page, "Yes.")
    assert page.locator("#now .question").inner_text() == "Is there a bus?"


def test_more_questions_than_are_allowed_are_told_to_be_too_many(serve: Open, open_page: Open) -> None:
    served = serve(questions_per_minute=4)
    page = open_page(served.address)
    page.locator("#link[data-open]").wait_for()
    for k in range(3):
        page.locator("#question").fill(f"Question {k}?")
        page.keyboard.press("Enter")

    page.locator("#answer", has_text="many questions at once").wait_for()
    assert len(served.asked) == 1


def test_what_people_and_bags_say_is_text_and_never_markup(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    served.board.narrate(said(HOSTILE, claim(HOSTILE, HOSTILE, HOSTILE, detail=HOSTILE)))
    served.board.tell(languages=(HOSTILE,), profile=HOSTILE)
    wait_for(page, "behind us")
    page.locator("#now button").click()
    served.board.answer(replied(HOSTILE, HOSTILE, query=HOSTILE))
    page.locator(".sentence.reply").wait_for()

    assert texts(page)[1] == HOSTILE
    assert HOSTILE in page.locator(".why").inner_text()
    assert page.evaluate("document.querySelectorAll('img, [onerror], body script').length") == 0
    assert page.title() == "What is around us"


def test_a_screen_reader_hears_politely_and_at_once_what_is_urgent(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    page.locator("#link[data-open]").wait_for()
    served.board.narrate(said("A bus is ahead."))
    page.locator("#polite", has_text="A bus is ahead.").wait_for(state="attached")
    assert page.locator("#polite").get_attribute("aria-live") == "polite"

    served.board.narrate(said("有行人！", language="en", urgency=Urgency.URGENT))
    page.locator("#urgent", has_text="有行人！").wait_for(state="attached")
    assert page.locator("#urgent").get_attribute("role") == "alert"


def test_what_was_said_a_while_ago_is_shown_as_past_and_not_announced(serve: Open, open_page: Open) -> None:
    served = serve()
    served.board.narrate(said("A person is crossing.", urgency=Urgency.URGENT), ago_s=60.0)
    page = open_page(served.address)
    wait_for(page, "A person is crossing.")
    page.locator("#now .past").wait_for()
    page.wait_for_timeout(200)

    assert page.locator("#urgent").inner_text() == ""
    served.board.narrate(said("A bus is ahead."))
    page.locator("#polite", has_text="A bus is ahead.").wait_for(state="attached")


def test_the_same_sentence_is_announced_again_and_the_line_only_when_it_changes(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    page.locator("#link[data-open]").wait_for()
    page.evaluate(CHANGES)
    for k in (1, 2):
        served.board.narrate(said("A bus is ahead.", stamp_ns=START_NS + k))
        page.wait_for_function("k => window.changed.polite === k", arg=k)

    assert page.evaluate("window.changed.link") == 0


@pytest.mark.parametrize("how", ["Escape", "Enter"])
def test_an_answer_is_closed_by_a_key_or_its_button(serve: Open, open_page: Open, how: str) -> None:
    page = open_page(serve().address, 360, 780)
    page.locator("#link[data-open]").wait_for()
    page.locator("#question").fill("Is there a bus?")
    page.keyboard.press("Enter")
    height = page.locator("#ask").evaluate("form => form.offsetHeight")
    page.wait_for_function("h => document.documentElement.style.getPropertyValue('--asking') === `${h}px`", arg=height)
    if how == "Enter":
        page.locator("#answer button").focus()

    page.keyboard.press(how)

    page.locator("#answer").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.id") == "question"


CHANGES = """() => {
  window.changed = { polite: 0, link: 0 };
  for (const id of ["polite", "link"]) new MutationObserver(() => { window.changed[id] += 1; })
    .observe(document.getElementById(id), { childList: true, characterData: true, subtree: true });
}"""


def test_keys_alone_lead_through_the_page(serve: Open, open_page: Open) -> None:
    served = serve()
    for narration in SPOKEN:
        served.board.narrate(narration)
    page = open_page(served.address)
    wait_for(page, "A bus is coming")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"

    assert reached[:5] == ["English", "中文", "Español", "Read aloud", "Dark"]
    assert "A bus is coming up behind us, 8 metres away." in reached
    assert "question" in reached
    page.locator("#sentences button").first.focus()
    page.keyboard.press("Enter")
    page.locator(".why", has_text="siren: heard siren").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    serve: Open, open_page: Open, stumbled_over: Open, width: int, height: int, scheme: str
) -> None:
    served = serve(scenes_per_s=20.0)
    served.board.tell(languages=("en", "zh"), profile="standard", hears=("en",))
    for narration in SPOKEN:
        served.board.narrate(narration)
    page = open_page(served.address, width, height, scheme)
    served.board.pictures.take(image())
    served.board.narrate(said("A bus is parked, and a car.", SEEN_BUS, SEEN_CAR, stamp_ns=START_NS))
    served.board.narrate(said("停着公交车和小汽车。", SEEN_BUS, SEEN_CAR, language="zh", stamp_ns=START_NS))
    served.board.narrate(said("Hay un autobús y un coche.", SEEN_BUS, SEEN_CAR, language="es", stamp_ns=START_NS))
    wait_for(page, "A bus is parked")
    for language in ("en", "zh", "es"):
        page.locator(f"button[data-language={language}]").click()
        page.locator("#now button").click()
        page.locator("#now .seen img").wait_for()
        assert page.locator("#talk").is_visible()
        with seeing(served.board):
            page.locator("#picture .thing").first.wait_for(state="attached")
            assert stumbled_over(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(SMALL) == [], "what is touched is at least 44 px high"


SMALL = """[...document.querySelectorAll('button, input')]
  .filter((b) => b.offsetParent && b.offsetHeight < 44).map((b) => b.innerText)"""


def test_the_colours_are_those_of_the_drive_report(repository: Path) -> None:
    package = repository / "crossmodal_narrator"
    ours, theirs = (
        dict(re.findall(r"(--[a-z]+): (light-dark\([^)]*\));", (package / path).read_text(encoding="utf-8")))
        for path in ("display/assets/page.css", "evaluation/report/assets/page.css")
    )

    shared = ours.keys() & theirs.keys()
    assert len(shared) > 14
    assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}
