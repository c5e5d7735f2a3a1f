"""The application: the page's files, and a WebSocket for each page that is open."""

from __future__ import annotations

import asyncio
import time
import traceback
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from crossmodal_narrator.display.board import Board, Reader
from crossmodal_narrator.display.config import DisplayConfig
from crossmodal_narrator.display.guard import Guard, Rates
from crossmodal_narrator.display.protocol import Hello, read_message
from crossmodal_narrator.display.receiving import FULL, UNREADABLE, Receiver, Takers

HELLO_WITHIN_S, SENT_WITHIN_S = 5.0, 5.0
MORE_STRANGERS = 32  # than pages: connections that have not said hello yet
UNWANTED, TOO_SLOW = 4401, 4408
KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), display-capture=(), usb=(), serial=()",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Doorkeeper:
    """Lets pages in, and speaks with each of them. All of it in the server's loop."""

    def __init__(self, config: DisplayConfig, board: Board, token: str, takers: Takers) -> None:
        self._config, self._board, self._takers = config, board, takers
        self.guard = Guard(
            token=token, origins=config.origins, host=config.host, is_local=config.is_local, now_s=time.monotonic
        )
        self._questions = Rates(config.questions_per_minute, time.monotonic)
        self._strangers = 0
        self.refused = self.dropped = 0

    async def serve(self, socket: WebSocket) -> None:
        """One page, from its coming to its going."""
        host, origin = socket.headers.get("host", ""), socket.headers.get("origin", "")
        is_ours = self.guard.is_host_right(host) and self.guard.is_origin_right(origin, host)
        if not is_ours or self._strangers >= self._config.most_clients + MORE_STRANGERS:
            self.refused += 1
            await socket.close()  # before it is accepted: the answer is 403
            return
        await socket.accept()
        hello = await self._hello(socket)
        if hello is None:
            self.refused += 1
            return
        reader = Reader(hello, self._board)
        self._board.attach(reader)
        try:
            await self._talk(socket, reader)
        finally:
            self._board.detach(reader)

    async def _hello(self, socket: WebSocket) -> Hello | None:
        """The first message, where it comes in time and lets in."""
        self._strangers += 1
        try:
            sent = await asyncio.wait_for(_sent(socket), HELLO_WITHIN_S)
            message = read_message(sent) if isinstance(sent, str) else None
        except (asyncio.TimeoutError, WebSocketDisconnect):
            message = None
        finally:
            self._strangers -= 1
        code = UNREADABLE
        if isinstance(message, Hello):
            code = UNWANTED
            if self.guard.is_token_right(message.token, _address(socket)):
                if len(self._board.readers) < self._config.most_clients:
                    return message
                code = FULL
        await _close(socket, code)
        return None

    async def _talk(self, socket: WebSocket, reader: Reader) -> None:
        """Until either side has enough."""
        tasks = [asyncio.create_task(self._send(socket, reader)), asyncio.create_task(self._receive(socket, reader))]
        done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, (WebSocketDisconnect, OSError)):
                told = "".join(traceback.format_exception(error))
                self._takers.complain(f"a mistake in the narrator itself; please report it\n{told}")
        code = next((task.result() for task in done if task.exception() is None), UNREADABLE)
        if code != UNREADABLE:
            self.dropped += 1
        await _close(socket, code)

    async def _send(self, socket: WebSocket, reader: Reader) -> int:
        while True:
            await reader.wake.wait()
            reader.wake.clear()
            for text in reader.due():
                if not await _is_sent(socket, text):
                    return TOO_SLOW  # when it comes back it says what it has heard

    async def _receive(self, socket: WebSocket, reader: Reader) -> int:
        address = _address(socket)
        receiver = Receiver(reader, self._takers, lambda: self._questions.take(address))
        while True:
            code = receiver.take(await _sent(socket))
            if code is not None:
                return code


def make_app(doorkeeper: Doorkeeper) -> Starlette:
    """The page's files are read once: they are few and small."""
    folder = resources.files(__package__) / "assets"
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.rpartition(".")[2] in KINDS}

    async def file(request: Request) -> Response:
        name = request.path_params.get("name", "page.html")
        if not doorkeeper.guard.is_host_right(request.headers.get("host", "")):
            return PlainTextResponse("this page is at another address", status_code=421, headers=HEADERS)
        if name not in files:
            return PlainTextResponse("there is no such file", status_code=404, headers=HEADERS)
        return Response(files[name], media_type=KINDS[name.rpartition(".")[2]], headers=HEADERS)

    return Starlette(
        routes=[
            Route("/", file),
            WebSocketRoute("/talk", doorkeeper.serve),
            Route("/{name}", file),
        ]
    )


def _address(socket: WebSocket) -> str:
    return socket.client.host if socket.client is not None else ""


async def _sent(socket: WebSocket) -> str | bytes:
    """The next message: text, or sound."""
    message: Any = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    return message.get("text") or message.get("bytes") or ""


async def _is_sent(socket: WebSocket, text: str) -> bool:
    try:
        await asyncio.wait_for(socket.send_text(text), SENT_WITHIN_S)
    except asyncio.TimeoutError:
        return False
    except RuntimeError as error:  # uvicorn has closed it since: a frame was too long, or no pong came
        raise WebSocketDisconnect(1006) from error
    return True


async def _close(socket: WebSocket, code: int) -> None:
    """Also where the other side has gone already, or does not listen."""
    try:
        await asyncio.wait_for(socket.close(code), 1.0)
    except (asyncio.TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
        return
