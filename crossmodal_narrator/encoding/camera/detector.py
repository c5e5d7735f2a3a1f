"""NanoDet: from a window of an image to candidate boxes.

Source: RangiLyu/nanodet, `nanodet_head.py` (generalised focal loss: box sides as distributions over bins, in strides).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera.views import View
from crossmodal_narrator.encoding.engine import Arrays, Engine

STRIDES = (8, 16, 32)
BINS = 11

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSpec:
    """What the detector's manifest says: a class for each label (None: not used), and how pixels go in."""

    classes: tuple[ObjectClass | None, ...]
    signal_index: int | None  # the label that means a traffic light
    channel_order: str  # "bgr" or "rgb"
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    stride: int  # sides of the input are multiples of it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Boxes before suppression, in pixels of the full image."""

    boxes: Floats  # (candidates, 4): x0, y0, x1, y1
    scores: Floats  # (candidates,)
    labels: NDArray[np.int64]  # (candidates,) index of the detector's label

    def __len__(self) -> int:
        return len(self.scores)

    def only(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Candidates:
        return Candidates(boxes=self.boxes[kept], scores=self.scores[kept], labels=self.labels[kept])

    @staticmethod
    def joined(parts: list[Candidates]) -> Candidates:
        return Candidates(
            boxes=np.concatenate([p.boxes for p in parts]),
            scores=np.concatenate([p.scores for p in parts]),
            labels=np.concatenate([p.labels for p in parts]),
        )


class NanoDet:
    """Runs the detector on windows. Input buffers are kept per size, so one instance serves one thread."""

    def __init__(self, engine: Engine, spec: DetectorSpec, *, min_score: float) -> None:
        self._engine, self._spec, self._min_score = engine, spec, min_score
        used = [k for k, c in enumerate(spec.classes) if c is not None or k == spec.signal_index]
        self._is_used = np.zeros(len(spec.classes), dtype=np.bool_)
        self._is_used[used] = True
        self._buffers: dict[tuple[int, int], Floats] = {}
        self._cells: dict[tuple[int, int, int], Floats] = {}

    def detect(self, rgb: NDArray[np.uint8], view: View, timer: StageTimer) -> Candidates:
        """Look at `view` of `rgb` (height, width, 3)."""
        with timer.stage("camera/pre-process"):
            image = self._prepare(rgb, view)
        with timer.stage("camera/infer"):
            answers = self._engine.infer({"image": image})
        with timer.stage("camera/decode"):
            return self._decode(answers, view)

    def _prepare(self, rgb: NDArray[np.uint8], view: View) -> Floats:
        """(1, 3, height, width): the window scaled to its top left corner; the rest keeps the value of black."""
        width, height = view.content
        window = rgb[view.y0 : view.y1, view.x0 : view.x1]
        if window.shape[:2] != (view.y1 - view.y0, view.x1 - view.x0):
            raise FrameError(f"the view {view} lies outside of an image of {rgb.shape[1]}x{rgb.shape[0]}")
        shrinks = width < view.x1 - view.x0
        if (width, height) != (window.shape[1], window.shape[0]):
            window = cv2.resize(window, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        buffer = self._buffer(view.padded(self._spec.stride))
        order = (0, 1, 2) if self._spec.channel_order == "rgb" else (2, 1, 0)
        for channel, source in enumerate(order):
            mean, std = self._spec.mean[channel], self._spec.std[channel]
            plane = buffer[0, channel]
            plane[height:, :] = plane[:height, width:] = -mean / std
            np.multiply(window[:, :, source], np.float32(1.0 / std), out=plane[:height, :width], casting="unsafe")
            plane[:height, :width] -= np.float32(mean / std)
        return buffer

    def _buffer(self, size: tuple[int, int]) -> Floats:
        if size not in self._buffers:
            width, height = size
            self._buffers[size] = np.empty((1, 3, height, width), np.float32)
        return self._buffers[size]

    def _decode(self, answers: Arrays, view: View) -> Candidates:
        width, height = view.padded(self._spec.stride)
        parts = []
        for stride in STRIDES:
            scores, distances = answers[f"scores_{stride}"][0], answers[f"distances_{stride}"][0]
            rows = np.flatnonzero(scores.max(axis=1) >= self._min_score)
            labels = scores[rows].argmax(axis=1)
            rows, labels = rows[self._is_used[labels]], labels[self._is_used[labels]]
            centres = self._cell_centres(width, height, stride)[rows]
            boxes = decode_boxes(distances[rows], centres, stride)
            parts.append(Candidates(boxes=boxes, scores=scores[rows, labels], labels=labels))
        joined = Candidates.joined(parts)
        return Candidates(boxes=view.to_image_boxes(joined.boxes), scores=joined.scores, labels=joined.labels)

    def _cell_centres(self, width: int, height: int, stride: int) -> Floats:
        key = (width, height, stride)
        if key not in self._cells:
            rows, columns = np.mgrid[: height // stride, : width // stride]
            grid = np.stack([columns.ravel(), rows.ravel()], axis=1)  # (cells, 2)
            self._cells[key] = ((grid + 0.5) * stride).astype(np.float32)
        return self._cells[key]


def decode_boxes(distances: Floats, centres: Floats, stride: int) -> Floats:
    """(cells, 44) logits and (cells, 2) centres → (cells, 4) boxes: each side lies at its distribution's mean."""
    logits = distances.reshape(-1, 4, BINS)
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    sides = (weights @ np.arange(BINS, dtype=np.float32)) * stride  # (cells, 4): left, top, right, bottom
    boxes: Floats = np.concatenate([centres - sides[:, :2], centres + sides[:, 2:]], axis=1)
    return boxes
