"""What a camera saw of what is meant: shown to who asks why, and kept for no longer than that needs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from ride import BUS, SEEN_BUS, SEEN_CAR, START_NS, TENTH_NS, WIDE, image, said
from test_network import join, welcome

from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.pictured import pictured, where_pictured
from crossmodal_narrator.display.pictures import MOST_RECENT, RECENT_NS, Pictures

Open = Callable[..., Any]
RECENT = RECENT_NS // TENTH_NS
KEY = f"front/{START_NS - TENTH_NS}"


@pytest.mark.parametrize("camera", ["front", "sensing_camera_rear_left", "前"])
@pytest.mark.parametrize("box", [(755.4, 541.0, 1125.2, 838.0), (-3.0, -0.2, 20.0, 11.0)])
def test_where_a_thing_is_in_a_picture_is_read_as_it_was_written(camera: str, box: tuple[float, ...]) -> None:
    x0, y0, x1, y1 = box
    found = where_pictured(pictured(camera, "car 0.74", PixelBox(x0=x0, y0=y0, x1=x1, y1=y1)))

    assert found is not None
    assert found[0] == camera
    assert (found[1].x0, found[1].y0, found[1].x1, found[1].y1) == tuple(round(v) for v in box)


@pytest.mark.parametrize("detail", ["", "looked at", "1065 points, car 0.78 by its shape, 4.3 x 1.8 m", "front: at px"])
def test_other_evidence_is_in_no_picture(detail: str) -> None:
    assert where_pictured(detail) is None


def test_why_shows_what_the_camera_saw_with_a_box_around_each_thing(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    served.board.pictures.take(image())
    served.board.narrate(said("A bus is parked, and a car.", SEEN_BUS, SEEN_CAR))
    page.locator("#now button", has_text="bus").click()
    page.locator(".seen img").wait_for()

    assert page.locator(".seen img").get_attribute("alt") == (
        "The picture of the front camera, with a box around: bus 1, at the left; car 2, at the right"
    )
    assert page.locator(".seen figcaption").inner_text() == "front camera, 0.1 s before"
    assert page.locator(".seen rect").count() == 2
    # The box lies over the red bus, and nothing else in the picture is red.
    frame = page.locator(".seen .frame").bounding_box()
    box = page.locator(".seen rect").first.bounding_box()
    assert box["x"] - frame["x"] == pytest.approx(100 * frame["width"] / WIDE, abs=3)
    assert box["width"] == pytest.approx(320 * frame["width"] / WIDE, abs=6)
    assert reddest(page) == pytest.approx((100 / WIDE, 420 / WIDE), abs=0.01)


def test_what_is_heard_of_a_thing_is_not_boxed_once_more(serve: Open, open_page: Open) -> None:
    """A siren that comes from a bus rests on the picture of that bus, too."""
    served = serve()
    page = open_page(served.address)
    served.board.pictures.take(image())
    heard = dataclasses.replace(SEEN_BUS, predicate="sound_source", subject="sound:siren", value="track:1")
    served.board.narrate(said("The siren comes from the bus.", heard, SEEN_BUS, heard))
    page.locator("#now button", has_text="bus").click()
    page.locator(".seen img").wait_for()

    assert page.locator(".seen .box").all_text_contents() == ["bus 1"]


def reddest(page: Any) -> tuple[float, float]:
    """From where to where the picture is red, in parts of its width."""
    columns = page.evaluate(
        """() => { const img = document.querySelector(".seen img"), canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
        const paper = canvas.getContext("2d"); paper.drawImage(img, 0, 0);
        const row = paper.getImageData(0, Math.round(canvas.height / 2), canvas.width, 1).data;
        const red = [...Array(canvas.width).keys()].filter((x) => row[4 * x] > row[4 * x + 1] + 60);
        return [red[0] / canvas.width, (red.at(-1) + 1) / canvas.width]; }"""
    )
    return columns[0], columns[1]


def test_a_picture_of_another_moment_is_told_to_be_one(serve: Open, open_page: Open) -> None:
    served = serve()
    page = open_page(served.address)
    served.board.pictures.take(image(START_NS - TENTH_NS - 55_000_000))
    served.board.narrate(said("A bus is parked.", SEEN_BUS))
    page.locator("#now button", has_text="bus").click()
    page.locator(".seen img").wait_for()

    assert page.locator(".seen figcaption").inner_text() == "front camera, 0.2 s before"
    assert page.locator(".seen .box.near").count() == 1


@pytest.mark.parametrize(
    ("settings", "claims", "words"),
    [
        ({}, (SEEN_BUS,), "The camera picture of that moment is not kept."),
        ({"pictures": 0}, (SEEN_BUS,), "Camera pictures are switched off here."),
        ({}, BUS, "No camera picture belongs to this."),
    ],
)
def test_where_there_is_no_picture_the_page_says_so(
    serve: Open, open_page: Open, settings: dict[str, int], claims: Any, words: str
) -> None:
    served = serve(**settings)
    page = open_page(served.address)
    served.board.narrate(said("A bus is parked.", *claims))
    page.locator("#now button", has_text="bus").click()

    page.locator(".why", has_text=words).wait_for()
    assert page.locator(".why img").count() == 0


def test_a_picture_that_is_wanted_while_the_line_is_closed_is_asked_for_when_it_is_back(
    serve: Open, open_page: Open
) -> None:
    served = serve()
    page = open_page(served.address)
    served.board.pictures.take(image())
    served.board.narrate(said("A bus is parked.", SEEN_BUS))
    page.locator("#now button", has_text="bus").wait_for()
    # As when a socket has broken, and nobody has been told of it yet.
    page.evaluate(
        "() => { window.sent = WebSocket.prototype.send; WebSocket.prototype.send = function () { this.close(); }; }"
    )
    page.locator("#now button", has_text="bus").click()
    page.locator(".seen figcaption").wait_for()
    assert page.locator(".seen img").count() == 0
    page.evaluate("() => { WebSocket.prototype.send = window.sent; }")

    page.locator(".seen img").wait_for()


def wanted(socket: Any, key: str) -> dict[str, Any]:
    socket.send(json.dumps({"kind": "picture", "id": key}))
    while True:
        message: dict[str, Any] = json.loads(socket.recv(timeout=5))
        if message["kind"] == "picture":
            return message


def test_a_picture_of_which_nothing_was_said_is_given_to_nobody(serve: Open) -> None:
    served = serve()
    served.board.pictures.take(image())
    with join(served.address) as socket:
        welcome(socket)
        assert wanted(socket, KEY) == {"kind": "picture", "id": KEY, "why": "gone"}
        served.board.narrate(said("A bus is parked.", SEEN_BUS))
        found = wanted(socket, KEY)

    assert (found["width"], found["height"], found["later"]) == (1280, 720, 0.0)
    assert len(found["jpeg"]) < 100_000


@pytest.mark.parametrize("key", ["", "front", "front/", "front/x", "front/1" + "0" * 150, "../front/1", "front/-1"])
def test_a_key_that_names_nothing_gets_nothing(serve: Open, key: str) -> None:
    served = serve()
    served.board.pictures.take(image())
    served.board.narrate(said("A bus is parked.", SEEN_BUS))
    with join(served.address) as socket:
        welcome(socket)
        assert wanted(socket, key)["why"] == "gone"


def test_what_a_sentence_was_about_stays_when_the_rest_is_let_go() -> None:
    pictures = Pictures(2)
    pictures.take(image())
    pictures.name((SEEN_BUS,))
    for k in range(3 * RECENT):
        pictures.take(image(START_NS + k * TENTH_NS))
    found = pictures.of(KEY)

    assert found is not None
    assert found.stamp_ns == START_NS - TENTH_NS
    assert pictures.of(f"front/{START_NS}") is None
    grown = pictures.size_bytes
    for k in range(3 * RECENT, 6 * RECENT):
        pictures.take(image(START_NS + k * TENTH_NS))
    assert pictures.size_bytes == grown, "it does not grow"
    pictures.forget_recent()
    assert pictures.of(KEY) is not None
    assert pictures.size_bytes < grown / RECENT


@pytest.mark.parametrize("rate_hz", [5, 10, 30])
def test_a_sentence_may_come_some_seconds_after_what_it_is_about_at_any_rate(rate_hz: int) -> None:
    pictures = Pictures(2)
    pictures.take(image())
    for k in range(round(4.8 * rate_hz)):
        pictures.take(image(START_NS + round(k * 1e9 / rate_hz)))
    pictures.name((SEEN_BUS,))

    assert pictures.of(KEY) is not None


def test_pictures_of_a_camera_that_is_fast_or_whose_clock_jumps_back_do_not_pile_up() -> None:
    pictures = Pictures(2)
    pictures.take(image())
    one = pictures.size_bytes
    for k in range(MOST_RECENT + 40):
        pictures.take(image(START_NS + k))
    assert pictures.size_bytes == MOST_RECENT * one
    pictures.take(image(START_NS - 60 * TENTH_NS))

    assert pictures.size_bytes == one


def test_a_page_that_asks_and_reads_nothing_makes_nobody_wait_and_keeps_nothing(serve: Open) -> None:
    """What is wanted waits as a key; the pictures themselves are looked up when they are sent."""
    served = serve()
    served.board.pictures.take(image())
    served.board.narrate(said("A bus is parked.", SEEN_BUS))
    with join(served.address) as greedy, join(served.address) as other:
        welcome(greedy)
        welcome(other)
        for _ in range(15):
            greedy.send(json.dumps({"kind": "picture", "id": KEY}))
        served.board.narrate(said("Two."))
        told = [json.loads(other.recv(timeout=5))["text"] for _ in range(2)]

    assert told == ["A bus is parked.", "Two."]
