"""Many meshes as one: what a ray needs to be cast, and a hit to be coloured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.shapes.meshes import Floats, Mesh, Rgb, Texels
from crossmodal_narrator.simulation.shapes.raycasting import Hits, RayScene

WHITE: Rgb = (255, 255, 255)


@dataclass(frozen=True, kw_only=True, eq=False)
class Matter:
    """Placed meshes with the colour of their paint. Textures lie in one row, one after the other."""

    corners: Floats  # (triangles, 3, 3)
    normals: Floats  # (triangles, 3, 3)
    texels: Floats  # (triangles, 3, 2)
    body: NDArray[np.int32]  # (triangles,) which mesh
    layout: NDArray[np.int64]  # (bodies, 3): start in the atlas, columns, rows
    paint: NDArray[np.uint8]  # (bodies, 3)
    atlas: Texels  # (texels, 4)

    @staticmethod
    def of(meshes: Sequence[Mesh], paints: Sequence[Rgb]) -> Matter:
        """All of `meshes`, each in its paint; a texture that several share is kept once."""
        starts: dict[int, int] = {}
        atlas: list[Texels] = []
        layout, length = [], 0
        for mesh in meshes:
            if id(mesh.texture) not in starts:
                starts[id(mesh.texture)] = length
                atlas.append(mesh.texture.reshape(-1, 4))
                length += len(atlas[-1])
            layout.append((starts[id(mesh.texture)], mesh.texture.shape[1], mesh.texture.shape[0]))
        counts = [len(mesh.corners) for mesh in meshes]
        return Matter(
            corners=_stacked([m.corners for m in meshes], (3, 3)),
            normals=_stacked([m.normals for m in meshes], (3, 3)),
            texels=_stacked([m.texels for m in meshes], (3, 2)),
            body=np.repeat(np.arange(len(meshes), dtype=np.int32), counts),
            layout=np.array(layout, np.int64).reshape(-1, 3),
            paint=np.array(paints, np.uint8).reshape(-1, 3),
            atlas=np.concatenate(atlas) if atlas else np.zeros((0, 4), np.uint8),
        )

    @cached_property
    def scene(self) -> RayScene:
        return RayScene(self.corners)

    @cached_property
    def reach_m(self) -> float:
        """No corner is farther from the origin."""
        if len(self.corners) == 0:
            return 0.0
        return float(np.sqrt(np.einsum("tcj,tcj->tc", self.corners, self.corners).max()))

    def repainted(self, *, paint: Rgb | None = None, atlas: Texels | None = None) -> Matter:
        """The same bodies in another paint or with another atlas of the same layout; they share one ray scene."""
        painted = replace(
            self,
            paint=self.paint if paint is None else np.broadcast_to(np.array(paint, np.uint8), self.paint.shape),
            atlas=self.atlas if atlas is None else atlas,
        )
        for name in ("scene", "reach_m"):  # those depend on the triangles alone
            painted.__dict__[name] = getattr(self, name)
        return painted

    def normals_at(self, hits: Hits) -> Floats:
        """(hits, 3) unit normals, interpolated between the corners."""
        found = _mixed(self.normals[hits.triangle], hits.weights)
        unit: Floats = found / (np.sqrt(np.einsum("ij,ij->i", found, found))[:, None] + np.float32(1e-9))
        return unit

    def texels_at(self, hits: Hits, rows_down: NDArray[np.int64] | int = 0) -> tuple[Texels, NDArray[np.int32]]:
        """(hits, 4) texels and (hits,) bodies; `rows_down` looks so much lower in the texture."""
        place = _mixed(self.texels[hits.triangle], hits.weights).astype(np.int64)
        body = self.body[hits.triangle]
        start, columns, rows = self.layout[body].T
        column = np.minimum(np.maximum(place[:, 0], 0), columns - 1)
        row = np.minimum(np.maximum(place[:, 1], 0) + rows_down, rows - 1)
        found: Texels = self.atlas[start + row * columns + column]
        return found, body


def _mixed(corners: Floats, weights: Floats) -> Floats:
    """(hits, 3, n) values at the corners → (hits, n) at the hits."""
    b, c = weights[:, :1], weights[:, 1:]
    mixed: Floats = corners[:, 0] * (1 - b - c) + corners[:, 1] * b + corners[:, 2] * c
    return mixed


def _stacked(arrays: Sequence[Floats], shape: tuple[int, int]) -> Floats:
    return np.concatenate(arrays) if arrays else np.zeros((0, *shape), np.float32)
