"""Which sources are worth hearing at a moment, and how each of them arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.sound.bands import Reals, decibels
from crossmodal_narrator.simulation.sound.microphones import Capsules
from crossmodal_narrator.simulation.sound.propagation import NEAREST_M, Arrival, Propagation
from crossmodal_narrator.simulation.sound.sources import Source
from crossmodal_narrator.simulation.traffic.timeline import Timeline

MOST_VEHICLES = 6
_REACH_M = 1_500.0  # of a siren in the open: 60 dB of distance and as much of air
_COVERED_DB, _COVERED_TONE_DB = 20.0, 40.0  # below all other noise: not worth rendering
_KEPT = 4  # moments whose arrivals are remembered: a chunk's end is the next one's beginning


class Listening:
    """The loudest sources by moments `step_s` apart. Ties go to the earlier in `driving`."""

    def __init__(
        self,
        cued: Sequence[Source],
        driving: Sequence[Source],
        propagation: Propagation,
        capsules: Capsules,
        ego: Timeline,
        *,
        noise_db: Reals,
        step_s: float,
    ) -> None:
        """`noise_db` is what covers sources, at each moment."""
        self._cued, self._driving = cued, driving
        self._propagation, self._step_s = propagation, step_s
        time_s: Reals = np.arange(len(noise_db)) * np.float64(step_s)
        self._middles = capsules.at(ego, time_s)[:-1].mean(axis=0)  # (moments, 3) of the array
        self._is_near = [_range_m(source, time_s, self._middles) < _REACH_M for source in cued]
        self._is_chosen = _loudest(driving, time_s, self._middles, noise_db - _COVERED_DB)
        self._noise_db = noise_db
        self._kept: dict[int, Mapping[Source, Arrival]] = {}

    def at(self, moment: int) -> Mapping[Source, Arrival]:
        """Who is heard at `moment` · step_s, and how."""
        if moment not in self._kept:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[moment] = self._arrivals(moment)
        return self._kept[moment]

    def _arrivals(self, moment: int) -> Mapping[Source, Arrival]:
        heard = [source for source, near in zip(self._cued, self._is_near, strict=True) if near[moment]]
        heard += [source for source, chosen in zip(self._driving, self._is_chosen, strict=True) if chosen[moment]]
        middle, time_s = self._middles[moment], moment * self._step_s
        noise_db = float(self._noise_db[moment])
        # A tone is still heard where a vehicle's noise has long gone under.
        floors = {True: noise_db - _COVERED_TONE_DB, False: noise_db - _COVERED_DB}
        return {
            source: self._propagation.arrival(source, middle, time_s, floors[source.cue is not None])
            for source in heard
        }


def _range_m(source: Source, time_s: Reals, middles_m: Reals) -> Reals:
    ranges: Reals = np.sqrt(((source.route.at(time_s) - middles_m) ** 2).sum(axis=-1))
    return ranges


def _loudest(driving: Sequence[Source], time_s: Reals, middles_m: Reals, floor_db: Reals) -> NDArray[np.bool_]:
    """(sources, moments): the MOST_VEHICLES loudest of each moment, as if nothing stood between."""
    levels = np.full((len(driving), len(time_s)), -np.inf)
    for k, source in enumerate(driving):
        range_m = np.maximum(_range_m(source, time_s, middles_m), NEAREST_M)
        power = (10.0 ** (source.voice.level_db(time_s) / 10.0)).sum(axis=1)
        levels[k] = decibels(power / range_m**2)
    order = np.argsort(-levels, axis=0, kind="stable")
    is_chosen = np.zeros(levels.shape, np.bool_)
    np.put_along_axis(is_chosen, order[:MOST_VEHICLES], True, axis=0)
    return is_chosen & (levels > floor_db)
