"""YOLOX: one output whose rows are a box, whether anything is there, and which label it has.

Source: Megvii-BaseDetection/YOLOX, `yolox/models/yolo_head.py` and `yolox/utils/demo_utils.py`. `tools/export_onnx.py`
exports boxes as offsets within cells unless it is given `--decode_in_inference`; both scores are through the sigmoid.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import lcm

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.encoding.camera.candidates import Candidates, Floats
from crossmodal_narrator.encoding.camera.decoders.grid import Grid
from crossmodal_narrator.encoding.camera.decoders.protocol import Activation, Selection, Shape, answer_of, sigmoid
from crossmodal_narrator.encoding.camera.preparation import Placement
from crossmodal_narrator.encoding.engine import Arrays


class YoloxBoxes(str, Enum):
    OFFSETS = "offsets"  # of the centre, in cells from its cell's corner; of width and height, the logarithm in cells
    DECODED = "decoded"  # centre, width and height in pixels of the input


@dataclass(frozen=True, slots=True, kw_only=True)
class YoloxDecoding:
    """Rows run over the cells of each stride in turn; columns: 4 of the box, objectness, labels."""

    output: str
    strides: tuple[int, ...]
    activation: Activation
    boxes: YoloxBoxes

    kind = "yolox"
    says_each_thing_once = False

    @property
    def grid_step(self) -> int:
        return lcm(*self.strides)

    def outputs(self, labels: int) -> dict[str, Shape]:
        return {self.output: (1, None, 5 + labels)}

    def decoder(self, selection: Selection) -> YoloxDecoder:
        return YoloxDecoder(self, selection)


class YoloxDecoder:
    """A score is objectness times the label's."""

    def __init__(self, decoding: YoloxDecoding, selection: Selection) -> None:
        self._decoding, self._selection = decoding, selection
        self._grids = [Grid(stride, 0.0) for stride in decoding.strides]

    def decode(self, answers: Arrays, placement: Placement) -> Candidates:
        corners = np.concatenate([grid.points(placement.size) for grid in self._grids])  # (cells, 2)
        found = answer_of(answers, self._decoding.output, (1, len(corners), 5 + self._selection.labels))
        table = np.asarray(found, np.float32)  # (cells, 5 + labels)
        # No label's score exceeds its objectness, so most rows need no more work.
        candidates = np.flatnonzero(self._scores(table[:, 4]) >= self._selection.min_score)
        table = table[candidates]
        scores = self._scores(table[:, 5:]) * self._scores(table[:, 4:5])
        rows, labels, best = self._selection.best(scores, Activation.NONE)
        boxes = self._boxes(table[rows, :4], candidates[rows], placement.size, corners)
        return Candidates(boxes=boxes, scores=best, labels=labels)

    def _scores(self, values: Floats) -> Floats:
        return sigmoid(values) if self._decoding.activation is Activation.SIGMOID else values

    def _boxes(self, values: Floats, cells: NDArray[np.int64], size: tuple[int, int], corners: Floats) -> Floats:
        """(rows, 4) as the network gives them, in `cells` → x0, y0, x1, y1."""
        centres, sides = values[:, :2], values[:, 2:]
        if self._decoding.boxes is YoloxBoxes.OFFSETS:
            strides = np.concatenate([np.full(len(g.points(size)), g.stride, np.float32) for g in self._grids])
            stride = strides[cells, None]
            centres, sides = centres * stride + corners[cells], np.exp(sides) * stride
        boxes: Floats = np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)
        return boxes
