"""Letters on a picture, in every language that is spoken: OpenCV 5 carries a font that has them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.views.palette import Colour

Image = NDArray[np.uint8]
FONT = "uni"  # WenQuanYi Micro Hei, within OpenCV: nothing on the machine is asked for
_BOLD = 700
_PROBES = {"zh": "中文", "es": "ñé", "en": "ab"}  # two letters that look different, unless neither is there
_REMEDY = "install OpenCV 5 as it comes from PyPI: pip install 'opencv-python-headless>=5'"


def check_letters(languages: Sequence[str]) -> None:
    """Raise ConfigError where this OpenCV cannot draw the letters of a language."""
    if not hasattr(cv2, "FontFace"):
        raise ConfigError(f"OpenCV {cv2.__version__} draws no sentences", remedy=_REMEDY)
    for language in languages:
        one, other = (_drawn(letter) for letter in _PROBES[language])
        if not one.any() or np.array_equal(one, other):
            raise ConfigError(f"OpenCV {cv2.__version__} was built without letters for {language}", remedy=_REMEDY)


def write(image: Image, text: str, at: tuple[int, int], size: int, colour: Colour, *, is_bold: bool = False) -> None:
    """`at`: left end of the base line. `image` must be a whole array, not a part of one."""
    cv2.putText(image, text, at, colour, _face(), size, _BOLD if is_bold else 0)


@lru_cache(maxsize=4096)
def width_of(text: str, size: int, *, is_bold: bool = False) -> int:
    """How many pixels it takes."""
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _face(), size, _BOLD if is_bold else 0)
    return int(width)


def wrapped(text: str, size: int, width: int) -> list[str]:
    """Lines of at most `width` pixels, broken between words, or between characters where there are no spaces."""
    parts = [f"{word} " for word in text.split(" ")] if " " in text else list(text)
    lines = [""]
    for part in parts:
        if lines[-1] and width_of((lines[-1] + part).rstrip(), size) > width and part not in "，。！？、；：":
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines]


def shortened(text: str, size: int, width: int) -> str:
    """The beginning of it that fits, and an ellipsis."""
    if width_of(text, size) <= width:
        return text
    kept = len(text)
    while kept and width_of(f"{text[:kept]}…", size) > width:
        kept -= max(1, kept // 20)
    return f"{text[:kept].rstrip()}…"


@lru_cache(maxsize=1)
def _face() -> Any:
    return cv2.FontFace(FONT)


def _drawn(letter: str) -> Image:
    canvas: Image = np.zeros((40, 40, 3), np.uint8)
    write(canvas, letter, (5, 30), 24, (255, 255, 255))
    return canvas
