"""`annotate DIR --bag BAG --out NEW_BAG`: a copy of the bag with what was seen and said as topics of it."""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

SUMMARY = "copy a bag with a replay's scenes, markers and narrations as topics, for RViz and Foxglove"
_NAMESPACE = re.compile(r"(/[A-Za-z_]\w*)*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("replay", type=Path, help="folder that `replay` wrote")
    parser.add_argument("--bag", type=Path, required=True, help="the bag that was replayed")
    parser.add_argument("--out", type=Path, required=True, help="a new bag folder")
    parser.add_argument("--namespace", default="", help="put before the topics, as /second (default: none)")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.bags.annotation import Annotation, write_annotated
    from crossmodal_narrator.bags.manifest import read_manifest
    from crossmodal_narrator.core.errors import BagError, ConfigError

    if not _NAMESPACE.fullmatch(args.namespace):
        raise ConfigError(f"--namespace {args.namespace!r} is none", remedy="write it as /second")
    if args.out.exists():
        raise BagError(f"{args.out} exists already", remedy="name a folder that does not")
    annotation = Annotation(args.replay, read_manifest(args.replay), args.namespace)
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        # It takes its name when it is whole; what fails before leaves nothing that looks like a bag.
        with tempfile.TemporaryDirectory(dir=args.out.parent, prefix=".making-") as making:
            summary = write_annotated(open_bag(args.bag), annotation, Path(making) / args.out.name)
            (Path(making) / args.out.name).rename(args.out)
    except OSError as error:
        remedy = "free some space, or name a folder elsewhere"
        raise BagError(f"{args.out} cannot be written: {error.strerror or error}", remedy=remedy) from error
    for damage in summary.damage:
        print(f"could not be read: {damage}")
    added = f"{summary.scenes} scenes and {summary.narrations} sentences added"
    print(f"{summary.copied} messages copied, {added} → {args.out}")
    for name, msgtype in annotation.topics.items():
        print(f"  {name}  {msgtype}")
    return 0
