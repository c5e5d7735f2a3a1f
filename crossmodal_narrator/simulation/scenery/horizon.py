"""What closes the view: woods far out, and the fields of open country."""

from __future__ import annotations

import math

import numpy as np

from crossmodal_narrator.simulation.scenery.painting import Area, Cover
from crossmodal_narrator.simulation.scenery.site import REACH_M, Site, Style, turned_by
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh, Rgb, palette

_GREENS: tuple[Rgb, ...] = ((50, 66, 38), (58, 74, 44), (44, 58, 36), (64, 78, 50))
_RINGS_M = (330.0, 520.0)  # beyond what a LiDAR reaches
_PIECE_M = 14.0
_FIELDS = (Cover.CROP, Cover.STUBBLE, Cover.EARTH)


def woods(site: Site) -> Mesh:
    """Two rows of tree tops around the site, the farther one higher."""
    rng = site.rng(6)
    low, high = np.array(site.origin_m) + REACH_M, np.array(site.origin_m) + site.size_m - REACH_M
    triangles, colours = [], []
    for ring_m, height_m in zip(_RINGS_M, (9.0, 20.0), strict=True):
        middle, half = 0.5 * (low + high), 0.5 * (high - low) + ring_m
        count = round(4.0 * float(half.sum()) / _PIECE_M)
        angles = np.arange(count + 1) * math.tau / count
        # A rounded rectangle (superellipse), so that long sites keep the distance everywhere.
        places = middle + half * np.stack([_rounded(np.cos(angles)), _rounded(np.sin(angles))], axis=1)
        tops = height_m * (1.0 + 0.35 * rng.standard_normal(count + 1).clip(-1.5, 1.5))
        tops[-1] = tops[0]
        bottom = np.column_stack([places, np.zeros(count + 1)])
        top = np.column_stack([places, tops])
        triangles += [np.stack([bottom[:-1], bottom[1:], top[1:]], 1), np.stack([bottom[:-1], top[1:], top[:-1]], 1)]
        colours += [rng.integers(0, len(_GREENS), count)] * 2
    corners = np.concatenate(triangles).astype(np.float32)
    normals = np.zeros_like(corners)
    normals[..., 2] = 1.0  # lit as tree tops are, from any side
    texels = np.full((len(corners), 3, 2), 0.5, np.float32)
    texels[..., 0] += np.concatenate(colours)[:, None]
    texture = palette(_GREENS)
    texture[0, :, 3] = int(Material.FOLIAGE)
    return Mesh(corners=corners, normals=normals, texels=texels, texture=texture)


def _rounded(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rounded: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.sign(values) * np.abs(values) ** 0.5
    return rounded


def fields(site: Site) -> list[Area]:
    """Crops, stubble and earth in long strips; only where no town is."""
    if site.style not in (Style.OPEN, Style.MOTORWAY):
        return []
    rng = site.rng(7)
    turn = float(rng.uniform(-0.5, 0.5))
    middle = np.array(site.origin_m) + 0.5 * np.array(site.size_m)
    reach = float(np.hypot(*site.size_m))
    found, x = [], -0.5 * reach
    while x < 0.5 * reach:
        width = float(rng.uniform(30.0, 90.0))
        y = -0.5 * reach
        while y < 0.5 * reach:
            length = float(rng.uniform(80.0, 220.0))
            if rng.random() < 0.6:
                corners = [(x, y), (x + width - 3.0, y), (x + width - 3.0, y + length - 3.0), (x, y + length - 3.0)]
                cover = _FIELDS[int(rng.integers(len(_FIELDS)))]
                found.append(Area(cover=cover, outline=turned_by(corners, turn, middle)))
            y += length
        x += width
    return found
