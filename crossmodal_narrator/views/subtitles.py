"""What was said as subtitles beside a film: WebVTT (W3C) for browsers, SubRip for everything else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.views.moment import Line, Moment

SUFFIXES = (".vtt", ".srt")
_NS_A_MS = 1_000_000


def subtitle_paths(path: Path, languages: Sequence[str]) -> dict[str, Path]:
    """The file of each language: `path` itself where there is one, else NAME.en.vtt, NAME.zh.vtt, as players look
    for them.

    Raises:
        ConfigError: a suffix that no subtitles have.
    """
    if path.suffix not in SUFFIXES:
        raise ConfigError(
            f"{path}: subtitles cannot be a {path.suffix or 'file without suffix'}",
            remedy=f"let its name end with {' or '.join(SUFFIXES)}",
        )
    if len(languages) == 1:
        return {languages[0]: path}
    return {language: path.with_suffix(f".{language}{path.suffix}") for language in languages}


class Subtitles:
    """A cue for each sentence, as soon as it is over.

    Raises:
        BagError: a file cannot be written.
        ConfigError: as `subtitle_paths`.
    """

    def __init__(self, path: Path, languages: Sequence[str]) -> None:
        self.paths = subtitle_paths(path, languages)
        with ExitStack() as stack:
            self._files = {language: _Cues(stack.enter_context(_opened(p)), p) for language, p in self.paths.items()}
            self._stack = stack.pop_all()

    def show(self, moment: Moment) -> None:
        self._write(moment.over)

    def finish(self, over: tuple[Line, ...]) -> None:
        self._write(over)

    def close(self) -> None:
        self._stack.close()

    def _write(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._files[line.narration.language].write(line.narration, line.from_ns, line.to_ns)


class _Cues:
    def __init__(self, file: TextIO, path: Path) -> None:
        self._file = file
        self._is_web = path.suffix == ".vtt"
        self._number = 0
        if self._is_web:
            self._file.write("WEBVTT\n\n")

    def write(self, narration: Narration, from_ns: int, to_ns: int) -> None:
        """A cue that lasts no millisecond is left out: WebVTT allows none."""
        from_ms, to_ms = from_ns // _NS_A_MS, to_ns // _NS_A_MS
        if to_ms <= from_ms:
            return
        self._number += 1
        mark = "." if self._is_web else ","
        text = " ".join(narration.text.split())  # an empty line would end the cue
        if self._is_web:
            text = html.escape(text, quote=False)  # &, < and >, and with it the arrow of a timing
        times = f"{_clock(from_ms, mark)} --> {_clock(to_ms, mark)}"
        self._file.write(f"{self._number}\n{times}\n{text}\n\n")


def _clock(ms: int, mark: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{ms:03d}"


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        remedy = "name a file in a folder that can be written"
        raise BagError(f"{path}: {error.strerror}", remedy=remedy) from error
