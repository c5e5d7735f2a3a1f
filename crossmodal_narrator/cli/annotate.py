"""`annotate DIR --bag BAG --out NEW_BAG`: a copy of the bag with what was seen and said as topics of it."""

from __future__ import annotations

import argparse
import re
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
    from crossmodal_narrator.bags.whole_folder import written_whole
    from crossmodal_narrator.cli.progress import reading
    from crossmodal_narrator.core.errors import ConfigError

    if not _NAMESPACE.fullmatch(args.namespace):
        raise ConfigError(f"--namespace {args.namespace!r} is none", remedy="write it as /second")
    annotation = Annotation(args.replay, read_manifest(args.replay), args.namespace)
    bag = open_bag(args.bag)
    with written_whole(args.out) as making, reading(bag, f"copying {args.bag}"):
        summary = write_annotated(bag, annotation, making)
    for damage in summary.damage:
        print(f"could not be read: {damage}")
    added = f"{summary.scenes} scenes and {summary.narrations} sentences added"
    print(f"{summary.copied} messages copied, {added} → {args.out}")
    for name, msgtype in annotation.topics.items():
        print(f"  {name}  {msgtype}")
    return 0
