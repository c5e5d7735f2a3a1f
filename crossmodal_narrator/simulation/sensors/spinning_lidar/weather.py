"""What rain and fog do to light at 905 nm: they weaken what passes, and send some of it back themselves.

Fog: extinction 3 / V with V the meteorological optical range, where a contrast of 5 % is left (Koschmieder 1924, WMO);
backscatter 0.046 / V (Rasshofer et al., "Influences of weather phenomena on automotive laser radar systems", 2011, as
used by Hahner et al., "Fog simulation on real LiDAR point clouds", 2021). Rain: drops by Marshall and Palmer (1948),
each taking twice its cross section; Goodin et al. ("Predicting the influence of rain on LIDAR in ADAS", 2019) use the
same law with a factor fitted to a shorter path. How many rays a drop answers is tuned, see docs/simulator/lidar.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.rollout import Environment
from crossmodal_narrator.simulation.shapes.meshes import Floats

_PULSE_M = 0.5  # the depth that one pulse of 3.3 ns fills
_FOG_BEGINS_M = 1.0  # nearer, the receiver does not yet look where the laser shines
_FOG_VARIES = 0.5  # of the logarithm: fog drifts in swathes
_DROPS_PER_RAY = 8e-4  # at 1 mm/h
_DROP_NEAR_M, _DROP_DEPTH_M = 0.6, 3.5
_DROP_REFLECTANCE = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """Between the sensor and everything."""

    extinction_pm: float  # per metre
    fog_reflectance: float  # of as much fog as a pulse fills, counted as of a surface
    drops_per_ray: float

    @staticmethod
    def of(environment: Environment) -> Air:
        rain = environment.rain_mmph
        fog_pm = math.log(20.0) / environment.visibility_m
        rain_pm = 3.65e-4 * rain**0.63
        return Air(
            extinction_pm=fog_pm + rain_pm,
            fog_reflectance=math.pi * 0.046 / environment.visibility_m * _PULSE_M,
            drops_per_ray=_DROPS_PER_RAY * rain**0.63,
        )

    def passed(self, distance_m: Floats) -> Floats:
        """What is left after the way there and back."""
        left: Floats = np.exp(distance_m * np.float32(-2.0 * self.extinction_pm))
        return left


def wetness(environment: Environment) -> float:
    """Of the road: half a millimetre an hour leaves it damp, three make it wet."""
    return 1.0 - math.exp(-environment.rain_mmph / 1.5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Haze:
    """What the air itself may return to each ray."""

    distance_m: Floats  # (rays,)
    reflectance: Floats  # (rays,)

    def only(self, chosen: NDArray[np.int64]) -> Haze:
        return Haze(distance_m=self.distance_m[chosen], reflectance=self.reflectance[chosen])


def fog_echoes(air: Air, count: int, until_m: float, rng: np.random.Generator) -> Haze:
    """Where fog answers the strongest: as likely as light gets there and back, and no farther than `until_m`, beyond
    which its answer falls with the square of the distance.
    """
    double = 2.0 * air.extinction_pm
    share = rng.random(count, dtype=np.float32) * np.float32(-math.expm1(-double * (until_m - _FOG_BEGINS_M)))
    distance = np.float32(_FOG_BEGINS_M) - np.log1p(-share) / np.float32(double)
    swathe = np.exp(np.float32(_FOG_VARIES) * rng.standard_normal(count, dtype=np.float32))
    return Haze(distance_m=distance, reflectance=np.float32(air.fog_reflectance) * swathe)


def drop_echoes(air: Air, count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Haze]:
    """Which rays meet a drop that answers, and where: near, as the beam soon is much wider than a drop."""
    hit = np.flatnonzero(rng.random(count, dtype=np.float32) < air.drops_per_ray)
    distance = np.float32(_DROP_NEAR_M) + rng.exponential(_DROP_DEPTH_M, len(hit)).astype(np.float32)
    strength = rng.exponential(_DROP_REFLECTANCE, len(hit)).astype(np.float32)
    return hit, Haze(distance_m=distance, reflectance=strength)
