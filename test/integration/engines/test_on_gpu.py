"""On a machine with an NVIDIA GPU: every model, in every precision, by every engine that the machine has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from missing import is_missing
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EngineAbsentError
from crossmodal_narrator.encoding.engine import Engine
from crossmodal_narrator.runtime import EngineConfig, Manifest, ModelState, ModelStore, Refusal, open_engine
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.cuda_device import find_cuda_device
from crossmodal_narrator.runtime.engines import ENGINES
from crossmodal_narrator.runtime.golden import block_noise
from crossmodal_narrator.runtime.profile import shape_profile

pytestmark = pytest.mark.gpu
STORE = ModelStore()
GPU_ENGINES = tuple(name for name in ENGINES if name != "onnxruntime_cpu")
CASES = [
    (engine, name, precision)
    for engine in GPU_ENGINES
    for name in STORE.names()
    for precision in Precision
    if STORE.manifest(name).has(precision)
]


@pytest.fixture(scope="session", autouse=True)
def device() -> None:
    try:
        find_cuda_device()
    except EngineAbsentError as error:
        pytest.skip(f"no GPU: {error.what}")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plans of this run; weights are linked to where they are."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / "models").symlink_to(STORE.plans_folder.parent / "models")
    return folder


def noise(manifest: Manifest, bound: str) -> dict[str, NDArray[np.float32]]:
    """Inputs of the shapes that the engine is built for at `bound`."""
    shapes = {name: getattr(lengths, bound) for name, lengths in shape_profile(manifest).items()}
    return {spec.name: block_noise(shapes[spec.name], 7, 8).astype(spec.dtype) for spec in manifest.inputs}


@pytest.mark.parametrize(("engine", "name", "precision"), CASES, ids=[f"{e}-{n}-{p.value}" for e, n, p in CASES])
def test_it_is_built_agrees_with_the_golden_sample_and_answers_at_every_size_as_the_cpu_does(
    engine: str, name: str, precision: Precision, cache: Path
) -> None:
    try:
        ENGINES[engine].find()
    except EngineAbsentError as error:
        pytest.skip(error.what)
    manifest, store = STORE.manifest(name), ModelStore(cache_dir=cache)
    if STORE.state(manifest) is not ModelState.READY:
        is_missing(f"the weights of {name} are not here: run `crossmodal-narrator models pull`")
    heard: list[Refusal] = []

    def opened(engine: str, *, build: bool) -> Engine:
        config = EngineConfig(engines=(engine,), precision=precision.value, build_at_start=build)
        return open_engine(manifest, store, config, on_refusal=heard.append)

    opened(engine, build=True)
    kept, cpu = opened(engine, build=False), opened("onnxruntime_cpu", build=False)
    assert heard == []
    assert kept.name != cpu.name
    tolerance = manifest.golden_in(precision)
    for bound in ("least", "typical", "most", "typical"):
        feed = noise(manifest, bound)
        answers, wanted = kept.infer(feed), cpu.infer(feed)
        for spec in manifest.outputs:
            largest = float(np.abs(wanted[spec.name]).max())
            away = 10 * (tolerance.absolute + (tolerance.relative + tolerance.of_largest) * largest)
            np.testing.assert_allclose(answers[spec.name], wanted[spec.name], atol=away, rtol=0.0)
