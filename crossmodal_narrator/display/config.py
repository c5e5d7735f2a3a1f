"""Parameters of the page: where it is served, to whom, and how much of it is kept."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import ConfigError

LEAST_TOKEN = 16  # characters
_TOKEN = re.compile(r"[A-Za-z0-9._~-]*")
_ORIGIN = re.compile(r"https?://[^/?#@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayConfig:
    """Parameters of the page itself."""

    host: str = parameter(
        "127.0.0.1", help="address the page is served at; any other than this machine's own needs token_file"
    )
    port: int = parameter(8480, help="its port; 0: one that is free, which the log tells", low=0, high=65535)
    token_file: str = parameter(
        "", help="file with the word that lets a passenger in, at least 16 characters; empty: none is asked for"
    )
    origins: tuple[str, ...] = parameter(
        (),
        help="further origins of the page, as https://car.example where a proxy stands before it; they need token_file",
    )
    kept: int = parameter(1000, help="sentences kept for who opens the page later, or comes back", low=10, high=10_000)
    most_clients: int = parameter(64, help="pages open at once", low=1, high=1000)
    questions_per_minute: int = parameter(
        20, help="from one address, and four times as many from all; more are not asked", low=1, high=600
    )
    scenes_per_s: float = parameter(
        5.0, help="how often the picture from above is renewed", unit="1/s", low=1.0, high=20.0
    )
    pictures: int = parameter(
        64,
        help="camera pictures kept, in memory alone, of moments that sentences are about; 0: no camera is read",
        low=0,
        high=1000,
    )
    microphone: bool = parameter(True, help="whether a page may ask by its browser's microphone")
    answered_within_s: float = parameter(
        5.0, help="after which a question without a reply is told to be unanswered", unit="s", low=0.5, high=60.0
    )

    def __post_init__(self) -> None:
        for origin in self.origins:
            if not _ORIGIN.fullmatch(origin):
                raise ConfigError(
                    f"origins holds {origin!r}, which is no origin",
                    remedy="write it as https://car.example, without a path",
                )
        if self.origins and not self.token_file:
            raise ConfigError(
                f"origins = {list(self.origins)} lets others in by a proxy, and token_file is empty",
                remedy=f"name a file that holds at least {LEAST_TOKEN} characters, or leave origins empty",
            )
        if not self.is_local and not self.token_file:
            raise ConfigError(
                f"host = {self.host!r} can be reached from other machines, and token_file is empty",
                remedy=f"name a file that holds at least {LEAST_TOKEN} characters, or serve at 127.0.0.1",
            )

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the page."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def address(self, port: int | None = None) -> str:
        """Of the page, for a browser. The word that lets in is not in it: addresses are logged."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port if port is None else port}/"

    def token(self) -> str:
        """What lets a passenger in; empty where nothing is asked for.

        Raises:
            ConfigError: the file cannot be read, or holds too little.
        """
        if not self.token_file:
            return ""
        try:
            token = Path(self.token_file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"token_file = {self.token_file!r}: {error}", remedy="name a text file that this user may read"
            ) from error
        if not _TOKEN.fullmatch(token):
            raise ConfigError(
                f"token_file = {self.token_file!r} holds characters that a link would not keep as they are",
                remedy="write letters, digits and . _ ~ - into it, as `openssl rand -hex 16` makes them",
            )
        if len(token) < LEAST_TOKEN:
            raise ConfigError(
                f"token_file = {self.token_file!r} holds {len(token)} characters",
                remedy=f"write at least {LEAST_TOKEN} into it, as `openssl rand -hex 16` makes them",
            )
        return token
