"""The network: convolutions over time and frequency, then dilated ones over tenths of a second; nothing looks ahead.

After Bai, Kolter and Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence
Modeling", 2018. Only convolutions, ReLU, additions and a sigmoid: every engine takes them.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

from crossmodal_narrator.encoding.audio.logmel import BLOCK_FRAMES, CHANNELS, MELS
from crossmodal_narrator.training.sound.mixing import LABELS

_DILATIONS = (1, 2, 4, 8)
_FRONT = (16, 24, 32)
_WIDTH = 128
# Each front layer spans 3 frames, then steps of 5; each temporal layer spans 2 dilations more.
CONTEXT_FRAMES = 2 * len(_FRONT) + BLOCK_FRAMES * (1 + 2 * sum(_DILATIONS))


class SoundNetwork(nn.Module):
    """(batch, CHANNELS, CONTEXT_FRAMES + 5 (n - 1), MELS) → (batch, n, labels) logits, one row each 100 ms."""

    def __init__(self) -> None:
        super().__init__()
        widths = (CHANNELS, *_FRONT)
        layers: list[nn.Module] = []
        for k, (before, after) in enumerate(itertools.pairwise(widths)):
            bands = 5 if k == 0 else 3
            layers += [
                nn.Conv2d(before, after, (3, bands), stride=(1, 2), padding=(0, bands // 2), bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            ]
        self.front = nn.Sequential(*layers)
        bands_left = MELS // 2 ** len(_FRONT)
        self.gather = nn.Sequential(
            nn.Conv2d(_FRONT[-1], _WIDTH, (BLOCK_FRAMES, bands_left), stride=(BLOCK_FRAMES, 1), bias=False),
            nn.BatchNorm2d(_WIDTH),
            nn.ReLU(),
        )
        self.temporal = nn.ModuleList(_Dilated(d) for d in _DILATIONS)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Conv1d(_WIDTH, len(LABELS), 1)

    def forward(self, features: Tensor) -> Tensor:
        x = self.gather(self.front(features)).squeeze(3)  # (batch, _WIDTH, steps)
        for layer in self.temporal:
            x = layer(x)
        logits: Tensor = self.head(self.drop(x)).transpose(1, 2)
        return logits


class _Dilated(nn.Module):
    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.skip = 2 * dilation
        self.layers = nn.Sequential(
            nn.Conv1d(_WIDTH, _WIDTH, 3, dilation=dilation, bias=False),
            nn.BatchNorm1d(_WIDTH),
            nn.ReLU(),
            nn.Dropout(0.05),
        )

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = x[:, :, self.skip :] + self.layers(x)
        return added


class Probabilities(nn.Module):
    """What is exported: one window → (1, labels) probabilities of its last 100 ms."""

    def __init__(self, network: SoundNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: Tensor) -> Tensor:
        return torch.sigmoid(self.network(features)[:, 0])


def padded(features: Tensor) -> Tensor:
    """A clip from its stream's beginning, with the blank past that the encoder begins with: n steps get n answers."""
    return nn.functional.pad(features, (0, 0, CONTEXT_FRAMES - BLOCK_FRAMES, 0))
