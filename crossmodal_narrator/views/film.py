"""Pictures into a film that a browser plays: VP8 in WebM by OpenCV itself, H.264 in MP4 by PyAV where it is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2

from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.views.lettering import Image, check_letters
from crossmodal_narrator.views.moment import Line, Moment
from crossmodal_narrator.views.picture import HEIGHT, WIDTH, Picture

FRAMES_A_SECOND = 10
SUFFIXES = (".mp4", ".webm")
_TAIL_NS = 10_000_000_000  # the last picture stands until the last word, and no longer than this
_QUALITY = {"crf": "20", "preset": "veryfast"}


class Film:
    """A picture for each scene, in time: where scenes come slower, a picture stands; where faster, some are left out.

    Raises:
        ConfigError: the name's suffix is no film's, PyAV or letters are missing.
        BagError: it cannot be written.
    """

    def __init__(self, path: Path, languages: Sequence[str]) -> None:
        check_letters(languages)
        self.pictures = 0
        self._picture = Picture()
        self._last: Image | None = None
        self._last_at_ns = 0
        self._writer = _open(path)

    def show(self, moment: Moment) -> None:
        due = round(moment.at_ns * FRAMES_A_SECOND / 1e9)
        self._repeat(due)
        if due >= self.pictures:
            self._last, self._last_at_ns = self._picture.draw(moment), moment.at_ns
            self._write(self._last)

    def finish(self, over: tuple[Line, ...]) -> None:
        """The last picture stands until what it says has been said."""
        until_ns = min(max((line.to_ns for line in over), default=0), self._last_at_ns + _TAIL_NS)
        self._repeat(round(until_ns * FRAMES_A_SECOND / 1e9))

    def close(self) -> None:
        self._writer.close()

    def _repeat(self, until: int) -> None:
        while self._last is not None and self.pictures < until:
            self._write(self._last)

    def _write(self, picture: Image) -> None:
        self._writer.write(picture)
        self.pictures += 1


class _Writer(Protocol):
    def write(self, picture: Image) -> None: ...

    def close(self) -> None: ...


class _WebM:
    def __init__(self, path: Path) -> None:
        self._writer = cv2.VideoWriter(
            str(path), cv2.VideoWriter.fourcc(*"VP80"), float(FRAMES_A_SECOND), (WIDTH, HEIGHT)
        )
        if not self._writer.isOpened():
            raise BagError(f"{path} cannot be written", remedy="name a file in a folder that can be written")

    def write(self, picture: Image) -> None:
        self._writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))

    def close(self) -> None:
        self._writer.release()


class _Mp4:
    def __init__(self, path: Path, av: Any) -> None:
        self._av = av
        try:
            self._container = av.open(str(path), "w", options={"movflags": "faststart"})
        except OSError as error:
            raise BagError(f"{path} cannot be written: {error.strerror}", remedy="name another file") from error
        self._stream = self._container.add_stream("libx264", rate=FRAMES_A_SECOND, options=_QUALITY)
        self._stream.width, self._stream.height, self._stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"

    def write(self, picture: Image) -> None:
        self._container.mux(self._stream.encode(self._av.VideoFrame.from_ndarray(picture, format="rgb24")))

    def close(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()


def check_film(path: Path) -> Any:
    """The module `av` where the film needs it, else None.

    Raises:
        ConfigError: a suffix that no film has, or PyAV is not installed.
    """
    if path.suffix not in SUFFIXES:
        raise ConfigError(
            f"{path}: a film cannot be a {path.suffix or 'file without suffix'}",
            remedy=f"let its name end with {' or '.join(SUFFIXES)}",
        )
    if path.suffix == ".webm":
        return None
    try:
        import av
    except ImportError as error:
        remedy = "pip install 'crossmodal_narrator[video]', or let the name end with .webm"
        raise ConfigError(f"{path}: H.264 needs PyAV, which is not installed", remedy=remedy) from error
    return av


def _open(path: Path) -> _Writer:
    av = check_film(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BagError(f"{path}: {error.strerror}", remedy="name a folder that can be written") from error
    return _WebM(path) if av is None else _Mp4(path, av)
