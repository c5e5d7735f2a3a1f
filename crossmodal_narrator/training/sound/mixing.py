"""Scenes from components: powers add up, so mel spectra are mixed without going back to waves.

What two waves that meet in one band do to each other beyond that is left out; it has no mean. In exchange no scene is
seen twice: levels, onsets, channels and company are drawn anew for each batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.encoding.audio.logmel import BLOCK_FRAMES, MELS, SILENCE_DB, Floats, Normaliser, decibels
from crossmodal_narrator.training.sound.components import FRAMES, STEPS, Pool, Role
from crossmodal_narrator.training.sound.signal import Rng
from crossmodal_narrator.training.sound.voices.sirens import PATTERNS

LABELS = ("siren", "horn", "other", *PATTERNS)
_TWO_TONES = PATTERNS.index("hi_lo")
_BY_EAR = slice(4, None)  # bands from about 250 Hz on: below there is rumble, which says little of how loud a thing is
_ONSET_STEPS = {Role.SIREN: 2, Role.HORN: 1}  # in which nobody could know
_EARLY_STEPS, _EARLY = 8, 2.5  # until here from its onset a cue counts more: an alarm must come soon
_LEAST_SNR_DB = -8.0  # of a cue that must be heard: over all bands, so that its tones stand out all the same
_GONE = 1e-5  # of its loudest power: from here on a cue is no more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Scenes as the network takes them."""

    features: Floats  # (scenes, CHANNELS, FRAMES, MELS)
    targets: Floats  # (scenes, STEPS, len(LABELS))
    weights: Floats  # (scenes, STEPS, len(LABELS)): 0 where no answer is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class MixingConfig:
    """Of what scenes are made: shares of all scenes, and ratios in dB."""

    siren: float = 0.33
    horn: float = 0.30
    company: float = 0.45  # of scenes with a cue: something else is heard too
    cue_snr_db: tuple[float, float] = (-6.0, 25.0)
    company_db: tuple[float, float] = (-20.0, 3.0)
    other_snr_db: tuple[float, float] = (-3.0, 35.0)


def mix(pool: Pool, rng: Rng, scenes: int, config: MixingConfig | None = None) -> Batch:
    """`scenes` new ones."""
    config = MixingConfig() if config is None else config
    members = {role: np.flatnonzero(pool.role == role) for role in Role}
    level_db = np.empty((scenes, FRAMES, MELS), np.float32)
    targets = np.zeros((scenes, STEPS, len(LABELS)), np.float32)
    weights = np.ones_like(targets)
    for k in range(scenes):
        level_db[k] = _scene(pool, members, rng, config, targets[k], weights[k])
    features = Normaliser().push(level_db).transpose(1, 0, 2, 3)
    return Batch(features=np.ascontiguousarray(features), targets=targets, weights=weights)


def _scene(
    pool: Pool, members: dict[Role, NDArray[np.int64]], rng: Rng, config: MixingConfig, targets: Floats, weights: Floats
) -> Floats:
    """(FRAMES, MELS) dB, and its targets and weights, which are written into."""
    draw = rng.random()
    cue = Role.SIREN if draw < config.siren else Role.HORN if draw < config.siren + config.horn else None
    background, _ = _taken(pool, rng, int(rng.choice(members[Role.BACKGROUND])), moves=False)
    total = background
    if cue is None or rng.random() < config.company:
        ratio = config.other_snr_db if cue is None else config.company_db
        for _ in range(1 if rng.random() < 0.7 else 2):
            other, source = _taken(pool, rng, int(rng.choice(members[Role.OTHER])), moves=True)
            is_on = source.is_heard
            total = total + other * _gain(other, total if cue is None else background, is_on, rng.uniform(*ratio))
            targets[:, 2] = np.maximum(targets[:, 2], is_on if ratio[1] > 10.0 else 0.0)
            if cue is not None:
                weights[:, 2] = 0.0
    if cue is not None:
        total = _with_cue(pool, members, rng, cue, config, total, targets, weights)
    return _received(rng, total)


def _with_cue(
    pool: Pool,
    members: dict[Role, NDArray[np.int64]],
    rng: Rng,
    cue: Role,
    config: MixingConfig,
    total: Floats,
    targets: Floats,
    weights: Floats,
) -> Floats:
    sound, source = _taken(pool, rng, int(rng.choice(members[cue])), moves=True)
    if not source.is_heard.any():
        return total
    column = 0 if cue is Role.SIREN else 1
    cued = sound * _gain(sound, total, source.is_heard, rng.uniform(*config.cue_snr_db))
    is_positive, weight = _judged(cued, total, source, _ONSET_STEPS[cue])
    targets[:, column], weights[:, column] = is_positive, weight
    if cue is Role.SIREN:
        for pattern in range(3):
            targets[:, 3 + pattern] = source.pattern == pattern
        weights[:, 3:] = 0.3 * (is_positive & (weight > 0.0))[:, None]
    return total + cued


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Source:
    is_heard: NDArray[np.bool_]  # (STEPS,)
    pattern: NDArray[np.int8]  # (STEPS,)


