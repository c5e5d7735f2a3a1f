"""What a page may send: a few kinds of small JSON messages, checked before anything is made of them; and sound."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

MOST_BYTES = 4096  # of a message
MOST_CHARACTERS = 300  # of a question
MOST_NAME = 200  # characters of a picture's key: a camera's name and a stamp
LANGUAGES = ("en", "zh", "es")
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first message: who comes, and after which entry of which board it wants to hear on."""

    token: str
    seat: str
    board: str
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Typed by a passenger, or said to the page. `language` is that of the page, or empty."""

    text: str
    language: str
    seat: str = ""
    confidence: float = 1.0  # of the recognition


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Whether the picture from above is looked at."""

    is_looking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A camera's picture is wanted, by its key."""

    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The button is pressed, and sound follows; or it is let go."""

    is_talking: bool
    language: str


class Refusal(str, Enum):
    """Why a question got no reply."""

    ABSENT = "absent"  # no dialogue node
    NOT_ACTIVE = "not_active"
    LATE = "late"
    TOO_MANY = "too_many"
    DEAF = "deaf"  # nothing here understands speech
    UNHEARD = "unheard"  # nobody spoke
    UNCLEAR = "unclear"  # somebody spoke, and was not understood


def read_message(text: str) -> Hello | Question | Look | Show | Talk | None:
    """None for what no page of ours would send."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    readers = {"hello": _hello, "ask": _question, "look": _look, "picture": _show, "talk": _talk}
    reader = readers.get(str(message.get("kind")))
    return None if reader is None else reader(message)


def _hello(message: dict[str, Any]) -> Hello | None:
    token, seat, board = (message.get(key, "") for key in ("token", "seat", "board"))
    after = message.get("after", 0)
    if not (isinstance(token, str) and isinstance(board, str) and isinstance(seat, str) and _NAME.fullmatch(seat)):
        return None
    if type(after) is not int or after < 0:
        return None
    return Hello(token=token, seat=seat, board=board, after=after)


def _question(message: dict[str, Any]) -> Question | None:
    text, language = message.get("text"), message.get("language")
    if not isinstance(text, str) or language not in ("", *LANGUAGES):
        return None
    # What cannot be encoded (half a surrogate pair) cannot travel on; a line break is a space.
    asked = " ".join(text.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ").split())
    return Question(text=asked, language=str(language)) if 0 < len(asked) <= MOST_CHARACTERS else None


def _look(message: dict[str, Any]) -> Look | None:
    is_looking = message.get("is_looking")
    return Look(is_looking=is_looking) if isinstance(is_looking, bool) else None


def _show(message: dict[str, Any]) -> Show | None:
    key = message.get("id")
    return Show(picture=key) if isinstance(key, str) and len(key) <= MOST_NAME else None


def _talk(message: dict[str, Any]) -> Talk | None:
    is_talking, language = message.get("is_talking"), message.get("language")
    if not isinstance(is_talking, bool) or language not in LANGUAGES:
        return None
    return Talk(is_talking=is_talking, language=str(language))
