"""A board that is served, and a real browser that opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.display import Board, Clip, DisplayConfig, Question, Takers, open_server

pytest.importorskip("starlette", reason="the page's packages are not installed: pip install -r requirements/display.in")


@dataclass
class Served:
    """A board and the address at which it is shown; `asked` is what the pages have asked, `heard` what was said."""

    board: Board
    address: str
    asked: list[Question] = field(default_factory=list)
    heard: list[Clip] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    servers = []
    shown = []

    def opened(**settings: Any) -> Served:
        config = DisplayConfig(**{"port": 0, **settings})
        board = Board(kept=config.kept, scenes_per_s=config.scenes_per_s, pictures=config.pictures)
        served = Served(board, "")
        takers = Takers(ask=served.asked.append, hear=served.heard.append, complain=served.complaints.append)
        server = open_server(config, board, takers)
        served.address = server.address
        server.start()
        servers.append(server)
        shown.append(served)
        return served

    yield opened
    assert all(server.stop() for server in servers)
    assert [complaint for served in shown for complaint in served.complaints] == []


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("0123456789abcdef0123\n")
    return path
