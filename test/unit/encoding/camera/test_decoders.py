"""Each decoder gives what a plain loop over its rows gives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.camera.candidates import Candidates
from crossmodal_narrator.encoding.camera.decoders import (
    Activation,
    DetrBoxes,
    DetrDecoding,
    DetrUnit,
    NanoDetDecoding,
    Selection,
    YoloxBoxes,
    YoloxDecoding,
)
from crossmodal_narrator.encoding.camera.preparation import Placement
from crossmodal_narrator.encoding.camera.views import View

SELECTION = Selection(min_score=0.4, is_used=np.array([True, False, True]))
LABELS = 3
SIZES = st.tuples(st.integers(1, 4), st.integers(1, 3)).map(lambda n: (n[0] * 32, n[1] * 32))
SEEDS = st.integers(0, 2**32 - 1)
SCORES = st.sampled_from([Activation.NONE, Activation.SIGMOID])

Found = tuple[list[float], float, int]


def placed(size: tuple[int, int], extent: tuple[int, int] | None = None) -> Placement:
    view = View(x0=0, y0=0, x1=size[0], y1=size[1], scale=1.0)
    return Placement(view=view, content=size, size=size, extent=extent or size)


def sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


def chosen(scores: list[float]) -> tuple[int, float] | None:
    """The best label and its score, if it counts."""
    label = max(range(LABELS), key=lambda k: scores[k])
    return (label, scores[label]) if scores[label] >= 0.4 and SELECTION.is_used[label] else None


def agrees(found: Candidates, expected: list[Found]) -> None:
    assert found.labels.tolist() == [label for _, _, label in expected]
    np.testing.assert_allclose(found.scores, [score for _, score, _ in expected], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.boxes, np.reshape([box for box, _, _ in expected], (-1, 4)), rtol=1e-4, atol=1e-2)


def rows_of(seed: int, rows: int, columns: int, activation: Activation, scores: slice) -> NDArray[np.float32]:
    """Values such as a network gives, with a few sure rows, none of them within a rounding of the threshold."""
    rng = np.random.default_rng(seed)
    table = rng.normal(0.0, 1.5, (rows, columns))
    if activation is Activation.NONE:
        table[:, scores] = rng.random((rows, columns))[:, scores] ** 2
    table[np.abs(table - 0.4) < 1e-3] += 0.01
    return table.astype(np.float32)


def cells(size: tuple[int, int], strides: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """(stride, column, row) in the order of the rows of an output."""
    return [(s, x, y) for s in strides for y in range(size[1] // s) for x in range(size[0] // s)]


@settings(max_examples=30, deadline=None)
@given(SIZES, SEEDS, SCORES, st.sampled_from(YoloxBoxes))
def test_yolox_agrees_with_a_loop(size: tuple[int, int], seed: int, activation: Activation, boxes: YoloxBoxes) -> None:
    strides = (8, 16, 32)
    decoding = YoloxDecoding(output="output", strides=strides, activation=activation, boxes=boxes)
    places = cells(size, strides)
    table = rows_of(seed, len(places), 5 + LABELS, activation, slice(4, None))

    expected: list[Found] = []
    for (stride, column, row), values in zip(places, table.astype(float), strict=True):
        scores = [sigmoid(v) if activation is Activation.SIGMOID else v for v in values[4:]]
        best = chosen([scores[0] * s for s in scores[1:]])
        if best is None:
            continue
        cx, cy, w, h = values[:4]
        if boxes is YoloxBoxes.OFFSETS:
            cx, cy, w, h = (cx + column) * stride, (cy + row) * stride, math.exp(w) * stride, math.exp(h) * stride
        expected.append(([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], best[1], best[0]))

    agrees(decoding.decoder(SELECTION).decode({"output": table[None]}, placed(size)), expected)


@settings(max_examples=30, deadline=None)
@given(SIZES, SEEDS, SCORES, st.booleans(), st.sampled_from([0.0, 0.5]), st.integers(2, 11))
def test_nanodet_agrees_with_a_loop(
    size: tuple[int, int], seed: int, activation: Activation, is_joined: bool, point: float, bins: int
) -> None:
    strides = (8, 32)
    decoding = NanoDetDecoding(
        strides=strides,
        bins=bins,
        cell_point=point,
        activation=activation,
        joined="output" if is_joined else None,
    )
    places = cells(size, strides)
    table = rows_of(seed, len(places), LABELS + 4 * bins, activation, slice(0, LABELS))
    answers: dict[str, Any] = {"output": table[None]}
    for stride in () if is_joined else strides:
        own = [k for k, place in enumerate(places) if place[0] == stride]
        answers |= {f"scores_{stride}": table[None, own, :LABELS], f"distances_{stride}": table[None, own, LABELS:]}

    expected: list[Found] = []
    for (stride, column, row), values in zip(places, table.astype(float), strict=True):
        best = chosen([sigmoid(v) if activation is Activation.SIGMOID else v for v in values[:LABELS]])
        if best is None:
            continue
        sides = []
        for side in range(4):
            weights = [math.exp(v) for v in values[LABELS + side * bins : LABELS + (side + 1) * bins]]
            sides.append(stride * sum(k * w for k, w in enumerate(weights)) / sum(weights))
        x, y = (column + point) * stride, (row + point) * stride
        expected.append(([x - sides[0], y - sides[1], x + sides[2], y + sides[3]], best[1], best[0]))

    agrees(decoding.decoder(SELECTION).decode(answers, placed(size)), expected)


@settings(max_examples=40, deadline=None)
@given(
    SIZES,
    SEEDS,
    st.sampled_from(Activation),
    st.booleans(),
    st.sampled_from(DetrBoxes),
    st.sampled_from(DetrUnit),
)
def test_detr_agrees_with_a_loop(
    size: tuple[int, int], seed: int, activation: Activation, no_object: bool, form: DetrBoxes, unit: DetrUnit
) -> None:
    decoding = DetrDecoding(
        boxes="boxes",
        logits="logits",
        activation=activation,
        no_object=no_object,
        box_format=form,
        box_unit=unit,
    )
    logits = rows_of(seed, 20, LABELS + no_object, activation, slice(None))
    boxes = np.random.default_rng(seed + 1).random((20, 4), np.float32)
    extent = (size[0] - 5, size[1] - 7)

    expected: list[Found] = []
    for values, box in zip(logits.astype(float), boxes.astype(float), strict=True):
        scores = list(values)
        if activation is Activation.SOFTMAX:
            scores = [math.exp(v) / sum(math.exp(w) for w in values) for v in values]
        elif activation is Activation.SIGMOID:
            scores = [sigmoid(v) for v in values]
        best = chosen(scores[:LABELS])
        if best is None:
            continue
        a, b, c, d = box
        corners = [a - c / 2, b - d / 2, a + c / 2, b + d / 2] if form is DetrBoxes.CENTRE else [a, b, c, d]
        factor = [*extent, *extent] if unit is DetrUnit.FRACTION else [1, 1, 1, 1]
        expected.append(([v * f for v, f in zip(corners, factor, strict=True)], best[1], best[0]))

    found = decoding.decoder(SELECTION).decode({"logits": logits[None], "boxes": boxes[None]}, placed(size, extent))
    agrees(found, expected)


def test_half_precision_answers_are_decoded_as_well() -> None:
    decoding = YoloxDecoding(output="output", strides=(32,), activation=Activation.NONE, boxes=YoloxBoxes.OFFSETS)
    table = np.array([[[0.5, 0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]]], np.float16)

    found = decoding.decoder(SELECTION).decode({"output": table}, placed((32, 32)))

    assert found.boxes.dtype == np.float32
    assert found.boxes.tolist() == [[0.0, 0.0, 32.0, 32.0]]


def test_extreme_logits_overflow_nothing() -> None:
    decoding = DetrDecoding(
        boxes="boxes",
        logits="logits",
        activation=Activation.SIGMOID,
        no_object=False,
        box_format=DetrBoxes.CENTRE,
        box_unit=DetrUnit.FRACTION,
    )
    logits = np.array([[[-1e4, -1e4, 1e4], [-1e4, -1e4, -1e4]]], np.float32)

    found = decoding.decoder(SELECTION).decode({"logits": logits, "boxes": np.full((1, 2, 4), 0.5)}, placed((32, 32)))

    assert found.scores.tolist() == [1.0]


@pytest.mark.parametrize("answers", [{}, {"output": np.zeros((1, 1, 9), np.float32)}])
def test_answers_of_another_shape_are_named(answers: dict[str, Any]) -> None:
    decoding = YoloxDecoding(output="output", strides=(32,), activation=Activation.NONE, boxes=YoloxBoxes.OFFSETS)
    got = "(1, 1, 9)" if answers else "nothing"

    with pytest.raises(ModelError) as refused:
        decoding.decoder(SELECTION).decode(answers, placed((32, 32)))

    assert f"answers output with {got} instead of (1, 1, 8)" in str(refused.value)
