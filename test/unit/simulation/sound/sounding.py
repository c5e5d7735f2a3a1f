"""Small drives to listen to: somebody who drives straight on, sounding or not, beside an ego that does the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.rollout import Environment, Rollout, Utterance
from crossmodal_narrator.simulation.scenery.scenery import Scenery, Wall
from crossmodal_narrator.simulation.sensors.rig import MicrophoneArray, Rig
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS
from crossmodal_narrator.simulation.sound.air import Air
from crossmodal_narrator.simulation.sound.bands import Bands
from crossmodal_narrator.simulation.sound.microphones import Capsules
from crossmodal_narrator.simulation.sound.propagation import Arrival, Propagation
from crossmodal_narrator.simulation.sound.rendering import Renderer
from crossmodal_narrator.simulation.sound.route import Route
from crossmodal_narrator.simulation.sound.sources import Source
from crossmodal_narrator.simulation.sound.voices import Tone, ToneVoice
from crossmodal_narrator.simulation.sound.walls import Walls
from crossmodal_narrator.simulation.traffic.actor import Actor, SoundCue, SoundKind
from crossmodal_narrator.simulation.traffic.roads import RoadMap
from crossmodal_narrator.simulation.traffic.timeline import Timeline

RATE_HZ = 16_000
RIG = Rig(cameras=(), lidar=None)
ARRAY = MicrophoneArray()
OPEN = Scenery(meshes=(), paints=())


def driving(x_m: float, y_m: float, yaw_rad: float = 0.0, speed_mps: float = 0.0, length_s: float = 10.0) -> Timeline:
    """From (x, y) at 0 s, straight on."""
    time_s = np.array([0.0, length_s])
    way = time_s * speed_mps
    place = np.stack([x_m + way * np.cos(yaw_rad), y_m + way * np.sin(yaw_rad), np.zeros(2)], axis=1)
    return Timeline(
        time_s=time_s,
        xyz_m=place,
        yaw_rad=np.full(2, float(yaw_rad)),
        speed_mps=np.full(2, float(speed_mps)),
        lamps=np.zeros(2, np.uint8),
    )


def actor(
    timeline: Timeline, *cues: tuple[SoundKind, float, float], look: str = "ambulance", actor_id: str = "a"
) -> Actor:
    found = LOOKS[look]
    return Actor(
        actor_id=actor_id,
        look=look,
        label=found.label,
        size_lwh_m=found.size_lwh_m,
        look_seed=0,
        timeline=timeline,
        sounds=tuple(SoundCue(kind=kind, from_s=from_s, to_s=to_s) for kind, from_s, to_s in cues),
    )


def rollout(
    ego: Timeline,
    *actors: Actor,
    length_s: float = 4.0,
    seed: int = 0,
    environment: Environment | None = None,
    utterances: Sequence[Utterance] = (),
) -> Rollout:
    return Rollout(
        name="listening",
        seed=seed,
        length_s=length_s,
        roads=RoadMap(name="none", lanes={}, junctions=()),
        environment=environment or Environment(),
        ego=ego,
        actors=actors,
        utterances=tuple(utterances),
    )


def block(west: float, south: float, east: float, north: float, height_m: float = 12.0) -> Wall:
    outline = np.array([[west, south], [east, south], [east, north], [west, north]], np.float64)
    return Wall(outline=outline, height_m=height_m)


def lag_s(late: NDArray[np.float32], early: NDArray[np.float32]) -> float:
    """By cross-correlation of the spectra, on a grid 32 times as fine as the samples."""
    n, fine = len(late), 32
    spectrum = np.fft.rfft(late * np.hanning(n), 2 * n) * np.conj(np.fft.rfft(early * np.hanning(n), 2 * n))
    correlation = np.fft.irfft(spectrum, 2 * n * fine)
    reach = 20 * fine
    around = np.concatenate([correlation[-reach:], correlation[: reach + 1]])
    return (int(np.argmax(around)) - reach) / (fine * RATE_HZ)


@dataclass(frozen=True, kw_only=True, eq=False)
class Bench:
    """One pure tone on its way to the array, without noise, engines or the road's mirror where that is asked for."""

    ego: Timeline
    source: Source
    walls: tuple[Wall, ...] = ()
    only: tuple[str, ...] = ()  # the ways that count; all if empty

    @staticmethod
    def of(
        timeline: Timeline,
        *,
        ego: Timeline,
        frequency_hz: float = 1_000.0,
        height_m: float = 1.7,
        walls: tuple[Wall, ...] = (),
        only: tuple[str, ...] = (),
    ) -> Bench:
        tone = Tone(
            period_s=1.0, track=((0.0, frequency_hz), (1.0, frequency_hz)), level_db=120.0, harmonics=(1.0,),
            colour_db=(0.0,) * 6, behind_db=0.0,
        )  # fmt: skip
        source = Source(
            actor_id="tone",
            kind="siren",
            pattern="tone",
            route=Route(timeline, (0.0, 0.0, height_m)),
            voice=ToneVoice(tone, 0.0, 1e9, Bands(RATE_HZ, 0)),
        )
        return Bench(ego=ego, source=source, walls=walls, only=only)

    @property
    def propagation(self) -> Propagation:
        return Propagation(Air(), Walls(self.walls, Air().speed_mps))

    def arrival(self, time_s: float) -> Arrival:
        arrival = self.propagation.arrival(self.source, self.middle(time_s), time_s, -200.0)
        ways = {key: way for key, way in arrival.ways.items() if not self.only or key[0] in self.only}
        return Arrival(
            emission_s=arrival.emission_s, ways=ways, levels_db=arrival.levels_db, is_occluded=arrival.is_occluded
        )

    def middle(self, time_s: float) -> NDArray[np.float64]:
        return _capsules().at(self.ego, np.array([time_s]))[:-1, 0].mean(axis=0)

    def heard(self, first: int, count: int) -> NDArray[np.float32]:
        """(capsules, samples) pascals of `count` chunks."""
        renderer = Renderer(_capsules(), self.ego, Bands(RATE_HZ, 0), Air().speed_mps)
        chunks = [
            renderer.pressure(k, self.source, self.arrival(0.1 * k), self.arrival(0.1 * (k + 1)))
            for k in range(first, first + count)
        ]
        return np.concatenate(chunks, axis=1)[:-1]


def _capsules() -> Capsules:
    return Capsules(array=ARRAY, has_array=True, has_cabin=True)
