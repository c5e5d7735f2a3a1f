"""Closed bodies of vehicles: surfaces through cross sections, boxes with round edges, and wheels."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.shapes.blueprint import Blueprint
from crossmodal_narrator.simulation.shapes.meshes import (
    Mesh,
    Texels,
    box,
    face_normals,
    grid_triangles,
    joined,
    surface,
)

_UNPAINTED: Texels = np.zeros((1, 1, 4), np.uint8)
_CORNER = np.linspace(0.0, 0.5 * math.pi, 4)  # angles of a rounded corner
_TREAD_M = 0.21


def lofted(x_m: NDArray[np.float64], rings: NDArray[np.float64], *, nose: Vec3, tail: Vec3, inside: Vec3) -> Mesh:
    """A closed surface through `rings` (stations, points, 2) of y, z at `x_m`, its ends drawn to `nose` and `tail`."""
    count, points = rings.shape[:2]
    x = np.broadcast_to(x_m[:, None, None], (count, points, 1))
    vertices = np.concatenate([x, rings], axis=-1).reshape(-1, 3)
    j, last = np.arange(points), (count - 1) * points
    caps = [
        np.stack([j, (j + 1) % points, np.full(points, len(vertices))], -1),
        np.stack([j + last, (j + 1) % points + last, np.full(points, len(vertices) + 1)], -1),
    ]
    triangles = np.concatenate([grid_triangles(count, points), *caps])
    shell = np.concatenate([vertices, [nose, tail]]).astype(np.float32)
    return surface(shell, triangles, _UNPAINTED, inside=inside)


def rounded_box(
    low: Vec3, high: Vec3, *, radius_m: float = 0.1, rake_m: float = 0.0, belt_m: float = 0.0, bulge_m: float = 0.0
) -> Mesh:
    """An upright box with round edges. Above `belt_m` its front leans back, by `rake_m` at the top; seen from above the
    front is curved by `bulge_m`.
    """
    (x0, y0, z0), (x1, y1, z1) = low, high
    steps = [(radius_m * (1 - math.sin(a)), radius_m * (1 - math.cos(a))) for a in _CORNER[::-1]]
    stations = [x1 - along for along, _ in steps] + [x0 + along for along, _ in steps[::-1]]
    rings = [_rounded_ring(y0, y1, z0, z1, radius_m, shrink) for _, shrink in [*steps, *steps[::-1]]]
    middle = (0.5 * (x0 + x1), 0.5 * (y0 + y1), 0.5 * (z0 + z1))
    mesh = lofted(np.array(stations), np.array(rings), nose=(x1, *middle[1:]), tail=(x0, *middle[1:]), inside=middle)
    if rake_m == 0.0 and bulge_m == 0.0:
        return mesh
    corners = mesh.corners.copy()
    is_front = corners[..., 0] > x1 - 1.5 * radius_m
    back = rake_m * np.clip((corners[..., 2] - belt_m) / (z1 - belt_m), 0.0, 1.0)
    back += bulge_m * (2.0 * (corners[..., 1] - middle[1]) / (y1 - y0)) ** 2
    back -= back[is_front].min()  # the foremost point stays where it is
    corners[..., 0] -= np.where(is_front, back, 0.0).astype(np.float32)
    return with_normals(dataclasses.replace(mesh, corners=corners), inside=middle)


def _rounded_ring(y0: float, y1: float, z0: float, z1: float, radius_m: float, shrink_m: float) -> NDArray[np.float64]:
    """(16, 2) of y, z around a rectangle with round corners, made smaller by `shrink_m` on all sides."""
    r = max(radius_m - shrink_m, 0.15 * radius_m)
    points = []
    for quarter, (y, z) in enumerate(
        (
            (y1 - shrink_m - r, z1 - shrink_m - r),
            (y0 + shrink_m + r, z1 - shrink_m - r),
            (y0 + shrink_m + r, z0 + shrink_m + r),
            (y1 - shrink_m - r, z0 + shrink_m + r),
        )
    ):
        points += [(y + r * math.cos(a), z + r * math.sin(a)) for a in _CORNER + 0.5 * math.pi * quarter]
    return np.array(points)


def with_normals(mesh: Mesh, *, inside: Vec3) -> Mesh:
    """`mesh` after its corners were bent: smooth normals anew, by corners that lie in one place."""
    vertices, index = np.unique(mesh.corners.reshape(-1, 3), axis=0, return_inverse=True)
    bent = surface(vertices, index.reshape(-1, 3), mesh.texture, inside=inside)
    return bent


def fitted(mesh: Mesh, size_lwh_m: Vec3) -> Mesh:
    """Stretched a little, so that it is as large as it claims, from the ground up and around its middle."""
    points = mesh.corners.reshape(-1, 3)
    low, high = points.min(axis=0), points.max(axis=0)
    length, width, height = size_lwh_m
    scale = np.array([length / (high[0] - low[0]), width / (high[1] - low[1]), height / high[2]], np.float32)
    shift = np.array([-0.5 * (low[0] + high[0]), -0.5 * (low[1] + high[1]), 0.0], np.float32)
    return dataclasses.replace(mesh, corners=(mesh.corners + shift) * scale)


def wheel(
    x_m: float, y_m: float, radius_m: float, sheet: Blueprint, *, tread_m: float = _TREAD_M, sides: int = 24
) -> Mesh:
    """A tyre and a slightly dished rim; `y_m` is that of the outer face."""
    out = math.copysign(1.0, y_m)
    angles = np.linspace(0, math.tau, sides + 1)[:-1]
    circle = np.stack([np.cos(angles), np.sin(angles)], -1)  # (sides, 2)
    vertices = []
    for inset, share in (
        (tread_m, 0.05),
        (tread_m, 0.97),
        (0.03, 1.0),
        (0.0, 0.94),
        (0.0, 0.7),
        (0.03, 0.62),
        (0.02, 0.002),
    ):
        y = np.full(len(angles), y_m - out * inset)
        vertices.append(np.stack([x_m + radius_m * share * circle[:, 0], y, radius_m * (1 + share * circle[:, 1])], -1))
    triangles = grid_triangles(len(vertices), len(angles))
    shell = surface(
        np.concatenate(vertices).astype(np.float32), triangles, _UNPAINTED, inside=(x_m, y_m - out * 0.1, radius_m)
    )
    local = (shell.corners[..., [0, 2]] - np.array([x_m, radius_m], np.float32)) / np.float32(radius_m)
    reach = np.linalg.norm(local, axis=-1, keepdims=True)
    is_inner = (np.abs(shell.corners[..., 1] - y_m) > 0.5 * tread_m).any(axis=1)
    reach_shown = np.where(is_inner[:, None, None], 0.97, np.minimum(reach, 0.97))
    shown = local / np.maximum(reach, 1e-6) * reach_shown
    return dataclasses.replace(shell, texels=sheet.wheel_texels(shown.astype(np.float32)))


def plain(mesh: Mesh, texel: tuple[float, float]) -> Mesh:
    """All of `mesh` in the colour of one texel."""
    texels = np.broadcast_to(np.array(texel, np.float32), mesh.texels.shape)
    return dataclasses.replace(mesh, texels=texels)


def plain_where(mesh: Mesh, chosen: NDArray[np.bool_], texel: tuple[float, float]) -> Mesh:
    """The `chosen` triangles (triangles,) of `mesh` in the colour of one texel."""
    texels = mesh.texels.copy()
    texels[chosen] = np.array(texel, np.float32)
    return dataclasses.replace(mesh, texels=texels)


def blank_end(mesh: Mesh, end: int, texel: tuple[float, float]) -> Mesh:
    """`mesh` with a plain front (1) or rear (-1): of bodies in line only the outer ends are shown."""
    return plain_where(mesh, face_normals(mesh)[:, 0] * end > 0.2, texel)


def block(low: Vec3, high: Vec3, texel: tuple[float, float]) -> Mesh:
    """A small box of one colour."""
    return plain(box(low, high, _UNPAINTED), texel)


def on_both_sides(mesh: Mesh) -> list[Mesh]:
    """`mesh` and its mirror image on the other side of the middle."""
    flip = np.array([1.0, -1.0, 1.0], np.float32)
    other = dataclasses.replace(
        mesh,
        corners=(mesh.corners * flip)[:, ::-1],
        normals=(mesh.normals * flip)[:, ::-1],
        texels=mesh.texels[:, ::-1],
    )
    return [mesh, other]


def painted(parts: list[Mesh], sheet: Blueprint) -> Mesh:
    """One mesh of `parts`, whose texels were laid on `sheet`."""
    return dataclasses.replace(joined(parts), texture=sheet.texture())
