"""The camera: a ray for each pixel, lit by sun and sky."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Intrinsics, OrientedBox, Pose
from crossmodal_narrator.simulation.ground import ShadowMap, far_row_offset
from crossmodal_narrator.simulation.matter import Matter
from crossmodal_narrator.simulation.meshes import Floats, Material, turned
from crossmodal_narrator.simulation.raycasting import Hits, nearer

_FAR_M = 22.0  # from where the ground is seen smoothed, as many of its texels fall into one pixel
_SUN = np.array([1.55, 1.47, 1.33], np.float32)
_SKY_LIGHT = np.array([0.46, 0.5, 0.58], np.float32)
_HORIZON = np.array([0.62, 0.67, 0.72], np.float32)
_ZENITH = np.array([0.17, 0.31, 0.58], np.float32)
_VISIBILITY_M = 420.0
_TO_LINEAR = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)
_TO_SRGB = (np.clip(np.arange(4096) / 4095.0, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """What stands in the street while one image is taken."""

    still: Matter
    moving: Matter
    moving_boxes: Sequence[OrientedBox]  # in the street's frame
    shadows: ShadowMap
    sun: tuple[float, float, float]


class PinholeCamera:
    """Renders 8-bit RGB. Its rays are made once; only those that can meet something that moves are cast twice."""

    def __init__(self, intrinsics: Intrinsics) -> None:
        self._k = intrinsics
        k = intrinsics
        u, v = np.meshgrid(np.arange(k.width) + 0.5, np.arange(k.height) + 0.5)
        rays = np.stack([(u - k.cx) / k.fx, (v - k.cy) / k.fy, np.ones_like(u)], axis=-1).reshape(-1, 3)
        self._last: tuple[Matter, bytes, Hits] | None = None
        self._rays = (rays / np.linalg.norm(rays, axis=1, keepdims=True)).astype(np.float32)  # (pixels, 3), optical

    def render(self, view: View, world_from_camera: Pose, rng: np.random.Generator) -> NDArray[np.uint8]:
        """(height, width, 3) as seen from `world_from_camera`, a pose of the optical frame; `rng` draws the noise."""
        origin = world_from_camera.translation_m.astype(np.float32)
        rays = turned(self._rays, world_from_camera)
        hits = self._still_hits(view.still, world_from_camera, rays)
        again = self._pixels_of(view.moving_boxes, world_from_camera)
        offset = len(view.still.body)
        both = nearer(hits.only(again), view.moving.scene.cast(origin, rays[again]), offset)
        for name in ("distance_m", "triangle", "weights"):
            getattr(hits, name)[again] = getattr(both, name)
        seen = np.isfinite(hits.distance_m)
        image = np.empty((len(rays), 3), np.float32)
        image[~seen] = _sky(rays[~seen, 2])
        is_moving = seen.copy()
        is_moving[seen] = hits.triangle[seen] >= offset
        for matter, mask, first in ((view.still, seen & ~is_moving, 0), (view.moving, is_moving, offset)):
            pixels = np.flatnonzero(mask)
            found = hits.only(pixels)
            placed = Hits(distance_m=found.distance_m, triangle=found.triangle - first, weights=found.weights)
            image[pixels] = _shaded(matter, placed, origin, rays[pixels], view)
        return _developed(image.reshape(self._k.height, self._k.width, 3), rng)

    def _still_hits(self, still: Matter, world_from_camera: Pose, rays: Floats) -> Hits:
        """A copy of what the rays meet that never moves; a camera that stands need not ask again."""
        place = world_from_camera.rotation.tobytes() + world_from_camera.translation_m.tobytes()
        if self._last is None or self._last[0] is not still or self._last[1] != place:
            origin = world_from_camera.translation_m.astype(np.float32)
            self._last = (still, place, still.scene.cast(origin, rays))
        last = self._last[2]
        return Hits(distance_m=last.distance_m.copy(), triangle=last.triangle.copy(), weights=last.weights.copy())

    def _pixels_of(self, boxes: Sequence[OrientedBox], world_from_camera: Pose) -> NDArray[np.int64]:
        """Pixels in whose direction a box may lie."""
        k = self._k
        mask = np.zeros((k.height, k.width), dtype=np.bool_)
        camera_from_world = world_from_camera.inverse()
        for box in boxes:
            corners = camera_from_world.transform(box.corners())
            if corners[:, 2].max() < 0.5:
                continue
            z = np.maximum(corners[:, 2], 0.5)
            margin = 0.35  # mirrors, feet and elbows reach out of the box that people label
            u, v = k.fx * corners[:, 0] / z + k.cx, k.fy * corners[:, 1] / z + k.cy
            pad = k.fx * margin / float(z.min())
            low_u, high_u = (int(np.clip(e, 0, k.width)) for e in (u.min() - pad, u.max() + pad + 1))
            low_v, high_v = (int(np.clip(e, 0, k.height)) for e in (v.min() - pad, v.max() + pad + 1))
            mask[low_v:high_v, low_u:high_u] = True
        return np.flatnonzero(mask.ravel())


def _sky(up: Floats) -> Floats:
    """(rays,) heights of directions → (rays, 3)."""
    share = np.clip(up, 0.0, 1.0)[:, None] ** np.float32(0.55)
    colour: Floats = (_HORIZON + (_ZENITH - _HORIZON) * share).astype(np.float32)
    return colour


def _shaded(matter: Matter, hits: Hits, origin: Floats, rays: Floats, view: View) -> Floats:
    """(hits, 3) linear light."""
    if len(rays) == 0:
        return np.zeros((0, 3), np.float32)
    normals = matter.normals_at(hits)
    facing = np.einsum("ij,ij->i", normals, rays)
    normals = np.where(facing[:, None] > 0, -normals, normals)
    points = origin + rays * hits.distance_m[:, None]
    texels, albedo = _albedo(matter, hits)
    kind = texels[:, 3]
    sunlit = np.maximum(np.einsum("ij,j->i", normals, np.array(view.sun, np.float32)), 0.0)
    ambient = 0.55 + 0.45 * normals[:, 2]
    is_ground = kind == Material.GROUND
    light = view.shadows.light(points[is_ground])
    sunlit[is_ground] *= light
    ambient[is_ground] *= 0.35 + 0.65 * light
    ambient[~is_ground] *= np.clip(0.55 + 0.55 * points[~is_ground, 2], 0.0, 1.0)  # less sky reaches the lower parts
    colour = albedo * (sunlit[:, None] * _SUN + ambient[:, None] * _SKY_LIGHT)
    _reflect(colour, kind, normals, rays)
    lamps = kind == Material.LAMP
    colour[lamps] += np.float32(0.25) * albedo[lamps]
    haze = (1.0 - np.exp(-hits.distance_m / np.float32(_VISIBILITY_M)))[:, None]
    hazy: Floats = colour + (_HORIZON - colour) * haze
    return hazy


def _albedo(matter: Matter, hits: Hits) -> tuple[NDArray[np.uint8], Floats]:
    """(hits, 4) texels, and (hits, 3) what they throw back; the ground far away from its smoothed copy."""
    texels, body = matter.texels_at(hits)
    far = np.flatnonzero((texels[:, 3] == Material.GROUND) & (hits.distance_m > _FAR_M))
    if len(far):
        texels[far] = matter.texels_at(hits.only(far), rows_down=far_row_offset())[0]
    albedo = _TO_LINEAR[texels[:, :3]]
    painted = texels[:, 3] == Material.PAINT
    albedo[painted] *= _TO_LINEAR[matter.paint[body[painted]]]
    return texels, albedo


def _reflect(colour: Floats, kind: NDArray[np.uint8], normals: Floats, rays: Floats) -> None:
    """Paint, glass and lamps mirror the sky, a dark line of houses and the road (Schlick's approximation)."""
    shiny = np.flatnonzero((kind == Material.PAINT) | (kind == Material.GLASS) | (kind == Material.LAMP))
    normal, ray = normals[shiny], rays[shiny]
    cosine = np.clip(-np.einsum("ij,ij->i", normal, ray), 0.0, 1.0)
    up = ray[:, 2] + 2.0 * cosine * normal[:, 2]
    base = np.where(kind[shiny] == Material.GLASS, 0.1, 0.045)
    share = (base + 0.7 * (1.0 - cosine) ** 5)[:, None].astype(np.float32)
    seen = _sky(up)
    seen[up < 0.3] = 0.15
    seen[up < 0.0] = 0.09
    colour[shiny] += (seen - colour[shiny]) * share


def _developed(image: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Lens blur, highlights that saturate softly, sensor noise, and the curve of sRGB."""
    blurred = cv2.GaussianBlur(image, (0, 0), 0.6)
    toned = blurred / (1.0 + 0.25 * blurred)
    toned += np.float32(0.004) * rng.standard_normal((*image.shape[:2], 1), dtype=np.float32)
    developed: NDArray[np.uint8] = _TO_SRGB[np.clip(toned * 4095.0, 0, 4095).astype(np.int16)]
    return developed


def wide_intrinsics(width: int, height: int, field_of_view_rad: float) -> Intrinsics:
    """A pinhole without distortion, its axis through the middle of the image."""
    focal = 0.5 * width / math.tan(0.5 * field_of_view_rad)
    return Intrinsics(width=width, height=height, fx=focal, fy=focal, cx=0.5 * width, cy=0.5 * height)
