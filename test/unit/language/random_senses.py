"""What may be heard, which lights may show, and which senses may fail on a random drive."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from random_actors import Actor

from crossmodal_narrator.core.detections import SignalState
from crossmodal_narrator.core.scene import Evidence, SceneObject, SoundEvent, SoundTrend, TrafficSignal
from crossmodal_narrator.core.snapshot import Sense, Trouble

SOUNDS = ("siren", "siren", "siren", "horn", "car_horn", "crash", "shout", "skid", "bell", "music")
TROUBLES = (
    (Sense.CAMERA, "front"),
    (Sense.CAMERA, "left"),
    (Sense.LIDAR, "lidar"),
    (Sense.AUDIO, "roof"),
    (Sense.ODOMETRY, "odometry"),
)
ABLE_TO = {Trouble.BLIND: (Sense.CAMERA,), Trouble.UNPLACED: (Sense.CAMERA, Sense.LIDAR)}  # by what reports them


@dataclass(frozen=True, kw_only=True)
class Sounding:
    kind: str
    from_s: float
    to_s: float
    azimuth_rad: float | None
    placed_s: float  # before, nothing tells from where it comes
    tells_s: float  # before, nothing tells whether it comes or goes
    turns_s: float  # when its trend turns
    maker: Actor | None
    bound_s: float
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Failing:
    sense: Sense
    source: str
    trouble: Trouble
    from_s: float
    to_s: float


@dataclass(frozen=True, kw_only=True)
class Light:
    signal_id: int
    azimuth_rad: float
    confidence: float
    phases: tuple[tuple[float, SignalState], ...]

    def state(self, t: float) -> SignalState | None:
        return next((state for from_s, state in reversed(self.phases) if t >= from_s), None)


def random_sounds(rng: np.random.Generator, seconds: float, actors: Sequence[Actor]) -> Iterator[Sounding]:
    for _ in range(int(rng.choice([0, 1, 2], p=[0.45, 0.4, 0.15]))):
        from_s = float(rng.uniform(0.0, 0.6 * seconds))
        able = [a for a in actors if a.label.is_vehicle]
        maker = able[int(rng.integers(len(able)))] if able and rng.random() < 0.7 else None
        yield Sounding(
            kind=str(rng.choice(SOUNDS)),
            from_s=from_s,
            to_s=from_s + float(rng.uniform(0.3, seconds)),
            azimuth_rad=float(rng.uniform(-math.pi, math.pi)) if rng.random() < 0.7 else None,
            placed_s=from_s + float(rng.choice([0.0, 1.5, 3.0])),
            tells_s=from_s + float(rng.choice([1.0, 6.0])),
            turns_s=from_s + float(rng.uniform(-2.0, 8.0)),
            maker=maker,
            bound_s=from_s + float(rng.uniform(0.3, 3.0)),
            confidence=float(rng.uniform(0.5, 1.0)),
        )


def random_lights(rng: np.random.Generator, seconds: float, at: float) -> Iterator[Light]:
    """By turns of their own, or of a crossing at which we go on, or stop, at second `at`."""
    states = [SignalState.RED, SignalState.GREEN, SignalState.AMBER, SignalState.UNKNOWN]
    first = int(rng.integers(4))
    turns = sorted(float(t) for t in rng.uniform(0.0, seconds, size=3))
    if rng.random() < 0.6:
        first, turns = 0, [0.0, max(0.0, at - float(rng.uniform(-0.5, 1.5))), seconds]
    phases = tuple((t, states[(first + k) % 4]) for k, t in enumerate(turns))
    for k in range(int(rng.choice([1, 2], p=[0.7, 0.3]))):
        azimuth, confidence = float(rng.normal(0.0, 0.2)), float(rng.uniform(0.5, 1.0))
        yield Light(signal_id=k + 1, azimuth_rad=azimuth, confidence=confidence, phases=phases)


def random_failing(rng: np.random.Generator, seconds: float) -> Iterator[Failing]:
    for _ in range(int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))):
        sense, source = TROUBLES[int(rng.integers(len(TROUBLES)))]
        trouble = list(Trouble)[int(rng.integers(len(Trouble)))]
        if sense not in ABLE_TO.get(trouble, (sense,)):
            trouble = Trouble.STALE
        from_s = 0.0 if trouble is Trouble.MISSING else float(rng.uniform(0.0, 0.6 * seconds))
        yield Failing(
            sense=sense, source=source, trouble=trouble, from_s=from_s, to_s=from_s + float(rng.uniform(0.3, seconds))
        )


def heard(sounds: Sequence[Sounding], t: float, stamp_ns: int, objects: Sequence[SceneObject]) -> Iterator[SoundEvent]:
    for sound in sounds:
        if not sound.from_s <= t < sound.to_s:
            continue
        bound = sound.maker is not None and t >= sound.bound_s
        maker = next((o for o in objects if bound and o.track_id == sound.maker.track_id), None)  # type: ignore[union-attr]
        trend = SoundTrend.RECEDING if t > sound.turns_s else SoundTrend.APPROACHING
        yield SoundEvent(
            kind=sound.kind,
            azimuth_rad=maker.azimuth_rad if maker else sound.azimuth_rad if t >= sound.placed_s else None,
            range_m=None,
            trend=trend if t >= sound.tells_s else SoundTrend.UNKNOWN,
            level_db=-30.0,
            track_id=None if maker is None else maker.track_id,
            confidence=sound.confidence,
            evidence=(Evidence(modality=Sense.AUDIO, stamp_ns=stamp_ns, detail="heard"),),
        )


def shown(lights: Sequence[Light], t: float, stamp_ns: int) -> Iterator[TrafficSignal]:
    for light in lights:
        state = light.state(t)
        if state is not None:
            yield TrafficSignal(
                signal_id=light.signal_id,
                state=state,
                azimuth_rad=light.azimuth_rad,
                range_m=None,
                confidence=light.confidence,
                evidence=(Evidence(modality=Sense.CAMERA, stamp_ns=stamp_ns, detail="seen"),),
            )
