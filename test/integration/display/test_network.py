"""Who may come in from the network, what he may send, and what comes of it when he sends something else."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection
from typing import Any

import pytest
from ride import said
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from crossmodal_narrator.core.errors import ConfigError, DisplayError
from crossmodal_narrator.display import Board, DisplayConfig, Takers, open_server
from crossmodal_narrator.display.app import _is_sent
from crossmodal_narrator.display.guard import Rates

Serve = Callable[..., Any]
SEAT = "0" * 32
SILENT = Takers(ask=print, hear=print, complain=print)


@contextmanager
def join(
    address: str, *, origin: str | None = "", token: str = "", board: str = "", after: int = 0
) -> Iterator[ClientConnection]:
    """A page by its messages; as our own pages do, where `origin` is empty."""
    said_origin = address.rstrip("/") if origin == "" else origin
    with connect(f"{address.replace('http', 'ws')}talk", origin=said_origin, compression=None) as socket:
        socket.send(json.dumps({"kind": "hello", "token": token, "seat": SEAT, "board": board, "after": after}))
        yield socket


def status(address: str, host: str | None = None) -> int:
    request = urllib.request.Request(address, headers={} if host is None else {"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def refusal(address: str, token: str = "") -> int:
    with join(address, token=token) as socket:
        return close_code(socket)


def welcome(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(timeout=5))
    assert message["kind"] == "welcome"
    return message


def close_code(socket: ClientConnection) -> int:
    while True:
        try:
            socket.recv(timeout=8)
        except ConnectionClosed as closed:
            return 0 if closed.rcvd is None else closed.rcvd.code


def test_a_page_comes_back_and_hears_what_it_missed_and_nothing_twice(serve: Serve) -> None:
    served = serve()
    served.board.narrate(said("One."))
    with join(served.address) as socket:
        board = welcome(socket)["board"]
        number = json.loads(socket.recv(timeout=5))["number"]
    served.board.narrate(said("Two."))
    served.board.narrate(said("Three."))

    with join(served.address, board=board, after=number) as socket:
        welcome(socket)
        assert [json.loads(socket.recv(timeout=5))["text"] for _ in range(2)] == ["Two.", "Three."]


def test_a_sentence_tells_how_long_ago_it_was_said(serve: Serve) -> None:
    served = serve()
    served.board.narrate(said("Latched."), ago_s=30.0)
    with join(served.address) as socket:
        welcome(socket)
        served.board.narrate(said("Now."))
        latched, fresh = (json.loads(socket.recv(timeout=5)) for _ in range(2))

    assert latched["ago_s"] >= 30.0
    assert fresh["ago_s"] < 2.0


def test_a_number_of_another_board_counts_for_nothing(serve: Serve) -> None:
    served = serve()
    served.board.narrate(said("One."))

    with join(served.address, board="of before the restart", after=700) as socket:
        welcome(socket)
        assert json.loads(socket.recv(timeout=5))["text"] == "One."


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", None])
def test_a_page_of_another_site_is_refused(serve: Serve, origin: str | None) -> None:
    served = serve()
    with pytest.raises(InvalidStatus) as refused, join(served.address, origin=origin):
        pass

    assert refused.value.response.status_code == 403


def test_another_name_that_was_made_to_lead_here_gets_nothing(serve: Serve) -> None:
    """DNS rebinding: the browser takes our page for one of that name."""
    served = serve()
    port = served.address.rsplit(":", 1)[1].rstrip("/")
    assert status(served.address, f"evil.example:{port}") == 421
    line = create_connection(("127.0.0.1", int(port)))
    with (
        line,
        pytest.raises(InvalidStatus),
        connect(f"ws://evil.example:{port}/talk", origin=f"http://evil.example:{port}", sock=line),
    ):
        pass


def test_the_page_may_load_and_reach_nothing_but_itself(serve: Serve) -> None:
    served = serve()
    with urllib.request.urlopen(served.address, timeout=5) as answer:
        headers, page = answer.headers, answer.read().decode()

    policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "server" not in headers
    assert "<style" not in page
    assert "//" not in page.replace("<!doctype", "")


@pytest.mark.parametrize("path", ["../config.py", "%2e%2e/config.py", "config.py", "__init__.py", "x/page.js"])
def test_nothing_but_the_pages_files_is_given_out(serve: Serve, path: str) -> None:
    assert status(serve().address + path) == 404


def test_where_a_token_is_wanted_only_who_has_it_hears_anything(serve: Serve, token_file: Path) -> None:
    served = serve(token_file=str(token_file))
    with join(served.address, token="0123456789abcdef0123") as socket:
        welcome(socket)
    for wrong in ("", "0123456789abcdef0124", "é"):
        assert refusal(served.address, wrong) == 4401


def test_who_guesses_the_token_must_wait_even_when_he_guesses_right(serve: Serve, token_file: Path) -> None:
    served = serve(token_file=str(token_file))
    for _ in range(6):
        assert refusal(served.address, "wrong" * 4) == 4401

    assert refusal(served.address, "0123456789abcdef0123") == 4401


def test_the_token_of_an_address_is_taken_out_of_sight(serve: Serve, open_page: Serve, token_file: Path) -> None:
    served = serve(token_file=str(token_file))
    page = open_page(f"{served.address}#token=0123456789abcdef0123")
    page.locator("#link[data-open]").wait_for()
    assert page.evaluate("location.href") == served.address

    page.reload()
    page.locator("#link[data-open]").wait_for()
    stranger = open_page(served.address)
    stranger.locator("#link", has_text="needs the link with its key").wait_for()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "car.example"])
def test_a_page_for_other_machines_needs_a_token(host: str, token_file: Path) -> None:
    with pytest.raises(ConfigError, match="name a file that holds at least 16 characters"):
        DisplayConfig(host=host)

    assert not DisplayConfig(host=host, token_file=str(token_file)).is_local


def test_a_page_behind_a_proxy_needs_a_token_also_at_loopback(token_file: Path) -> None:
    with pytest.raises(ConfigError, match="lets others in by a proxy, and token_file is empty"):
        DisplayConfig(origins=("https://car.example",))

    assert DisplayConfig(origins=("https://car.example",), token_file=str(token_file)).is_local


@pytest.mark.parametrize("origin", ["car.example", "https://car.example/", "https://"])
def test_what_no_browser_sends_as_an_origin_is_refused(origin: str, token_file: Path) -> None:
    with pytest.raises(ConfigError, match="without a path"):
        DisplayConfig(origins=(origin,), token_file=str(token_file))


def test_a_short_token_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2")
    with pytest.raises(ConfigError, match="holds 7 characters") as refused:
        DisplayConfig(token_file=str(tmp_path / "token")).token()

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("token", ["0123456789abcdef+/==", "0123456789 abcdef012", "0123456789abcdef&x=%"])
def test_a_token_that_a_link_would_change_is_refused(tmp_path: Path, token: str) -> None:
    (tmp_path / "token").write_text(token)

    with pytest.raises(ConfigError, match="write letters, digits"):
        DisplayConfig(token_file=str(tmp_path / "token")).token()


def test_another_address_of_this_machine_is_one_of_its_names(serve: Serve) -> None:
    assert status(serve(host="127.0.0.2").address) == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_name_that_a_proxy_passes_on_is_known_by_its_origin(serve: Serve, token_file: Path, scheme: str) -> None:
    served = serve(origins=(f"{scheme}://car.example:81",), token_file=str(token_file))

    assert status(served.address, "car.example:81") == 200
    assert status(served.address, "car.example") == 421


def test_a_port_that_is_taken_is_named_with_the_remedy(serve: Serve) -> None:
    port = int(serve().address.rsplit(":", 1)[1].rstrip("/"))

    with pytest.raises(DisplayError, match=f"127.0.0.1:{port} cannot be had"):
        open_server(DisplayConfig(port=port), Board(kept=10, scenes_per_s=5.0), SILENT)


def test_without_its_packages_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crossmodal_narrator.display.server", None)

    with pytest.raises(DisplayError, match=r"pip install 'crossmodal_narrator\[display\]'"):
        open_server(DisplayConfig(port=0), Board(kept=10, scenes_per_s=5.0), SILENT)


GARBAGE = [
    "not JSON",
    "[]",
    "[" * 4000,
    '{"kind":"hello"}',
    '{"kind":"publish","topic":"/cmd_vel"}',
    '{"kind":"ask"}',
    json.dumps({"kind": "ask", "text": "x" * 301, "language": "en"}),
    json.dumps({"kind": "ask", "text": "\n \u0000", "language": "en"}),
    json.dumps({"kind": "ask", "text": "Is there a bus?", "language": "xx"}),
    json.dumps({"kind": "ask", "text": ["Is there a bus?"], "language": "en"}),
    json.dumps({"kind": "look", "is_looking": "yes"}),
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_what_no_page_would_send_ends_the_connection_and_nothing_else(serve: Serve, garbage: str) -> None:
    served = serve()
    with join(served.address) as socket, join(served.address) as other:
        welcome(socket)
        welcome(other)
        socket.send(garbage)
        assert close_code(socket) == 1003
        served.board.narrate(said("One."))
        assert json.loads(other.recv(timeout=5))["text"] == "One."
    assert served.asked == []


@pytest.mark.parametrize(("frame", "code"), [(b"\x00\xff", 1003), ("x" * 4097, 1009)], ids=["bytes", "too long"])
def test_frames_that_are_no_messages_end_the_connection(serve: Serve, frame: bytes | str, code: int) -> None:
    with join(serve().address) as socket:
        welcome(socket)
        socket.send(frame)
        assert close_code(socket) == code


def test_a_line_that_the_server_has_closed_is_gone_and_no_mistake_of_ours(
    run_apart: Callable[[Coroutine[Any, Any, Any]], Any],
) -> None:
    class Closed:
        async def send_text(self, _text: str) -> None:
            raise RuntimeError("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.")

    closed: Any = Closed()
    with pytest.raises(WebSocketDisconnect):
        run_apart(_is_sent(closed, "{}"))


def test_who_connects_and_sends_his_request_in_drops_is_let_go(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossmodal_narrator.display.lines.LASTS_S", 0.3)
    served = serve()
    with (
        join(served.address) as page,
        create_connection(("127.0.0.1", int(served.address.rsplit(":", 1)[1].rstrip("/"))), 5) as line,
    ):
        welcome(page)
        line.sendall(b"GET / HTTP/1.1\r\n")
        assert line.recv(100) == b""
        served.board.narrate(said("One."))
        assert json.loads(page.recv(timeout=5))["text"] == "One.", "a page stays"


def test_half_a_character_is_left_out_of_a_question(serve: Serve) -> None:
    served = serve()
    with join(served.address) as socket:
        welcome(socket)
        socket.send('{"kind":"ask","text":"Is there\\ud83d a bus?","language":""}')
        served.board.narrate(said("One."))
        socket.recv(timeout=5)
    assert [question.text for question in served.asked] == ["Is there a bus?"]


def test_a_flood_of_messages_ends_the_connection(serve: Serve) -> None:
    with join(serve().address) as socket:
        welcome(socket)
        with suppress(ConnectionClosed):  # it may be ended while we still send
            for _ in range(40):
                socket.send('{"kind":"look","is_looking":true}')
        assert close_code(socket) == 4429


def test_who_comes_back_has_no_more_questions_than_before(serve: Serve) -> None:
    served = serve(questions_per_minute=4)
    for k in range(3):
        with join(served.address) as socket:
            welcome(socket)
            socket.send(json.dumps({"kind": "ask", "text": f"Question {k}?", "language": "en"}))
            if k == 0:
                served.board.narrate(said("One."))
                assert json.loads(socket.recv(timeout=5))["kind"] == "said"
            else:
                kinds = [json.loads(socket.recv(timeout=5)) for _ in range(2)]
                assert kinds[-1]["why"] == "too_many"

    assert [question.text for question in served.asked] == ["Question 0?"]


def test_all_addresses_together_have_four_times_as_many_questions() -> None:
    rates = Rates(4, lambda: 0.0)

    assert [rates.take("a"), rates.take("a"), rates.take("b")] == [True, False, True]
    assert sum(rates.take(f"{k}") for k in range(10)) == 2


def test_who_says_nothing_is_sent_away_and_one_page_more_than_allowed_is_told_to_wait(serve: Serve) -> None:
    served = serve(most_clients=1)
    with join(served.address) as first:
        welcome(first)
        assert refusal(served.address) == 4429
    with connect(f"{served.address.replace('http', 'ws')}talk", origin=served.address.rstrip("/")) as silent:
        assert close_code(silent) == 1003
