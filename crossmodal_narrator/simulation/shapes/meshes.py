"""Triangles with normals and a painted texture: the matter of which everything in the street is made.

Axes: x forward, y left, z up, metres; the origin lies on the ground under the middle of the thing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Pose, Vec3

Floats = NDArray[np.float32]
Texels = NDArray[np.uint8]
Rgb = tuple[int, int, int]


class Material(IntEnum):
    """The fourth channel of a texture: how a texel answers to light."""

    MATTE = 0
    PAINT = 1  # multiplied by the colour of the body
    GLASS = 2
    LAMP = 3  # a lamp that never shines
    GROUND = 4
    HEAD_LAMP = 5
    TAIL_LAMP = 6  # shines with the headlamps, brighter when braking
    BRAKE_LAMP = 7
    LEFT_LAMP = 8  # indicators
    RIGHT_LAMP = 9
    BLUE_LAMP = 10
    SIGNAL_RED = 11  # the three lenses of a traffic light
    SIGNAL_AMBER = 12
    SIGNAL_GREEN = 13
    STREET_LAMP = 14
    LIT_WINDOW = 15  # glass by day, light by night
    RETRO = 16  # retroreflective: signs, plates, bands of cones
    FOLIAGE = 17
    METAL = 18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mesh:
    """A soup of triangles; texels are (column, row) in `texture`."""

    corners: Floats  # (triangles, 3, 3)
    normals: Floats  # (triangles, 3, 3)
    texels: Floats  # (triangles, 3, 2)
    texture: Texels  # (rows, columns, 4): red, green, blue, Material

    def size_lwh_m(self) -> Vec3:
        """Of the box that holds all of it."""
        points = self.corners.reshape(-1, 3)
        length, width, height = (float(v) for v in np.ptp(points, axis=0))
        return length, width, height

    def moved(self, x_m: float, y_m: float, z_m: float = 0.0, yaw_rad: float = 0.0) -> Mesh:
        c, s = math.cos(yaw_rad), math.sin(yaw_rad)
        rotation = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]], np.float32)  # for row vectors
        return Mesh(
            corners=np.einsum("tcj,jk->tck", self.corners, rotation) + np.array([x_m, y_m, z_m], np.float32),
            normals=np.einsum("tcj,jk->tck", self.normals, rotation),
            texels=self.texels,
            texture=self.texture,
        )


def turned(directions: Floats, pose: Pose) -> Floats:
    """(n, 3) directions in b → in a, by a pose `a_from_b`.

    Not by BLAS, whose threads in each of several processes take the cores from each other (three times slower).
    """
    rotation = pose.rotation.astype(np.float32)
    found: Floats = np.einsum("ij,kj->ik", directions, rotation)
    return found


def joined(parts: Sequence[Mesh]) -> Mesh:
    """One mesh of parts that share the first part's texture."""
    return Mesh(
        corners=np.concatenate([p.corners for p in parts]),
        normals=np.concatenate([p.normals for p in parts]),
        texels=np.concatenate([p.texels for p in parts]),
        texture=parts[0].texture,
    )


def grid_triangles(rings: int, points: int) -> NDArray[np.int64]:
    """(triangles, 3) indices between `rings` closed rings of `points` vertices each."""
    i, j = np.mgrid[: rings - 1, :points]
    a, b = i * points + j, i * points + (j + 1) % points
    c, d = a + points, b + points
    pairs = np.stack([np.stack([a, b, d], -1), np.stack([a, d, c], -1)], axis=2)
    return pairs.reshape(-1, 3)


