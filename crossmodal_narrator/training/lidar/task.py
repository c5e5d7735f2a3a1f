"""What the LiDAR network learns, and how well it knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from crossmodal_narrator.training.lidar.examples import counted, example
from crossmodal_narrator.training.lidar.judging import average_precisions
from crossmodal_narrator.training.lidar.network import BirdEyeNetwork
from crossmodal_narrator.training.lidar.sweeps import Floats, LabelledSweep
from crossmodal_narrator.training.warm import warm

_START_SEED = 12
WINDOW = 224  # cells: a quarter of the whole plan, so that a batch has more of different drives
_REGRESSED = torch.tensor([1.0, 1.0, 0.8, 0.8, 0.8, 0.6, 0.6, 0.4, 0.4])  # weights of the regressions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LidarBatch:
    image: Tensor
    heat: Tensor
    weight: Tensor
    regressions: Tensor
    is_centre: Tensor


class LidarTask:
    """Learn from `sweeps`, judge by `held_out`, which come from other drives.

    `start` is the content of a model.onnx of this network, from whose weights it goes on.
    """

    def __init__(
        self,
        sweeps: Sequence[LabelledSweep],
        held_out: Sequence[LabelledSweep],
        batch_size: int = 8,
        start: bytes | None = None,
    ) -> None:
        self._sweeps, self._size, self._start = sweeps, batch_size, start
        self._held_out = [counted(sweep) for sweep in held_out]

    def network(self) -> nn.Module:
        network = BirdEyeNetwork()
        if self._start is not None:
            warm(network, self._start, self.batch(_START_SEED, 0).image)
        return network.to(memory_format=torch.channels_last)

    def batch(self, seed: int, step: int) -> LidarBatch:
        rng = np.random.default_rng((seed, step))
        chosen = [self._sweeps[k] for k in rng.integers(0, len(self._sweeps), self._size)]
        made = [example(sweep, WINDOW, rng) for sweep in chosen]
        image, heat, weight, regressions, is_centre = (
            torch.from_numpy(np.stack([getattr(e, name) for e in made]))
            for name in ("image", "heat", "weight", "regressions", "is_centre")
        )
        return LidarBatch(image=image, heat=heat, weight=weight, regressions=regressions, is_centre=is_centre)

    def losses(self, network: nn.Module, batch: LidarBatch) -> Mapping[str, Tensor]:
        scores, regressions = network(batch.image.to(memory_format=torch.channels_last))
        here = batch.is_centre.unsqueeze(1)
        count = batch.is_centre.sum().clamp(min=1)
        away = functional.smooth_l1_loss(regressions, batch.regressions, reduction="none", beta=0.2)
        placed = (away * here * _REGRESSED.view(1, -1, 1, 1)).sum() / count
        return {"scores": focal_loss(scores, batch.heat, batch.weight), "boxes": placed}

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        def answer(image: Floats) -> tuple[Floats, Floats]:
            scores, regressions = network(torch.from_numpy(image[None]))
            return scores[0].numpy(), regressions[0].numpy()

        return average_precisions(answer, self._held_out)


def focal_loss(scores: Tensor, heat: Tensor, weight: Tensor) -> Tensor:
    """Penalty-reduced focal loss (Zhou et al. 2019): near a centre a high score is no great mistake."""
    scores = scores.clamp(1e-4, 1.0 - 1e-4)
    is_centre = (heat == 1.0) & (weight > 0.0)
    right = torch.log(scores) * (1.0 - scores) ** 2 * is_centre
    wrong = torch.log(1.0 - scores) * scores**2 * (1.0 - heat) ** 4 * ~is_centre
    return -((right + wrong) * weight).sum() / is_centre.sum().clamp(min=1)
