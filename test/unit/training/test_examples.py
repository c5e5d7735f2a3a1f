"""What the network is taught agrees with the image that it sees, and the product's own decoder reads it back."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

from crossmodal_narrator.encoding.lidar.bird_eye import CELL_M, REACH_M, WHOLE
from crossmodal_narrator.encoding.lidar.centres import centres
from crossmodal_narrator.training.lidar.examples import counted, example, framed
from crossmodal_narrator.training.lidar.sweeps import (
    CLASSES,
    LabelledSweep,
    labelled_sweeps,
    read_sweeps,
    write_sweeps,
)


@pytest.fixture(scope="module")
def sweeps() -> list[LabelledSweep]:
    """A few of one drive of the simulator."""
    return list(labelled_sweeps(3, every_s=15.0))


def test_a_drive_has_labelled_things_with_points_in_their_boxes(sweeps: list[LabelledSweep]) -> None:
    near = [s for sweep in sweeps for s in zip(sweep.classes, counted(sweep).counts, sweep.counts, strict=True)]
    met = [(inside, told) for label, inside, told in near if label == 0 and told >= 50]

    assert len(met) > 10
    # The box of a car holds what met it; its wheels and bumper are below what counts as above the ground.
    assert sum(inside >= 0.5 * told for inside, told in met) >= 0.9 * len(met)


def test_the_same_number_draws_the_same_sweeps(sweeps: list[LabelledSweep]) -> None:
    again = next(labelled_sweeps(3, every_s=15.0))

    np.testing.assert_array_equal(again.points, sweeps[0].points)
    np.testing.assert_array_equal(again.boxes, sweeps[0].boxes)


def test_a_file_gives_back_what_was_written_to_the_centimetre(sweeps: list[LabelledSweep], tmp_path: Path) -> None:
    write_sweeps(tmp_path / "drive.npz", sweeps)

    back = read_sweeps(tmp_path / "drive.npz")

    assert [p.name for p in tmp_path.iterdir()] == ["drive.npz"]
    for one, other in zip(sweeps, back, strict=True):
        np.testing.assert_allclose(one.points, other.points, atol=0.0051)
        np.testing.assert_array_equal(one.boxes, other.boxes)
        np.testing.assert_array_equal(one.classes, other.classes)


def test_the_wanted_answer_is_decoded_to_the_labels(sweeps: list[LabelledSweep]) -> None:
    sweep = counted(sweeps[0])
    wanted = framed(sweep, WHOLE)
    within = (np.abs(sweep.boxes[:, :2]) < REACH_M - 1.0).all(axis=1) & (sweep.counts >= 5)

    found = centres(wanted.heat, wanted.regressions, [0.99] * len(CLASSES))

    assert within.sum() > 5
    told = 0
    for label, box in zip(sweep.classes[within], sweep.boxes[within].tolist(), strict=True):
        x, y, *size, yaw = box
        same = [c for c in found if c.index == label and math.hypot(c.xy_m[0] - x, c.xy_m[1] - y) < 0.02]
        told += len(same)
        for centre in same:
            assert centre.size_lwh_m == pytest.approx(tuple(size), rel=1e-3)
            assert math.cos(centre.yaw_rad - yaw) == pytest.approx(1.0, abs=1e-3)
    assert told >= 0.85 * within.sum()  # of two in one cell one is told


def test_an_altered_example_still_has_points_where_its_centres_are(sweeps: list[LabelledSweep]) -> None:
    rng = np.random.default_rng(0)
    checked = 0
    for _ in range(12):
        made = example(sweeps[int(rng.integers(len(sweeps)))], 224, rng)
        occupied = made.image[:-2].sum(axis=0)  # (window, window)
        for row, column in np.argwhere(made.is_centre):
            around = occupied[max(4 * row - 14, 0) : 4 * row + 18, max(4 * column - 14, 0) : 4 * column + 18]
            assert around.any()
            checked += 1
        assert (made.heat[:, made.is_centre].max(axis=0) == 1.0).all()
    assert checked > 30


def test_what_has_too_few_points_is_not_asked_for(sweeps: list[LabelledSweep]) -> None:
    sweep = dataclasses.replace(sweeps[0], counts=np.full(len(sweeps[0].classes), 2, np.int32))

    wanted = framed(sweep, WHOLE)

    assert not wanted.is_centre.any()
    assert wanted.heat.max() == 0.0
    x, y = next(b[:2] for b in sweep.boxes if (np.abs(b[:2]) < 40.0).all())
    row, column = (int((v + REACH_M) / (4 * CELL_M)) for v in (x, y))
    assert wanted.weight[:, row, column].min() == 0.0
