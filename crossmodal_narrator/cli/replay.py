"""`replay BAG --out DIR`: narrate a recorded drive without ROS, the same bytes each time."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossmodal_narrator.cli.options import add_naming_arguments
from crossmodal_narrator.cli.viewing import add_view_arguments
from crossmodal_narrator.core.speech import Narration

if TYPE_CHECKING:
    from crossmodal_narrator.bags import Bag
    from crossmodal_narrator.core.scene import SceneState
    from crossmodal_narrator.voice import Synthesiser

SUMMARY = "narrate a bag without ROS: transcript, scenes, refusals, timings, run.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bag", type=Path, help="rosbag2 folder or file (mcap, db3)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the five files")
    parser.add_argument("--language", help="of en, zh, es; several as en,zh (default: what --params says, else en)")
    add_naming_arguments(parser)
    parser.add_argument("--params", type=Path, help="ROS 2 parameter file, as the nodes take it")
    parser.add_argument(
        "--aloud", type=Path, metavar="WAV", help="write what is said as sound, in the first language: .wav"
    )
    add_view_arguments(parser)
    parser.add_argument("--quiet", action="store_true", help="print the summary only")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.cli.progress import reading
    from crossmodal_narrator.cli.recorded import open_drive
    from crossmodal_narrator.cli.replaying import replay_drive
    from crossmodal_narrator.cli.viewing import check_view_arguments, view_lines, watching

    check_view_arguments(args)
    _check_sound(args.aloud)
    drive = open_drive(args.bag, args.params, args.language, profile=args.profile, topics=args.topics)
    if drive.narrator.rewriting.model.folder:
        print("rewriting.model is not used: a replay says the grounded sentences, the same bytes each time")
    voice = None if args.aloud is None else _voice(drive.narrator.languages[0])
    said: list[Narration] = []

    def hear(narrations: tuple[Narration, ...]) -> None:
        said.extend(narrations if voice is not None else ())
        for narration in () if args.quiet else narrations:
            print(_line(narration, drive.bag.start_ns))

    started = time.perf_counter()
    with reading(drive.bag, f"replaying {args.bag}"), watching(args, drive) as see:

        def take(scene: SceneState, narrations: tuple[Narration, ...]) -> None:
            hear(narrations)
            see(scene, narrations)

        summary, manifest = replay_drive(drive, args.out, take)
    took_s, drive_s = time.perf_counter() - started, (drive.bag.end_ns - drive.bag.start_ns) / 1e9
    for damage in summary.damage:
        print(f"could not be read: {damage}")
    print(
        f"{summary.scenes} scenes, {summary.narrations} sentences; "
        f"{drive_s:.1f} s of driving in {took_s:.1f} s → {args.out}"
        f"{'' if manifest.is_complete else ', of a bag that could not be read whole'}"
    )
    for line in view_lines(args, drive.narrator.languages):
        print(line)
    if voice is not None:
        _speak(said, voice, drive.bag, args.aloud)
    return 0


def _check_sound(path: Path | None) -> None:
    """Raise ConfigError where no WAV can be written, before models are loaded and the drive has been replayed."""
    from crossmodal_narrator.core.errors import ConfigError

    if path is not None and path.suffix != ".wav":
        raise ConfigError(f"--aloud {path} is no name of a WAV file", remedy="let it end with .wav")
    if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK)):
        raise ConfigError(f"--aloud {path} cannot be written", remedy="name a file in a folder that can be written")


def _speak(said: Sequence[Narration], voice: Synthesiser, bag: Bag, path: Path) -> None:
    from crossmodal_narrator.voice import SpeakingConfig, aloud, write_wav

    sound = aloud(said, voice, SpeakingConfig(), start_ns=bag.start_ns, end_ns=bag.end_ns)
    write_wav(sound, path)
    print(f"{len(sound.samples) / sound.rate_hz:.1f} s of sound by {voice.name} → {path}")


def _voice(language: str) -> Synthesiser:
    """Who speaks it, by the engines that are the nodes' default.

    Raises:
        ModelError: nobody here does.
    """
    from crossmodal_narrator.core.errors import ModelError
    from crossmodal_narrator.runtime.speech import SpeechEngineConfig, open_synthesiser

    voice = open_synthesiser(language, SpeechEngineConfig())
    if voice is None:
        raise ModelError(f"nobody here speaks {language!r}", remedy="docs/nodes/voice.md says who could")
    return voice


def _line(narration: Narration, start_ns: int) -> str:
    at_s = (narration.stamp_ns - start_ns) / 1e9
    return f"{at_s:6.1f} s  [{narration.language}] {narration.text}"
