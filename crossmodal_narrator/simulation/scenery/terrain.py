"""The ground as triangles: a flat road under everything, and the pavements KERB_M above it, with the kerbs' faces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery.footprint import Footprint
from crossmodal_narrator.simulation.scenery.site import Points, Site
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material, Mesh, Rgb, Texels
from crossmodal_narrator.simulation.traffic.roads import KERB_M

_FAR_M = 1500.0  # the ground goes on so far beyond the site: it meets the sky in the haze
_KERB_STONE: Rgb = (134, 132, 126)
_ASPHALT: Rgb = (84, 83, 81)
_GROUND_TEXEL, _STONE_TEXEL = 0.5, 1.5
Trapezoid = tuple[float, float, float, float, float, float]  # y0, y1, and x of its left and right sides at both


def ground_mesh(site: Site, footprint: Footprint) -> Mesh:
    """All of it. Its texels are GROUND but for the kerbs' faces."""
    low = np.array(site.origin_m)
    high = low + site.size_m
    parts = [_flat(_rectangle(low - _FAR_M, high + _FAR_M), 0.0)]
    if site.has_kerbs:
        parts.append(_flat(_raised(low, high, footprint.kerbs), KERB_M))
        parts.append(_faces(footprint.kerbs))
    corners = np.concatenate([part[0] for part in parts])
    normals = np.concatenate([part[1] for part in parts])
    column = np.repeat([_GROUND_TEXEL, _GROUND_TEXEL, _STONE_TEXEL][: len(parts)], [len(part[0]) for part in parts])
    texels = np.full((len(corners), 3, 2), 0.5, np.float32)
    texels[..., 0] = column[:, None]
    return Mesh(corners=corners, normals=normals, texels=texels, texture=_texture())


def trapezoids(outlines: Sequence[Points]) -> list[Trapezoid]:
    """What lies inside an odd number of closed `outlines`, cut along the x axis at every corner.

    A trapezoid goes on from row to row while the same two sides bound it (Preparata and Shamos, "Computational
    Geometry", 1985, 2.2).
    """
    start = np.concatenate(outlines)
    end = np.concatenate([np.roll(outline, -1, axis=0) for outline in outlines])
    is_up = start[:, 1] <= end[:, 1]
    below, above = np.where(is_up[:, None], start, end), np.where(is_up[:, None], end, start)
    slanted = np.flatnonzero(above[:, 1] > below[:, 1])
    below, above = below[slanted], above[slanted]
    slope = (above[:, 0] - below[:, 0]) / (above[:, 1] - below[:, 1])
    rows = np.unique(start[:, 1])
    done: list[Trapezoid] = []
    opened: dict[tuple[int, int], float] = {}

    def x_at(side: int, y: float) -> float:
        return float(below[side, 0] + (y - below[side, 1]) * slope[side])

    def close(left: int, right: int, y0: float, y1: float) -> None:
        done.append((y0, y1, x_at(left, y0), x_at(right, y0), x_at(left, y1), x_at(right, y1)))

    for y0, y1 in pairwise(rows):
        middle = 0.5 * (y0 + y1)
        crossed = np.flatnonzero((below[:, 1] < middle) & (above[:, 1] > middle))
        order = crossed[np.argsort(below[crossed, 0] + (middle - below[crossed, 1]) * slope[crossed], kind="stable")]
        pairs = {(int(left), int(right)) for left, right in order.reshape(-1, 2)}
        for pair in sorted(set(opened) - pairs):
            close(*pair, opened.pop(pair), float(y0))
        for pair in sorted(pairs):
            opened.setdefault(pair, float(y0))
    for pair, since in sorted(opened.items()):
        close(*pair, since, float(rows[-1]))
    return done


def _raised(low: Points, high: Points, kerbs: Iterable[Points]) -> Floats:
    """(triangles, 3, 2) around the carriageway: the site without it, and a frame far out."""
    outlines = [_corners(low, high), *(np.round(kerb * 500.0) / 500.0 for kerb in kerbs)]
    inner = [triangle for t in trapezoids(outlines) for triangle in _two_triangles(t)]
    (x0, y0), (x1, y1) = low, high
    far = _FAR_M
    frame = [
        ((x0 - far, y0 - far), (x1 + far, y0)),
        ((x0 - far, y1), (x1 + far, y1 + far)),
        ((x0 - far, y0), (x0, y1)),
        ((x1, y0), (x1 + far, y1)),
    ]
    return np.concatenate([np.array(inner, np.float32), *(_rectangle(np.array(a), np.array(b)) for a, b in frame)])


def _two_triangles(t: Trapezoid) -> list[tuple[tuple[float, float], tuple[float, float], tuple[float, float]]]:
    y0, y1, left0, right0, left1, right1 = t
    found = [((left0, y0), (right0, y0), (right1, y1)), ((left0, y0), (right1, y1), (left1, y1))]
    return [found[0]] * (right0 > left0) + [found[1]] * (right1 > left1)


def _faces(kerbs: Iterable[Points]) -> tuple[Floats, Floats]:
    """The upright sides of the kerbs. They look away from the pavement; cameras and LiDAR take either side."""
    corners, normals = [], []
    for kerb in kerbs:
        a, b = kerb, np.roll(kerb, -1, axis=0)
        bottom_a, bottom_b, top_a, top_b = (
            np.column_stack([p, np.full(len(p), z)]) for z in (0.0, KERB_M) for p in (a, b)
        )
        corners += [np.stack([bottom_a, bottom_b, top_b], axis=1), np.stack([bottom_a, top_b, top_a], axis=1)]
        ahead = (b - a) / np.linalg.norm(b - a, axis=1, keepdims=True)
        side = np.column_stack([ahead[:, 1], -ahead[:, 0], np.zeros(len(a))])
        normals += [np.repeat(side[:, None], 3, axis=1)] * 2
    if not corners:
        return np.zeros((0, 3, 3), np.float32), np.zeros((0, 3, 3), np.float32)
    return np.concatenate(corners).astype(np.float32), np.concatenate(normals).astype(np.float32)


def _flat(triangles: Floats, z_m: float) -> tuple[Floats, Floats]:
    corners = np.concatenate([triangles, np.full((*triangles.shape[:2], 1), z_m)], axis=2).astype(np.float32)
    normals = np.zeros_like(corners)
    normals[..., 2] = 1.0
    return corners, normals


def _rectangle(low: Points, high: Points) -> Floats:
    a, b, c, d = _corners(low, high)
    return np.array([(a, b, c), (a, c, d)], np.float32)


def _corners(low: Points, high: Points) -> Points:
    return np.array([low, (high[0], low[1]), high, (low[0], high[1])], dtype=np.float64)


def _texture() -> Texels:
    texture: NDArray[np.uint8] = np.zeros((1, 2, 4), np.uint8)
    texture[0] = (*_ASPHALT, Material.GROUND), (*_KERB_STONE, Material.MATTE)
    return texture
