"""NanoDet and NanoDet-Plus: each side of a box as a distribution over distances from a cell's point.

Source: RangiLyu/nanodet, `nanodet_head.py` (generalised focal loss, Li et al. 2020, arXiv 2006.04388; a cell's point is
its middle) and `nanodet_plus_head.py` (`get_single_level_center_priors`: its corner). Their `_forward_onnx` exports one
output whose columns are the scores, already through the sigmoid, and then 4 x (reg_max + 1) logits of the sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import numpy as np

from crossmodal_narrator.encoding.camera.candidates import Candidates, Floats
from crossmodal_narrator.encoding.camera.decoders.grid import Grid
from crossmodal_narrator.encoding.camera.decoders.protocol import Activation, Selection, Shape, answer_of, softmax
from crossmodal_narrator.encoding.camera.preparation import Placement
from crossmodal_narrator.encoding.engine import Arrays


@dataclass(frozen=True, slots=True, kw_only=True)
class NanoDetDecoding:
    """One output `joined`, or two for each stride, whose names hold `{stride}`."""

    strides: tuple[int, ...]
    bins: int  # of a side's distribution: reg_max + 1
    cell_point: float  # 0.5 for NanoDet, 0 for NanoDet-Plus
    activation: Activation
    joined: str | None = None
    scores: str = "scores_{stride}"
    distances: str = "distances_{stride}"

    kind = "nanodet"
    says_each_thing_once = False

    @property
    def grid_step(self) -> int:
        return lcm(*self.strides)

    def outputs(self, labels: int) -> dict[str, Shape]:
        if self.joined is not None:
            return {self.joined: (1, None, labels + 4 * self.bins)}
        scores: dict[str, Shape] = {self.scores.format(stride=s): (1, None, labels) for s in self.strides}
        return scores | {self.distances.format(stride=s): (1, None, 4 * self.bins) for s in self.strides}

    def decoder(self, selection: Selection) -> NanoDetDecoder:
        return NanoDetDecoder(self, selection)


class NanoDetDecoder:
    """Decodes the strides one after the other."""

    def __init__(self, decoding: NanoDetDecoding, selection: Selection) -> None:
        self._decoding, self._selection = decoding, selection
        self._grids = [Grid(stride, decoding.cell_point) for stride in decoding.strides]

    def decode(self, answers: Arrays, placement: Placement) -> Candidates:
        parts = []
        points = [grid.points(placement.size) for grid in self._grids]
        rows_of = np.cumsum([0, *(len(p) for p in points)])
        for k, grid in enumerate(self._grids):
            scores, distances = self._answers(answers, grid.stride, slice(*rows_of[k : k + 2]), int(rows_of[-1]))
            rows, labels, best = self._selection.best(scores, self._decoding.activation)
            boxes = decode_boxes(distances[rows], points[k][rows], grid.stride, self._decoding.bins)
            parts.append(Candidates(boxes=boxes, scores=best, labels=labels))
        return Candidates.joined(parts)

    def _answers(self, answers: Arrays, stride: int, rows: slice, total: int) -> tuple[Floats, Floats]:
        """(cells, labels) and (cells, 4 * bins) of one stride."""
        labels, decoding = self._selection.labels, self._decoding
        if decoding.joined is not None:
            joined = answer_of(answers, decoding.joined, (1, total, labels + 4 * decoding.bins))
            both = np.asarray(joined[rows], np.float32)
            return both[:, :labels], both[:, labels:]
        cells = rows.stop - rows.start
        scores = answer_of(answers, decoding.scores.format(stride=stride), (1, cells, labels))
        distances = answer_of(answers, decoding.distances.format(stride=stride), (1, cells, 4 * decoding.bins))
        return np.asarray(scores, np.float32), np.asarray(distances, np.float32)


def decode_boxes(distances: Floats, points: Floats, stride: int, bins: int) -> Floats:
    """(cells, 4 * bins) logits and (cells, 2) points → (cells, 4) boxes: each side lies at its distribution's mean."""
    weights = softmax(distances.reshape(-1, 4, bins))
    sides = (weights @ np.arange(bins, dtype=np.float32)) * stride  # (cells, 4): left, top, right, bottom
    boxes: Floats = np.concatenate([points - sides[:, :2], points + sides[:, 2:]], axis=1)
    return boxes
