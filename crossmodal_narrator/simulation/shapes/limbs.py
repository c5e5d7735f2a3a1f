"""What people and two-wheelers are made of: tubes, stacks of ellipses and rods, each in one colour of a palette."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.shapes.meshes import (
    Floats,
    Material,
    Mesh,
    Rgb,
    Texels,
    grid_triangles,
    palette,
    surface,
    tube,
    with_texel,
)

Point = Sequence[float] | NDArray[np.float64]


class Part(IntEnum):
    """The columns of a palette."""

    SKIN = 0
    HAIR = 1
    TOP = 2
    FOREARM = 3  # the colour of the top, or of skin
    LEGS = 4
    SHIN = 5  # the colour of the legs, of tights or of skin
    SHOE = 6
    BAG = 7
    METAL = 8
    RUBBER = 9
    FRAME = 10  # of a two-wheeler
    HELMET = 11
    VISOR = 12
    HEAD_LAMP = 13
    TAIL_LAMP = 14
    LEFT_LAMP = 15
    RIGHT_LAMP = 16
    RETRO = 17
    ENGINE = 18


_FIXED: dict[Part, tuple[Rgb, Material]] = {
    Part.METAL: ((150, 152, 156), Material.METAL),
    Part.RUBBER: ((20, 20, 22), Material.MATTE),
    Part.VISOR: ((24, 26, 30), Material.GLASS),
    Part.HEAD_LAMP: ((238, 242, 246), Material.HEAD_LAMP),
    Part.TAIL_LAMP: ((175, 18, 16), Material.TAIL_LAMP),
    Part.LEFT_LAMP: ((236, 150, 40), Material.LEFT_LAMP),
    Part.RIGHT_LAMP: ((236, 150, 40), Material.RIGHT_LAMP),
    Part.RETRO: ((230, 230, 222), Material.RETRO),
    Part.ENGINE: ((70, 72, 76), Material.METAL),
}
# Only their place counts while a body is shaped: the colours come when it is dressed.
UNDRESSED: Texels = palette([(128, 128, 128)] * len(Part))


def dressed(colours: dict[Part, Rgb]) -> Texels:
    """(1, parts, 4): the palette of one person; what `colours` does not name is grey, or what it always is."""
    texture: Texels = UNDRESSED.copy()
    for part, (colour, material) in _FIXED.items():
        texture[0, part] = (*colour, material)
    for part, colour in colours.items():
        texture[0, part, :3] = colour
    for part in (Part.FRAME, Part.HELMET):
        texture[0, part, 3] = Material.METAL if part is Part.FRAME else Material.MATTE
    return texture


def limb(
    part: Part,
    path: Sequence[Point],
    radii: Sequence[float],
    sides: int = 10,
    squash: tuple[float, float] = (1.0, 1.0),
) -> Mesh:
    """A tube with rounded ends."""
    return with_texel(tube(path, radii, UNDRESSED, sides=sides, squash=squash), part + 0.5)


def stack(part: Part, sections: Sequence[Sequence[float]], sides: int = 14, lean: Point | None = None) -> Mesh:
    """A closed body through level ellipses (x, z, half depth, half width); `lean` is a foot about which all is pitched:
    (x, z, radians forward).
    """
    table = np.array(sections, float)
    angles = np.arange(sides) * 2 * np.pi / sides
    x = table[:, :1] + table[:, 2:3] * np.cos(angles)
    y = table[:, 3:4] * np.sin(angles)
    z = np.broadcast_to(table[:, 1:2], x.shape)
    vertices = np.stack([x, y, z], -1).reshape(-1, 3)
    ends = np.array([[row[0], 0.0, row[1]] for row in (table[0], table[-1])])
    j, last, count = np.arange(sides), (len(table) - 1) * sides, len(vertices)
    caps = [
        np.stack([j, (j + 1) % sides, np.full(sides, count)], -1),
        np.stack([j + last, (j + 1) % sides + last, np.full(sides, count + 1)], -1),
    ]
    triangles = np.concatenate([grid_triangles(len(table), sides), *caps])
    shell: Floats = np.concatenate([vertices, ends]).astype(np.float32)
    middle = table.mean(axis=0)
    mesh = surface(shell, triangles, UNDRESSED, inside=(float(middle[0]), 0.0, float(middle[1])))
    if lean is not None:
        mesh = pitched(mesh, lean)
    return with_texel(mesh, part + 0.5)


def pitched(mesh: Mesh, lean: Point) -> Mesh:
    """Turned forward about the point (x, z) by an angle: `lean` is (x, z, radians)."""
    x, z, angle = (float(v) for v in lean)
    c, s = np.cos(angle), np.sin(angle)
    rotation = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]], np.float32)  # for row vectors
    foot = np.array([x, 0.0, z], np.float32)
    return Mesh(
        corners=np.einsum("tcj,jk->tck", mesh.corners - foot, rotation) + foot,
        normals=np.einsum("tcj,jk->tck", mesh.normals, rotation),
        texels=mesh.texels,
        texture=mesh.texture,
    )


def rod(part: Part, start: Point, end: Point, radius_m: float, sides: int = 5) -> Mesh:
    """Thin and straight; its ends lie inside of something else."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    along = (b - a) / np.linalg.norm(b - a)
    side = np.cross(along, (1.0, 0.0, 0.0) if abs(along[0]) < 0.7 else (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side)
    angles = np.arange(sides)[:, None] * 2 * np.pi / sides
    around = np.cos(angles) * side + np.sin(angles) * np.cross(along, side)
    normals = np.concatenate([around, around])
    vertices = np.concatenate([a + radius_m * around, b + radius_m * around])
    triangles = grid_triangles(2, sides)
    return with_texel(
        Mesh(
            corners=vertices[triangles].astype(np.float32),
            normals=normals[triangles].astype(np.float32),
            texels=np.zeros((len(triangles), 3, 2), np.float32),
            texture=UNDRESSED,
        ),
        part + 0.5,
    )


def away(point: Point, x: float, y: float, z: float) -> NDArray[np.float64]:
    """The point that lies (x, y, z) from `point`."""
    moved: NDArray[np.float64] = np.asarray(point, dtype=np.float64) + np.array([x, y, z])
    return moved
