"""The camera's stages beside what people would write first, on one drawn image of a street's size."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera.blindness import is_blind
from crossmodal_narrator.encoding.camera.detector import Detector
from crossmodal_narrator.encoding.camera.suppression import suppress
from crossmodal_narrator.encoding.camera.views import full_view
from crossmodal_narrator.runtime import ModelStore, detector_spec, open_engine

REPEATS = 30


def rows() -> list[dict[str, object]]:
    rng = np.random.default_rng(1)
    rgb = cv2.resize(rng.integers(0, 255, (68, 120, 3), dtype=np.uint8), (1920, 1080))
    corners = rng.uniform(0, 900, (400, 2)).astype(np.float32)
    boxes = np.hstack([corners, corners + rng.uniform(20, 120, (400, 2)).astype(np.float32)])
    scores, groups = rng.random(400, dtype=np.float32), np.zeros(400, np.int64)
    store = ModelStore()
    manifest = store.manifest("nanodet_g")
    spec = detector_spec(manifest)
    detector = Detector(open_engine(manifest, store), spec, min_score=0.3)
    view = full_view(1920, 1080, 512)
    timer = StageTimer(time.perf_counter_ns)
    detector.detect(rgb, view, timer)
    first = {t.stage: t.ms for t in timer.drain()}

    def look() -> None:
        detector.detect(rgb, view, timer)

    return [
        {
            "stage": "blindness",
            "ms": _ms(lambda: is_blind(rgb)),
            "alternative": "Laplacian of the whole image",
            "alternative_ms": _ms(lambda: cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var()),
        },
        {
            "stage": "pre-process",
            "ms": _stage_ms(look, timer, "camera/pre-process", first),
            "alternative": "numpy: float, normalise, transpose",
            "alternative_ms": _ms(lambda: _plain(rgb, spec.preparation.mean, spec.preparation.std)),
        },
        {
            "stage": "suppress 400",
            "ms": _ms(lambda: suppress(boxes, scores, groups, max_iou=0.55)),
            "alternative": "greedy loop over pairs",
            "alternative_ms": _ms(lambda: _greedy(boxes, scores, 0.55), repeats=3),
        },
    ]


def _ms(work: Callable[[], object], repeats: int = REPEATS) -> float:
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1e3


def _stage_ms(look: Callable[[], None], timer: StageTimer, stage: str, first: dict[str, float]) -> float:
    assert stage in first
    for _ in range(REPEATS):
        look()
    return float(np.median([t.ms for t in timer.drain() if t.stage == stage]))


def _plain(
    rgb: NDArray[np.uint8], mean: tuple[float, float, float], std: tuple[float, float, float]
) -> NDArray[np.float32]:
    """As most examples do it: the whole image in floating point before it is made small."""
    normalised = (rgb[..., ::-1].astype(np.float32) - np.array(mean, np.float32)) / np.array(std, np.float32)
    return np.ascontiguousarray(cv2.resize(normalised, (512, 288)).transpose(2, 0, 1)[None])


def _greedy(boxes: NDArray[np.float32], scores: NDArray[np.float32], max_iou: float) -> list[int]:
    kept: list[int] = []
    for k in np.argsort(-scores):
        for j in kept:
            sides = np.minimum(boxes[k, 2:], boxes[j, 2:]) - np.maximum(boxes[k, :2], boxes[j, :2])
            shared = max(sides[0], 0.0) * max(sides[1], 0.0)
            total = np.prod(boxes[k, 2:] - boxes[k, :2]) + np.prod(boxes[j, 2:] - boxes[j, :2]) - shared
            if shared > max_iou * total:
                break
        else:
            kept.append(int(k))
    return kept
