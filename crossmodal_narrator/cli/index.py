"""`index REPLAY … --store DIR`: put replays into a store that `search` looks in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossmodal_narrator.bags.index import DriveStore, View
    from crossmodal_narrator.bags.index.run import Worded

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
    from crossmodal_narrator.bags.index import DriveStore
    from crossmodal_narrator.core.errors import BagError

    if args.bag and len(args.bag) != len(args.replays):
        counts = f"{len(args.bag)} of --bag and {len(args.replays)} replays"
        raise BagError(counts, remedy="give --bag once for each replay, in their order, or not at all")
    worded = _opened_once(args.params)
    with DriveStore(args.store, make=True) as store:
        for replay, bag in zip(args.replays, args.bag or [None] * len(args.replays), strict=True):
            print(f"{replay}: {_put(store, replay, bag, worded)}")
    return 0


def _put(store: DriveStore, replay: Path, bag: Path | None, worded: Worded) -> str:
    """What became of a replay, in words."""
    from crossmodal_narrator.bags.index import Outcome, digest_of, read_run
    from crossmodal_narrator.cli.progress import progress

    digest = digest_of(replay)
    if store.holds(digest, with_bag=bag is not None):
        return Outcome.KNOWN.value
    with progress(f"reading {replay}"):
        run = read_run(replay.absolute(), worded, digest=digest)
    outcome = store.add(run, bag=bag and bag.absolute(), view=None if bag is None else _viewed(bag))
    return f"{outcome.value}: {len(run.moments)} moments, {len(run.events)} events, {len(run.sentences)} sentences"


def _viewed(path: Path) -> View:
    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.bags.index import view_of
    from crossmodal_narrator.cli.progress import reading

    bag = open_bag(path)
    with reading(bag, f"looking at {path}"):
        view = view_of(bag)
    for damage in view.damage:
        print(f"{path}: {damage}", file=sys.stderr)
    return view


def _opened_once(params: Path | None) -> Worded:
    """Names surroundings that a replay has only as vectors; the words' encoder is opened when the first one comes."""

    @cache
    def opened() -> Worded:
        from crossmodal_narrator.assembly import open_text
        from crossmodal_narrator.cli.parameters import perception_config
        from crossmodal_narrator.encoding.crossmodal.surroundings import WordedAttributes
        from crossmodal_narrator.wire import TopicMap

        config = perception_config(params, TopicMap())
        return WordedAttributes(open_text(config).encode, config.crossmodal.min_confidence).of

    named: Callable[..., Worded] = opened
    return lambda vector: named()(vector)
