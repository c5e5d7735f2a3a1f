"""What the network sees in training: parts of sweeps, turned and altered, and the answer that is wanted.

The alterations close the gap to real sweeps: other mounts and ground errors (heights shift and tilt), other sensors
(points are dropped and moved), other sizes, things half hidden, and shapeless clutter that is nothing at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.encoding.lidar.bird_eye import CELL_M, CELLS, REACH_M, STRIDE, Window, bird_eye_image
from crossmodal_narrator.encoding.lidar.centres import GRID_M, REGRESSIONS
from crossmodal_narrator.training.lidar.strewing import strewn
from crossmodal_narrator.training.lidar.sweeps import CLASSES, LabelledSweep

FEWEST_POINTS = 5  # of a thing that must be found; with fewer it may be found or not
_CENTRED = 0.75  # of the examples have a labelled thing near their middle
_RARITY = np.array([1.0, 1.5, 3.0, 3.0])  # of CLASSES: how much more often one is chosen
_LARGE_M, _LARGE_RARITY = 6.0, 4.0  # trucks and buses
_STREWN = 0.7  # of the examples have more solids than the drive
_HIDDEN = 0.3  # of the things are half hidden, beyond what hides them in the drive
_MARGIN_M = 8.0  # around a window: half a bus that stands at its edge
_EDGE_M = 0.1  # around a box: its points are not exact

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """One part of a sweep, and what is wanted of it; side is that of the window over STRIDE."""

    image: Floats  # (CHANNELS, window, window)
    heat: Floats  # (classes, side, side): 1 at a centre, a hill around it
    weight: Floats  # (classes, side, side): 0 where nothing is asked
    regressions: Floats  # (REGRESSIONS, side, side): at centres
    is_centre: NDArray[np.bool_]  # (side, side)


def example(sweep: LabelledSweep, side: int, rng: np.random.Generator) -> Example:
    """A window of `side` cells somewhere in `sweep`, altered."""
    turned = _turned(sweep, rng)
    window = _window(turned, side, rng)
    part = _half_hidden(_cut(turned, window), rng)
    if rng.random() < _STREWN:
        corner_m = window.row * CELL_M - REACH_M, window.column * CELL_M - REACH_M
        part = strewn(part, corner_m, side * CELL_M, rng)
    return framed(counted(_as_another_sensor_sees(part, rng)), window)


def framed(sweep: LabelledSweep, window: Window) -> Example:
    """What is wanted of the part of `sweep` in `window`, as it is."""
    side = window.side // STRIDE
    corner_m = np.array([window.row, window.column], np.float32) * CELL_M - REACH_M
    heat = np.zeros((len(CLASSES), side, side), np.float32)
    weight = np.ones_like(heat)
    regressions = np.zeros((REGRESSIONS, side, side), np.float32)
    is_centre = np.zeros((side, side), np.bool_)
    places = (sweep.boxes[:, :2] - corner_m) / np.float32(GRID_M)  # (boxes, 2) in cells of the answer
    inside = np.flatnonzero(((places > -1.0) & (places < side + 1.0)).all(axis=1))
    for k in inside:
        label, box = int(sweep.classes[k]), sweep.boxes[k]
        hill = _hill(places[k], box[2], side)
        if sweep.counts[k] < FEWEST_POINTS:
            weight[label][hill > 0.1] = 0.0
            continue
        np.maximum(heat[label], hill, out=heat[label])
        row, column = (int(v) for v in np.floor(places[k]))
        if 0 <= row < side and 0 <= column < side:
            heat[label, row, column], weight[label, row, column] = 1.0, 1.0
            is_centre[row, column] = True
            regressions[:, row, column] = _regressions(places[k] - (row + 0.5, column + 0.5), box)
    return Example(
        image=bird_eye_image(sweep.points, window),
        heat=heat,
        weight=weight,
        regressions=regressions,
        is_centre=is_centre,
    )


def counted(sweep: LabelledSweep) -> LabelledSweep:
    """With the points that lie in each box counted anew."""
    counts = np.zeros(len(sweep.boxes), np.int32)
    xs, ys = np.ascontiguousarray(sweep.points[:, 0]), np.ascontiguousarray(sweep.points[:, 1])
    for k, (x, y, length, width, _, yaw) in enumerate(sweep.boxes.tolist()):
        reach = 0.5 * math.hypot(length, width) + _EDGE_M
        near = np.flatnonzero((np.abs(xs - x) < reach) & (np.abs(ys - y) < reach))
        c, s, dx, dy = math.cos(yaw), math.sin(yaw), xs[near] - x, ys[near] - y
        is_along = np.abs(c * dx + s * dy) <= 0.5 * length + _EDGE_M
        counts[k] = (is_along & (np.abs(c * dy - s * dx) <= 0.5 * width + _EDGE_M)).sum()
    return replace(sweep, counts=counts)


def _turned(sweep: LabelledSweep, rng: np.random.Generator) -> LabelledSweep:
    """Mirrored, perhaps, and turned about the ego, and a little larger or smaller."""
    points, boxes = sweep.points.copy(), sweep.boxes.copy()
    if rng.random() < 0.5:
        points[:, 1], boxes[:, 1], boxes[:, 5] = -points[:, 1], -boxes[:, 1], -boxes[:, 5]
    _turn(points, boxes, float(rng.uniform(-np.pi, np.pi)), float(rng.uniform(0.93, 1.07)))
    return replace(sweep, points=points, boxes=boxes)


def _as_another_sensor_sees(part: LabelledSweep, rng: np.random.Generator) -> LabelledSweep:
    """With fewer points, noise, an error of the ground, something before the sensor, and things without a name."""
    points = part.points[rng.random(len(part.points)) >= rng.choice((0.0, 0.0, 0.15, 0.3, 0.5))]
    if rng.random() < 0.35:
        points = _without_a_sector(points, rng)
    points = points + rng.normal(0.0, 0.02, points.shape).astype(np.float32)
    tilt = rng.normal(0.0, 0.003, 2).astype(np.float32)
    points[:, 2] += np.float32(rng.normal(0.0, 0.06)) + points[:, :2] @ tilt
    if rng.random() < 0.6:
        points = np.concatenate([points, _clutter(part.boxes, rng)])
    return replace(part, points=points)


def _cut(sweep: LabelledSweep, window: Window) -> LabelledSweep:
    """What lies in the window, and things that reach into it."""
    low = np.array([window.row, window.column], np.float32) * CELL_M - REACH_M
    high = low + window.side * np.float32(CELL_M)

    def within(xy: Floats, margin_m: float) -> NDArray[np.bool_]:
        (x0, y0), (x1, y1) = low - margin_m, high + margin_m
        x, y = xy[:, 0], xy[:, 1]
        kept: NDArray[np.bool_] = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
        return kept

    near = within(sweep.boxes[:, :2], 1.0)
    return LabelledSweep(
        points=sweep.points[within(sweep.points[:, :2], _MARGIN_M)],
        classes=sweep.classes[near],
        boxes=sweep.boxes[near],
        counts=sweep.counts[near],
    )


def _turn(points: Floats, boxes: Floats, yaw: float, scale: float) -> None:
    """About the ego, in place; heights keep their measure, or people would change more than they differ."""
    c, s = np.cos(yaw), np.sin(yaw)
    turn = (scale * np.array([[c, s], [-s, c]])).astype(np.float32)
    points[:, :2], boxes[:, :2] = points[:, :2] @ turn, boxes[:, :2] @ turn
    boxes[:, 2:4] *= np.float32(scale)
    boxes[:, 5] += np.float32(yaw)


def _half_hidden(sweep: LabelledSweep, rng: np.random.Generator) -> LabelledSweep:
    """Some things lose their lower part (a fence), one side (a neighbour), or most of their points."""
    kept = np.ones(len(sweep.points), np.bool_)
    for x, y, length, width, height, _ in sweep.boxes[rng.random(len(sweep.boxes)) < _HIDDEN].tolist():
        dx, dy = sweep.points[:, 0] - np.float32(x), sweep.points[:, 1] - np.float32(y)
        reach = np.float32(0.5 * max(length, width) + _EDGE_M)
        own = np.flatnonzero((np.abs(dx) < reach) & (np.abs(dy) < reach))
        way, how = rng.uniform(-np.pi, np.pi), rng.random()
        if how < 0.35:
            hidden = sweep.points[own, 2] < rng.uniform(0.3, 0.85) * height
        elif how < 0.75:
            hidden = dx[own] * np.cos(way) + dy[own] * np.sin(way) > rng.uniform(-0.25, 0.3) * length
        else:
            hidden = rng.random(len(own)) < rng.uniform(0.5, 0.9)
        kept[own[hidden]] = False
    return replace(sweep, points=sweep.points[kept])


def _without_a_sector(points: Floats, rng: np.random.Generator) -> Floats:
    """As if something stood before the sensor on one side."""
    middle, half = rng.uniform(-np.pi, np.pi), rng.uniform(0.08, 0.4)
    turned = np.arctan2(points[:, 1], points[:, 0]) - middle
    hidden = np.abs((turned + np.pi) % (2 * np.pi) - np.pi) < half
    hidden &= np.hypot(points[:, 0], points[:, 1]) > rng.uniform(5.0, 25.0)
    return points[~hidden]


def _clutter(boxes: Floats, rng: np.random.Generator) -> Floats:
    """(points, 3) Bushes, heaps and posts that are nothing that has a name, away from all boxes."""
    blobs = []
    for _ in range(int(rng.integers(1, 40))):
        middle = rng.uniform(-REACH_M, REACH_M, 2)
        if len(boxes) and (np.hypot(*(boxes[:, :2] - middle).T) < 0.5 * boxes[:, 2] + 2.0).any():
            continue
        if rng.random() < 0.5:
            spread, count, top = rng.uniform(0.02, 0.09, 2), int(rng.integers(5, 80)), rng.uniform(0.9, 4.5)
        else:
            spread, count, top = rng.uniform(0.08, 0.9, 2), int(rng.integers(5, 300)), rng.uniform(0.4, 3.5)
        plan = middle + rng.normal(0.0, 1.0, (count, 2)) * spread
        blobs.append(np.column_stack([plan, rng.uniform(0.25, top, count)]))
    return np.concatenate(blobs).astype(np.float32) if blobs else np.empty((0, 3), np.float32)


def _window(sweep: LabelledSweep, side: int, rng: np.random.Generator) -> Window:
    """Around a labelled thing, rare ones more often; or anywhere."""
    last = CELLS - side
    within = np.flatnonzero((np.abs(sweep.boxes[:, :2]) < REACH_M).all(axis=1))
    if len(within) and rng.random() < _CENTRED:
        rarity = _RARITY[sweep.classes[within]] * np.where(sweep.boxes[within, 2] > _LARGE_M, _LARGE_RARITY, 1.0)
        chosen = sweep.boxes[rng.choice(within, p=rarity / rarity.sum()), :2]
        middle = (chosen + REACH_M) / CELL_M + rng.uniform(-0.4, 0.4, 2) * side
        row, column = (int(v) for v in np.clip(middle - side / 2, 0, last))
    else:
        row, column = (int(v) for v in rng.integers(0, last + 1, 2))
    return Window(row=row - row % STRIDE, column=column - column % STRIDE, side=side)


def _hill(place: Floats, length_m: float, side: int) -> Floats:
    """(side, side) A Gaussian around `place`, wider for longer things."""
    spread = max(0.7, 0.14 * float(length_m) / GRID_M)
    along, across = (np.exp(-0.5 * ((np.arange(side) + 0.5 - float(v)) / spread) ** 2) for v in place)
    hill: Floats = (along[:, None] * across[None, :]).astype(np.float32)
    return hill


def _regressions(off: Floats, box: Floats) -> Floats:
    yaw = float(box[5])
    turned = [np.sin(2 * yaw), np.cos(2 * yaw), np.sin(yaw), np.cos(yaw)]
    return np.array([*off, *np.log(box[2:5]), *turned], np.float32)
