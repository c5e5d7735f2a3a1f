"""`ask QUESTION --bag BAG --at SECONDS`: one reply, from the scene as it was then, with its query and its evidence."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crossmodal_narrator.cli.options import add_naming_arguments
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.speech import Reply, Utterance

if TYPE_CHECKING:
    from crossmodal_narrator.bags import Bag

SUMMARY = "ask something of a recorded drive at a moment of it: the answer, the query and the evidence"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("questions", nargs="+", metavar="QUESTION", help="in English or Chinese; several are one talk")
    parser.add_argument("--bag", type=Path, required=True, help="rosbag2 folder or file (mcap, db3)")
    parser.add_argument("--at", type=float, default=None, help="seconds from the bag's beginning (default: its end)")
    add_naming_arguments(parser)
    parser.add_argument("--params", type=Path, help="ROS 2 parameter file, as the nodes take it")
    parser.add_argument("--json", action="store_true", dest="as_json", help="a line of JSON for each reply")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.assembly import build_dialogue
    from crossmodal_narrator.bags.replay import recorded_frames
    from crossmodal_narrator.cli.progress import reading
    from crossmodal_narrator.cli.recorded import open_drive
    from crossmodal_narrator.wire.records import reply_record, to_json_line

    drive = open_drive(args.bag, args.params, "en,zh", profile=args.profile, topics=args.topics)
    bag = drive.bag
    until_ns = _moment_ns(bag, args.at)
    dialogue = build_dialogue(drive.narrator)
    with reading(bag, f"looking at {args.bag}", until_ns):
        for scene, narrations in drive.pipeline.run(recorded_frames(bag, drive.intake, until_ns)):
            dialogue.observe(scene)
            for narration in narrations:
                dialogue.hear(narration)
    for text in args.questions:
        told = dialogue.ask(Utterance(stamp_ns=until_ns, text=text, language="", confidence=1.0))
        if args.as_json:
            sys.stdout.write(to_json_line(reply_record(told.reply)))
        else:
            _show(told.reply)
    return 0


def _moment_ns(bag: Bag, at_s: float | None) -> int:
    """So long after the bag's beginning, or its end.

    Raises:
        BagError: the moment is not in the bag, or is none at all.
    """
    if at_s is None:
        return bag.end_ns
    length_s = (bag.end_ns - bag.start_ns) / 1e9
    if not 0.0 <= at_s <= length_s:
        raise BagError(f"--at {at_s:g} is not in {bag.path}", remedy=f"choose 0 to {length_s:.1f}")
    return min(bag.start_ns + round(at_s * 1e9), bag.end_ns)


def _show(reply: Reply) -> None:
    print(reply.text)
    print(f"  {reply.query}{', declined' if reply.declined else ''}")
    for claim in reply.claims:
        senses = ", ".join(sorted({evidence.modality.value for evidence in claim.evidence}))
        print(f"  {claim.predicate}({claim.subject}) = {claim.value}, {claim.confidence:.2f}, by {senses or 'nothing'}")
