"""What stands beside the street: houses, trees and lamp posts."""

from __future__ import annotations

import math

import cv2
import numpy as np

from crossmodal_narrator.simulation.ground import END_M, KERB_M, ROAD_HALF_M, START_M, ground_mesh
from crossmodal_narrator.simulation.meshes import Material, Mesh, Rgb, box, joined, palette, tube, with_texel

_TEXELS_PER_M = 20
_FLOOR_M = 3.1
_HOUSES_M = ROAD_HALF_M + 3.6  # from the middle of the road to the walls
_WALLS: tuple[Rgb, ...] = ((168, 150, 130), (150, 96, 78), (200, 190, 172), (176, 178, 176), (190, 170, 120))
_FRAME, _CURTAIN, _DOOR = (222, 219, 211), (190, 185, 175), (70, 45, 35)
_BARK: Rgb = (84, 70, 58)
_LEAVES: tuple[Rgb, ...] = ((52, 74, 30), (66, 92, 36), (44, 64, 28), (78, 102, 44), (58, 80, 38))
_STEEL: Rgb = (92, 96, 98)


def surroundings(rng: np.random.Generator, keep_free_m: tuple[float, float]) -> list[Mesh]:
    """The ground and all that grows or was built on it; nothing stands at the kerb in `keep_free_m` along x."""
    meshes = [ground_mesh(rng)]
    trees = [tree(rng) for _ in range(3)]
    for side in (1.0, -1.0):
        meshes += _houses(rng, side)
        for x in np.arange(START_M + 20.0, END_M - 140.0, 14.0):
            at = float(x + rng.uniform(-2.0, 2.0))
            if rng.random() < 0.6 and not keep_free_m[0] < at < keep_free_m[1]:
                turned = trees[int(rng.integers(3))]
                meshes.append(turned.moved(at, side * (ROAD_HALF_M + 0.8), KERB_M, float(rng.uniform(0, 6))))
        for x in np.arange(START_M + 12.0, END_M - 120.0, 28.0):
            meshes.append(lamp_post(side).moved(float(x), side * (ROAD_HALF_M + 0.45), KERB_M))
    return meshes


def lamp_post(side: float) -> Mesh:
    """Seven metres tall, its arm over the road from the given side."""
    steel = palette([_STEEL])
    parts = [
        tube([(0, 0, 0), (0, 0, 7.0)], (0.09, 0.06), steel, sides=8),
        tube([(0, 0, 7.0), (0, -1.6 * side, 7.3)], (0.05, 0.04), steel, sides=6),
        tube([(0, -1.4 * side, 7.28), (0, -2.0 * side, 7.34)], (0.09, 0.08), steel, sides=6),
    ]
    return with_texel(joined(parts), 0.5)


def tree(rng: np.random.Generator, leaves: int = 900) -> Mesh:
    """A trunk, a few limbs, and loose triangles of leaves around some centres."""
    colours = palette([_BARK, *_LEAVES])
    height = float(rng.uniform(5.5, 8.0))
    bend = rng.normal(0.0, 0.12, 2)
    trunk = [(0, 0, 0), (0.05, 0.05, 0.35 * height), (bend[0], bend[1], 0.6 * height)]
    centres = rng.normal(0.0, 0.9, (7, 3)) * (1, 1, 0) + (0, 0, 0.66 * height)
    centres[:, 2] += rng.uniform(-0.6, 1.4, 7)
    wood = [with_texel(tube(trunk, (0.17, 0.13, 0.08), colours, sides=8), 0.5)]
    wood += [with_texel(tube([(0, 0, 0.4 * height), c], (0.08, 0.03), colours, sides=5), 0.5) for c in centres[:4]]
    blob = rng.integers(0, 7, leaves)
    away = rng.normal(size=(leaves, 3))
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    middle = centres[blob] + away * rng.uniform(0.9, 1.5, (leaves, 1))
    spread = rng.normal(0.0, 0.24, (2, leaves, 3))
    corners = np.stack([middle - spread[0], middle + spread[0], middle + 1.6 * spread[1]], axis=1)
    texels = np.full((leaves, 3, 2), 0.5, np.float32)
    texels[..., 0] += rng.integers(1, 1 + len(_LEAVES), leaves)[:, None]
    crown = Mesh(
        corners=corners.astype(np.float32),
        normals=np.repeat(away[:, None], 3, axis=1).astype(np.float32),
        texels=texels,
        texture=colours,
    )
    return joined([*wood, crown])


