"""Light on surfaces: sun with shadows, sky, lamps, what shines by itself, mirrors, and the air in front of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.simulation.sensors.camera.beams import Beam, lamplight
from crossmodal_narrator.simulation.sensors.camera.daylight import Clouds, Illumination, sky_radiance
from crossmodal_narrator.simulation.sensors.camera.lamps import LitLamps
from crossmodal_narrator.simulation.sensors.camera.sight import Indices, Sight, Subjects
from crossmodal_narrator.simulation.sensors.camera.surface import Surface, surfaces
from crossmodal_narrator.simulation.sensors.camera.vectors import along, dots
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material

_BASE_MIRROR = np.zeros(32, np.float32)  # share of light thrown back at right angles; 0: no mirror
_BASE_MIRROR[[Material.GLASS, Material.LIT_WINDOW]] = 0.1
_BASE_MIRROR[Material.PAINT] = 0.045
_BASE_MIRROR[Material.METAL] = 0.12
_BASE_MIRROR[[Material.LAMP, *range(Material.HEAD_LAMP, Material.BLUE_LAMP + 1)]] = 0.045
_WET_ALBEDO = 0.55  # of a dry road's


class Shading:
    """What light does in one image."""

    def __init__(
        self,
        subjects: Subjects,
        light: Illumination,
        lamps: LitLamps,
        beams: Sequence[Beam],
        boxes: Sequence[OrientedBox],
        clouds: Clouds,
    ) -> None:
        """`boxes` are those of the actors near by, below which little of the sky is seen."""
        self._subjects, self._light, self._lamps = subjects, light, lamps
        self._beams, self._boxes, self._clouds = beams, boxes, clouds

    def radiance(self, sight: Sight, origins: Floats, rays: Floats, pixel_rad: float) -> tuple[Floats, Surface]:
        """(rays, 3) linear light that comes along `rays`, and the surfaces that it comes from."""
        surface = surfaces(self._subjects, sight, origins, rays, pixel_rad)
        image = np.empty((len(rays), 3), np.float32)
        beyond = np.flatnonzero(~np.isfinite(sight.hits.distance_m))
        image[beyond] = self.sky(rays[beyond])
        image[surface.ray] = self.of(surface)
        return image, surface

    def sky(self, rays: Floats) -> Floats:
        """Behind everything; thick air hides it too, most where it is low."""
        seen = sky_radiance(rays, self._light, self._clouds)
        through = np.exp(-self._light.extinction_per_m * 400.0 / np.maximum(rays[:, 2], np.float32(0.05)))[:, None]
        seen *= through
        seen += self._light.air(rays) * (1.0 - through)
        return seen

    def of(self, surface: Surface) -> Floats:
        """(n, 3)"""
        light = self._light
        is_ground = surface.material == Material.GROUND
        irradiance = light.sky * self._sky_share(surface, is_ground)[:, None]
        sunlit = self._sunlit(surface)
        if light.has_sun:
            bounced = np.float32(0.1 * max(float(light.towards_sun[2]), 0.0)) * (1.0 - surface.normals[:, 2])
            irradiance += light.sun * (sunlit + bounced)[:, None]
        if self._beams:
            irradiance += lamplight(surface, self._beams)
        if light.wetness > 0:
            surface.albedo[is_ground] *= np.float32(1.0 - (1.0 - _WET_ALBEDO) * light.wetness)
        irradiance *= surface.albedo
        self._mirror(irradiance, surface, sunlit)
        lit, radiance = self._lamps.glow(surface)
        irradiance[lit] += radiance
        through = np.exp(-np.float32(light.extinction_per_m) * surface.distance_m)[:, None]
        irradiance *= through
        irradiance += light.air(surface.rays) * (1.0 - through)
        return irradiance

    def _sunlit(self, surface: Surface) -> Floats:
        """(n,) cosine of the sun's angle where it shines, else 0."""
        if not self._light.has_sun:
            return np.zeros(len(surface.ray), np.float32)
        towards = self._light.towards_sun
        cosine: Floats = np.maximum(along(surface.normals, towards), np.float32(0.0))
        turned = np.flatnonzero(cosine > 0.01)
        off = (0.02 + 3e-4 * surface.distance_m[turned])[:, None]  # clear of the surface's own triangle
        starts = surface.points[turned] + surface.normals[turned] * off
        cosine[turned[self._subjects.is_hidden(starts, towards)]] = 0.0
        return cosine

    def _sky_share(self, surface: Surface, is_ground: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
        """(n,) how much of the sky a place sees."""
        share: Floats = np.float32(0.55) + np.float32(0.45) * surface.normals[:, 2]
        upright = np.flatnonzero(~is_ground)
        share[upright] *= np.clip(0.55 + 0.55 * surface.points[upright, 2], 0.0, 1.0)
        ground = np.flatnonzero(is_ground & (surface.distance_m < 70.0))
        if len(ground) and self._boxes:
            share[ground] *= _open_sky(surface.points[ground], self._boxes)
        return share

    def _mirror(self, colours: Floats, surface: Surface, sunlit: Floats) -> None:
        """Paint, glass and metal mirror the sky, a dark line of houses and the road (Schlick, 1994)."""
        base = _BASE_MIRROR[surface.material & 31]
        shiny = np.flatnonzero(base > 0)
        if len(shiny) == 0:
            return
        normal, ray = surface.normals[shiny], surface.rays[shiny]
        cosine = np.clip(-dots(normal, ray), 0.0, 1.0)
        grazing = 1.0 - cosine
        share = (base[shiny] + np.float32(0.7) * grazing * (grazing * grazing) ** 2)[:, None]
        mirrored = ray + (2.0 * cosine)[:, None] * normal
        houses = self._light.sky * np.float32(0.3) + self._light.horizon * np.float32(0.05)
        seen = np.where(mirrored[:, 2:] < 0.0, houses * np.float32(0.6), houses)
        above = np.flatnonzero(mirrored[:, 2] > 0.3)
        seen[above] = sky_radiance(mirrored[above], self._light, None).clip(max=1.6)
        seen -= colours[shiny]
        seen *= share
        colours[shiny] += seen
        if self._light.has_sun:
            towards = self._light.cosine_to_sun(mirrored)
            bright = np.flatnonzero((sunlit[shiny] > 0) & (towards > 0.96))
            glint = np.float32(3.0) * np.exp(220.0 * (towards[bright] - 1.0))
            colours[shiny[bright]] += self._light.sun * glint[:, None]


def _open_sky(points: Floats, boxes: Sequence[OrientedBox]) -> Floats:
    """(n, 3) places on the ground → (n,) 1 in the open, little below and close beside `boxes`."""
    share = np.ones(len(points), np.float32)
    for box in boxes:
        half_length, half_width = 0.5 * box.size_lwh_m[0] - 0.1, 0.5 * box.size_lwh_m[1] - 0.1
        reach = np.float32(math.hypot(half_length, half_width) + 0.6)
        x, y = points[:, 0] - np.float32(box.centre_m[0]), points[:, 1] - np.float32(box.centre_m[1])
        near: Indices = np.flatnonzero((np.abs(x) < reach) & (np.abs(y) < reach))
        if len(near) == 0:
            continue
        c, s = np.float32(math.cos(box.yaw_rad)), np.float32(math.sin(box.yaw_rad))
        lengthwise = np.abs(x[near] * c + y[near] * s) - np.float32(half_length)
        crosswise = np.abs(y[near] * c - x[near] * s) - np.float32(half_width)
        share[near] *= 1.0 - 0.9 * np.clip(0.85 - np.maximum(lengthwise, crosswise) / np.float32(0.7), 0.0, 1.0)
    return share
