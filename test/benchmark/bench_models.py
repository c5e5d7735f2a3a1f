"""Every model in every precision on this CPU, at the shapes that its manifest calls typical; beside fp32, 1 thread."""

from __future__ import annotations

import statistics
import time

import numpy as np

from crossmodal_narrator.encoding.engine import Arrays, Engine
from crossmodal_narrator.runtime import EngineConfig, Manifest, ModelState, ModelStore
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.golden import block_noise
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine
from crossmodal_narrator.runtime.profile import shape_profile

REPEATS = 30
THREADS = (1, 2)


def rows() -> list[dict[str, object]]:
    store = ModelStore()
    manifests = [store.manifest(name) for name in store.names()]
    ready = [manifest for manifest in manifests if store.state(manifest) is ModelState.READY]
    return [row for manifest in ready for row in _rows(store, manifest)]


def _rows(store: ModelStore, manifest: Manifest) -> list[dict[str, object]]:
    """Runs take turns, so that a busy moment of the machine meets all of them."""
    engines = {
        (precision, threads): OnnxCpuEngine(
            manifest, store.artifact(manifest, precision), EngineConfig(threads=threads)
        )
        for precision in Precision
        if manifest.has(precision)
        for threads in THREADS
    }
    feed = _noise(manifest)
    times_ms: dict[tuple[Precision, int], list[float]] = {key: [] for key in engines}
    for _ in range(REPEATS):
        for key, engine in engines.items():
            times_ms[key].append(_ms(engine, feed))
    medians = {key: statistics.median(times) for key, times in times_ms.items()}
    shapes = ", ".join("x".join(map(str, array.shape)) for array in feed.values())
    return [
        {
            "stage": f"{manifest.name} {shapes} {precision.value}, {threads} thread{'s' * (threads > 1)}",
            "ms": ms,
            "alternative": "fp32, 1 thread",
            "alternative_ms": medians[Precision.FP32, 1],
        }
        for (precision, threads), ms in medians.items()
    ]


def _noise(manifest: Manifest) -> Arrays:
    shapes = shape_profile(manifest)
    return {s.name: block_noise(shapes[s.name].typical, 1, 8).astype(np.dtype(s.dtype)) for s in manifest.inputs}


def _ms(engine: Engine, feed: Arrays) -> float:
    begun = time.perf_counter()
    engine.infer(feed)
    return (time.perf_counter() - begun) * 1e3
