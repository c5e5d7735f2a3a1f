"""The DETR family: a set of queries, each a box and the scores of its labels.

Sources: facebookresearch/detr (softmax over the labels and "no object", the last column); huggingface/transformers,
`post_process_object_detection` of `image_processing_detr.py` (the same), of `image_processing_conditional_detr.py` and
`image_processing_rt_detr.py` (sigmoid, no such column; D-FINE uses the latter's). huggingface/optimum-onnx exports
`logits` (1, queries, columns) and `pred_boxes` (1, queries, 4) as fractions. lyuwenyu/RT-DETR and Peterande/D-FINE,
`tools/.../export_onnx.py`, export `labels`, `boxes` and `scores` instead, chosen by the graph, with corners in
pixels of the size that a second input, `orig_target_sizes`, names as width and height.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.camera.candidates import Candidates, Floats
from crossmodal_narrator.encoding.camera.decoders.protocol import Activation, Selection, Shape, answer_of
from crossmodal_narrator.encoding.camera.preparation import Placement
from crossmodal_narrator.encoding.engine import Arrays

Found = tuple[NDArray[np.int64], NDArray[np.int64], Floats]  # rows, labels, scores


class DetrBoxes(str, Enum):
    CENTRE = "cxcywh"
    CORNERS = "xyxy"


class DetrUnit(str, Enum):
    FRACTION = "fraction"  # of the picture's width and height
    PIXEL = "pixel"  # of the network's input


@dataclass(frozen=True, slots=True, kw_only=True)
class DetrDecoding:
    """Either `logits`, or `scores` and `labels` that the graph has chosen."""

    boxes: str  # the output's name
    logits: str | None = None
    scores: str | None = None
    labels: str | None = None
    activation: Activation
    no_object: bool  # whether the logits' last column is "no object"
    box_format: DetrBoxes
    box_unit: DetrUnit

    kind = "detr"
    says_each_thing_once = True
    grid_step = 1

    def outputs(self, labels: int) -> dict[str, Shape]:
        boxes: dict[str, Shape] = {self.boxes: (1, None, 4)}
        if self.logits is not None:
            return boxes | {self.logits: (1, None, labels + self.no_object)}
        return boxes | {str(self.scores): (1, None), str(self.labels): (1, None)}

    def decoder(self, selection: Selection) -> DetrDecoder:
        return DetrDecoder(self, selection)


class DetrDecoder:
    """Each query gives at most one candidate: two names for one thing would be two things to the narrator."""

    def __init__(self, decoding: DetrDecoding, selection: Selection) -> None:
        self._decoding, self._selection = decoding, selection

    def decode(self, answers: Arrays, placement: Placement) -> Candidates:
        boxes = np.asarray(answer_of(answers, self._decoding.boxes, (1, None, 4)), np.float32)
        if self._decoding.logits is not None:
            rows, labels, scores = self._from_logits(answers, self._decoding.logits, len(boxes))
        else:
            rows, labels, scores = self._chosen(answers, len(boxes))
        return Candidates(boxes=self._corners(boxes[rows], placement), scores=scores, labels=labels)

    def _from_logits(self, answers: Arrays, name: str, queries: int) -> Found:
        columns = self._selection.labels + self._decoding.no_object
        logits = np.asarray(answer_of(answers, name, (1, queries, columns)), np.float32)
        return self._selection.best(logits, self._decoding.activation)

    def _chosen(self, answers: Arrays, queries: int) -> Found:
        scores = np.asarray(answer_of(answers, str(self._decoding.scores), (1, queries)), np.float32)
        labels = np.asarray(answer_of(answers, str(self._decoding.labels), (1, queries)), np.int64)
        rows = np.flatnonzero(scores >= self._selection.min_score)
        unknown = labels[rows][(labels[rows] < 0) | (labels[rows] >= self._selection.labels)]
        if len(unknown):
            raise ModelError(
                f"the detector answers label {unknown[0]}, its manifest names {self._selection.labels}",
                remedy="list all of its labels in the manifest, in the order of their numbers from 0",
            )
        rows = rows[self._selection.is_used[labels[rows]]]
        return rows, labels[rows], scores[rows]

    def _corners(self, boxes: Floats, placement: Placement) -> Floats:
        """(rows, 4) as the network gives them → x0, y0, x1, y1 in pixels of the input."""
        if self._decoding.box_format is DetrBoxes.CENTRE:
            centres, halves = boxes[:, :2], boxes[:, 2:] / 2
            boxes = np.concatenate([centres - halves, centres + halves], axis=1)
        if self._decoding.box_unit is DetrUnit.FRACTION:
            boxes = boxes * np.array(placement.extent * 2, np.float32)
        return boxes
