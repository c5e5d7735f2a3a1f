"""Connections as uvicorn keeps them, bounded in number and in time until they speak WebSocket."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LASTS_S = 10.0  # of a connection that only fetches files: they are small, and a browser opens another
MORE_THAN_ANSWERED = 64  # connections that are told that there are too many; what comes then is told nothing


class BoundedProtocol(H11Protocol):
    """Who connects and sends nothing, or his request in drops, is let go."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.limit_concurrency is not None and len(self.connections) > self.limit_concurrency + MORE_THAN_ANSWERED:
            self.transport.abort()
            return
        self._end = self.loop.call_later(LASTS_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._forget()  # from here on a hello must come in time
        super().handle_websocket_upgrade(event)

    def _forget(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
