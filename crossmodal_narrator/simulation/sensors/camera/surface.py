"""What lies at the ends of rays, before any light falls on it: places, normals, colours and materials."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.sensors.camera.sight import Indices, Sight, Subjects
from crossmodal_narrator.simulation.sensors.camera.vectors import dots
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material

_TO_LINEAR = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)
_RETRO = np.zeros(32, np.uint8)
_RETRO[Material.RETRO] = 255


@dataclass(slots=True, kw_only=True, eq=False)
class Surface:
    """The rays that end on something, body by body. Colours are linear light, places and normals the world's."""

    ray: Indices  # (n,) which of the rays
    owner: NDArray[np.int16]  # (n,) 0 is the still world, k + 1 the k-th body
    mesh: NDArray[np.int32]  # (n,) number of the mesh within its matter
    points: Floats  # (n, 3)
    rays: Floats  # (n, 3) unit
    distance_m: Floats  # (n,)
    normals: Floats  # (n, 3) unit, towards where the ray came from
    albedo: Floats  # (n, 3)
    material: NDArray[np.uint8]  # (n,)
    retro: NDArray[np.uint8]  # (n,) how much of it throws light back to its source: 255 is all

    def only(self, chosen: Indices) -> Surface:
        return Surface(**{name: getattr(self, name)[chosen] for name in self.__slots__})


def surfaces(subjects: Subjects, sight: Sight, origins: Floats, rays: Floats, pixel_rad: float) -> Surface:
    """`origins` (rays, 3) or (3,); `pixel_rad` is the angle that a ray stands for."""
    seen = np.isfinite(sight.hits.distance_m)
    owners = [np.flatnonzero(seen & (sight.owner == 0))]
    if sight.owner.any():
        order = np.argsort(sight.owner, kind="stable")
        bounds = np.searchsorted(sight.owner[order], np.arange(1, len(subjects.placed) + 2))
        owners += [order[a:b] for a, b in pairwise(bounds)]
    parts = [
        _part(subjects, number, chosen, sight, rays, pixel_rad)
        for number, chosen in enumerate(owners)
        if len(chosen) or number == 0
    ]
    ray, directions, normals, albedo, material, mesh = (np.concatenate(column) for column in zip(*parts, strict=True))
    distance = sight.hits.distance_m[ray]
    surface = Surface(
        ray=ray,
        owner=sight.owner[ray],
        mesh=mesh,
        points=(origins if origins.ndim == 1 else origins[ray]) + directions * distance[:, None],
        rays=directions,
        distance_m=distance,
        normals=normals,
        albedo=albedo,
        material=material,
        retro=_RETRO[material & 31],
    )
    _paint_ground(subjects, surface, pixel_rad)
    return surface


_Part = tuple[Indices, Floats, Floats, Floats, NDArray[np.uint8], NDArray[np.int32]]


def _part(subjects: Subjects, number: int, chosen: Indices, sight: Sight, rays: Floats, pixel_rad: float) -> _Part:
    """Rays, directions, normals, albedo, material and mesh of those that end on one owner."""
    placed = subjects.placed[number - 1] if number else None
    skin = subjects.still if placed is None else placed.skin
    hits, directions = sight.hits.only(chosen), np.take(rays, chosen, axis=0)
    normals = skin.normals(hits)
    if placed is not None:
        normals = placed.outward(normals)
    facing = dots(normals, directions)
    normals *= np.where(facing > 0, np.float32(-1.0), np.float32(1.0))[:, None]
    # A pixel that looks along a surface covers more of it; the mean of both directions keeps most of the detail.
    slant = np.sqrt(np.maximum(np.abs(facing), np.float32(0.1)))
    texels, mesh = skin.texels(hits, hits.distance_m * np.float32(pixel_rad) / slant)
    material = np.ascontiguousarray(texels[:, 3])
    albedo = np.take(_TO_LINEAR, texels[:, :3])
    painted = np.flatnonzero(material == Material.PAINT)
    albedo[painted] *= _TO_LINEAR[skin.matter.paint[mesh[painted]]]
    return chosen, directions, normals, albedo, material, mesh


def _paint_ground(subjects: Subjects, surface: Surface, pixel_rad: float) -> None:
    """The ground has its colour by place, the mean over the strip that a pixel covers."""
    paint = subjects.moment.scenery.ground
    at = np.flatnonzero((surface.material == Material.GROUND) & (surface.owner == 0))
    if paint is None or len(at) == 0:
        return
    ray = surface.rays[at]
    across = surface.distance_m[at] * np.float32(pixel_rad)
    cosine = np.abs(dots(ray, surface.normals[at]))
    flat = ray[:, :2] / (np.sqrt(ray[:, 0] ** 2 + ray[:, 1] ** 2) + np.float32(1e-6))[:, None]
    along = flat * (across / np.maximum(cosine, np.float32(1e-3)))[:, None]
    texels = paint.texels(np.ascontiguousarray(surface.points[at, :2]), across, along)
    surface.albedo[at] = np.take(_TO_LINEAR, texels[:, :3])
    surface.retro[at] = texels[:, 3]
