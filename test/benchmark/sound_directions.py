"""From where a siren comes, and whether it comes or goes: a simulated array in traffic, with noise and echoes.

    python test/benchmark/sound_directions.py

Each case is drawn twice, with the siren and without; what differs is brought to 0, 5 or 10 dB against the rest (above
354 Hz, over the whole of it), after each capsule got echoes of its own that die away by 60 dB in 0, 0.3 or 0.6 s: from
everywhere, and together as loud as what comes straight. Both vehicles move, and ours turns in a third of them.
The truth is where the source is at the stamp, not from where its sound left.
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy import signal
from sound_delays import KINDS, actor, loudness
from sounds import encoder

from crossmodal_narrator.core.frames import AudioChunk, EgoMotion
from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.core.scene import SoundTrend
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import SoundEncoderConfig
from crossmodal_narrator.fusion import SoundTracker
from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.sensors.rig import MicrophoneArray, Rig
from crossmodal_narrator.simulation.sound.soundscape import Soundscape
from crossmodal_narrator.simulation.traffic.actor import Actor, SoundCue, SoundKind
from crossmodal_narrator.simulation.traffic.roads import RoadMap
from crossmodal_narrator.simulation.traffic.timeline import Timeline

RATE_HZ, LENGTH_S, ONSET_S = 16_000, 8.0, 2.0
ECHOES = 1.0  # power of the echoes to that of what comes straight
SNR_DB, RT60_S = (0.0, 5.0, 10.0), (0.0, 0.3, 0.6)
TURN_RPS = 0.25
SETTLED_S = 2.0  # after the onset: from here on it must be known whither it goes
STEADY_MPS = 2.0  # of the distance: slower is neither coming nor going
TURNED_S = 1.5  # since it came and now goes: nobody knows that at once
Floats = NDArray[np.float32]

# By name: where the siren begins, and how it goes, m and m/s; our own speed, and how it turns.
COURSES = {
    "from behind": ((-70.0, 3.5), (22.0, 0.0), 10.0, 0.0),
    "oncoming": ((110.0, 3.5), (-18.0, 0.0), 8.0, 0.0),
    "crossing": ((45.0, -60.0), (0.0, 16.0), 4.0, 0.0),
    "going away": ((25.0, 3.5), (22.0, 0.0), 8.0, 0.0),
    "while we turn left": ((-60.0, 20.0), (17.0, 0.0), 6.0, TURN_RPS),
    "while we turn right": ((10.0, 60.0), (0.0, -14.0), 6.0, -TURN_RPS),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """At one stamp: what the tracker says, and what is true."""

    course: str
    snr_db: float
    rt60_s: float
    after_s: float  # the onset
    error_rad: float | None  # None: it says no direction
    is_heard: bool
    trend: SoundTrend
    closing_mps: float
    steady_s: float  # for so long it has been coming, or going


def told(course: str, kind: SoundKind, snr_db: float, rt60_s: float, seed: int) -> list[Told]:
    """One case from its onset on, ten times a second."""
    capsules = np.array(MicrophoneArray().in_base_m)
    config = SoundEncoderConfig(capsules_m=tuple(float(v) for v in capsules.ravel()))
    ears, tracker, timer = encoder(config=config), SoundTracker(config), StageTimer(time.perf_counter_ns)
    rest = heard(course, None, seed)
    siren = echoing(heard(course, kind, seed) - rest, rt60_s, seed)
    onset = int(np.flatnonzero(np.abs(siren).max(axis=1) > 0.02 * np.abs(siren).max())[0])
    gain = 10.0 ** (snr_db / 20.0) * loudness(rest[onset:, 0]) / loudness(siren[onset:, 0])
    mixed = rest + np.float32(gain) * siren
    mixed /= max(1.0, float(np.abs(mixed).max()))
    found = []
    ego, steady_s, before_mps = ego_course(course), 0.0, 0.0
    for number in range(int(LENGTH_S * 10) - 1):
        stamp_ns = 1_000_000_000 + number * 100_000_000
        chunk = AudioChunk(
            stamp_ns=stamp_ns,
            frame_id="microphones",
            samples=np.ascontiguousarray(mixed[number * 1600 : (number + 1) * 1600]),
            sample_rate_hz=RATE_HZ,
        )
        now_s = (number + 1) / 10.0
        frames = ears.encode(chunk, timer)
        motion = EgoMotion(
            stamp_ns=stamp_ns + 100_000_000,
            odom_from_base=ego.pose(now_s),
            velocity_mps=(float(ego.speed(now_s)), 0.0, 0.0),
            yaw_rate_rps=COURSES[course][3],
        )
        events = tracker.update(stamp_ns + 100_000_000, frames, motion, ())
        event = next((e for e in events if e.kind == "siren"), None)
        place, us = source_at(course, now_s), ego.pose(now_s)
        there = us.inverse().transform(place[None])[0]
        later = source_at(course, now_s + 0.1) - ego.pose(now_s + 0.1).translation_m
        before = place - us.translation_m
        closing = (np.linalg.norm(before) - np.linalg.norm(later)) / 0.1
        steady_s = steady_s + 0.1 if closing * before_mps > 0.0 else 0.0
        before_mps = float(closing)
        if now_s * RATE_HZ < onset:
            continue
        truth = math.atan2(there[1] - capsules[:, 1].mean(), there[0] - capsules[:, 0].mean())
        azimuth = None if event is None else event.azimuth_rad
        found.append(
            Told(
                course=course,
                snr_db=snr_db,
                rt60_s=rt60_s,
                after_s=now_s - onset / RATE_HZ,
                error_rad=None if azimuth is None else abs(wrap_angle(azimuth - truth)),
                is_heard=event is not None,
                trend=SoundTrend.UNKNOWN if event is None else event.trend,
                closing_mps=float(closing),
                steady_s=steady_s,
            )
        )
    return found


def echoing(siren: Floats, rt60_s: float, seed: int) -> Floats:
    """Each capsule with echoes of its own."""
    if rt60_s == 0.0:
        return siren
    rng = np.random.default_rng((seed, 0xEC40))
    at = np.arange(round(rt60_s * RATE_HZ)) / RATE_HZ
    tails = rng.standard_normal((len(at), siren.shape[1])) * (10.0 ** (-3.0 * at / rt60_s))[:, None]
    tails *= np.sqrt(ECHOES / (tails**2).sum(axis=0))
    echoes = signal.fftconvolve(siren, tails, axes=0)[: len(siren)]
    out: Floats = (siren + echoes).astype(np.float32)
    return out


def source_at(course: str, time_s: float) -> NDArray[np.float64]:
    (x, y), (vx, vy), _, _ = COURSES[course]
    return np.array([x + vx * time_s, y + vy * time_s, 0.0])


def ego_course(course: str) -> Timeline:
    _, _, speed, turn = COURSES[course]
    time_s = np.linspace(0.0, LENGTH_S + 1.0, 181)
    yaw = turn * time_s
    if turn:
        x, y = speed / turn * np.sin(yaw), speed / turn * (1.0 - np.cos(yaw))
    else:
        x, y = speed * time_s, np.zeros_like(time_s)
    return Timeline(
        time_s=time_s,
        xyz_m=np.stack([x, y, np.zeros_like(x)], axis=1),
        yaw_rad=yaw,
        speed_mps=np.full_like(time_s, speed),
        lamps=np.zeros(len(time_s), np.uint8),
    )


def soundscape(course: str, kind: SoundKind | None, seed: int) -> Soundscape:
    cues = () if kind is None else (SoundCue(kind=kind, from_s=ONSET_S + 0.03 * seed, to_s=LENGTH_S + 1.0),)
    (x, y), (vx, vy), _, _ = COURSES[course]
    ends = np.array([0.0, LENGTH_S + 1.0])
    siren = Timeline(
        time_s=ends,
        xyz_m=np.stack([x + vx * ends, y + vy * ends, np.zeros(2)], axis=1),
        yaw_rad=np.full(2, math.atan2(vy, vx)),
        speed_mps=np.full(2, math.hypot(vx, vy)),
        lamps=np.zeros(2, np.uint8),
    )
    ambulance = actor("ambulance", 0.0, 0.0, 0.0, cues, timeline=siren)
    others: tuple[Actor, ...] = (actor("sedan", 25.0 + 9.0 * seed, -3.5, 8.0, ()), actor("sedan", 70.0, 7.0, -12.0, ()))
    drive = Rollout(
        name="directions",
        seed=seed,
        length_s=LENGTH_S,
        roads=RoadMap(name="none", lanes={}, junctions=()),
        environment=Environment(),
        ego=ego_course(course),
        actors=(ambulance, *others),
        utterances=(),
    )
    return Soundscape(drive, Scenery(meshes=(), paints=()), Rig(cameras=(), lidar=None))


@cache
def heard(course: str, kind: SoundKind | None, seed: int) -> Floats:
    """(samples, capsules)."""
    scape = soundscape(course, kind, seed)
    return np.concatenate([scape.outside(k).samples for k in range(scape.count)])


def table(rows: list[Told], key: str) -> Table:
    shown = Table(
        key, "cases", "direction told", "median °", "95 % °", "whither right",
        title="after 0.5 s of a siren; whither: after 2 s, 1.5 s after it came nearest, from 2 m/s on",
    )  # fmt: skip
    for value in sorted({getattr(r, key) for r in rows}):
        some = [r for r in rows if getattr(r, key) == value]
        shown.add_row(str(value), *summary(some))
    shown.add_row("all", *summary(rows))
    return shown


def summary(rows: list[Told]) -> tuple[str, ...]:
    late = [r for r in rows if r.after_s > 0.5]
    errors = np.degrees([r.error_rad for r in late if r.error_rad is not None])
    moving = [r for r in rows if r.after_s > SETTLED_S and r.steady_s > TURNED_S and abs(r.closing_mps) > STEADY_MPS]
    said = [r for r in moving if r.trend is not SoundTrend.UNKNOWN]
    right = sum((r.trend is SoundTrend.APPROACHING) == (r.closing_mps > 0) for r in said)
    return (
        str(len(late)),
        f"{100.0 * len(errors) / max(len(late), 1):.0f} %",
        f"{np.median(errors):.1f}" if len(errors) else "-",
        f"{np.percentile(errors, 95):.1f}" if len(errors) else "-",
        f"{100.0 * right / max(len(said), 1):.1f} % of {len(said)} said, of {len(moving)}",
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    console = Console(width=120)
    rows = [
        row
        for course, kind, snr_db, rt60_s in itertools.product(COURSES, KINDS, SNR_DB, RT60_S)
        for row in told(course, kind, snr_db, rt60_s, args.seed)
    ]
    for key in ("course", "snr_db", "rt60_s"):
        console.print(table(rows, key))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
