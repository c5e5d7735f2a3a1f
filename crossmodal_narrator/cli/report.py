"""`report DIR [--bag BAG] [--truth truth.json]`: one HTML page of a replayed drive, for a browser without a network."""

from __future__ import annotations

import argparse
from pathlib import Path

SUMMARY = "one HTML page of a replay: what was said, when, from which evidence, and what stood around"
REPORT_FILE = "report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("replay", type=Path, metavar="DIR", help="folder that `replay` wrote")
    parser.add_argument("--bag", type=Path, help="the bag, for the camera's pictures")
    parser.add_argument("--truth", type=Path, help="the drive's truth.json, for what really stood there")
    parser.add_argument("--out", type=Path, help=f"the page (default: DIR/{REPORT_FILE})")
    parser.add_argument("--title", default="", help="its heading (default: the name of DIR)")
    parser.add_argument("--scenes", type=int, help="keep at most so many scenes (default: 2400)")
    parser.add_argument("--pictures", type=int, help="keep at most so many pictures (default: 160)")


def run(args: argparse.Namespace) -> int:
    out = args.out or args.replay / REPORT_FILE
    asked = {"scenes": args.scenes, "pictures": args.pictures}
    page = write_report(
        args.replay,
        out,
        bag=args.bag,
        truth=args.truth,
        title=args.title,
        room={k: v for k, v in asked.items() if v is not None},
    )
    print(f"{page / 1e6:.1f} MB → {out}")
    return 0


def write_report(
    replay: Path,
    out: Path,
    *,
    bag: Path | None = None,
    truth: Path | None = None,
    title: str = "",
    room: dict[str, int] | None = None,
) -> int:
    """Make the page and write it to `out`; its size in bytes. What was altered since the replay is printed, too.

    Raises:
        BagError: what is read is absent or damaged, or `bag` is not the one that was replayed.
        OSError: `out` cannot be written.
        ConfigError: a number of `room` is out of range.
    """
    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.bags.origin import altered_files
    from crossmodal_narrator.cli.progress import progress, reading
    from crossmodal_narrator.cli.replaying import intake_of_replay
    from crossmodal_narrator.core.config import build
    from crossmodal_narrator.core.whole_file import write_whole
    from crossmodal_narrator.evaluation import TruthFile
    from crossmodal_narrator.evaluation.report import Room, render_report

    opened = None if bag is None else open_bag(bag)
    altered = altered_files(replay)
    doing = f"drawing {out}"
    with progress(doing) if opened is None else reading(opened, doing):
        page = render_report(
            replay,
            bag=opened,
            intake=None if opened is None else intake_of_replay(replay, opened),
            truth=() if truth is None else TruthFile(truth),
            room=build(Room, room or {}, source="report"),
            title=title,
            altered=altered,
        ).encode()
    write_whole(out, page)
    for line in altered:
        print(f"note: {line}")
    return len(page)
