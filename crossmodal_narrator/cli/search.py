"""`search WORDS [REPLAY …] [--store DIR]`: the moments of drives that are like these words."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crossmodal_narrator.cli.options import count

if TYPE_CHECKING:
    from crossmodal_narrator.bags.index import Asked, DriveStore, Hit

SUMMARY = "find moments of replayed drives by words, in English or Chinese"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from crossmodal_narrator.cli import filters

    parser.add_argument("words", help='what is looked for, as "an ambulance comes from behind" or "行人横穿马路"')
    parser.add_argument(
        "replays", type=Path, nargs="*", metavar="REPLAY", help="folders that `replay` wrote, where there is no --store"
    )
    parser.add_argument("--store", type=Path, help="folder that `index` filled")
    parser.add_argument("--most", type=count, default=10, help="how many moments at most (default: 10)")
    parser.add_argument(
        "--apart",
        type=float,
        default=3.0,
        help="without --store: moments of one drive are so far apart, s (default: 3)",
    )
    parser.add_argument("--params", type=Path, help="ROS 2 parameter file, as the nodes take it")
    filters.add_arguments(parser)
    parser.add_argument("--json", action="store_true", dest="as_json", help="a line of JSON for each hit")
    parser.add_argument("--thumbnails", type=Path, help="write the pictures of the hits into this folder")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.core.errors import BagError, ConfigError

    if not any(map(str.isalnum, args.words)):
        raise ConfigError(f"{args.words!r} has no words", remedy='say what is looked for, as "a bus ahead"')
    if bool(args.replays) == (args.store is not None):
        raise BagError("search looks either in replays or in a store", remedy="give REPLAY folders, or --store DIR")
    return _in_replays(args) if args.store is None else _in_store(args)


def _in_replays(args: argparse.Namespace) -> int:
    from crossmodal_narrator.assembly import open_text
    from crossmodal_narrator.bags.search import find, read_looks
    from crossmodal_narrator.cli.filters import refuse_without_store
    from crossmodal_narrator.cli.parameters import perception_config
    from crossmodal_narrator.wire import TopicMap

    refuse_without_store(args)
    looks = [read_looks(replay) for replay in args.replays]
    vector = open_text(perception_config(args.params, TopicMap())).encode(args.words)
    for moment in find(vector, looks, most=args.most, apart_s=args.apart):
        told = ", ".join(f"{name} {value}" for name, value in moment.attributes)
        print(f"{moment.similarity:6.3f}  {moment.replay}  {moment.at_s:7.1f} s  {moment.stamp_ns}  {told}".rstrip())
    return 0


def _in_store(args: argparse.Namespace) -> int:
    from crossmodal_narrator.bags.index import DriveStore, search

    with DriveStore(args.store) as store:
        asked = _asked(store, args)
        hits = search(store, asked, most=args.most)
        for number, hit in enumerate(hits, start=1):
            picture = None if args.thumbnails is None else _write_picture(store, hit, args.thumbnails, number)
            if args.as_json:
                print(json.dumps({**hit.record(), "thumbnail": picture}, ensure_ascii=False))
            else:
                _show(number, hit, picture)
        if not hits:
            print(f"nothing of that, as it is asked for, is in {args.store}", file=sys.stderr)
    return 0


def _asked(store: DriveStore, args: argparse.Namespace) -> Asked:
    """The words as facts, as words and, where the store has vectors, as a vector."""
    from crossmodal_narrator.assembly import open_text
    from crossmodal_narrator.bags.index import Asked
    from crossmodal_narrator.cli.filters import filters_of
    from crossmodal_narrator.cli.parameters import perception_config
    from crossmodal_narrator.language.dialogue.understanding import language_of
    from crossmodal_narrator.language.searching import read_search_words, wanted_by, words_of
    from crossmodal_narrator.wire import TopicMap

    language = language_of(args.words, "en")
    words = read_search_words(language)
    filters = filters_of(args)
    encoder = open_text(perception_config(args.params, TopicMap())) if store.loaded().vectors else None
    return Asked(
        wanted=wanted_by(args.words, words),
        language=language,
        words=words_of(args.words, words),
        vector=None if encoder is None else encoder.encode(args.words),
        filters=filters,
    )


def _write_picture(store: DriveStore, hit: Hit, folder: Path, number: int) -> str | None:
    from crossmodal_narrator.bags.index import thumbnail

    jpeg = thumbnail(store, hit)
    if jpeg is None:
        return None
    path = folder / f"{number:02d}_{hit.begin_ns}.jpg"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg)
    return str(path)


def _show(number: int, hit: Hit, picture: str | None) -> None:
    sure = "" if hit.is_sure else "  (perhaps)"
    when = f"{hit.begin_s:.1f} to {hit.end_s:.1f} s"
    print(f"{number:2}. {_from_here(hit.bag or hit.replay)}  {when}  by {', '.join(hit.found_by)}{sure}")
    for line in (hit.sentence, *hit.claims, picture):
        if line:
            print(f"      {line}")


def _from_here(path: str) -> str:
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
