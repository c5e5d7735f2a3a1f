"""`search WORDS REPLAY …`: the moments of replayed drives that look, or sound, like these words."""

from __future__ import annotations

import argparse
from pathlib import Path

SUMMARY = "find moments of replayed drives by words, in English or Chinese"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", help='what is looked for, as "a siren at night" or "雨中的环岛"')
    parser.add_argument("replays", type=Path, nargs="+", metavar="REPLAY", help="folders that `replay` wrote")
    parser.add_argument("--most", type=int, default=10, help="how many moments at most (default: 10)")
    parser.add_argument(
        "--apart", type=float, default=3.0, help="moments of one drive are so many seconds apart (default: 3)"
    )
    parser.add_argument("--params", type=Path, help="ROS 2 parameter file, as the nodes take it")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.assembly import open_text
    from crossmodal_narrator.bags.search import find, read_looks
    from crossmodal_narrator.cli.parameters import perception_config
    from crossmodal_narrator.wire import TopicMap

    looks = [read_looks(replay) for replay in args.replays]
    vector = open_text(perception_config(args.params, TopicMap())).encode(args.words)
    for moment in find(vector, looks, most=max(1, args.most), apart_s=args.apart):
        told = ", ".join(f"{name} {value}" for name, value in moment.attributes)
        print(f"{moment.similarity:6.3f}  {moment.replay}  {moment.at_s:7.1f} s  {moment.stamp_ns}  {told}".rstrip())
    return 0
