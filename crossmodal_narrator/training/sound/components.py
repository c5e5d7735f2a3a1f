"""The pool that training mixes from: single sounds as mel spectra, made once, in any order, each by its own seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.encoding.audio.logmel import BLOCK, BLOCK_FRAMES, HOP, MELS, SAMPLE_RATE_HZ, LogMel
from crossmodal_narrator.training.sound.rooms import distant, echoing, moving, recorded
from crossmodal_narrator.training.sound.signal import CLIP_S, SAMPLES, Floats, Rng, envelope
from crossmodal_narrator.training.sound.voices import animals, drives, horns, machines, music, sirens, speech, street

FRAMES = SAMPLES // HOP  # 20 ms each
STEPS = FRAMES // BLOCK_FRAMES  # 100 ms each: what the encoder answers
_HEARD_DB = 25.0  # below its loudest: not heard any more
_LEAST_DB = -60.0


class Role(IntEnum):
    """What a component is for in a scene."""

    SIREN = 0
    HORN = 1
    OTHER = 2
    BACKGROUND = 3


Generator = Callable[[Rng], Floats]

# Weights go by how often a thing is taken for a siren or a horn, not by how often it is met.
OTHERS: tuple[tuple[float, Generator], ...] = (
    (1.0, speech.speech), (0.5, speech.babble), (2.4, speech.children), (1.2, speech.singing), (0.9, speech.whistling),
    (1.4, animals.dogs), (0.8, animals.birds), (2.6, music.music), (1.2, music.brass), (1.2, music.tune),
    (0.15, music.riser), (1.5, machines.engine), (1.6, machines.whine), (2.0, machines.steady), (1.6, machines.drill),
    (0.7, machines.jackhammer), (0.8, machines.fan), (0.8, machines.impacts),
    (0.7, street.beeper), (0.6, street.telephone), (0.8, street.bells), (0.8, street.brakes), (0.6, street.passing),
)  # fmt: skip
BACKGROUNDS: tuple[tuple[float, Generator], ...] = (
    (2.0, drives.drive), (3.0, street.weather), (2.0, street.passing), (1.5, machines.engine), (1.0, machines.fan),
    (1.0, speech.babble), (0.3, machines.jackhammer), (0.5, machines.whine),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSizes:
    """How many components of each role."""

    siren: int = parameter(2_400, help="sirens", low=1, high=1_000_000)
    horn: int = parameter(2_400, help="horns", low=1, high=1_000_000)
    other: int = parameter(4_900, help="sounds that are neither", low=1, high=1_000_000)
    background: int = parameter(700, help="backgrounds, which are under everything", low=1, high=1_000_000)

    def one_in(self, share: int) -> PoolSizes:
        """As many as that, and at least one of each."""
        return PoolSizes(**{field.name: max(1, getattr(self, field.name) // share) for field in fields(self)})

    def roles(self) -> Iterator[Role]:
        for role, count in zip(Role, (self.siren, self.horn, self.other, self.background), strict=True):
            yield from [role] * count


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Components, each of CLIP_S."""

    role: NDArray[np.int8]  # (components,)
    level_db: NDArray[np.float16]  # (components, FRAMES, MELS)
    is_heard: NDArray[np.bool_]  # (components, STEPS)
    pattern: NDArray[np.int8]  # (components, STEPS): index into sirens.PATTERNS, -1 for none

    def save(self, path: Path) -> None:
        np.savez(path, role=self.role, level_db=self.level_db, is_heard=self.is_heard, pattern=self.pattern)

    @staticmethod
    def load(path: Path) -> Pool:
        with np.load(path) as stored:
            return Pool(**{name: stored[name] for name in ("role", "level_db", "is_heard", "pattern")})


def make_pool(sizes: PoolSizes, seed: int, on_progress: Callable[[int, int], None] = lambda done, of: None) -> Pool:
    """Every component of `sizes`. Component k depends on `seed` and k alone."""
    roles = list(sizes.roles())
    level_db = np.empty((len(roles), FRAMES, MELS), np.float16)
    is_heard = np.empty((len(roles), STEPS), np.bool_)
    pattern = np.empty((len(roles), STEPS), np.int8)
    for k, role in enumerate(roles):
        wave, played = component(role, np.random.default_rng((seed, 0x50, k)))
        level_db[k] = LogMel().push(wave[:, None])
        is_heard[k] = heard(wave, hold=3 if role is Role.SIREN else 1)
        pattern[k] = np.where(is_heard[k] & (role is Role.SIREN), played[BLOCK // 2 :: BLOCK], -1)
        on_progress(k + 1, len(roles))
    return Pool(role=np.array(roles, np.int8), level_db=level_db, is_heard=is_heard, pattern=pattern)


def component(role: Role, rng: Rng) -> tuple[Floats, Floats]:
    """(SAMPLES,) wave at unit level after its way to the microphone, and which pattern a siren plays."""
    played = np.zeros(SAMPLES, np.float32)
    if role is Role.SIREN:
        wave, played = sirens.siren(rng)
        wave = wave * _cue(rng)
    elif role is Role.HORN:
        wave = horns.horn(rng)
    else:
        wave = _drawn(rng, OTHERS if role is Role.OTHER else BACKGROUNDS)(rng)
    if rng.random() < (0.45 if role is Role.SIREN else 0.2):
        wave, left = moving(rng, wave)
        played = played[np.clip(left, 0, SAMPLES - 1).astype(np.int64)]
    is_horn = role is Role.HORN  # heard from around a corner more often than from beside
    if rng.random() < (0.75 if is_horn else 0.6):
        wave = echoing(rng, wave)
    if rng.random() < (0.5 if is_horn else 0.3):
        wave = distant(rng, wave)
    if rng.random() < 0.4:
        wave = recorded(rng, wave)
    return wave, played


def heard(wave: Floats, hold: int) -> NDArray[np.bool_]:
    """(STEPS,): whether it sounds in each 100 ms; gaps of up to `hold` steps count as sound."""
    power = (wave.reshape(STEPS, BLOCK).astype(np.float64) ** 2).mean(axis=1)
    is_on: NDArray[np.bool_] = power > power.max() * 10.0 ** (-_HEARD_DB / 10.0)
    closed: NDArray[np.bool_] = ndimage.binary_closing(np.pad(is_on, hold), np.ones(hold + 1, np.bool_))[hold:-hold]
    is_on |= closed
    return is_on


def _drawn(rng: Rng, weighted: tuple[tuple[float, Generator], ...]) -> Generator:
    weights = np.array([weight for weight, _ in weighted])
    return weighted[int(rng.choice(len(weighted), p=weights / weights.sum()))][1]


def _cue(rng: Rng) -> Floats:
    """(SAMPLES,): a siren that sounds throughout, begins or ends in the clip, comes near, or gives a short burst."""
    loudness = np.zeros(SAMPLES, np.float32)
    kind = rng.random()
    from_s = rng.uniform(0.2, 6.0) if kind > 0.4 else 0.0
    to_s = rng.uniform(from_s + 0.8, CLIP_S) if kind > 0.7 and from_s < 7.0 else CLIP_S
    first, last = round(from_s * SAMPLE_RATE_HZ), round(to_s * SAMPLE_RATE_HZ)
    held = envelope(last - first, 0.005 if from_s == 0.0 else rng.uniform(0.005, 0.12), rng.uniform(0.02, 0.3))
    if kind < 0.15:
        held = held * (10.0 ** (np.linspace(rng.uniform(-25.0, 0.0), 0.0, last - first) / 20.0)).astype(np.float32)
    loudness[first:last] = held
    return loudness
