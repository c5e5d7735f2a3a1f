"""Thresholds by scenes that were not learnt from: what each would find, and what it would take for a cue wrongly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from crossmodal_narrator.encoding.audio.alarm import Alarm
from crossmodal_narrator.encoding.audio.config import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.stream import BEFORE_FRAMES
from crossmodal_narrator.training.sound.components import Pool
from crossmodal_narrator.training.sound.mixing import LABELS, Batch, MixingConfig, mix
from crossmodal_narrator.training.sound.network import padded
from crossmodal_narrator.training.sound.signal import Floats

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
_HALF = 40  # steps: each scene of 8 s is judged as two clips of 4 s are


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a cue is believed: `hits` of the last `frames` looks reach `threshold`; there may be two in each step."""

    threshold: float
    hits: int
    frames: int
    twice: bool = False


def product_rules() -> dict[str, Rule]:
    """By label, of the product's defaults."""
    c = SoundEncoderConfig()
    return {
        "siren": Rule(threshold=c.siren_threshold, hits=c.siren_hits, frames=c.siren_frames, twice=True),
        "horn": Rule(threshold=c.horn_threshold, hits=c.horn_hits, frames=c.horn_frames),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a threshold does to held-out clips of 4 s; `delay_s` is the median from onset to alarm."""

    threshold: float
    recall: float
    false_alarms: float
    delay_s: float


Answer = Callable[[Floats], Floats]  # features of scenes → probabilities of their steps, as in a Batch


def answers_of(network: nn.Module) -> Answer:
    """What a network answers, with the blank past that the encoder begins with."""

    def answer(features: Floats) -> Floats:
        with torch.no_grad():
            logits = network.eval()(padded(torch.from_numpy(features)))
        probabilities: Floats = torch.sigmoid(logits).numpy()
        return probabilities

    return answer


def choices(
    answer: Answer, held_out: Pool, label: str, rules: Sequence[Rule], *, batches: int, scenes: int, seed: int = 9
) -> list[Choice]:
    """For each rule: cues from 0 to 25 dB above the rest, and clips of anything else."""
    cue = LABELS.index(label)
    with_cue = MixingConfig(siren=float(cue == 0), horn=float(cue == 1), cue_snr_db=(0.0, 25.0))
    without = replace(with_cue, siren=0.0, horn=float(cue == 0) * 0.15)
    twice = any(rule.twice for rule in rules)
    sounding = _answered(answer, held_out, with_cue, batches, scenes, (seed, 0), twice=twice)
    silent = _answered(answer, held_out, without, batches, scenes, (seed, 1), twice=twice)
    return [_choice(sounding, silent, cue, rule) for rule in rules]


_Answered = tuple[Batch, Floats]  # (scenes, steps, looks, labels): where twice, before the end of each step; at its end


def _answered(
    answer: Answer, pool: Pool, config: MixingConfig, batches: int, scenes: int, seed: tuple[int, int], *, twice: bool
) -> list[_Answered]:
    batches_of = (mix(pool, np.random.default_rng((*seed, k)), scenes, config) for k in range(batches))
    return [(batch, _looks(answer, batch.features, twice=twice)) for batch in batches_of]


def _looks(answer: Answer, features: Floats, *, twice: bool) -> Floats:
    heard = [features]
    if twice:
        heard.insert(0, np.pad(features, ((0, 0), (0, 0), (BEFORE_FRAMES, 0), (0, 0)))[:, :, :-BEFORE_FRAMES])
    looks: Floats = np.stack([answer(one) for one in heard], axis=2)
    return looks


def _choice(
    sounding: Sequence[_Answered],
    silent: Sequence[_Answered],
    cue: int,
    rule: Rule,
) -> Choice:
    found, delays, wrong = [], [], []
    for batch, answer in sounding:
        for targets, looks in zip(batch.targets[:, :, cue], answer[..., cue], strict=True):
            is_raised = raised(looks, rule)
            for half in (slice(0, _HALF), slice(_HALF, None)):
                if targets[half].sum() >= 2 * rule.hits:
                    found += [bool((is_raised[half] & (targets[half] > 0.5)).any())]
            delays += _delays(targets, is_raised)
    for _, answer in silent:
        for looks in answer[..., cue]:
            is_raised = raised(looks, rule)
            wrong += [bool(is_raised[:_HALF].any()), bool(is_raised[_HALF:].any())]
    return Choice(
        threshold=rule.threshold,
        recall=float(np.mean(found)) if found else float("nan"),
        false_alarms=float(np.mean(wrong)),
        delay_s=float(np.median(delays)) if delays else float("nan"),
    )


def raised(looks: Floats, rule: Rule) -> NDArray[np.bool_]:
    """(steps, looks) → (steps,) as the product decides."""
    alarm = Alarm(threshold=rule.threshold, hits=rule.hits, frames=rule.frames)
    return np.array([alarm.push(*(look if rule.twice else look[-1:])) for look in looks.tolist()])


def _delays(targets: Floats, is_raised: NDArray[np.bool_]) -> list[float]:
    """Seconds from the first onset inside of the scene to the alarm; an alarm that never comes is infinitely late."""
    on = np.flatnonzero(targets > 0.5)
    if len(on) < 10 or on[0] < 5:
        return []
    after = np.flatnonzero(is_raised[on[0] :])
    return [float(after[0] + 1) * 0.1 if len(after) else float("inf")]
