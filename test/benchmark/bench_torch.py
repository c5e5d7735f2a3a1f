"""The networks trained here on this CPU, beside the same in PyTorch (eager), which is left out where it is absent."""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import Any

from crossmodal_narrator.runtime import EngineConfig, ModelStore
from crossmodal_narrator.runtime.golden import block_noise
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine

REPEATS = 30


def rows() -> list[dict[str, object]]:
    if importlib.util.find_spec("torch") is None:
        print("no comparison with PyTorch: it is not installed (make extras)")
        return []
    from crossmodal_narrator.training.crossmodal.network import SceneNetwork, TextNetwork
    from crossmodal_narrator.training.lidar.network import BirdEyeNetwork
    from crossmodal_narrator.training.sound.network import Probabilities, SoundNetwork

    networks: dict[str, Callable[[], Any]] = {
        "bird_eye": BirdEyeNetwork,
        "crossmodal_scene": SceneNetwork,
        "crossmodal_text": TextNetwork,
        "sound_events": lambda: Probabilities(SoundNetwork()),
    }
    return [_row(name, make(), threads) for name, make in networks.items() for threads in (1, 2)]


def _row(name: str, network: Any, threads: int) -> dict[str, object]:
    """Both take turns, so that a busy moment of the machine meets both. The weights are no matter of the time."""
    import torch

    torch.set_num_threads(threads)
    network.eval()
    store = ModelStore()
    manifest = store.manifest(name)
    engine = OnnxCpuEngine(manifest, store.artifact(manifest), EngineConfig(threads=threads))
    feed = {spec.name: block_noise(tuple(int(n) for n in spec.shape), 1, 8) for spec in manifest.inputs}
    tensors = [torch.from_numpy(array) for array in feed.values()]
    ours, theirs = [], []
    with torch.inference_mode():
        for _ in range(REPEATS):
            ours.append(_ms(lambda: engine.infer(feed)))
            theirs.append(_ms(lambda: network(*tensors)))
    return {
        "stage": f"{name} fp32, {threads} thread{'s' * (threads > 1)}",
        "ms": statistics.median(ours),
        "alternative": "PyTorch, eager",
        "alternative_ms": statistics.median(theirs),
    }


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3
