"""Solids that are put into a sweep are sampled as a laser does, hide what is behind them, and stand in nobody."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossmodal_narrator.training.lidar.strewing import strewn
from crossmodal_narrator.training.lidar.sweeps import LabelledSweep

CORNER_M, SIDE_M = (-30.0, -30.0), 60.0
CAR = (15.0, 0.0, 4.5, 1.9, 1.6, 0.3)


def street(seed: int = 0) -> LabelledSweep:
    """A dense car, and a wall all around it 25 m away."""
    rng = np.random.default_rng(seed)
    around = rng.uniform(-math.pi, math.pi, 40_000)
    wall = np.stack([25.0 * np.cos(around), 25.0 * np.sin(around), rng.uniform(0.3, 4.0, len(around))], axis=1)
    along, across, height = rng.uniform(-0.5, 0.5, (3, 2000)) * np.array(CAR[2:5])[:, None]
    c, s = math.cos(CAR[5]), math.sin(CAR[5])
    car = np.stack([CAR[0] + c * along - s * across, CAR[1] + s * along + c * across, height + 0.8], axis=1)
    return LabelledSweep(
        points=np.concatenate([wall, car]).astype(np.float32),
        classes=np.zeros(1, np.int32),
        boxes=np.array([CAR], np.float32),
        counts=np.array([2000], np.int32),
    )


def made(seed: int) -> LabelledSweep:
    return strewn(street(), CORNER_M, SIDE_M, np.random.default_rng(seed))


def rows(points: np.ndarray) -> set[bytes]:
    return {row.tobytes() for row in points}


@pytest.fixture(scope="module")
def several() -> list[LabelledSweep]:
    return [made(seed) for seed in range(40)]


def test_the_same_number_draws_the_same_solids() -> None:
    np.testing.assert_array_equal(made(3).points, made(3).points)


def test_obstacles_and_lorries_come_with_their_boxes_and_nothing_else_does(several: list[LabelledSweep]) -> None:
    lengths_m = list[float]()
    for sweep in several:
        assert sweep.boxes[0].tolist() == street().boxes[0].tolist()
        assert set(sweep.classes[1:].tolist()) <= {0, 3}
        assert len(sweep.boxes) == len(sweep.classes) == len(sweep.counts)
        put = sweep.boxes[1:]
        assert (put[sweep.classes[1:] == 3, 4] < 1.2).all()
        lengths_m += put[sweep.classes[1:] == 0, 2].tolist()
    assert sum(len(sweep.boxes) - 1 for sweep in several) > 10
    assert len(lengths_m) > 5
    assert min(lengths_m) > 8.9


def test_a_lorry_is_seen_from_its_trailer_s_end_to_its_cab(several: list[LabelledSweep]) -> None:
    before = rows(street().points)
    looked_at = 0
    for sweep in several:
        new = np.array([row for row in sweep.points if row.tobytes() not in before], np.float32).reshape(-1, 3)
        for x, y, length, width, height, yaw in sweep.boxes[1:][sweep.classes[1:] == 0].tolist():
            c, s = math.cos(yaw), math.sin(yaw)
            dx, dy = new[:, 0] - x, new[:, 1] - y
            along = c * dx + s * dy
            own = (np.abs(along) < 0.5 * length + 0.1) & (np.abs(c * dy - s * dx) < 0.5 * width + 0.1)
            if own.sum() < 900:
                continue  # something stands before it, or only its end is seen
            assert new[own, 2].max() <= height
            looked_at += np.ptp(along[own]) > 0.9 * length
    assert looked_at >= 5


def test_cones_stand_in_rows(several: list[LabelledSweep]) -> None:
    """Three of one size in a line."""
    found = 0
    for sweep in several:
        put = sweep.boxes[1:][sweep.classes[1:] == 3]
        sizes, counts = np.unique(put[:, 2:5], axis=0, return_counts=True)
        for size in sizes[counts >= 3]:
            row = put[(put[:, 2:5] == size).all(axis=1), :2]
            away = np.linalg.svd(row - row.mean(axis=0), compute_uv=False)[1]
            assert away < 2.0
            found += 1
    assert found >= 3


def test_nothing_stands_in_a_car_nor_in_us(several: list[LabelledSweep]) -> None:
    c, s = math.cos(CAR[5]), math.sin(CAR[5])
    before = rows(street().points)
    for sweep in several:
        new = np.array([row for row in sweep.points if row.tobytes() not in before], np.float32).reshape(-1, 3)
        dx, dy = new[:, 0] - CAR[0], new[:, 1] - CAR[1]
        inside = (np.abs(c * dx + s * dy) < 0.5 * CAR[2]) & (np.abs(c * dy - s * dx) < 0.5 * CAR[3])
        assert not inside.any()
        assert (np.hypot(new[:, 0], new[:, 1]) > 2.0).all()
        assert (new[:, 2] > 0.25 - 1e-6).all()


def test_what_is_behind_a_solid_is_hidden_by_it_and_what_is_before_it_is_not(several: list[LabelledSweep]) -> None:
    """Where a solid without gaps is seen, nothing of the wall behind is left just under its top."""
    before = rows(street().points)
    hidden, looked_at = 0, 0
    for sweep in several:
        lost = len(before - rows(sweep.points))
        new = [row for row in sweep.points if row.tobytes() not in before]
        hidden += lost
        assert not lost or new  # only solids take points away
    assert hidden > 1000
    for box, points in ((box, sweep.points) for sweep in several for box in sweep.boxes[1:]):
        x, y, length, width, height, _ = box.tolist()
        away = math.hypot(x, y)
        if away > 20.0 or min(length, width) < 0.12 or height < 0.8:
            continue
        azimuth = np.arctan2(points[:, 1], points[:, 0])
        behind = np.abs((azimuth - math.atan2(y, x) + math.pi) % math.tau - math.pi) < 0.3 * min(length, width) / away
        far = np.hypot(points[:, 0], points[:, 1])
        crossed = 1.7 + (points[:, 2] - 1.7) * away / np.maximum(far, 1e-3)  # from the lowest sensor
        shadow = behind & (far > 24.0) & (crossed < 0.6 * height) & (crossed > 0.1)
        assert not shadow.any()
        looked_at += 1
    assert looked_at >= 3
