"""The server in its thread: uvicorn on a socket that was bound before, so that what is wrong is told at once."""

from __future__ import annotations

import logging
import socket
import threading

import uvicorn

from crossmodal_narrator.core.errors import DisplayError
from crossmodal_narrator.display.app import Doorkeeper, make_app
from crossmodal_narrator.display.board import Board
from crossmodal_narrator.display.config import DisplayConfig
from crossmodal_narrator.display.lines import BoundedProtocol
from crossmodal_narrator.display.protocol import MOST_BYTES
from crossmodal_narrator.display.receiving import Takers

SEND_BUFFER = 128 * 1024  # bytes that the kernel keeps for a page that does not read
PING_S = 10.0
ENDS_WITHIN_S = 5.0
UNREAD_FOR_MS = 15_000  # after which the kernel ends a connection whose other side takes nothing


class DisplayServer:
    """Serves a board until `stop`."""

    def __init__(self, config: DisplayConfig, board: Board, takers: Takers) -> None:
        """Take the address.

        Raises:
            ConfigError: the token's file is not right.
            DisplayError: the address cannot be had.
        """
        self._board = board
        self.doorkeeper = Doorkeeper(config, board, config.token(), takers)
        self._socket = _bound(config)
        self.address = config.address(self._socket.getsockname()[1])
        # uvicorn writes a traceback for each client that sends nonsense, and one line for each that comes: whoever is
        # on the network could fill the disk. Mistakes of our own are told by `complain`.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._server = uvicorn.Server(
            uvicorn.Config(
                make_app(self.doorkeeper),
                loop="asyncio",
                http=BoundedProtocol,
                ws="websockets-sansio",
                ws_max_size=MOST_BYTES,
                ws_ping_interval=PING_S,
                ws_ping_timeout=PING_S,
                ws_per_message_deflate=False,  # a small message may unpack to a large one
                lifespan="off",
                log_config=None,
                proxy_headers=bool(config.origins),  # else whoever connects could choose the address he is counted by
                forwarded_allow_ips="127.0.0.1,::1",
                access_log=False,
                server_header=False,
                limit_concurrency=2 * config.most_clients + 64,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="display", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> bool:
        """Let all pages go. Whether the thread has ended."""
        self._board.close()
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(ENDS_WITHIN_S)
        self._socket.close()
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def _bound(config: DisplayConfig) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind)
    except OSError as error:
        raise DisplayError(
            f"host = {config.host!r} is no address of this machine: {error}", remedy="take 127.0.0.1"
        ) from error
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # what is accepted inherits it
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # of Linux; else it lasts until TCP gives up by itself
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_FOR_MS)
    try:
        found.bind(address)
        found.listen(128)
    except OSError as error:
        found.close()
        raise DisplayError(
            f"{config.host}:{config.port} cannot be had: {error.strerror}",
            remedy="end what listens there, or set another `port` (0: one that is free)",
        ) from error
    return found
