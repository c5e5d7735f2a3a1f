"""How high the ground lies: people step up to pavements and down to crossings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.traffic.roads import KERB_M, Lane, LaneKind, RoadMap

Floats = NDArray[np.float64]


def heights(roads: RoadMap, xy_m: Floats) -> Floats:
    """(points, 2) → KERB_M on pavements and their corners, 0 on crossings, lanes and everywhere else."""
    high = np.zeros(len(xy_m), bool)
    for lane in (*roads.lanes_of(LaneKind.SIDEWALK), *roads.lanes_of(LaneKind.WALKING_AREA)):
        margin = lane.width_m
        near = ((xy_m >= lane.centre.min(axis=0) - margin) & (xy_m <= lane.centre.max(axis=0) + margin)).all(axis=1)
        near &= ~high
        if near.any():
            high[near] = _lies_on(lane, xy_m[near])
    return np.where(high, KERB_M, 0.0)


def _lies_on(lane: Lane, xy: Floats) -> NDArray[np.bool_]:
    if lane.kind is LaneKind.WALKING_AREA:
        return _is_inside(lane.centre, xy)
    return distances(lane.centre, xy) <= 0.5 * lane.width_m


def distances(line: Floats, xy: Floats) -> Floats:
    """(points, 2) → distance of each from the polyline."""
    starts, steps = line[:-1], np.diff(line, axis=0)
    away = xy[:, None, :] - starts  # (points, pieces, 2)
    lengths = np.maximum((steps * steps).sum(axis=1), 1e-12)
    along = np.clip((away * steps).sum(axis=2) / lengths, 0.0, 1.0)
    return np.asarray(np.linalg.norm(away - along[:, :, None] * steps, axis=2).min(axis=1))


def _is_inside(outline: Floats, xy: Floats) -> NDArray[np.bool_]:
    """Even-odd rule: how often a ray towards +x crosses the outline."""
    a, b = outline, np.roll(outline, -1, axis=0)
    x, y = xy[:, :1], xy[:, 1:]
    spans = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])
    cross = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / rise
    return np.asarray((spans & (x < cross)).sum(axis=1) % 2 == 1)
