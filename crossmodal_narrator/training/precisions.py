"""Any network in other precisions: calibrated on what was learnt, judged by what was not, kept if it is as good.

One rule for all: a precision whose file errs more than MOST_LOST on any of the network's own figures is left out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from crossmodal_narrator.encoding.engine import Arrays, Engine
from crossmodal_narrator.runtime import EngineConfig, ModelStore
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.graph_check import read_model
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine
from crossmodal_narrator.runtime.precision.variants import make_variant, write_variants
from crossmodal_narrator.training.telling import Say, told

MOST_LOST = 0.05  # of a share of things that are found or named rightly

Judge = Callable[[Engine], Mapping[str, float]]


def spread(length: int, count: int) -> range:
    """So many places of so many, or all, at even steps."""
    return range(0, length, max(1, length // count))[:count]


def write_precisions(
    models_dir: Path,
    name: str,
    *,
    calibration: Sequence[Arrays],
    held_out: Sequence[Arrays],
    judge: Judge,
    say: Say,
    kept_convolutions: int = 0,
) -> None:
    """Put fp16 and int8 beside the fp32 file of `name`, each where it obeys the rule; say what each costs and gains.

    `judge` tells how well an engine does what the network is for, as shares of which more is better. The first
    `kept_convolutions` stay in fp32 where all else is int8.
    """
    store = ModelStore(models_dir)
    manifest = store.manifest(name)
    content = store.artifact(manifest)
    graph = read_model(content, name=name).graph
    keep = [node.name for node in graph.node if node.op_type == "Conv"][:kept_convolutions]
    wanted = judge(OnnxCpuEngine(manifest, content, EngineConfig(threads=1)))
    say(f"{name} in fp32: {told(wanted)}")
    made = []
    for precision in (Precision.FP16, Precision.INT8):
        variant = make_variant(
            store,
            manifest,
            precision,
            calibration=calibration,
            held_out=held_out,
            now_ns=time.perf_counter_ns,
            keep=keep,
        )
        figures = judge(OnnxCpuEngine(manifest, variant.content, EngineConfig(threads=1)))
        lost = max((wanted[of] - figures[of] for of in wanted if not math.isnan(wanted[of])), default=0.0)
        is_kept = lost <= MOST_LOST
        taken = variant.comparison
        away = ", ".join(f"{d.output} off by {d.mean:.2g} (at most {d.largest:.2g})" for d in taken.differences)
        say(
            f"{name} in {precision.value}{'' if is_kept else ', left out'}: {told(figures)}; "
            f"{len(variant.content)} bytes, {taken.candidate_ms:.2f} ms, fp32 {taken.reference_ms:.2f} ms; {away}"
        )
        made += [variant] if is_kept else []
    write_variants(manifest, made)
