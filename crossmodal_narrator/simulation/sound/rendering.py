"""From sources and their ways to pressure at every capsule, a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.simulation.sound.bands import BANDS, Bands, Floats, Reals, amplitude
from crossmodal_narrator.simulation.sound.interpolation import (
    KNOTS_PER_CHUNK,
    MARGIN,
    knot_times,
    knot_weights,
    read_between,
)
from crossmodal_narrator.simulation.sound.microphones import (
    CABIN_LOSS_DB,
    OWN_CABIN_LOSS_DB,
    OWN_LOSS_DB,
    Capsules,
)
from crossmodal_narrator.simulation.sound.propagation import GROUND, NEAREST_M, Arrival, Way
from crossmodal_narrator.simulation.sound.route import emission_times
from crossmodal_narrator.simulation.sound.sources import Source
from crossmodal_narrator.simulation.traffic.timeline import Timeline

_FIRST, _LAST = 1, 1 + KNOTS_PER_CHUNK  # the knots at a chunk's ends


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Heard:
    """One way through one chunk, solved."""

    gains: Reals  # (2, bands): at the chunk's ends
    ends: tuple[float, float]  # of the chunk at the array, in samples of the source's grid
    at: Reals  # (capsules, samples): positions in the source's signal
    spread: Floats  # (capsules, samples): one over the range
    is_in_cabin: bool
    window: tuple[int, int]  # what of the source's signal it needs


class Renderer:
    """Sums up what arrives at the capsules."""

    def __init__(self, capsules: Capsules, ego: Timeline, bands: Bands, sound_mps: float) -> None:
        self._capsules, self._ego, self._bands, self._sound_mps = capsules, ego, bands, sound_mps
        self._samples = capsules.samples
        self._weights = knot_weights(self._samples)
        self._placed: tuple[int, Reals, Reals] | None = None  # of the last chunk
        self._cabin_gain = amplitude(-CABIN_LOSS_DB)

    def pressure(self, number: int, source: Source, before: Arrival | None, after: Arrival | None) -> Floats:
        """(capsules, samples) pascals of a chunk, by how `source` arrives at its ends; None is not at all."""
        total = self._silence()
        for together in self._solved(number, source, before, after):
            first, last = min(way.window[0] for way in together), max(way.window[1] for way in together)
            wave = source.voice.wave(first, last - first)
            for way in together:
                low, high = way.window
                part = wave[:, low - first : high - first]
                self._add(total, slice(None, -1), way, part, way.gains)
                if way.is_in_cabin:
                    self._add(total, slice(-1, None), way, part, way.gains * self._cabin_gain)
        return total

    def own(self, number: int, source: Source) -> Floats:
        """The same of a source that is part of the vehicle, whose ways are those of its body."""
        total = self._silence()
        (way,) = self._ways(number, source, [(_OWN_WAY, _OWN_WAY)], [True])
        first, last = way.window
        wave = source.voice.wave(first, last - first)
        self._add(total, slice(None, -1), way, wave, way.gains * amplitude(-OWN_LOSS_DB))
        self._add(total, slice(-1, None), way, wave, way.gains * amplitude(-OWN_CABIN_LOSS_DB))
        return total

    def _silence(self) -> Floats:
        return np.zeros((len(self._capsules.offsets_m), self._samples), np.float32)

    def _solved(
        self, number: int, source: Source, before: Arrival | None, after: Arrival | None
    ) -> Iterator[Sequence[_Heard]]:
        """The ways that need the same stretch of the source's signal, together."""
        earlier, later = ({} if arrival is None else arrival.ways for arrival in (before, after))
        keys = sorted({*earlier, *later})
        ends = [(earlier.get(key) or later[key].silent(), later.get(key) or earlier[key].silent()) for key in keys]
        ways = self._ways(number, source, ends, [key != GROUND for key in keys]) if keys else []
        group: list[_Heard] = []
        for way in sorted(ways, key=lambda way: way.window):
            if group and way.window[0] > max(other.window[1] for other in group):
                yield group
                group = []
            group.append(way)
        if group:
            yield group

    def _ways(
        self, number: int, source: Source, ends: Sequence[tuple[Way, Way]], is_in_cabin: Sequence[bool]
    ) -> list[_Heard]:
        times, receivers = self._receivers(number)  # (knots,), (capsules, knots, 3)
        share = ((np.arange(len(times)) - _FIRST) / KNOTS_PER_CHUNK)[:, None]
        shift = np.stack([a.shift_m + share * (b.shift_m - a.shift_m) for a, b in ends])[:, None]
        linear = np.stack([a.linear for a, _ in ends])[:, None, None]
        arrival = np.broadcast_to(times, (len(ends), *receivers.shape[:2]))
        sent, range_m = emission_times(source.route, linear, shift, arrival, receivers, self._sound_mps)
        sent = sent * self._bands.grid_hz  # (ways, capsules, knots)
        spread = 1.0 / np.maximum(range_m, NEAREST_M)
        at, loud = (np.einsum("kn,wck->wcn", self._weights, knots) for knots in (sent, spread))
        middle = sent[:, :-1].mean(axis=1)
        return [
            _Heard(
                gains=np.stack([a.gain, b.gain]),
                ends=(float(middle[k, _FIRST]), float(middle[k, _LAST])),
                at=at[k],
                spread=loud[k].astype(np.float32),
                is_in_cabin=is_in_cabin[k],
                window=(int(at[k].min()) - MARGIN, int(at[k].max()) + 1 + MARGIN),
            )
            for k, (a, b) in enumerate(ends)
        ]

    def _receivers(self, number: int) -> tuple[Reals, Reals]:
        """The knots of a chunk, and the capsules at them; the same for all sources."""
        if self._placed is None or self._placed[0] != number:
            times = knot_times(number, self._capsules.array.chunk_s)
            self._placed = (number, times, self._capsules.at(self._ego, times))
        return self._placed[1:]

    def _add(self, total: Floats, which: slice, way: _Heard, part: Floats, gains: Reals) -> None:
        """Mix the bands as they are let through, and read the mixture where the capsules need it.

        `part` is the source's signal over the way's window, `gains` (2, bands) are those at the chunk's ends.
        """
        low, high = way.window
        begin, end = way.ends
        share = np.clip((np.arange(low, high) - begin) / (end - begin), 0.0, 1.0).astype(np.float32)
        steps = np.stack([gains[0], gains[1] - gains[0]]).astype(np.float32)
        fixed, changing = np.einsum("gb,bn->gn", steps, part)
        total[which] += read_between(fixed + share * changing, way.at[which] - low) * way.spread[which]


_OWN_WAY = Way(linear=np.eye(3), shift_m=np.zeros(3), gain=np.ones(BANDS), image_m=np.zeros(3), range_m=1.0)
