"""`verify DIR --bag BAG`: replay the bag again by what run.json says, and compare byte by byte."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

SUMMARY = "replay a bag again as its run.json says: the same bytes, or what differs"

_SAME, _DIFFERENT = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("replay", type=Path, help="folder that `replay` wrote")
    parser.add_argument(
        "--bag", type=Path, required=True, help="the bag, or a copy of it in any storage or compression"
    )
    parser.add_argument("--models", type=Path, help="the folder of manifests, where the replay had one of its own")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.bags.manifest import read_manifest
    from crossmodal_narrator.bags.verification import compare_runs
    from crossmodal_narrator.cli.progress import reading
    from crossmodal_narrator.cli.recorded import open_configured
    from crossmodal_narrator.cli.replaying import configuration_of, replay_drive

    recorded = read_manifest(args.replay)
    drive = open_configured(open_bag(args.bag), configuration_of(recorded.configuration, args.models))
    with tempfile.TemporaryDirectory(prefix="crossmodal_narrator_verify_") as folder:
        with reading(drive.bag, f"replaying {args.bag} again"):
            _, again = replay_drive(drive, Path(folder))
        found = compare_runs(args.replay, recorded, Path(folder), again)
    for line in (*found.decisive, *found.surroundings, *found.outputs):
        print(line)
    for line in recorded.damage:
        print(f"could not be read: {line}")
    if not found.is_same:
        print("different")
        return _DIFFERENT
    lines = ", ".join(f"{output.lines} lines of {name}" for name, output in recorded.outputs.items())
    print(f"same{'' if recorded.is_complete else ', of a bag that could not be read whole'}: {lines}")
    return _SAME
