"""Trees, bushes and hedges: wood, and loose triangles of leaves."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.simulation.scenery.instances import Kit
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material, Mesh, Rgb, Texels, joined

_BARK: Rgb = (84, 70, 58)
_SHADE: Rgb = (34, 46, 22)
_LEAVES: tuple[Rgb, ...] = ((52, 74, 30), (66, 92, 36), (44, 64, 28), (78, 102, 44), (58, 80, 38))
_FIRST_LEAF = 2


def plant_colours() -> Kit:
    """A new kit in the colours of plants; meshes that are to be joined share one kit's texture."""
    leaves = [(colour, Material.FOLIAGE) for colour in _LEAVES]
    return Kit.of([(_BARK, Material.MATTE), (_SHADE, Material.FOLIAGE), *leaves])


def tree(rng: np.random.Generator, texture: Texels, leaves: int) -> Mesh:
    """Six to nine metres tall; the fewer leaves, the larger they are."""
    kit = Kit(texture)
    height = float(rng.uniform(6.0, 9.0))
    bend = rng.normal(0.0, 0.15, 2)
    trunk = [(0.0, 0.0, 0.0), (0.05, 0.05, 0.35 * height), (float(bend[0]), float(bend[1]), 0.62 * height)]
    for a, b, lower, upper in zip(trunk[:2], trunk[1:], (0.18, 0.13), (0.13, 0.07), strict=True):
        kit.prism(a, b, lower, upper, 0, sides=6 if leaves > 200 else 4)
    centres = rng.normal(0.0, 0.95, (8, 3)) * (1, 1, 0) + (0, 0, 0.68 * height)
    centres[:, 2] += rng.uniform(-0.9, 1.5, 8)
    is_far = leaves < 100
    for centre in centres[: 0 if is_far else 4]:
        kit.prism((0.0, 0.0, 0.42 * height), (centre[0], centre[1], centre[2]), 0.07, 0.03, 0, sides=3)
    for x, y, z in centres[
        :: 2 if is_far else 1
    ]:  # the dark inside of the crown: loose leaves alone would let the sky through
        for low, high, lower, upper in ((-0.95, -0.1, 0.3, 0.95), (-0.1, 0.95, 0.95, 0.2)):
            kit.prism((x, y, z + low), (x, y, z + high), lower, upper, 1, sides=4 if is_far else 5)
    away = _directions(rng, leaves)
    middle = centres[rng.integers(0, len(centres), leaves)] + away * rng.uniform(0.95, 1.4, (leaves, 1))
    return joined([*kit.parts, _foliage(rng, texture, middle, away, 0.2 * (600 / leaves) ** 0.4)])


def bush(rng: np.random.Generator, texture: Texels, leaves: int) -> Mesh:
    """About a metre and a half."""
    away = _directions(rng, leaves)
    away[:, 2] = np.abs(away[:, 2])
    size = rng.uniform(0.6, 1.0, 3)
    middle = away * size * rng.uniform(0.55, 1.0, (leaves, 1)) + (0, 0, 0.1)
    return _foliage(rng, texture, middle, away, 0.15 * (170 / leaves) ** 0.5)


def hedge(rng: np.random.Generator, texture: Texels, length_m: float = 2.0) -> Mesh:
    """A piece along x, 60 cm wide and 1.1 m high: a dark core with leaves on it."""
    kit = Kit(texture)
    kit.box((-0.5 * length_m, -0.24, 0.0), (0.5 * length_m, 0.24, 1.0), 1)
    leaves = round(70 * length_m)
    away = _directions(rng, leaves)
    away[:, 0] *= 0.2
    away[:, 2] = np.abs(away[:, 2])
    away /= np.abs(away[:, 1:]).max(axis=1, keepdims=True)
    middle = np.stack(
        [rng.uniform(-0.5, 0.5, leaves) * length_m, 0.27 * away[:, 1].clip(-1, 1), rng.uniform(0.05, 1.05, leaves)],
        axis=1,
    )
    is_top = away[:, 2] >= 1.0
    middle[is_top, 2] = 1.04
    return joined([*kit.parts, _foliage(rng, texture, middle, away, 0.11)])


def _directions(rng: np.random.Generator, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    away = rng.normal(size=(count, 3))
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    return away


def _foliage(
    rng: np.random.Generator,
    texture: Texels,
    middle: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    away: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    size_m: float,
) -> Mesh:
    """A triangle at each of `middle` (leaves, 3), whose light falls as on a ball around the crown."""
    count = len(middle)
    spread = rng.normal(0.0, size_m, (2, count, 3))
    corners = np.stack([middle - spread[0], middle + spread[0], middle + 1.6 * spread[1]], axis=1)
    corners[..., 2] = np.maximum(corners[..., 2], 0.02)
    texels = np.full((count, 3, 2), 0.5, np.float32)
    texels[..., 0] += rng.integers(_FIRST_LEAF, _FIRST_LEAF + len(_LEAVES), count)[:, None]
    normals: Floats = np.repeat((away / np.linalg.norm(away, axis=1, keepdims=True))[:, None], 3, axis=1).astype(
        np.float32
    )
    return Mesh(corners=corners.astype(np.float32), normals=normals, texels=texels, texture=texture)
