"""A model's answer does not depend on how many threads compute it: replays rely on it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from missing import is_missing

from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.runtime import EngineConfig, Manifest, ModelState, ModelStore, open_engine
from crossmodal_narrator.runtime.artifacts import Precision

MODELS = ("nanodet_g", "bird_eye", "sound_events", "crossmodal_scene", "crossmodal_text")


def noise(manifest: Manifest, free: int) -> Arrays:
    rng = np.random.default_rng(3)
    return {
        spec.name: rng.uniform(0.0, 1.0, [d if isinstance(d, int) else free for d in spec.shape]).astype(spec.dtype)
        for spec in manifest.inputs
    }


def answers(manifest: Manifest, store: ModelStore, precision: Precision) -> Iterator[list[bytes]]:
    for threads in (1, 2, 4):
        config = EngineConfig(engines=("onnxruntime_cpu",), threads=threads, precision=precision.value)
        answer = open_engine(manifest, store, config).infer(noise(manifest, free=320))
        yield [answer[spec.name].tobytes() for spec in manifest.outputs]


@pytest.mark.parametrize("name", MODELS)
def test_one_thread_two_and_four_give_the_same_bytes_in_every_precision(name: str) -> None:
    store = ModelStore()
    manifest = store.manifest(name)
    if store.state(manifest) is not ModelState.READY:
        is_missing(f"the weights of {name} are not here: run `crossmodal-narrator models pull`")
    for precision in (p for p in Precision if manifest.has(p)):
        first, *others = answers(manifest, store, precision)
        assert all(other == first for other in others), precision