def _taken(pool: Pool, rng: Rng, index: int, *, moves: bool) -> tuple[Floats, _Source]:
    """(FRAMES, MELS) power of a component, at another time of the clip, with a colour of its own."""
    power = np.power(10.0, pool.level_db[index].astype(np.float32) / 10.0, dtype=np.float32)
    heard, pattern = pool.is_heard[index], pool.pattern[index]
    shift = int(rng.integers(-STEPS // 2, STEPS // 2)) if moves and rng.random() < 0.6 else 0
    power, heard, pattern = (
        _shifted(power, shift * BLOCK_FRAMES, 0.0),
        _shifted(heard, shift, False),
        _shifted(pattern, shift, -1),
    )
    power *= 10.0 ** (_colour(rng, 4.0) / 10.0)
    return power, _Source(is_heard=heard, pattern=pattern)


def _shifted(values: NDArray[Any], by: int, fill: float) -> NDArray[Any]:
    if by == 0:
        return values
    moved: NDArray[Any] = np.full_like(values, fill)
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved


def _gain(sound: Floats, against: Floats, is_heard: NDArray[np.bool_], snr_db: float) -> float:
    """Factor of power that sets `sound` at `snr_db` against what else is heard while it sounds."""
    is_on = np.repeat(is_heard, BLOCK_FRAMES)
    if not is_on.any():
        return 1.0
    ours, theirs = (float(power[is_on][:, _BY_EAR].mean()) for power in (sound, against))
    return float(10.0 ** (snr_db / 10.0)) * theirs / max(ours, 1e-12)


def _colour(rng: Rng, deviation_db: float) -> Floats:
    """(MELS,) dB: a smooth random equaliser with a tilt."""
    knots = rng.normal(0.0, deviation_db, 7) + np.linspace(0.0, rng.normal(0.0, 2.0 * deviation_db), 7)
    colour: Floats = np.interp(np.linspace(0.0, 6.0, MELS), np.arange(7), knots).astype(np.float32)
    return colour


def _received(rng: Rng, power: Floats) -> Floats:
    """Through a microphone with a noise of its own; some cut what is low or high, as telephones and codecs do."""
    level_db = 10.0 * np.log10(power + np.float32(1e-12)) + _colour(rng, 2.0)
    if rng.random() < 0.3:
        high = int(rng.integers(36, MELS))
        level_db[:, high:] -= np.linspace(10.0, rng.uniform(20.0, 80.0), MELS - high, dtype=np.float32)
    if rng.random() < 0.3:
        low = int(rng.integers(1, 10))
        level_db[:, :low] -= np.linspace(rng.uniform(10.0, 40.0), 3.0, low, dtype=np.float32)
    level_db += np.float32(rng.uniform(-75.0, -5.0) - level_db.max())
    if rng.random() < 0.15:  # automatic gain that breathes
        level_db += rng.uniform(1.0, 6.0) * np.sin(np.arange(FRAMES) * rng.uniform(0.005, 0.06))[:, None].astype(
            np.float32
        )
    own = rng.uniform(SILENCE_DB - 10.0, SILENCE_DB + 35.0) + _colour(rng, 3.0)
    grain = rng.gamma(3.0, 1.0 / 3.0, level_db.shape).astype(np.float32)  # noise in a band is not still
    received = 10.0 ** (level_db / 10.0) + 10.0 ** (own / 10.0) * grain
    return decibels(received.astype(np.float32))


def _judged(cue: Floats, rest: Floats, source: _Source, onset_steps: int) -> tuple[NDArray[np.bool_], Floats]:
    """(STEPS,) whether a cue must be found, and how much the answer counts.

    It does not where the cue is there and nearly inaudible, echoes, or has just begun. A two-tone siren counts no more
    at its beginning than later: its first tone might be a horn's, and steady tones would be taken for sirens.
    """
    ours, theirs = _loudness(cue), _loudness(rest)
    near = np.maximum(ours, np.maximum(np.roll(ours, 1), np.roll(ours, -1)))  # the dips of a yelp are no silence
    is_positive = source.is_heard & (near > 10.0 ** (_LEAST_SNR_DB / 10.0) * theirs)
    is_there = near > _GONE * near.max()
    weight = (is_positive | ~is_there).astype(np.float32)
    for k in np.flatnonzero(is_positive & ~np.concatenate([[False], is_positive[:-1]])):
        if source.pattern[k] != _TWO_TONES:
            weight[k : k + _EARLY_STEPS] *= _EARLY
        weight[k : k + onset_steps] = 0.0
    return is_positive, weight


def _loudness(power: Floats) -> Floats:
    """(FRAMES, MELS) → (STEPS,)."""
    loudness: Floats = power[:, _BY_EAR].mean(axis=1).reshape(STEPS, BLOCK_FRAMES).mean(axis=1)
    return loudness
