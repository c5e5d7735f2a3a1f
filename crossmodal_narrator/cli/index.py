"""`index REPLAY … --store DIR`: put replays into a store that `search` looks in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossmodal_narrator.cli.indexing import Indexer

SUMMARY = "put replays into a store that search looks in; a replay that is there already is left"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("replays", type=Path, nargs="+", metavar="REPLAY", help="folders that `replay` wrote")
    parser.add_argument("--store", type=Path, required=True, help="folder of the store; made where there is none")
    parser.add_argument(
        "--bag",
        type=Path,
        action="append",
        default=[],
        help="the replay's bag, for thumbnails and places; with several replays once for each, in their order",
    )
    parser.add_argument("--params", type=Path, help="ROS 2 parameter file, as the nodes take it")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.cli.indexing import Indexer
    from crossmodal_narrator.core.errors import BagError

    if args.bag and len(args.bag) != len(args.replays):
        counts = f"{len(args.bag)} of --bag and {len(args.replays)} replays"
        raise BagError(counts, remedy="give --bag once for each replay, in their order, or not at all")
    with Indexer(args.store, args.params) as indexer:
        for replay, bag in zip(args.replays, args.bag or [None] * len(args.replays), strict=True):
            print(f"{replay}: {_put(indexer, replay, bag)}")
        for damage in indexer.damage:
            print(damage, file=sys.stderr)
    return 0


def _put(indexer: Indexer, replay: Path, bag: Path | None) -> str:
    """What became of a replay, in words."""
    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.bags.index import Outcome
    from crossmodal_narrator.cli.progress import progress, reading

    place = "" if bag is None else str(bag.absolute())
    digest = indexer.lacking(replay, place)
    if not digest:
        return Outcome.KNOWN.value
    if bag is None:
        with progress(f"reading {replay}"):
            outcome, told = indexer.put(replay, digest)
    else:
        opened = open_bag(bag)
        with reading(opened, f"looking at {bag}"):
            outcome, told = indexer.put(replay, digest, opened, place)
    return f"{outcome.value}: {told}"
