"""What `replay` writes for eyes, by its options: a film, subtitles, a recording for Rerun."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossmodal_narrator.cli.recorded import RecordedDrive
    from crossmodal_narrator.core.scene import SceneState
    from crossmodal_narrator.core.speech import Narration
    from crossmodal_narrator.views import View

    Seeing = Callable[[SceneState, tuple[Narration, ...]], None]


def add_view_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("for eyes (docs/views.md)")
    group.add_argument("--video", type=Path, metavar="FILE", help="a film with subtitles: .mp4 or .webm")
    group.add_argument("--subtitles", type=Path, metavar="FILE", help=".vtt or .srt; a file for each language")
    group.add_argument("--rerun", type=Path, metavar="FILE", help="a recording for Rerun: .rrd")


def check_view_arguments(args: argparse.Namespace) -> None:
    """Raise ConfigError for a name that none of these files has, before models are loaded."""
    from crossmodal_narrator.views.film import check_film
    from crossmodal_narrator.views.rerun_file import check_rerun
    from crossmodal_narrator.views.subtitles import subtitle_paths

    if args.video is not None:
        check_film(args.video)
    if args.rerun is not None:
        check_rerun(args.rerun)
    if args.subtitles is not None:
        subtitle_paths(args.subtitles, ["en"])


@contextmanager
def watching(args: argparse.Namespace, drive: RecordedDrive) -> Iterator[Seeing]:
    """The views that were asked for, open while the drive is replayed; give what it yields each scene.

    Raises:
        ConfigError: what draws one of them is not installed.
        BagError: a file cannot be written.
    """
    from crossmodal_narrator.views import Watching

    languages = drive.narrator.languages
    views = _opened(args, languages)
    if not views:
        yield lambda scene, narrations: None
        return
    with Watching(views, languages, drive.pipeline.narrator.duration_s) as watch:
        drive.pipeline.perception.on_snapshot = watch.take
        yield watch.see
        watch.finish()


def view_lines(args: argparse.Namespace, languages: Sequence[str]) -> Iterator[str]:
    """What was written where, for people."""
    from crossmodal_narrator.views.subtitles import subtitle_paths

    if args.video is not None:
        yield f"film → {args.video}"
    if args.subtitles is not None:
        yield from (f"subtitles, {lang} → {path}" for lang, path in subtitle_paths(args.subtitles, languages).items())
    if args.rerun is not None:
        yield f"recording for Rerun → {args.rerun}"


def _opened(args: argparse.Namespace, languages: Sequence[str]) -> list[View]:
    from crossmodal_narrator.views.film import Film
    from crossmodal_narrator.views.rerun_file import RerunFile
    from crossmodal_narrator.views.subtitles import Subtitles

    views: list[View] = []
    try:
        if args.video is not None:
            views.append(Film(args.video, languages))
        if args.subtitles is not None:
            views.append(Subtitles(args.subtitles, languages))
        if args.rerun is not None:
            views.append(RerunFile(args.rerun))
    except BaseException:
        for view in views:
            view.close()
        raise
    return views
