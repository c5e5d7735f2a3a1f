"""The vehicle that carries the sensors, as its own LiDAR sees it: a body and a cabin, in base_link."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.rollout import EGO_MIDDLE_M, EGO_SIZE_M
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh, box, palette, surface

_SILL_M, _BELT_M = 0.25, 0.95  # heights of the body's lower and upper edge
_CABIN_M = (-1.7, 0.6)  # of its roof, from the middle of the body, lengthwise; the windscreen ends 0.9 m ahead of it
_GREY = (120, 122, 125)


def ego_matter() -> Matter:
    """In base_link."""
    length, width, height = EGO_SIZE_M
    texture = palette([_GREY])
    texture[..., 3] = Material.PAINT
    half = 0.5 * width
    body = box((-0.5 * length, -half, _SILL_M), (0.5 * length, half, _BELT_M), texture)
    rear, front = _CABIN_M
    foot, roof = 0.94 * half, 0.76 * half
    corners = np.array(
        [(x, y, _BELT_M) for x in (rear - 0.3, front + 0.9) for y in (-foot, foot)]
        + [(x, y, height) for x in (rear, front) for y in (-roof, roof)],
        np.float32,
    )
    quads = ((0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5), (4, 5, 7, 6))
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    cabin = surface(corners, triangles, texture, inside=(0.0, 0.0, 1.2), smooth=False)
    placed: list[Mesh] = [part.moved(EGO_MIDDLE_M, 0.0) for part in (body, cabin)]
    return Matter.of(placed, [(255, 255, 255)] * 2)


def refuse_inside(position_m: Vec3) -> None:
    """Raises:
    ScenarioError: a sensor at `position_m` in base_link would see nothing but its own vehicle.
    """
    length, width, height = EGO_SIZE_M
    x, y, z = position_m
    if abs(x - EGO_MIDDLE_M) < 0.5 * length and abs(y) < 0.5 * width and z <= height:
        raise ScenarioError(
            f"a LiDAR at ({x:g}, {y:g}, {z:g}) m in base_link sits inside the vehicle",
            remedy=f"mount it above its roof, at more than {height:g} m",
        )
