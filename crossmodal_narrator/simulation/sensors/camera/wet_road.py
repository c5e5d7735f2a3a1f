"""A wet road mirrors what stands on it, drawn out towards the viewer as its roughness does."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from crossmodal_narrator.simulation.sensors.camera.daylight import Clouds
from crossmodal_narrator.simulation.sensors.camera.shading import Shading
from crossmodal_narrator.simulation.sensors.camera.sight import Indices, Subjects
from crossmodal_narrator.simulation.sensors.camera.surface import Surface
from crossmodal_narrator.simulation.sensors.camera.vectors import unit
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material

_STEP_PX = 2  # one mirrored ray for so many columns and rows
_FARTHEST_M = 130.0
_SLOPE = 0.035  # of the water's surface over the asphalt's grains, standard deviation
_PUDDLES_PER_M = 9.0
_ROUGH = 0.8  # share of the mirrored light that stays near its direction


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WetRoad:
    """How the road of one image mirrors."""

    subjects: Subjects
    shading: Shading  # of what is seen in the mirror
    clouds: Clouds
    wetness: float

    def add(self, image: Floats, surface: Surface, pixel_rad: float, brightest: float) -> None:
        """Onto `image` (height, width, 3), in place; no mirrored lamp is brighter than `brightest`."""
        height, width = image.shape[:2]
        is_road = (surface.material == Material.GROUND) & (surface.normals[:, 2] > 0.9)
        road = np.flatnonzero(is_road & (surface.distance_m < _FARTHEST_M))
        pixel = surface.ray[road]
        on_grid = ((pixel // width) % _STEP_PX == 0) & ((pixel % width) % _STEP_PX == 0)
        chosen = road[on_grid]
        if len(chosen) == 0:
            return
        seen = self._mirrored(surface.only(chosen), pixel_rad, brightest)
        grid = _spread((height, width), surface.ray[chosen], seen * self._share(surface.only(chosen))[:, None])
        image.reshape(-1, 3)[pixel] += grid.reshape(-1, 3)[pixel]

    def _mirrored(self, road: Surface, pixel_rad: float, brightest: float) -> Floats:
        """(n, 3) light that comes to places of the road from where it mirrors."""
        rng = np.random.default_rng(3)  # the water's surface shivers alike in every image
        slope = (rng.standard_normal((len(road.ray), 2), dtype=np.float32) * np.float32(_SLOPE)).T
        x, y, z = road.rays.T
        # A ray r comes back from the normal n as r - 2 (r · n) n, here for small slopes of the normal.
        across = 2.0 * (x * slope[0] + y * slope[1] + z)
        rays = np.stack([x - across * slope[0], y - across * slope[1], np.maximum(z - across, np.float32(0.004))], -1)
        rays = unit(rays)
        origins = road.points + np.array([0.0, 0.0, 0.02], np.float32)
        sight = self.subjects.meet(origins, rays, self.subjects.passing(origins, rays))
        seen, _ = self.shading.radiance(sight, origins, rays, 6.0 * pixel_rad)
        dimmed: Floats = np.minimum(seen, np.float32(brightest))
        return dimmed

    def _share(self, road: Surface) -> Floats:
        """(n,) of the light that is thrown back (Schlick), more where water stands, none from grass."""
        grazing = 1.0 - np.minimum(np.abs(road.rays[:, 2]), 1.0)
        fresnel = np.float32(0.02) + np.float32(0.98) * grazing * (grazing * grazing) ** 2
        x, y = (road.points[:, k] * np.float32(_PUDDLES_PER_M) for k in (0, 1))
        standing = np.float32(0.75) + np.float32(0.25) * np.clip(self.clouds.at(x, y), -0.5, 1.0)
        is_grass = road.albedo[:, 1] > 1.25 * road.albedo[:, 0]
        share: Floats = fresnel * np.float32(_ROUGH * self.wetness) * standing * ~is_grass
        return share


def _spread(shape: tuple[int, int], pixel: Indices, seen: Floats) -> Floats:
    """What the pixels of a coarse grid mirror, drawn out from top to bottom over the image → (height, width, 3)."""
    height, width = shape
    rows, columns = -(-height // _STEP_PX), -(-width // _STEP_PX)
    mirrored = np.zeros((rows * columns, 4), np.float32)
    at = pixel // width // _STEP_PX * columns + pixel % width // _STEP_PX
    mirrored[at, :3], mirrored[at, 3] = seen, 1.0
    scale = width / 960.0
    across, down = max(0.4, 0.8 * scale), max(0.6, 3.5 * scale)
    soft: Floats = cv2.GaussianBlur(mirrored.reshape(rows, columns, 4), (0, 0), sigmaX=across, sigmaY=down)
    soft = soft[..., :3] / np.maximum(soft[..., 3:], np.float32(0.05))
    large = cv2.resize(soft, (columns * _STEP_PX, rows * _STEP_PX), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(large[:height, :width])
