"""A vehicle's texture: its side, top, front and rear painted flat, in metres, and laid on by the nearest view."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.meshes import Floats, Material, Mesh, Rgb, Texels, face_normals

TEXELS_PER_M = 80
_WHEEL_TEXELS = 64
Points = Sequence[tuple[float, float]]

# Which two axes a view shows, and whether its second one points up.
_AXES = {"side": (0, 2), "top": (0, 1), "front": (1, 2), "rear": (1, 2)}


class Blueprint:
    """Paints views in metres of the vehicle's own axes. The body begins as plain paint everywhere."""

    def __init__(self, length_m: float, width_m: float, height_m: float) -> None:
        self._half = (0.5 * (length_m + 0.3), 0.5 * (width_m + 0.5))
        self._top_m = height_m + 0.2
        long, high, wide = (round(v * TEXELS_PER_M) for v in (2 * self._half[0], height_m + 0.3, 2 * self._half[1]))
        self._origin = {"side": (0, 0), "top": (0, high), "front": (long, 0), "rear": (long, high)}
        rows = high + max(high, wide)
        self._colour = np.full((rows, long + wide + _WHEEL_TEXELS, 3), 255, np.uint8)
        self._material = np.full((rows, long + wide + _WHEEL_TEXELS), Material.PAINT, np.uint8)
        self._wheel = (long + wide + _WHEEL_TEXELS // 2, _WHEEL_TEXELS // 2)
        self._paint_wheel()

    def texture(self) -> Texels:
        return np.dstack([self._colour, self._material])

    def texels(self, view: str, points: Floats) -> Floats:
        """(…, 3) points of the vehicle → (…, 2) texels of `view`."""
        first, second = _AXES[view]
        left = self._half[first]
        a = points[..., first] + left
        b = points[..., 1] + self._half[1] if second == 1 else self._top_m - points[..., 2]
        found: Floats = (np.stack([a, b], -1) * TEXELS_PER_M + np.array(self._origin[view])).astype(np.float32)
        return found

    def laid_on(self, mesh: Mesh) -> Mesh:
        """`mesh` with the texels of the view that each triangle faces; sides win over ends, ends over the top."""
        normals = face_normals(mesh)
        texels = self.texels("top", mesh.corners)
        for view, faces in (
            ("front", normals[:, 0] > 0.22),
            ("rear", normals[:, 0] < -0.22),
            ("side", np.abs(normals[:, 1]) > 0.6),
        ):
            texels[faces] = self.texels(view, mesh.corners[faces])
        return Mesh(corners=mesh.corners, normals=mesh.normals, texels=texels, texture=self.texture())

    def wheel_texels(self, local: Floats) -> Floats:
        """(…, 2) in units of the wheel's radius → texels of the painted wheel."""
        found: Floats = (np.array(self._wheel) + 31.0 * local).astype(np.float32)
        return found

    def polygon(
        self, view: str, points: Points, colour: Rgb, material: Material = Material.MATTE, *, mirrored: bool = False
    ) -> None:
        """Fill a polygon; `mirrored` fills it on the other side of the middle as well."""
        for sign in (1.0, -1.0) if mirrored else (1.0,):
            drawn = [self._drawn(view, [(a * sign, b) for a, b in points])]
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

    def line(self, view: str, points: Points, colour: Rgb, *, thickness: int = 1) -> None:
        """A seam: it darkens the paint, and stays paint."""
        cv2.polylines(self._colour, [self._drawn(view, points)], False, colour, thickness, cv2.LINE_AA)

    def disc(self, view: str, centre: tuple[float, float], radius_m: float, colour: Rgb) -> None:
        middle = tuple(int(v) for v in self._drawn(view, [centre])[0])
        cv2.circle(self._colour, middle, int(radius_m * TEXELS_PER_M), colour, -1, cv2.LINE_AA)
        cv2.circle(self._material, middle, int(radius_m * TEXELS_PER_M), int(Material.MATTE), -1)

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
        cv2.circle(self._colour, (x, y), 17, (52, 52, 54), -1, cv2.LINE_AA)
        for angle in np.arange(5) * 2 * np.pi / 5:
            end = (round(x + 18 * np.cos(angle)), round(y + 18 * np.sin(angle)))
            cv2.line(self._colour, (x, y), end, (178, 180, 183), 5, cv2.LINE_AA)
        cv2.circle(self._colour, (x, y), 5, (150, 150, 150), -1)
