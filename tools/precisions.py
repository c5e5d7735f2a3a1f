#!/usr/bin/env python3
"""Makes the other precisions of a model beside its fp32 file, and tells what they cost and gain on this CPU.

    .venv/bin/python tools/precisions.py NAME INPUTS.npz [--precision fp16 int8]

INPUTS.npz holds an array for each input of the model, with one more axis in front: the samples. Every fourth sample is
held out of the calibration, and the differences are those on the held-out ones. The section `precisions` of the
model's manifest is written anew.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.runtime import ModelStore
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.precision.variants import MadeVariant, make_variant, write_variants

HELD_OUT_EVERY = 4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("inputs", type=Path)
    parser.add_argument("--precision", nargs="+", choices=("fp16", "int8"), default=["fp16", "int8"])
    parser.add_argument("--keep", nargs="+", default=[], help="nodes that int8 leaves in fp32")
    parser.add_argument("--models-dir", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    store = ModelStore(arguments.models_dir)
    manifest = store.manifest(arguments.name)
    samples = read_samples(manifest, arguments.inputs)
    made = [
        make_variant(
            store,
            manifest,
            Precision(precision),
            calibration=[s for k, s in enumerate(samples) if k % HELD_OUT_EVERY],
            held_out=samples[::HELD_OUT_EVERY],
            now_ns=time.perf_counter_ns,
            threads=arguments.threads,
            keep=arguments.keep,
        )
        for precision in arguments.precision
    ]
    write_variants(manifest, made)
    Console().print(report(manifest, made))
    return 0


def read_samples(manifest: Manifest, path: Path) -> list[Arrays]:
    """One mapping of arrays a sample."""
    with np.load(path, allow_pickle=False) as file:
        absent = [spec.name for spec in manifest.inputs if spec.name not in file]
        if absent:
            raise ModelError(f"{path} holds no {', '.join(absent)}", remedy=f"it holds {', '.join(file)}")
        arrays = {spec.name: file[spec.name] for spec in manifest.inputs}
    count = min(len(array) for array in arrays.values())
    return [{name: np.ascontiguousarray(array[k]) for name, array in arrays.items()} for k in range(count)]


def report(manifest: Manifest, made: list[MadeVariant]) -> Table:
    table = Table("precision", "MB", "ms (fp32)", "output", "mean difference", "largest", "of answers up to")
    table.title = f"{manifest.name} on this CPU, held-out inputs"
    for variant in made:
        comparison = variant.comparison
        first = (
            variant.precision.value,
            f"{len(variant.content) / 1e6:.1f}",
            f"{comparison.candidate_ms:.1f} ({comparison.reference_ms:.1f})",
        )
        for difference in comparison.differences:
            figures = (difference.mean, difference.largest, difference.largest_answer)
            table.add_row(*first, difference.output, *(f"{figure:.3g}" for figure in figures))
            first = ("", "", "")
    return table


if __name__ == "__main__":
    raise SystemExit(main())
