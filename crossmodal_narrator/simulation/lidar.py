"""A spinning LiDAR: beams cast from where the vehicle is while they leave, with the noise of a real one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.simulation.matter import Matter
from crossmodal_narrator.simulation.meshes import Floats, Material, turned
from crossmodal_narrator.simulation.raycasting import Hits

TURN_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """A sweep as its driver gives it: each point in the sensor's frame at the point's own time."""

    xyz: Floats  # (points, 3)
    intensity: Floats  # (points,) 0 to 255
    offset_s: Floats  # (points,) from the end of the turn, negative
    body: NDArray[np.int64]  # (points,) what was met, counted through all the matters


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarModel:
    """64 beams, dense around the horizon, as those of the Pandar64."""

    columns: int = 900
    dense_deg: tuple[float, float] = (-9.0, 3.0)
    wide_deg: tuple[float, float] = (-25.0, 15.0)
    min_range_m: float = 1.0
    max_range_m: float = 90.0
    range_noise_m: float = 0.015
    glass_returns: float = 0.4  # of the pulses that meet a window

    def elevations_rad(self) -> Floats:
        (low, high), (bottom, top) = self.dense_deg, self.wide_deg
        below = np.linspace(bottom, low, 17)[:-1]
        dense, above = np.linspace(low, high, 40), np.linspace(high, top, 9)[1:]
        angles: Floats = np.radians(np.concatenate([below, dense, above])).astype(np.float32)
        return angles


class SpinningLidar:
    """Turns clockwise from behind, so that what lies ahead is met in the middle of a turn."""

    def __init__(self, model: LidarModel) -> None:
        self._model = model
        elevation = model.elevations_rad()
        share = (np.arange(model.columns) + 0.5) / model.columns
        azimuth = (math.pi - math.tau * share).astype(np.float32)  # (columns,)
        flat = np.cos(elevation)[None, :]
        directions = np.stack(
            [
                np.cos(azimuth)[:, None] * flat,
                np.sin(azimuth)[:, None] * flat,
                np.broadcast_to(np.sin(elevation)[None, :], (model.columns, len(elevation))),
            ],
            axis=-1,
        )
        self._directions = directions.astype(np.float32)  # (columns, beams, 3)
        self._offset_s = ((share - 1.0) * TURN_S).astype(np.float32)  # (columns,)

    def sweep(
        self, matters: Sequence[Matter], world_from_sensor: Callable[[float], Pose], rng: np.random.Generator
    ) -> Points:
        """One turn; `world_from_sensor` takes seconds from its end (-0.1 to 0)."""
        columns, beams, _ = self._directions.shape
        # Between its ends the way of a tenth of a second is a straight line, and nothing turns.
        first, last = world_from_sensor(-TURN_S), world_from_sensor(0.0)
        way = (self._offset_s / TURN_S)[:, None] * (last.translation_m - first.translation_m)
        origins = np.repeat((last.translation_m + way).astype(np.float32), beams, axis=0)
        rays = turned(self._directions.reshape(-1, 3), last)
        echoes = _Echoes.none(columns * beams)
        bodies = 0
        for matter in matters:
            hits = matter.scene.cast(origins, rays)
            wins = np.flatnonzero(hits.distance_m < echoes.distance_m)
            echoes.distance_m[wins] = hits.distance_m[wins]
            echoes.strength[wins], echoes.is_glass[wins] = _returned(matter, hits.only(wins), rays[wins])
            echoes.body[wins] = matter.body[hits.triangle[wins]] + bodies
            bodies += len(matter.layout)
        return self._measured(echoes, rng)

    def _measured(self, echoes: _Echoes, rng: np.random.Generator) -> Points:
        model = self._model
        distance = echoes.distance_m
        noise = rng.normal(0.0, model.range_noise_m, len(distance)).astype(np.float32)
        is_lost = echoes.is_glass & (rng.random(len(distance), dtype=np.float32) > model.glass_returns)
        kept = np.flatnonzero((distance > model.min_range_m) & (distance < model.max_range_m) & ~is_lost)
        return Points(
            xyz=np.ascontiguousarray(self._directions.reshape(-1, 3)[kept] * (distance + noise)[kept, None]),
            intensity=np.rint(np.clip(echoes.strength[kept], 0.0, 255.0)).astype(np.float32),
            offset_s=np.repeat(self._offset_s, self._directions.shape[1])[kept],
            body=echoes.body[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Echoes:
    """What comes back of each pulse."""

    distance_m: Floats
    strength: Floats
    is_glass: NDArray[np.bool_]
    body: NDArray[np.int64]

    @staticmethod
    def none(count: int) -> _Echoes:
        return _Echoes(
            distance_m=np.full(count, np.inf, np.float32),
            strength=np.zeros(count, np.float32),
            is_glass=np.zeros(count, dtype=np.bool_),
            body=np.full(count, -1, np.int64),
        )


def _returned(matter: Matter, hits: Hits, rays: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """How strongly surfaces answer, and whether they are glass."""
    texels, body = matter.texels_at(hits)
    lightness = texels[:, :3].mean(axis=1)
    painted = texels[:, 3] == Material.PAINT
    lightness[painted] *= matter.paint[body[painted]].mean(axis=1) / 255.0
    cosine = np.abs(np.einsum("ij,ij->i", matter.normals_at(hits), rays))
    answered: Floats = (8.0 + lightness * (0.3 + 0.5 * cosine)).astype(np.float32)
    return answered, texels[:, 3] == Material.GLASS
