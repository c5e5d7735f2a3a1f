"""`import DATASET FOLDER --out DIR`: a drive of a public dataset as a bag with its truth beside it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossmodal_narrator.bags.importing import ImportSummary

SUMMARY = "make a bag and its truth of a drive of KITTI, nuScenes or PandaSet"
# As in bags.importing.DATASETS, which is imported only where it is needed.
DATASETS = ("kitti_raw", "kitti_object", "nuscenes", "pandaset")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from crossmodal_narrator.cli.play import positive

    parser.add_argument("dataset", choices=DATASETS, help=f"one of {', '.join(DATASETS)}")
    parser.add_argument("folder", type=Path, help="where the dataset was unpacked, or a drive of it")
    parser.add_argument("--out", type=Path, required=True, help="a new folder: bag/ and truth.json")
    parser.add_argument("--scene", metavar="NAME", help="which drive, where the folder holds several")
    parser.add_argument("--limit", type=positive, metavar="S", help="its first seconds only")


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.bags.importing import import_drive, open_dataset
    from crossmodal_narrator.cli.progress import progress

    with progress(f"opening {args.folder}") as bar:
        drive = open_dataset(args.dataset, args.folder, args.scene)
        bar.say(f"importing {drive.name}")
        summary = import_drive(drive, args.out, limit_s=args.limit, on_progress=bar.tell)
    for line in _lines(args.dataset, args.out, summary):
        print(line)
    return 0


def _lines(dataset: str, out: Path, summary: ImportSummary) -> list[str]:
    lines = [
        f"{summary.bag}: {summary.length_s:.1f} s of {dataset} {summary.name}; {summary.sweeps} sweeps, "
        f"pictures: {_counts(summary.pictures)}",
    ]
    if summary.labelled_sweeps:
        lines.append(f"{out / 'truth.json'}: {summary.labelled_sweeps} sweeps; {_counts(summary.objects)}")
    else:
        lines.append("no labels: truth.json is an empty list")
    if summary.unknown:
        lines.append(f"names that are not known here, kept as obstacles: {_counts(summary.unknown)}")
    if summary.left_out:
        lines.append(f"left out: {_counts(summary.left_out)}")
    return [*lines, f"licence: {summary.licence}"]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
