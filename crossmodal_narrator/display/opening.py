"""Opens the server, with the packages that only it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossmodal_narrator.core.errors import DisplayError
from crossmodal_narrator.display.board import Board
from crossmodal_narrator.display.config import DisplayConfig
from crossmodal_narrator.display.receiving import Takers

if TYPE_CHECKING:
    from crossmodal_narrator.display.server import DisplayServer


def open_server(config: DisplayConfig, board: Board, takers: Takers) -> DisplayServer:
    """A server that listens already and shows the page when it is started.

    Raises:
        ConfigError: the token's file is not right.
        DisplayError: a package is missing, or the address cannot be had.
    """
    try:
        from crossmodal_narrator.display.server import DisplayServer
    except ImportError as error:
        raise DisplayError(
            f"the page cannot be served: {error.name or error} is not installed",
            remedy="pip install 'crossmodal_narrator[display]'",
        ) from error
    return DisplayServer(config, board, takers)
