"""How soon a siren is known in simulated traffic: as loud as everything else together, from one moment on.

The simulator draws the same drive twice, with the siren and without; what differs is the siren as it arrives, with
Doppler and the road's reflection. It is brought to 0 dB against the rest (above 354 Hz, as the simulator's truth counts
it) and added again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from crossmodal_narrator.core.detections import SirenPattern
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import CueAlarms, SoundEncoder, SoundEncoderConfig
from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.sensors.rig import Rig
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS
from crossmodal_narrator.simulation.sound.soundscape import Soundscape
from crossmodal_narrator.simulation.traffic.actor import Actor, SoundCue, SoundKind
from crossmodal_narrator.simulation.traffic.roads import RoadMap
from crossmodal_narrator.simulation.traffic.timeline import Timeline

RATE_HZ = 16_000
LENGTH_S = 9.0
BY_EAR_HZ = 354.0
KINDS = {SoundKind.WAIL: SirenPattern.WAIL, SoundKind.YELP: SirenPattern.YELP, SoundKind.HI_LO: SirenPattern.HI_LO}
STREETS = {
    "town, 50 km/h": (13.9, Environment()),
    "rain, 30 km/h": (8.3, Environment(rain_mmph=5.0)),
    "standing": (0.0, Environment()),
}


@dataclass(frozen=True, kw_only=True)
class Delay:
    """Of one siren in one street; None: never known. `pattern` is what it was taken for at the end."""

    street: str
    kind: SoundKind
    seed: int
    alarm_s: float | None
    pattern: SirenPattern | None


def delays(ears: SoundEncoder, seeds: range = range(4), snr_db: float = 0.0) -> list[Delay]:
    """Each siren in each street, beginning at another part of a tenth of a second with each seed."""
    found = []
    for street in STREETS:
        for kind in KINDS:
            for seed in seeds:
                mixed, onset_s = _mixed(street, kind, seed, snr_db)
                found.append(_listened(ears, street, kind, seed, mixed, onset_s))
    return found


def _listened(
    ears: SoundEncoder, street: str, kind: SoundKind, seed: int, mixed: NDArray[np.float32], onset_s: float
) -> Delay:
    alarms, timer = CueAlarms(SoundEncoderConfig()), StageTimer(time.perf_counter_ns)
    begin_ns = 1_000_000_000
    alarm_s, pattern = None, None
    for first in range(0, len(mixed), 1_600):
        chunk = AudioChunk(
            stamp_ns=begin_ns + first * 62_500,
            frame_id="microphones",
            samples=mixed[first : first + 1_600],
            sample_rate_hz=RATE_HZ,
            microphone=f"{street} {kind} {seed}",
        )
        for frame in ears.encode(chunk, timer):
            siren, _ = alarms.push(frame)
            after_s = (frame.stamp_ns - begin_ns) / 1e9 - onset_s
            if siren and alarm_s is None:
                alarm_s = after_s
            pattern = frame.pattern
    return Delay(street=street, kind=kind, seed=seed, alarm_s=alarm_s, pattern=pattern)


def _mixed(street: str, kind: SoundKind, seed: int, snr_db: float) -> tuple[NDArray[np.float32], float]:
    """(samples, 1) and when the siren is first there."""
    from_s = 3.0 + 0.27 * seed
    without, loud = _heard(street, None, seed, 0.0), _heard(street, kind, seed, from_s)
    siren = loud - without
    there = np.flatnonzero(np.abs(siren) > 0.02 * np.abs(siren).max())
    onset = int(there[0])
    gain = 10.0 ** (snr_db / 20.0) * loudness(without[onset:]) / loudness(siren[onset:])
    mixed = without + np.float32(gain) * siren
    return np.ascontiguousarray(mixed[:, None] / max(1.0, float(np.abs(mixed).max()))), onset / RATE_HZ


def loudness(samples: NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    return float(np.sqrt(spectrum[np.fft.rfftfreq(len(samples), 1.0 / RATE_HZ) > BY_EAR_HZ].sum()))


def _heard(street: str, kind: SoundKind | None, seed: int, from_s: float) -> NDArray[np.float32]:
    """(samples,) of one capsule."""
    speed_mps, environment = STREETS[street]
    cues = () if kind is None else (SoundCue(kind=kind, from_s=from_s, to_s=LENGTH_S + 1.0),)
    actors = (
        actor("ambulance", -60.0 - 5.0 * seed, 0.0, speed_mps + 3.0, cues),
        actor("sedan", 25.0 + 10.0 * seed, 3.5, -12.0, ()),
        actor("sedan", 70.0 + 9.0 * seed, 3.5, -9.0, ()),
    )
    drive = Rollout(
        name="delays",
        seed=seed,
        length_s=LENGTH_S,
        roads=RoadMap(name="none", lanes={}, junctions=()),
        environment=environment,
        ego=straight(0.0, 0.0, speed_mps),
        actors=actors,
        utterances=(),
    )
    scape = Soundscape(drive, Scenery(meshes=(), paints=()), Rig(cameras=(), lidar=None))
    return np.concatenate([scape.outside(k).samples[:, 0] for k in range(scape.count)])


def actor(
    look: str, x_m: float, y_m: float, speed_mps: float, cues: tuple[SoundCue, ...], timeline: Timeline | None = None
) -> Actor:
    """One that goes straight along x, or as `timeline` says."""
    found = LOOKS[look]
    return Actor(
        actor_id=f"{look} at {x_m:g}",
        look=look,
        label=found.label,
        size_lwh_m=found.size_lwh_m,
        look_seed=0,
        timeline=straight(x_m, y_m, speed_mps) if timeline is None else timeline,
        sounds=cues,
    )


def straight(x_m: float, y_m: float, speed_mps: float) -> Timeline:
    time_s = np.array([0.0, LENGTH_S + 1.0])
    place = np.stack([x_m + speed_mps * time_s, np.full(2, y_m), np.zeros(2)], axis=1)
    return Timeline(
        time_s=time_s,
        xyz_m=place,
        yaw_rad=np.full(2, np.pi if speed_mps < 0.0 else 0.0),
        speed_mps=np.full(2, abs(speed_mps)),
        lamps=np.zeros(2, np.uint8),
    )


def delays_table(ears: SoundEncoder) -> Table:
    table = Table(
        "street", "siren", "median s", "longest s", "pattern known", title="onset to alarm at 0 dB, simulated"
    )
    found = delays(ears)
    for street in STREETS:
        for kind, wanted in KINDS.items():
            cases = [d for d in found if d.street == street and d.kind is kind]
            times_s = [np.inf if d.alarm_s is None else d.alarm_s for d in cases]
            known = sum(d.pattern is wanted for d in cases)
            row = (f"{np.median(times_s):.2f}", f"{max(times_s):.2f}", f"{known} of {len(cases)}")
            table.add_row(street, kind.value, *row)
    return table
