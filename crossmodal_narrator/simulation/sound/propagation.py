"""The ways from a source to the microphones at a moment: straight, by the road, around corners, by a façade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.sound.air import Air
from crossmodal_narrator.simulation.sound.bands import CENTRES_HZ, Reals, amplitude, decibels
from crossmodal_narrator.simulation.sound.route import emission_times
from crossmodal_narrator.simulation.sound.sources import Source
from crossmodal_narrator.simulation.sound.walls import Walls, edge_loss_db

Key = tuple[str, int]
DIRECT: Key = ("direct", 0)
GROUND: Key = ("ground", 0)
NEAREST_M = 0.5  # a source is no point from nearer than this
_FLOOR_DB = 20.0  # quieter than the quietest microphone: such a way is left out
_UNMIRRORED = np.eye(3)
_MIRRORED_IN_ROAD = np.diag([1.0, 1.0, -1.0])
# Of pressure at dense asphalt: hard, but rough for short waves. It comes from below the edge of the roof (0.9 m from
# the array), which takes away what any edge does.
_ROAD = np.array([0.95, 0.95, 0.9, 0.85, 0.75, 0.6])
_ROOF_EDGE_M = 0.9
_OCCLUDED_DB = -4.9  # at 1 kHz: past the border of the shadow


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Way:
    """How sound comes: as from image = linear @ source + shift, with `gain` (bands,) beside distance's own 1/r."""

    linear: NDArray[np.float64]  # (3, 3)
    shift_m: Reals  # (3,)
    gain: Reals
    image_m: Reals  # (3,) when this sound left
    range_m: float

    def silent(self) -> Way:
        """The same way before it opens, or after it closed."""
        return Way(
            linear=self.linear,
            shift_m=self.shift_m,
            gain=np.zeros_like(self.gain),
            image_m=self.image_m,
            range_m=self.range_m,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrival:
    """One source at one moment, as it arrives."""

    emission_s: float
    ways: Mapping[Key, Way]
    levels_db: Reals  # (bands,) dB SPL of all ways together
    is_occluded: bool

    @property
    def strongest(self) -> Way | None:
        return max(self.ways.values(), key=lambda way: float((way.gain**2).sum()) / way.range_m**2, default=None)


class Propagation:
    """What the air and the buildings of one drive do."""

    def __init__(self, air: Air, walls: Walls) -> None:
        self.sound_mps = air.speed_mps
        self._absorbed_db_per_m = air.absorption_db_per_m(np.minimum(CENTRES_HZ, 6_500.0))  # the top band ends early
        self._walls = walls

    def arrival(self, source: Source, receiver_m: Reals, time_s: float, floor_db: float = _FLOOR_DB) -> Arrival:
        """At `time_s`, at the array's middle; ways below `floor_db` are left out."""
        sent, _ = emission_times(source.route, _UNMIRRORED, np.zeros(3), np.array(time_s), receiver_m, self.sound_mps)
        emission_s = float(sent)
        place = source.route.at(np.array(emission_s))
        straight, detours = self._walls.direct(place, receiver_m)
        ways = {DIRECT: self._way(source, emission_s, place, receiver_m, straight)}
        ground = self._way(source, emission_s, place, receiver_m, straight, linear=_MIRRORED_IN_ROAD)
        rise = (place[2] + receiver_m[2]) / max(ground.range_m, 1e-6)
        longer_m = _ROOF_EDGE_M * (1.0 / np.sqrt(max(1.0 - rise * rise, 0.01)) - 1.0)
        ground.gain[:] *= _ROAD * amplitude(-edge_loss_db(2.0 * longer_m * CENTRES_HZ / self.sound_mps))
        ways[GROUND] = ground
        for detour in detours:
            ways[detour.key] = self._way(
                source, emission_s, place, receiver_m, detour.gain, shift_m=detour.image_m - place
            )
        for reflection in self._walls.reflections(place, receiver_m):
            ways[reflection.key] = self._way(
                source, emission_s, place, receiver_m, reflection.gain,
                linear=reflection.linear, shift_m=reflection.shift_m,
            )  # fmt: skip
        is_occluded = bool(decibels(straight[2] ** 2) < _OCCLUDED_DB)
        return self._heard(source, emission_s, ways, is_occluded=is_occluded, floor_db=floor_db)

    def _heard(
        self, source: Source, emission_s: float, ways: dict[Key, Way], *, is_occluded: bool, floor_db: float
    ) -> Arrival:
        loud = source.voice.loudness_db(emission_s)
        levels = {key: loud + decibels(way.gain**2 / max(way.range_m, NEAREST_M) ** 2) for key, way in ways.items()}
        kept = {key: way for key, way in ways.items() if decibels((10.0 ** (levels[key] / 10.0)).sum()) > floor_db}
        power = sum((10.0 ** (levels[key] / 10.0) for key in kept), start=np.zeros(len(loud)))
        return Arrival(emission_s=emission_s, ways=kept, levels_db=decibels(power), is_occluded=is_occluded)

    def _way(
        self, source: Source, emission_s: float, place: Reals, receiver_m: Reals, gain: Reals, *,
        linear: NDArray[np.float64] = _UNMIRRORED, shift_m: Reals | None = None,
    ) -> Way:  # fmt: skip
        shift = np.zeros(3) if shift_m is None else shift_m
        image = linear @ place + shift
        range_m = float(np.sqrt(((receiver_m - image) ** 2).sum()))
        direction = linear.T @ (receiver_m - image) / max(range_m, 1e-6)
        lost_db = self._absorbed_db_per_m * range_m + source.toward_db(direction, emission_s)
        return Way(linear=linear, shift_m=shift, gain=gain * amplitude(-lost_db), image_m=image, range_m=range_m)
