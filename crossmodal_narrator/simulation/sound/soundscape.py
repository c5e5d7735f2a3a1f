"""What the vehicle's microphones hear of a drive, a chunk at a time, and the truth about it.

Chunk `number` holds the samples from number · chunk_s on; its stamp is that of its first sample. It is made from the
rollout and its number alone, so that any number of processes, in any order, gives the same bytes: sources are functions
of the time at which a wave left them, and what changes slowly is known at the chunk's ends and goes straight between.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.simulation.rollout import Rollout, stamp_at
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.sensors.rig import CABIN_FRAME, MicrophoneArray, Rig
from crossmodal_narrator.simulation.sound.air import Air
from crossmodal_narrator.simulation.sound.bands import PASCAL_AT_0_DB, Bands, Floats, amplitude, decibels
from crossmodal_narrator.simulation.sound.listening import Listening
from crossmodal_narrator.simulation.sound.microphones import (
    CABIN,
    FULL_SCALE_DB,
    OUTSIDE,
    OWN_LOSS_DB,
    Capsules,
    OwnNoise,
)
from crossmodal_narrator.simulation.sound.propagation import Arrival, Propagation
from crossmodal_narrator.simulation.sound.rendering import Renderer
from crossmodal_narrator.simulation.sound.sources import Source, sources_of
from crossmodal_narrator.simulation.sound.utterances import Utterances
from crossmodal_narrator.simulation.sound.walls import Walls

_LEAST_VEHICLE_DB = 10.0  # above the noise: a vehicle that is told of in the truth
_BY_EAR = slice(1, None)  # bands that the truth's levels are of: below 354 Hz there is wind and rumble


class Soundscape:
    """All microphones of a rig in a rollout. Building it takes some tenths of a second."""

    def __init__(self, rollout: Rollout, scenery: Scenery, rig: Rig) -> None:
        """Raises ScenarioError: a chunk without whole samples, or an utterance whose file cannot be read."""
        array = rig.microphones or MicrophoneArray()
        self._rollout, self._array = rollout, array
        self._capsules = Capsules(
            array=array, has_array=rig.microphones is not None, has_cabin=rig.has_cabin_microphone
        )
        samples = self._capsules.samples
        self.count = math.floor(rollout.length_s / array.chunk_s + 1e-9)
        self._bands = Bands(array.sample_rate_hz, rollout.seed)
        air = Air.of(rollout.environment)
        self._propagation = Propagation(air, Walls(scenery.walls, air.speed_mps))
        self._cued, driving, self._own = sources_of(rollout, self._bands)
        self._noise = OwnNoise(array.sample_rate_hz, samples, rollout.environment, rollout.ego, rollout.seed)
        self._listening = Listening(
            self._cued, driving, self._propagation, self._capsules, rollout.ego,
            noise_db=np.array([self._noise_db(k * array.chunk_s) for k in range(self.count + 2)]),
            step_s=array.chunk_s,
        )  # fmt: skip
        self._renderer = Renderer(self._capsules, rollout.ego, self._bands, air.speed_mps)
        said = rollout.utterances if rig.has_cabin_microphone else ()
        self._utterances = Utterances(said, array.sample_rate_hz)
        self._arrived: tuple[int, Floats] | None = None  # of the last chunk: both microphones want it

    def chunks(self) -> Iterator[AudioChunk]:
        """All chunks of the drive in order, of each moment the array's first; only those that the rig has."""
        for number in range(self.count):
            if self._capsules.has_array:
                yield self.outside(number)
            if self._capsules.has_cabin:
                yield self.cabin(number)

    def outside(self, number: int) -> AudioChunk:
        """The array's chunk `number`, (samples, capsules)."""
        channels = len(self._array.capsules_m)
        pressure = self._arriving(number)[:channels] + self._noise.chunk(number, channels, OUTSIDE)
        return self._chunk(number, pressure, OUTSIDE, self._array.frame_id)

    def cabin(self, number: int) -> AudioChunk:
        """The cabin's chunk `number`, (samples, 1)."""
        samples = self._capsules.samples
        pressure = self._arriving(number)[-1:] + self._noise.chunk(number, 1, CABIN)
        pressure = pressure + self._utterances.mixed(number * samples, samples)
        return self._chunk(number, pressure, CABIN, CABIN_FRAME)

    def _arriving(self, number: int) -> Floats:
        """(capsules, samples) pascals of everything that comes from somewhere."""
        if self._arrived is None or self._arrived[0] != number:
            total = self._renderer.own(number, self._own)
            before, after = self._listening.at(number), self._listening.at(number + 1)
            for source in [*before, *(s for s in after if s not in before)]:
                total += self._renderer.pressure(number, source, before.get(source), after.get(source))
            self._arrived = (number, total)
        return self._arrived[1]

    def _chunk(self, number: int, pressure: Floats, where: str, frame_id: str) -> AudioChunk:
        full_scale = math.sqrt(2.0) * PASCAL_AT_0_DB * float(amplitude(FULL_SCALE_DB[where]))
        samples = np.clip(pressure.T * np.float32(1.0 / full_scale), -1.0, 1.0)
        return AudioChunk(
            stamp_ns=stamp_at(number * self._array.chunk_s),
            frame_id=frame_id,
            samples=np.ascontiguousarray(samples, np.float32),
            sample_rate_hz=self._array.sample_rate_hz,
            microphone=where,
        )

    def true_sounds(self, time_s: float) -> list[dict[str, Any]]:
        """Who is heard at `time_s`, the loudest first: entries of truth.json, in base_link at that moment.

        azimuth_rad, range_m: of where the source is now; arrival_azimuth_rad: from where its sound comes, which it left
        earlier, perhaps around a corner; level_db, noise_db: above 354 Hz, at the array; heard_from_s, heard_to_s: when
        a cue begins and ends at the array.
        """
        noise_db = self._noise_db(time_s)
        moment = int(np.clip(round(time_s / self._array.chunk_s), 0, self.count))
        middle = self._capsules.at(self._rollout.ego, np.array([time_s]))[:-1, 0].mean(axis=0)
        entries = []
        for source, arrival in self._listening.at(moment).items():
            if abs(moment * self._array.chunk_s - time_s) > 1e-9:
                arrival = self._propagation.arrival(source, middle, time_s)
            sent_db = source.voice.level_db(np.array([arrival.emission_s]))[0]
            if source.cue is not None and sent_db.max() < 0.0:
                continue
            level_db = float(decibels((10.0 ** (arrival.levels_db[_BY_EAR] / 10.0)).sum()))
            if source.cue is not None or level_db > noise_db + _LEAST_VEHICLE_DB:
                entries.append(self._entry(source, arrival, middle, time_s, (level_db, noise_db)))
        return sorted(entries, key=lambda entry: -float(entry["level_db"]))

    def _entry(
        self, source: Source, arrival: Arrival, middle: Any, time_s: float, levels: tuple[float, float]
    ) -> dict[str, Any]:
        base = self._rollout.ego.pose(time_s).inverse()
        place = source.route.at(np.array(time_s))
        strongest = arrival.strongest
        came_from = place if strongest is None else strongest.image_m
        there, apparent, here = base.transform(np.stack([place, came_from, middle]))
        entry: dict[str, Any] = {
            "kind": source.kind,
            "pattern": source.pattern,
            "actor_id": source.actor_id,
            "azimuth_rad": round(math.atan2(there[1], there[0]), 4),
            "range_m": round(math.hypot(there[0], there[1]), 2),
            "arrival_azimuth_rad": round(math.atan2(apparent[1] - here[1], apparent[0] - here[0]), 4),
            "level_db": round(levels[0], 1),
            "noise_db": round(levels[1], 1),
            "is_occluded": arrival.is_occluded,
        }
        if source.cue is not None:
            entry["heard_from_s"] = self._heard_s(source, source.cue.from_s)
            entry["heard_to_s"] = self._heard_s(source, source.cue.to_s)
        return entry

    def _heard_s(self, source: Source, sent_s: float) -> float:
        """When what was sent at `sent_s` is heard."""
        place, heard_s = source.route.at(np.array(sent_s)), sent_s
        for _ in range(8):
            middle = self._capsules.at(self._rollout.ego, np.array([heard_s]))[:-1, 0].mean(axis=0)
            heard_s = sent_s + float(np.sqrt(((place - middle) ** 2).sum())) / self._propagation.sound_mps
        return round(heard_s, 3)

    def _noise_db(self, time_s: float) -> float:
        """Of the vehicle itself, the wind and the town."""
        own_db = self._own.voice.level_db(np.array([time_s]))[0] - OWN_LOSS_DB
        own = (10.0 ** (own_db[_BY_EAR] / 10.0)).sum()
        return float(decibels(own + 10.0 ** (self._noise.level_db(time_s) / 10.0)))
