"""The light of sun and sky, and the air between, as the environment tells them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.rollout import Daylight, Environment
from crossmodal_narrator.simulation.sensors.camera.vectors import along
from crossmodal_narrator.simulation.shapes.meshes import Floats

Colour = NDArray[np.float32]  # (3,) linear light; a white wall in the sun is about 1.5
_CLOUD_TEXELS = 512


def colour(red: float, green: float, blue: float) -> Colour:
    return np.array([red, green, blue], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Illumination:
    """Irradiances are those on a surface that faces the light, divided by π."""

    towards_sun: Floats  # (3,) unit
    sun: Colour  # 0 at dusk, by night and under clouds
    sky: Colour  # from all of the upper half
    horizon: Colour  # radiances of the sky
    zenith: Colour
    glow: Colour  # around the sun's azimuth, at the horizon
    cloud: float  # share of the sky
    is_dark: bool  # lamps throw visible light
    extinction_per_m: float
    wetness: float  # of the road, 0 to 1
    rain_mmph: float

    @staticmethod
    def of(environment: Environment) -> Illumination:
        e = environment
        overcast = min(1.0, max(e.rain_mmph / 1.0, (1500.0 - e.visibility_m) / 1000.0, 0.0))
        # Rain thins the air's clarity: 4 km at 10 mm an hour (Atlas, 1953).
        visibility = min(e.visibility_m, 16_000.0 / max(e.rain_mmph, 0.1) ** 0.6)
        sun, sky, horizon, zenith, glow = _LIGHTS[e.daylight](e, overcast)
        return Illumination(
            towards_sun=np.array(e.sun, np.float32),
            sun=sun,
            sky=sky,
            horizon=horizon,
            zenith=zenith,
            glow=glow,
            cloud=max(0.4, overcast),
            is_dark=e.daylight is not Daylight.DAY,
            extinction_per_m=3.912 / visibility,  # Koschmieder, 1924: 2 % contrast are left at the visibility
            wetness=min(1.0, e.rain_mmph / 1.5),
            rain_mmph=e.rain_mmph,
        )

    @property
    def has_sun(self) -> bool:
        return bool(self.sun.max() > 0.02)

    def air(self, rays: Floats) -> Floats:
        """(rays, 3): the light that endless air sends from there, which is the sky's at the horizon."""
        if not self.glow.any():
            return np.broadcast_to(self.horizon, rays.shape)
        found: Floats = self.horizon + self.glow * self.around_sun(self.cosine_to_sun(rays))[:, None]
        return found

    def cosine_to_sun(self, rays: Floats) -> Floats:
        """(rays, 3) unit directions → (rays,), 0 behind."""
        cosine: Floats = np.maximum(along(rays, self.towards_sun), np.float32(0.0))
        return cosine

    @staticmethod
    def around_sun(cosine: Floats) -> Floats:
        """The share of the glow by the cosine of the angle to the sun."""
        square = cosine * cosine
        return square * square


_Lights = tuple[Colour, Colour, Colour, Colour, Colour]


def _day(e: Environment, overcast: float) -> _Lights:
    """A low sun is red and weak: its light comes through up to 38 times as much air (Kasten and Young, 1989)."""
    elevation = max(math.degrees(e.sun_elevation_rad), 0.5)
    mass = 1.0 / (math.sin(math.radians(elevation)) + 0.15 * (elevation + 3.885) ** -1.253)
    through = np.exp(-np.array([0.05, 0.085, 0.16]) * (mass - 1.4)).astype(np.float32)
    clear = 1.0 - overcast
    dim = np.float32(0.55 + 0.45 * min(1.0, elevation / 30.0))
    sky = colour(0.46, 0.5, 0.58) * clear + colour(0.66, 0.68, 0.72) * overcast
    horizon = colour(0.54, 0.64, 0.77) * clear + colour(0.6, 0.62, 0.65) * overcast
    zenith = colour(0.14, 0.28, 0.6) * clear + colour(0.5, 0.52, 0.55) * overcast
    glow = colour(0.9, 0.75, 0.5) * clear * np.float32(max(0.0, 1.0 - elevation / 40.0))
    return colour(1.55, 1.47, 1.33) * through * np.float32(clear**2), sky * dim, horizon * dim, zenith * dim, glow


