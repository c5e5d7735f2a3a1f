"""The LiDAR network in other precisions: calibrated on the sweeps that were learnt, judged by those that were not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.encoding.lidar.bird_eye import bird_eye_image
from crossmodal_narrator.runtime import EngineConfig, ModelStore, open_engine
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.graph_check import read_model
from crossmodal_narrator.runtime.precision.variants import make_variant, write_variants
from crossmodal_narrator.training.lidar.judging import average_precisions
from crossmodal_narrator.training.lidar.sweeps import Floats, LabelledSweep
from crossmodal_narrator.training.report import Say, told

_CALIBRATING, _COMPARED = 48, 24  # sweeps
# The first convolutions stay in fp32: they see counts of points, whose few large ones leave no steps to the many small
# (vehicles' AP is 0.84 without it, as against 0.98 of fp32), and cost next to nothing.
_KEPT_CONVOLUTIONS = 2


def write_precisions(
    models_dir: Path, name: str, learnt: Sequence[LabelledSweep], held_out: Sequence[LabelledSweep], say: Say
) -> None:
    """Put fp16 and int8 beside the fp32 file of `name`; say what each costs and gains on this CPU."""
    store = ModelStore(models_dir)
    manifest = store.manifest(name)
    calibration, compared = _images(learnt, _CALIBRATING), _images(held_out, _COMPARED)
    made = [
        make_variant(
            store,
            manifest,
            precision,
            calibration=calibration,
            held_out=compared,
            now_ns=time.perf_counter_ns,
            keep=_first_convolutions(store.artifact(manifest)),
        )
        for precision in (Precision.FP16, Precision.INT8)
    ]
    write_variants(manifest, made)
    manifest = store.manifest(name)
    for variant in made:
        taken = variant.comparison
        away = ", ".join(f"{d.output} off by {d.mean:.2g} (at most {d.largest:.2g})" for d in taken.differences)
        say(f"{variant.precision.value}: {taken.candidate_ms:.1f} ms, fp32 {taken.reference_ms:.1f} ms; {away}")
    for precision in Precision:
        config = EngineConfig(engines=("onnxruntime_cpu",), precision=precision.value)
        engine = open_engine(manifest, store, config)

        def answer(image: Floats) -> tuple[Floats, Floats]:
            answers = engine.infer({"image": image[None]})  # noqa: B023 - called within this turn of the loop
            return answers["scores"][0], answers["regressions"][0]

        figures = average_precisions(answer, held_out)
        say(f"{precision.value}: {told(figures)}")


def _first_convolutions(content: bytes) -> list[str]:
    nodes = read_model(content, name="the network").graph.node
    return [node.name for node in nodes if node.op_type == "Conv"][:_KEPT_CONVOLUTIONS]


def _images(sweeps: Sequence[LabelledSweep], count: int) -> list[Arrays]:
    """Of as many sweeps, spread over all."""
    step = max(1, len(sweeps) // count)
    return [{"image": bird_eye_image(sweep.points)[None]} for sweep in sweeps[::step][:count]]
