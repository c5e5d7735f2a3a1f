"""What the sound network learns, and how it is watched while it does."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from crossmodal_narrator.core.errors import TrainingError
from crossmodal_narrator.training.sound.components import Pool
from crossmodal_narrator.training.sound.mixing import LABELS, Batch, mix
from crossmodal_narrator.training.sound.network import SoundNetwork, padded
from crossmodal_narrator.training.warm import warm

_START_SEED = 12
_FALSE_SHARE = 0.001  # of the steps without a cue: at which recall is told


class SoundTask:
    """Scenes mixed from `pool`; validation on scenes from `held_out`, whose components nothing was learnt from.

    `start` is an exported file of this network, from whose weights it goes on.

    Raises:
        TrainingError: too few held-out scenes to have both cues in them.
    """

    def __init__(
        self, pool: Pool, held_out: Pool, *, scenes: int = 32, judged: int = 24, start: bytes | None = None
    ) -> None:
        self._pool, self._scenes, self._start = pool, scenes, start
        self._held_out = [mix(held_out, np.random.default_rng((77, k)), scenes) for k in range(judged)]
        for k, label in enumerate(LABELS[:2]):
            if not any((batch.targets * batch.weights)[:, :, k].any() for batch in self._held_out):
                raise TrainingError(f"no held-out scene has a {label}", remedy="judge by more scenes or components")

    def network(self) -> nn.Module:
        network = SoundNetwork()
        if self._start is not None:
            warm(network, self._start, padded(torch.from_numpy(self.batch(_START_SEED, 0).features)))
        return network

    def batch(self, seed: int, step: int) -> Batch:
        return mix(self._pool, np.random.default_rng((seed, 0x3, step)), self._scenes)

    def losses(self, network: nn.Module, batch: Batch) -> Mapping[str, Tensor]:
        logits = network(padded(torch.from_numpy(batch.features)))
        targets, weights = torch.from_numpy(batch.targets), torch.from_numpy(batch.weights)
        each = nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none") * weights
        share = {"siren": 2.0, "horn": 2.0, "other": 0.5}
        return {label: each[:, :, k].mean() * share.get(label, 1.0) for k, label in enumerate(LABELS)}

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """The share of a cue's steps that are found where _FALSE_SHARE of the steps without it are taken for it."""
        logits = np.concatenate([network(padded(torch.from_numpy(b.features))).numpy() for b in self._held_out])
        targets = np.concatenate([b.targets for b in self._held_out])
        weights = np.concatenate([b.weights for b in self._held_out])
        figures = {}
        for k, label in enumerate(LABELS[:2]):
            asked = weights[:, :, k] > 0.0
            is_on, score = targets[:, :, k][asked] > 0.5, logits[:, :, k][asked]
            least = np.quantile(score[~is_on], 1.0 - _FALSE_SHARE)
            figures[f"{label}_recall"] = float((score[is_on] > least).mean())
        sounding = (targets[:, :, 3:].sum(axis=2) > 0.5) & (weights[:, :, 3] > 0.0)
        named = logits[:, :, 3:].argmax(axis=2) == targets[:, :, 3:].argmax(axis=2)
        figures["pattern_right"] = float(named[sounding].mean())
        return figures
