"""Light that lamps throw: spots with a falloff by distance and angle, without shadows of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.simulation.sensors.camera.daylight import Colour, colour
from crossmodal_narrator.simulation.sensors.camera.lamps import Shining
from crossmodal_narrator.simulation.sensors.camera.surface import Surface
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material

_HEAD = colour(1.0, 0.97, 0.88) * np.float32(11.0)  # radiance of a white wall 1 m ahead of one lamp
_STREET = colour(1.0, 0.8, 0.52) * np.float32(1.7)
_MOST_BEAMS, _MOST_STREET_LAMPS = 14, 18
_RETRO_GAIN = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beam:
    """`ahead` zeros: to all sides. `is_low` has the cut-off of a dipped headlamp (UN R149)."""

    place: Floats  # (3,)
    ahead: Floats  # (3,) unit
    intensity: Colour
    reach_m: float
    is_low: bool = False
    is_own: bool = False  # the ego's: what throws light back to its source throws it into the camera


def own_beams(world_from_base: Pose, front_m: float) -> list[Beam]:
    """The ego's headlamps, as one between both; `front_m` is its nose, ahead of base_link."""
    ahead = world_from_base.rotation[:, 0].astype(np.float32)
    place = np.array(world_from_base.transform_point((front_m, 0.0, 0.68)), np.float32)
    intensity = _HEAD * np.float32(2.0)
    return [Beam(place=place, ahead=ahead, intensity=intensity, reach_m=90.0, is_low=True, is_own=True)]


def thrown_beams(lamps: Sequence[Shining], eye: Floats) -> list[Beam]:
    """Those of `lamps` whose light is worth seeing, the nearest first."""
    beams = []
    for lamp in lamps:
        if lamp.material is Material.HEAD_LAMP:
            beams.append(Beam(place=lamp.place_m, ahead=lamp.ahead, intensity=_HEAD, reach_m=34.0, is_low=True))
        else:
            power = lamp.radiance * np.float32(1.6 * min(lamp.area_m2, 0.08))
            beams.append(Beam(place=lamp.place_m, ahead=lamp.ahead, intensity=power, reach_m=_reach_m(power)))
    lit = [beam for beam in beams if beam.intensity.max() > 0.01]
    lit.sort(key=lambda beam: float(np.linalg.norm(beam.place - eye)))
    return lit[:_MOST_BEAMS]


def street_beams(lamps_m: NDArray[np.float64], eye: Floats, farthest_m: float) -> list[Beam]:
    """`lamps_m` (lamps, 3)."""
    distance = np.linalg.norm(lamps_m - eye, axis=1)
    nearest = [k for k in np.argsort(distance, kind="stable")[:_MOST_STREET_LAMPS] if distance[k] < farthest_m]
    down = np.array([0, 0, -1], np.float32)
    return [
        Beam(
            place=lamps_m[k].astype(np.float32),
            ahead=down,
            intensity=_STREET * np.float32(_height2(lamps_m[k])),
            reach_m=20.0,
        )
        for k in nearest
    ]


def _height2(place: NDArray[np.float64]) -> float:
    """A tall lamp is a strong one: each lights the road below it alike."""
    return max(float(place[2]), 3.0) ** 2 / 30.0


def _reach_m(power: Colour) -> float:
    return float(np.clip(np.sqrt(float(power.max()) / 0.002), 3.0, 30.0))


def lamplight(surface: Surface, beams: Sequence[Beam]) -> Floats:
    """(n, 3) what the beams add to the irradiance of each place."""
    total = np.zeros((len(surface.ray), 3), np.float32)
    points, normals = np.ascontiguousarray(surface.points.T), np.ascontiguousarray(surface.normals.T)  # (3, n)
    for beam in beams:
        middle = beam.place + beam.ahead * np.float32(0.45 * beam.reach_m * float(beam.is_low))
        half = np.float32(beam.reach_m * (0.6 if beam.is_low else 1.0))
        near = np.flatnonzero((np.abs(points[0] - middle[0]) < half) & (np.abs(points[1] - middle[1]) < half))
        if len(near):
            away = [np.take(points[k], near) - beam.place[k] for k in range(3)]
            share = _share(away, [np.take(normals[k], near) for k in range(3)], np.take(surface.retro, near), beam)
            for channel in range(3):
                total[near, channel] += share * beam.intensity[channel]
    return total


def _share(away: list[Floats], normals: list[Floats], retro: NDArray[np.uint8], beam: Beam) -> Floats:
    """(n,) of the beam's intensity, for places that lie `away`, three arrays (n,), from its lamp."""
    x, y, z = away
    distance2 = x * x + y * y + z * z + np.float32(0.09)
    inverse = 1.0 / np.sqrt(distance2)
    facing = -(x * normals[0] + y * normals[1] + z * normals[2]) * inverse
    # Asphalt and cloth throw back more of a flat light than Lambert's law says (Oren and Nayar, 1994).
    facing = (facing + np.float32(0.16)) * (facing > 0)
    ahead = x * beam.ahead[0] + y * beam.ahead[1] + z * beam.ahead[2]
    strength = _dipped(away, ahead, beam) if beam.is_low else _wide(ahead * inverse, beam)
    lit = strength * np.maximum(1.0 - distance2 / np.float32(beam.reach_m**2), 0.0) * (inverse * inverse)
    if beam.is_own:
        facing = facing + retro * np.float32(_RETRO_GAIN / 255.0)
    share: Floats = lit * facing
    return share


def _wide(cosine: Floats, beam: Beam) -> Floats:
    """A lamp of the street, or a lens at the back: all of a half space; a beacon: everywhere."""
    if not beam.ahead.any():
        return np.ones_like(cosine)
    wide: Floats = np.maximum(cosine + np.float32(0.05), 0.0)
    return wide


def _dipped(away: list[Floats], ahead: Floats, beam: Beam) -> Floats:
    """A dipped beam: wide, brightest just below the horizon, with little above it."""
    inverse = 1.0 / np.maximum(ahead, np.float32(1e-2))
    across = (away[1] * beam.ahead[0] - away[0] * beam.ahead[1]) * inverse
    up = away[2] * inverse
    across *= across
    spread = np.exp(across * np.float32(-5.7)) + np.float32(0.22) * np.exp(across * np.float32(-1.1))
    below = np.exp(np.minimum(up, 0.0) * np.float32(5.0))
    above = np.float32(0.025) + np.clip(np.float32(0.5) - (up + np.float32(0.006)) * np.float32(40.0), 0.0, 0.975)
    dipped: Floats = spread * below * above * (ahead > 0)
    return dipped
