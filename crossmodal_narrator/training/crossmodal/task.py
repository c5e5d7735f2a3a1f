"""What binds snapshots to their descriptions: InfoNCE between what is sensed and what is said, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crossmodal_narrator.encoding.crossmodal.text import bags
from crossmodal_narrator.training.crossmodal.describing import LANGUAGES, Words, describe
from crossmodal_narrator.training.crossmodal.examples import Examples
from crossmodal_narrator.training.crossmodal.judging import Judged, recall_at
from crossmodal_narrator.training.crossmodal.network import CrossmodalNetwork, SceneNetwork

_TOLD = 0.75  # of the facts, in a description

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """`scenes` by the names of the network's inputs; `texts` (batch, tokens of the longest, PLACES), in turns in each
    language.
    """

    scenes: Mapping[str, Floats]
    texts: Floats


class CrossmodalTask:
    """Learns from `learnt`, and is judged by `judged`."""

    def __init__(
        self,
        learnt: Examples,
        judged: Judged,
        batch_size: int,
        scene: Callable[[], nn.Module] = SceneNetwork,
    ) -> None:
        """`scene` makes the network that takes what `learnt` and `judged` give."""
        self._learnt, self._judged, self._size, self._scene = learnt, judged, batch_size, scene

    def network(self) -> nn.Module:
        return CrossmodalNetwork(self._scene()).to(memory_format=torch.channels_last)  # a quarter faster on CPUs

    def batch(self, seed: int, step: int) -> Batch:
        rng = np.random.default_rng((seed, step, 0xC11))
        count = len(self._learnt.facts)
        rows = rng.choice(count, self._size, replace=count < self._size)
        scenes = self._learnt.inputs(rows)
        facts = [self._learnt.facts[row] for row in rows]
        for k in np.flatnonzero(rng.random(self._size) < 0.5):
            facts[k] = facts[k].mirrored
            self._learnt.mirror(scenes, int(k))
        self._learnt.disturb(scenes, rng)
        languages = (LANGUAGES[k % len(LANGUAGES)] for k in range(self._size))
        said = [describe(f, spoken, rng, Words.LEARNT, keep=_TOLD) for f, spoken in zip(facts, languages, strict=True)]
        return Batch(scenes=scenes, texts=_trimmed(np.stack([bags(text) for text in said])))

    def losses(self, network: nn.Module, batch: Batch) -> Mapping[str, Tensor]:
        assert isinstance(network, CrossmodalNetwork)
        scenes = network.scene(**{name: _tensor(values) for name, values in batch.scenes.items()})
        return {"info_nce": info_nce(scenes, network.text(torch.from_numpy(batch.texts)), network.scale)}

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        assert isinstance(network, CrossmodalNetwork)
        scenes = self._judged.scenes(network.scene)
        return {
            f"{language}_recall_at_10": recall_at(10, self._judged.texts(network.text, language, Words.LEARNT), scenes)
            for language in LANGUAGES
        }


def _tensor(values: Floats) -> Tensor:
    tensor = torch.from_numpy(values)
    return tensor.to(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor


def _trimmed(texts: Floats) -> Floats:
    """Without the rows in which no text has a word any more."""
    longest = int(np.flatnonzero(texts.any(axis=(0, 2)))[-1]) + 1
    return np.ascontiguousarray(texts[:, :longest])


def info_nce(first: Tensor, second: Tensor, scale: Tensor) -> Tensor:
    """Of pairs that stand in one row: each must find its partner among all, both ways (van den Oord et al., 2018)."""
    similar = scale * first @ second.T
    own = torch.arange(len(first))
    loss: Tensor = 0.5 * (nn.functional.cross_entropy(similar, own) + nn.functional.cross_entropy(similar.T, own))
    return loss