def _houses(rng: np.random.Generator, side: float) -> list[Mesh]:
    """A row without gaps wider than an alley, and its far end closed."""
    houses, x = [], START_M + 5.0
    while x < END_M - 60.0:
        width, height = float(rng.uniform(9.0, 18.0)), float(rng.uniform(6.5, 15.0))
        houses.append(_house(rng, width, height, side).moved(x + 0.5 * width, side * _HOUSES_M))
        x += width + (float(rng.uniform(1.0, 4.0)) if rng.random() < 0.3 else 0.0)
    return houses


def _house(rng: np.random.Generator, width: float, height: float, side: float) -> Mesh:
    """Its painted face looks at the road; the other walls are plain."""
    texture = _facade(rng, width, height)
    depth = 9.0 * side
    low, high = (-0.5 * width, min(0.0, depth), 0.0), (0.5 * width, max(0.0, depth), height)
    walls = with_texel(box(low, high, texture), 0.5, texture.shape[0] - 1.0)
    texels = walls.texels.copy()
    facing = walls.normals[:, 0, 1] * side < -0.5
    face = walls.corners[facing]
    columns, rows = (face[..., 0] + 0.5 * width) * _TEXELS_PER_M, (height - face[..., 2]) * _TEXELS_PER_M
    texels[facing] = np.stack([columns, rows], axis=-1) * 0.999
    return Mesh(corners=walls.corners, normals=walls.normals, texels=texels, texture=texture)


def _facade(rng: np.random.Generator, width: float, height: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Windows in rows, a shop or doors below; its last rows are plain wall."""
    columns, rows = round(width * _TEXELS_PER_M), round(height * _TEXELS_PER_M)
    wall = _WALLS[int(rng.integers(len(_WALLS)))]
    grain = rng.normal(0.0, 4.0, (rows + 4, columns, 1))
    texture = np.zeros((rows + 4, columns, 4), np.uint8)
    texture[..., :3] = np.clip(np.array(wall) + grain, 0, 255)
    bays, pane = max(2, round(width / float(rng.uniform(2.2, 3.2)))), float(rng.uniform(0.9, 1.4))

    def fill(x0: float, z0: float, x1: float, z1: float, colour: Rgb, material: Material = Material.MATTE) -> None:
        low = (round(x0 * _TEXELS_PER_M), round(rows - z1 * _TEXELS_PER_M))
        high = (round(x1 * _TEXELS_PER_M), round(rows - z0 * _TEXELS_PER_M))
        cv2.rectangle(texture, low, high, (*colour, int(material)), -1)

    middles = [(k + 0.5) * width / bays for k in range(bays)]
    for floor in range(math.floor((height - 5.9) / _FLOOR_M) + 1):
        z = 4.2 + floor * _FLOOR_M
        for x in middles:
            dark = int(rng.uniform(25, 60))
            fill(x - 0.5 * pane - 0.1, z - 0.1, x + 0.5 * pane + 0.1, z + 1.75, _FRAME)
            fill(x - 0.5 * pane, z, x + 0.5 * pane, z + 1.65, (dark, dark + 4, dark + 8), Material.GLASS)
            if rng.random() < 0.5:
                fill(x - 0.5 * pane, z, x - 0.25 * pane, z + 1.65, _CURTAIN)
    if rng.random() < 0.5:
        sign = tuple(int(v) for v in rng.integers(30, 120, 3))
        fill(0.0, 2.8, width, 3.3, (sign[0], sign[1], sign[2]))
        for x in middles:
            fill(x - 0.4 * width / bays, 0.5, x + 0.4 * width / bays, 2.7, (30, 34, 36), Material.GLASS)
    else:
        for k, x in enumerate(middles):
            fill(x - 0.5 * pane - 0.1, 0.0 if k % 3 == 1 else 0.9, x + 0.5 * pane + 0.1, 2.6, _FRAME)
            door = k % 3 == 1
            fill(x - 0.5 * pane, 0.0 if door else 0.95, x + 0.5 * pane, 2.5, _DOOR if door else (35, 40, 44))
    return texture