def surface(
    vertices: Floats, triangles: NDArray[np.int64], texture: Texels, *, inside: Vec3, smooth: bool = True
) -> Mesh:
    """A mesh whose normals look away from `inside`; slivers are left out, texels are all 0."""
    corners = vertices[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])  # as long as twice the area
    kept = np.linalg.norm(normals, axis=1) > 1e-8
    corners, normals, triangles = corners[kept], normals[kept], triangles[kept]
    outward = ((corners.mean(axis=1) - np.array(inside, np.float32)) * normals).sum(axis=1)
    normals = np.where(outward[:, None] < 0, -normals, normals)
    if smooth:
        shared = np.zeros_like(vertices)
        for corner in range(3):
            np.add.at(shared, triangles[:, corner], normals)
        at_corners = shared[triangles]
    else:
        at_corners = np.repeat(normals[:, None], 3, axis=1)
    at_corners = at_corners / (np.linalg.norm(at_corners, axis=2, keepdims=True) + 1e-9)
    return Mesh(
        corners=corners.astype(np.float32),
        normals=at_corners.astype(np.float32),
        texels=np.zeros((len(corners), 3, 2), np.float32),
        texture=texture,
    )


def with_texel(mesh: Mesh, column: float, row: float = 0.5) -> Mesh:
    """All of `mesh` in the colour of one texel."""
    texels = np.broadcast_to(np.array([column, row], np.float32), mesh.texels.shape)
    return Mesh(corners=mesh.corners, normals=mesh.normals, texels=texels, texture=mesh.texture)


def face_normals(mesh: Mesh) -> Floats:
    """(triangles, 3) unit vectors: the mean of the corners' normals."""
    mean = mesh.normals.mean(axis=1)
    unit: Floats = mean / (np.linalg.norm(mean, axis=1, keepdims=True) + 1e-9)
    return unit


def box(low: Vec3, high: Vec3, texture: Texels) -> Mesh:
    """An upright box with flat faces."""
    x, y, z = zip(low, high, strict=True)
    vertices = np.array([(x[i], y[j], z[k]) for i in (0, 1) for j in (0, 1) for k in (0, 1)], np.float32)
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    middle = tuple(0.5 * (a + b) for a, b in zip(low, high, strict=True))
    return surface(vertices, triangles, texture, inside=(middle[0], middle[1], middle[2]), smooth=False)


def tube(
    path: Sequence[Sequence[float] | NDArray[np.float64]],
    radii: Sequence[float],
    texture: Texels,
    *,
    sides: int = 10,
    squash: tuple[float, float] = (1.0, 1.0),
) -> Mesh:
    """A swept round body through the points of `path`, with rounded ends; `squash` scales its section in x and y."""
    points, (r0, r1) = np.array(path, float), (radii[0], radii[-1])
    first, last = _unit(points[1] - points[0]), _unit(points[-1] - points[-2])
    back, on = np.array([1.0, 0.8, 0.4])[:, None], np.array([0.4, 0.8, 1.0])[:, None]
    centres = np.concatenate([points[0] - r0 * back * first, points, points[-1] + r1 * on * last])  # (rings, 3)
    widths = np.array([0.02 * r0, 0.6 * r0, 0.92 * r0, *radii, 0.92 * r1, 0.6 * r1, 0.02 * r1])
    ends = np.concatenate([centres[:1], centres, centres[-1:]])
    along = _unit(ends[2:] - ends[:-2])
    is_sideways = np.abs(along[:, 1:2]) > 0.9
    a = _unit(np.cross(along, np.where(is_sideways, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))))
    angles = np.arange(sides)[:, None] * math.tau / sides
    around = np.cos(angles) * a[:, None] + np.sin(angles) * np.cross(along, a)[:, None]  # (rings, sides, 3)
    tilt = np.zeros((len(centres), 1, 1))
    tilt[:2], tilt[-2:] = -1.0, 1.0
    flat = (centres[:, None] + widths[:, None, None] * around * (*squash, 1.0)).reshape(-1, 3)
    directions = (around + tilt * along[:, None]).reshape(-1, 3)
    triangles = grid_triangles(len(centres), sides)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return Mesh(
        corners=flat[triangles].astype(np.float32),
        normals=directions[triangles].astype(np.float32),
        texels=np.zeros((len(triangles), 3, 2), np.float32),
        texture=texture,
    )


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vector / (np.linalg.norm(vector, axis=-1, keepdims=True) + 1e-12)
    return unit


def palette(colours: Sequence[Rgb]) -> Texels:
    """A texture of one row, a texel for each colour."""
    texture = np.zeros((1, len(colours), 4), np.uint8)
    texture[0, :, :3] = colours
    return texture
