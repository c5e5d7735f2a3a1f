"""How well answers of the LiDAR network fit labelled sweeps, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from crossmodal_narrator.encoding.lidar.bird_eye import bird_eye_image
from crossmodal_narrator.encoding.lidar.centres import Centre, centres
from crossmodal_narrator.evaluation.average_precision import Answers, Truths, curve
from crossmodal_narrator.training.lidar.examples import FEWEST_POINTS
from crossmodal_narrator.training.lidar.sweeps import CLASSES, Floats, LabelledSweep

Answer = Callable[[Floats], tuple[Floats, Floats]]  # an image to the scores and regressions of it

_JUDGED_M = 40.0
_LOWEST = 0.05


def average_precisions(answer: Answer, sweeps: Sequence[LabelledSweep]) -> Mapping[str, float]:
    """By class, within 2 m, of things within 40 m with at least FEWEST_POINTS points in their boxes."""
    scenes: list[list[tuple[Answers, Truths]]] = [[] for _ in CLASSES]
    for sweep in sweeps:
        found = centres(*answer(bird_eye_image(sweep.points)), [_LOWEST] * len(CLASSES))
        for label in range(len(CLASSES)):
            scenes[label].append(_judged(label, found, sweep))
    return {f"ap_{name}": curve(scenes[k]).average_precision for k, name in enumerate(CLASSES)}


def _judged(label: int, found: Sequence[Centre], sweep: LabelledSweep) -> tuple[Answers, Truths]:
    mine = [c for c in found if c.index == label and np.hypot(*c.xy_m) < _JUDGED_M]
    alike = sweep.classes == label
    boxes = sweep.boxes[alike]
    is_near = np.hypot(boxes[:, 0], boxes[:, 1]) < _JUDGED_M
    return (
        Answers(xy_m=np.array([c.xy_m for c in mine]).reshape(-1, 2), scores=np.array([c.score for c in mine])),
        Truths(xy_m=boxes[:, :2], counts=is_near & (sweep.counts[alike] >= FEWEST_POINTS)),
    )
