"""What every family of detectors has in common once its network has answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.camera.candidates import Candidates, Floats
from crossmodal_narrator.encoding.camera.preparation import Placement
from crossmodal_narrator.encoding.engine import Arrays

Shape = tuple[int | None, ...]  # None: any length


class Activation(str, Enum):
    """What is still to be done to a network's answers to make scores of them."""

    NONE = "none"  # the graph did it
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"  # over the labels


class Decoder(Protocol):
    """From a network's answers to candidates in the pixels of its input."""

    def decode(self, answers: Arrays, placement: Placement) -> Candidates:
        """Candidates above the score that the decoder was made for.

        Raises:
            ModelError: answers whose shapes are not those of its decoding.
        """


class Decoding(Protocol):
    """What a manifest says of a detector's outputs: a frozen value for each family."""

    @property
    def kind(self) -> str:
        """The family's name in manifests."""

    @property
    def says_each_thing_once(self) -> bool:
        """Whether the network was trained to name each thing once, so that its boxes must not suppress each other."""

    @property
    def grid_step(self) -> int:
        """What the sides of an input of any size must be multiples of, so that every grid fills it."""

    def outputs(self, labels: int) -> dict[str, Shape]:
        """The outputs that a network with so many labels must have."""

    def decoder(self, selection: Selection) -> Decoder:
        """Make the decoder."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Selection:
    """Which rows become candidates: those whose best label is of use, from a score on."""

    min_score: float
    is_used: NDArray[np.bool_]  # (labels,)

    @property
    def labels(self) -> int:
        return len(self.is_used)

    def best(self, answers: Floats, activation: Activation) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """(rows, labels) → indices of the rows that count, the best label of each, and its score.

        Columns beyond the labels (DETR's "no object") take part in a softmax and are never the answer.
        """
        if activation is Activation.SOFTMAX:
            answers = softmax(answers)
        answers = answers[:, : self.labels]
        best = answers.max(axis=1)
        scores = sigmoid(best) if activation is Activation.SIGMOID else best
        rows = np.flatnonzero(scores >= self.min_score)
        labels = answers[rows].argmax(axis=1)
        used = self.is_used[labels]
        rows = rows[used]
        return rows, labels[used], scores[rows]


def sigmoid(logits: Floats) -> Floats:
    # By tanh, which does not overflow.
    scores: Floats = 0.5 * (1.0 + np.tanh(0.5 * logits, dtype=np.float32))
    return scores


def softmax(logits: Floats) -> Floats:
    """Over the last axis."""
    weights: Floats = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def answer_of(answers: Arrays, name: str, shape: Shape) -> NDArray[np.generic]:
    """The first of the batch of output `name`, if it has `shape`, (1, ...).

    Raises:
        ModelError: absent, or of another shape.
    """
    found = answers.get(name)
    if found is None or not fits(found.shape, shape):
        got = "nothing" if found is None else str(found.shape)
        raise ModelError(
            f"the detector answers {name} with {got} instead of {shape_text(shape)}",
            remedy="correct decoding (strides, bins, outputs) and labels in its manifest: docs/encoders/camera.md",
        )
    first: NDArray[np.generic] = found[0]
    return first


def fits(found: tuple[int | str, ...], wanted: Shape) -> bool:
    """Whether lengths agree where both are known; a symbol may be anything."""
    return len(found) == len(wanted) and all(
        want is None or isinstance(got, str) or got == want for got, want in zip(found, wanted, strict=True)
    )


def shape_text(shape: Shape) -> str:
    return "(" + ", ".join("any" if length is None else str(length) for length in shape) + ")"
