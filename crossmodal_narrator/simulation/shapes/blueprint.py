"""A vehicle's texture: its sides, top, front and rear painted flat, in metres, and laid on by the nearest view."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.shapes.meshes import Floats, Material, Mesh, Rgb, Texels, face_normals

TEXELS_PER_M = 80  # of a car; larger bodies are painted coarser, so that a texture stays below 2 MB
_WHEEL_TEXELS = 64
Points = Sequence[tuple[float, float]]

# Which two axes a view shows. "side" paints both sides at once.
_AXES = {"left": (0, 2), "right": (0, 2), "top": (0, 1), "front": (1, 2), "rear": (1, 2)}
_BOTH = {"side": ("left", "right")}
# Looked at from outside, these views run against the axis that they show: writing is painted backwards.
_BACKWARDS = ("left", "rear")


class Blueprint:
    """Paints views in metres of the vehicle's own axes. The body begins as plain paint everywhere."""

    def __init__(self, length_m: float, width_m: float, height_m: float, *, texels_per_m: float = TEXELS_PER_M) -> None:
        self._scale = texels_per_m
        self._half = (0.5 * (length_m + 0.3), 0.5 * (width_m + 0.5))
        self._top_m = height_m + 0.2
        long, high, wide = (round(v * texels_per_m) for v in (2 * self._half[0], height_m + 0.3, 2 * self._half[1]))
        self._origin = {"left": (0, 0), "right": (0, high), "top": (0, 2 * high), "front": (long, 0)}
        self._origin["rear"] = (long, high)
        rows = 2 * high + wide
        self._colour = np.full((rows, long + wide + _WHEEL_TEXELS, 3), 255, np.uint8)
        self._material = np.full((rows, long + wide + _WHEEL_TEXELS), Material.PAINT, np.uint8)
        self._wheel = (long + wide + _WHEEL_TEXELS // 2, _WHEEL_TEXELS // 2)
        self._swatches: dict[tuple[Rgb, Material], tuple[float, float]] = {}
        self._paint_wheel()

    def texture(self) -> Texels:
        return np.dstack([self._colour, self._material])

    def texels(self, view: str, points: Floats) -> Floats:
        """(…, 3) points of the vehicle → (…, 2) texels of `view`."""
        first, second = _AXES[view]
        left = self._half[first]
        a = points[..., first] + left
        b = points[..., 1] + self._half[1] if second == 1 else self._top_m - points[..., 2]
        found: Floats = (np.stack([a, b], -1) * self._scale + np.array(self._origin[view])).astype(np.float32)
        return found

    def laid_on(self, mesh: Mesh) -> Mesh:
        """`mesh` with the texels of the view that each triangle faces; sides win over ends, ends over the top.

        What looks down is shown by the foot of the sides.
        """
        normals = face_normals(mesh)
        texels = self.texels("top", mesh.corners)
        is_left = mesh.corners[..., 1].mean(axis=1) > 0
        for view, faces in (
            ("left", (normals[:, 2] < -0.1) & is_left),
            ("right", (normals[:, 2] < -0.1) & ~is_left),
            ("front", normals[:, 0] > 0.22),
            ("rear", normals[:, 0] < -0.22),
            ("left", normals[:, 1] > 0.6),
            ("right", normals[:, 1] < -0.6),
        ):
            texels[faces] = self.texels(view, mesh.corners[faces])
        return Mesh(corners=mesh.corners, normals=mesh.normals, texels=texels, texture=mesh.texture)

    def wheel_texels(self, local: Floats) -> Floats:
        """(…, 2) in units of the wheel's radius → texels of the painted wheel."""
        found: Floats = (np.array(self._wheel) + 31.0 * local).astype(np.float32)
        return found

    def swatch(self, colour: Rgb, material: Material = Material.MATTE) -> tuple[float, float]:
        """The texel of a colour of its own, for a part that no view shows well."""
        key = (colour, material)
        if key not in self._swatches:
            row = _WHEEL_TEXELS + 4 * len(self._swatches)
            column = self._colour.shape[1] - 4
            self._colour[row : row + 4, column:] = colour
            self._material[row : row + 4, column:] = material
            self._swatches[key] = (column + 2.0, row + 2.0)
        return self._swatches[key]

    def polygon(
        self, view: str, points: Points, colour: Rgb, material: Material = Material.MATTE, *, mirrored: bool = False
    ) -> None:
        """Fill a polygon; `mirrored` fills it on the other side of the middle as well."""
        for each in _BOTH.get(view, (view,)):
            for sign in (1.0, -1.0) if mirrored else (1.0,):
                drawn = [self._drawn(each, [(a * sign, b) for a, b in points])]
                cv2.fillPoly(self._colour, drawn, colour, cv2.LINE_AA)
                cv2.fillPoly(self._material, drawn, int(material))

    def rectangle(
        self,
        view: str,
        low: tuple[float, float],
        high: tuple[float, float],
        colour: Rgb,
        material: Material = Material.MATTE,
        *,
        mirrored: bool = False,
    ) -> None:
        corners = [low, (high[0], low[1]), high, (low[0], high[1])]
        self.polygon(view, corners, colour, material, mirrored=mirrored)

    def indicators(self, view: str, low: tuple[float, float], high: tuple[float, float]) -> None:
        """Amber at both sides of an end, given on the left."""
        corners = [low, (high[0], low[1]), high, (low[0], high[1])]
        for sign, material in ((1.0, Material.LEFT_LAMP), (-1.0, Material.RIGHT_LAMP)):
            self.polygon(view, [(a * sign, b) for a, b in corners], (236, 150, 40), material)

    def line(self, view: str, points: Points, colour: Rgb, *, thickness: int = 1) -> None:
        """A seam: it darkens the paint, and stays paint."""
        for each in _BOTH.get(view, (view,)):
            cv2.polylines(self._colour, [self._drawn(each, points)], False, colour, thickness, cv2.LINE_AA)

    def disc(self, view: str, centre: tuple[float, float], radius_m: float, colour: Rgb) -> None:
        radius = int(radius_m * self._scale)
        for each in _BOTH.get(view, (view,)):
            middle = tuple(int(v) for v in self._drawn(each, [centre])[0])
            cv2.circle(self._colour, middle, radius, colour, -1, cv2.LINE_AA)
            cv2.circle(self._material, middle, radius, int(Material.MATTE), -1)

    def writing(
        self,
        view: str,
        middle: tuple[float, float],
        words: str,
        height_m: float,
        colour: Rgb,
        *,
        material: Material = Material.MATTE,
        is_backwards: bool = False,
        widest_m: float = np.inf,
    ) -> None:
        """Capitals around `middle`, to be read from outside; `is_backwards` for the mirror of the one ahead."""
        upright = _stencil(words, max(3, round(height_m * self._scale)), widest_m * self._scale)
        for each in _BOTH.get(view, (view,)):
            stencil = upright
            if (each in _BACKWARDS) != is_backwards:
                stencil = stencil[:, ::-1]
            column, row = (int(v) for v in self._drawn(each, [middle])[0])
            rows, columns = stencil.shape
            top, left = max(row - rows // 2, 0), max(column - columns // 2, 0)
            place = (slice(top, top + rows), slice(left, left + columns))
            share = stencil[: self._colour[place].shape[0], : self._colour[place].shape[1], None].astype(np.float32)
            mixed = self._colour[place] * (1.0 - share) + np.array(colour, np.float32) * share
            self._colour[place] = np.round(mixed).astype(np.uint8)
            self._material[place][share[..., 0] > 0.5] = material

    def _drawn(self, view: str, points: Points) -> NDArray[np.int32]:
        placed = np.zeros((len(points), 3), np.float32)
        placed[:, _AXES[view]] = points
        return np.round(self.texels(view, placed)).astype(np.int32)

    def _paint_wheel(self) -> None:
        """A dark tyre around a lighter rim with five spokes."""
        x, y = self._wheel
        half = _WHEEL_TEXELS // 2
        self._colour[: 2 * half, x - half :] = 24
        self._material[: 2 * half, x - half :] = Material.MATTE
        cv2.circle(self._colour, (x, y), 20, (165, 167, 170), -1, cv2.LINE_AA)
        cv2.circle(self._material, (x, y), 20, int(Material.METAL), -1)
        cv2.circle(self._colour, (x, y), 17, (52, 52, 54), -1, cv2.LINE_AA)
        for angle in np.arange(5) * 2 * np.pi / 5:
            end = (round(x + 18 * np.cos(angle)), round(y + 18 * np.sin(angle)))
            cv2.line(self._colour, (x, y), end, (178, 180, 183), 5, cv2.LINE_AA)
        cv2.circle(self._colour, (x, y), 5, (150, 150, 150), -1)


def _stencil(words: str, height_px: int, widest_px: float) -> NDArray[np.float32]:
    """(rows, columns) from 0 to 1: `words` so many texels tall, or less where they would be too wide."""
    face, drawn_px = cv2.FONT_HERSHEY_DUPLEX, 60
    (width, height), below = cv2.getTextSize(words, face, drawn_px / 22.0, 10)
    sheet = np.zeros((height + below + 8, width + 8), np.uint8)
    cv2.putText(sheet, words, (4, height + 4), face, drawn_px / 22.0, 255, 10, cv2.LINE_AA)
    rows, columns = np.flatnonzero(sheet.any(axis=1)), np.flatnonzero(sheet.any(axis=0))
    tight = sheet[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(height_px / tight.shape[0], widest_px / tight.shape[1])
    height_px, wide = max(3, round(tight.shape[0] * scale)), max(1, round(tight.shape[1] * scale))
    shrunk = cv2.resize(tight, (wide, height_px), interpolation=cv2.INTER_AREA)
    share: NDArray[np.float32] = shrunk.astype(np.float32) / np.float32(255.0)
    return share
