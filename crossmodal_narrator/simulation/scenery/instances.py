"""Many copies of one mesh at once, and the few plain bodies that furniture is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.shapes.meshes import (
    Material,
    Mesh,
    Rgb,
    Texels,
    box,
    joined,
    palette,
    tube,
    with_texel,
)

Places = NDArray[np.float64]  # (n, 4): x, y, z and yaw


def repeated(mesh: Mesh, places: Places) -> Mesh:
    """A copy of `mesh` at each of `places`."""
    count = len(places)
    c, s = np.cos(places[:, 3]), np.sin(places[:, 3])
    rotation = np.zeros((count, 3, 3), np.float32)  # for row vectors
    rotation[:, 0, 0], rotation[:, 0, 1], rotation[:, 1, 0], rotation[:, 1, 1] = c, s, -s, c
    rotation[:, 2, 2] = 1.0
    corners = np.einsum("tcj,njk->ntck", mesh.corners, rotation)
    corners += places[:, None, None, :3].astype(np.float32)
    normals = np.einsum("tcj,njk->ntck", mesh.normals, rotation)
    return Mesh(
        corners=corners.reshape(-1, 3, 3),
        normals=normals.reshape(-1, 3, 3),
        texels=np.tile(mesh.texels, (count, 1, 1)),
        texture=mesh.texture,
    )


def places(rows: Sequence[tuple[float, float, float, float]]) -> Places:
    return np.array(rows, np.float64).reshape(-1, 4)


@dataclass(slots=True)
class Kit:
    """Builds a body of boxes and tubes from a palette of (colour, material)."""

    texture: Texels
    parts: list[Mesh] = field(default_factory=list)

    @staticmethod
    def of(colours: Sequence[tuple[Rgb, Material]]) -> Kit:
        texture = palette([colour for colour, _ in colours])
        texture[0, :, 3] = [int(material) for _, material in colours]
        return Kit(texture)

    def box(self, low: Vec3, high: Vec3, colour: int) -> None:
        self.parts.append(with_texel(box(low, high, self.texture), colour + 0.5))

    def tube(self, path: Sequence[Vec3], radii: Sequence[float], colour: int, sides: int = 8) -> None:
        self.parts.append(with_texel(tube(path, radii, self.texture, sides=sides), colour + 0.5))

    def prism(self, low: Vec3, high: Vec3, lower_m: float, upper_m: float, colour: int, sides: int) -> None:
        """A post without ends that grows thinner or thicker; its section is level."""
        angles = np.linspace(0.0, math.tau, sides + 1)
        around = np.stack([np.cos(angles), np.sin(angles), np.zeros(sides + 1)], axis=1)
        bottom, top = np.array(low) + lower_m * around, np.array(high) + upper_m * around
        corners = np.concatenate(
            [np.stack([bottom[:-1], bottom[1:], top[1:]], 1), np.stack([bottom[:-1], top[1:], top[:-1]], 1)]
        ).astype(np.float32)
        first, second = around[:-1], around[1:]
        normals = np.concatenate([np.stack([first, second, second], 1), np.stack([first, second, first], 1)])
        texels = np.full((len(corners), 3, 2), 0.5, np.float32)
        texels[..., 0] += colour
        self.parts.append(
            Mesh(corners=corners, normals=normals.astype(np.float32), texels=texels, texture=self.texture)
        )

    def fan(self, corners: Sequence[Vec3], colour: int) -> None:
        """A flat convex face; its normal follows the right hand around `corners`."""
        points = np.array(corners, np.float32)
        triangles = np.stack([np.stack([points[0], b, c]) for b, c in pairwise(points[1:])])
        normal = np.cross(points[1] - points[0], points[2] - points[0])
        normals = np.broadcast_to(normal / np.linalg.norm(normal), triangles.shape).astype(np.float32)
        texels = np.full((len(triangles), 3, 2), 0.5, np.float32)
        texels[..., 0] += colour
        self.parts.append(Mesh(corners=triangles, normals=normals, texels=texels, texture=self.texture))

    def mesh(self) -> Mesh:
        return joined(self.parts)