def _dusk(e: Environment, overcast: float) -> _Lights:
    """Civil twilight: blue light from above, an afterglow where the sun went."""
    clear = np.float32(1.0 - 0.8 * overcast)
    sky = colour(0.046, 0.056, 0.082)
    return colour(0, 0, 0), sky, colour(0.085, 0.1, 0.145), colour(0.016, 0.033, 0.085), colour(0.3, 0.13, 0.03) * clear


def _night(e: Environment, overcast: float) -> _Lights:
    """A town's sky: its lamps on the haze, the more the more clouds there are."""
    town = np.float32(1.0 + 1.2 * overcast)
    horizon, zenith = colour(0.0042, 0.0038, 0.004) * town, colour(0.0008, 0.0009, 0.0014) * town
    return colour(0, 0, 0), colour(0.0017, 0.0018, 0.0022) * town, horizon, zenith, colour(0, 0, 0)


_LIGHTS = {Daylight.DAY: _day, Daylight.DUSK: _dusk, Daylight.NIGHT: _night}


class Clouds:
    """A sheet of clouds, the same in every drive."""

    def __init__(self) -> None:
        rng = np.random.default_rng(11)
        sheet = np.zeros((_CLOUD_TEXELS, _CLOUD_TEXELS), np.float32)
        for cells, strength in ((4, 0.6), (8, 0.5), (16, 0.35), (64, 0.12)):
            coarse = np.pad(rng.standard_normal((cells, cells), dtype=np.float32), 2, "wrap")
            scale = _CLOUD_TEXELS // cells
            fine = cv2.resize(coarse, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            sheet += strength * fine[2 * scale : -2 * scale, 2 * scale : -2 * scale]
        self._sheet = cv2.GaussianBlur(sheet, (0, 0), 1.5)

    def share(self, rays: Floats, cover: float) -> Floats:
        """(rays, 3) directions → (rays,) how much of the sky's light there is a cloud's."""
        height = np.maximum(rays[:, 2], 0.0)
        scale: Floats = np.float32(90.0) / (height + np.float32(0.18))
        thick = self.at(rays[:, 0] * scale, rays[:, 1] * scale)
        share: Floats = np.clip(thick + np.float32(2.0 * cover - 1.0), 0.0, 0.85) * np.minimum(height * 6.0, 1.0)
        return share

    def at(self, x: Floats, y: Floats) -> Floats:
        """(n,) thickness at places of the sheet, in its texels: of mean 0, repeating."""
        column, row = (v.astype(np.int32) & (_CLOUD_TEXELS - 1) for v in (x, y))
        return np.take(self._sheet.ravel(), row * _CLOUD_TEXELS + column)


def sky_radiance(rays: Floats, light: Illumination, clouds: Clouds | None) -> Floats:
    """(rays, 3) directions → (rays, 3), with the sun's disc; `clouds` are left out of blurred reflections."""
    height = np.clip(rays[:, 2], 0.0, 1.0)
    found: Floats = light.horizon + (light.zenith - light.horizon) * np.sqrt(height)[:, None]
    towards = light.cosine_to_sun(rays)
    if light.glow.any():
        low = 1.0 - np.minimum(height * np.float32(1.6), 1.0)
        found += light.glow * (light.around_sun(towards) * low * low)[:, None]
    if clouds is not None:
        cover = clouds.share(rays, light.cloud)[:, None]
        found += (light.sky * np.float32(1.5) + light.glow * np.float32(0.3) - found) * cover
    if light.has_sun:
        near = np.flatnonzero(towards > 0.9)
        found[near] += light.sun * _aureole(towards[near])[:, None]
    return found


def _aureole(cosine: Floats) -> Floats:
    """Bright air around the sun, and its disc, by the cosine of the angle to it."""
    away = cosine - 1.0
    share: Floats = 0.5 * np.exp(64.0 * away) + 1.5 * np.exp(900.0 * away) + 400.0 * (away > -2e-5)
    return share
