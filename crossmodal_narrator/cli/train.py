"""`crossmodal-narrator train NETWORK --out DIR`: from the simulator to weights, with one command. Needs PyTorch."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable
from pathlib import Path

from crossmodal_narrator.cli.progress import progress
from crossmodal_narrator.core.config import build
from crossmodal_narrator.core.errors import TrainingError

SUMMARY = "learn a network, from the simulator to weights"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("network", choices=sorted(_TRAININGS), help="which one")
    parser.add_argument("--out", type=Path, required=True, help="what is made on the way; one that is there goes on")
    parser.add_argument("--models-dir", type=Path, help="where the model's folder is written (default: OUT/models)")
    parser.add_argument("--drives", type=int, help="simulated drives to learn from (default: as the weights were made)")
    parser.add_argument("--steps", type=int, help="batches to learn from (default: the same)")
    parser.add_argument("--seed", type=int, help="draws weights and batches (default: 0)")
    parser.add_argument("--processes", type=int, help="drives made at once (default: 2)")
    parser.add_argument(
        "--from", type=Path, dest="start", help="lidar, sound: a model.onnx of it, whose weights it goes on from"
    )
    parser.add_argument("--threads", type=int, help="of PyTorch (default: 2)")


def run(args: argparse.Namespace) -> int:
    if importlib.util.find_spec("torch") is None:
        raise TrainingError("PyTorch is not installed", remedy="`pip install crossmodal_narrator[train]`")
    with progress(f"training {args.network}") as bar:
        path = _TRAININGS[args.network](args, args.models_dir or args.out / "models", bar.print)
    print(path.parent)
    return 0


def _given(args: argparse.Namespace) -> dict[str, int]:
    """What was asked for, by the names of the recipes; a recipe refuses what it does not have."""
    asked = {
        "drives": args.drives,
        "processes": args.processes,
        "schedule.steps": args.steps,
        "schedule.seed": args.seed,
        "schedule.threads": args.threads,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _start(args: argparse.Namespace) -> bytes | None:
    """The content of the file to go on from.

    Raises:
        TrainingError: it cannot be read.
    """
    if args.start is None:
        return None
    try:
        content: bytes = args.start.read_bytes()
    except OSError as error:
        raise TrainingError(f"{args.start}: {error.strerror}", remedy="name a model.onnx") from error
    return content


def _lidar(args: argparse.Namespace, models_dir: Path, say: Callable[[str], None]) -> Path:
    from crossmodal_narrator.training.lidar.recipe import LidarRecipe, train_lidar

    return train_lidar(build(LidarRecipe, _given(args)), args.out, models_dir, say, _start(args))


def _sound(args: argparse.Namespace, models_dir: Path, say: Callable[[str], None]) -> Path:
    from crossmodal_narrator.training.sound.recipe import TUNED, SoundRecipe, train_sound

    start = _start(args)
    recipe = build(SoundRecipe, {**(TUNED if start else {}), **_given(args)})
    return train_sound(recipe, args.out, models_dir, say, start)


def _crossmodal(args: argparse.Namespace, models_dir: Path, say: Callable[[str], None]) -> Path:
    from crossmodal_narrator.training.crossmodal.recipe import CrossmodalRecipe, train_crossmodal

    if args.start is not None:
        raise TrainingError("--from is for lidar and sound", remedy="learn crossmodal anew")
    return train_crossmodal(build(CrossmodalRecipe, _given(args)), args.out, models_dir, say)


_TRAININGS = {"crossmodal": _crossmodal, "lidar": _lidar, "sound": _sound}
