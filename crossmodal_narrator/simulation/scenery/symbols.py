"""Signs painted on the road, as outlines in the axes of the lane: x ahead, y to the left, metres."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from crossmodal_narrator.simulation.scenery.site import Points


def arrow(directions: frozenset[str]) -> list[Points]:
    """An arrow four metres long whose heads point to `directions` (left, straight, right)."""
    stem = 2.3 if "straight" in directions else 1.9
    parts = [_rectangle(-2.0, -0.09, stem - 1.0, 0.09)]
    if "straight" in directions:
        parts.append(np.array([(0.9, -0.4), (2.0, 0.0), (0.9, 0.4)]))
    for name, side in (("left", 1.0), ("right", -1.0)):
        if name in directions:
            parts.append(np.array([(0.2, 0.0), (0.75, 0.5 * side), (0.95, 0.5 * side), (0.6, 0.0)]))
            parts.append(np.array([(0.25, 0.45 * side), (0.95, 1.15 * side), (1.45, 0.45 * side)]))
    return parts


@cache
def bicycle() -> tuple[Points, ...]:
    """Two wheels and a frame, stretched along the road so that it reads from a driver's seat. It lies across x."""
    wheels = [_ring(0.0, y, 0.36) for y in (0.42, -0.42)]
    bars = [((0.0, 0.42), (0.55, 0.2)), ((0.55, 0.2), (0.5, -0.3)), ((0.5, -0.3), (0.0, -0.42))]
    bars += [((0.0, 0.05), (0.55, 0.2)), ((0.0, 0.05), (0.5, -0.3)), ((0.0, 0.05), (0.0, 0.42))]
    bars += [((0.5, -0.3), (0.75, -0.34))]
    parts = [*wheels, *(_bar(a, b) for a, b in bars)]
    return tuple(part * (1.6, 1.0) for part in parts)


def _ring(x: float, y: float, radius: float) -> Points:
    angles = np.linspace(0.0, math.tau, 17)
    outer = np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)
    inner = np.stack([x + 0.75 * radius * np.cos(angles), y + 0.75 * radius * np.sin(angles)], axis=1)
    return np.concatenate([outer, inner[::-1]])


def _bar(a: tuple[float, float], b: tuple[float, float]) -> Points:
    ahead = np.array(b) - a
    side = 0.045 * np.array([-ahead[1], ahead[0]]) / np.linalg.norm(ahead)
    return np.array([a - side, b - side, b + side, a + side])


def _rectangle(x0: float, y0: float, x1: float, y1: float) -> Points:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
