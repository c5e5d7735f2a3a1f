"""Boxes that a detector proposes, before suppression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Boxes in pixels: of the network's input as a decoder gives them, of the full image as a detector does."""

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
