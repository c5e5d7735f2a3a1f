"""The bird's-eye network: a small residual pyramid and centre heads (Yin et al., "Center-based 3D detection", 2021).

Plain 3x3 convolutions from end to end: they fuse and quantise well in every engine.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from crossmodal_narrator.encoding.lidar.bird_eye import CHANNELS
from crossmodal_narrator.encoding.lidar.centres import REGRESSIONS
from crossmodal_narrator.training.lidar.sweeps import CLASSES

WIDTHS = (16, 32, 64, 96)
_RARE = -4.6  # logit of a centre at the beginning: one cell in a hundred


class BirdEyeNetwork(nn.Module):
    """(batch, CHANNELS, side, side) → scores (batch, classes, side / 4, side / 4) and regressions (batch, 9, …)."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        self.stem = _convolved(CHANNELS, a, stride=2)
        self.quarter = nn.Sequential(_convolved(a, b, stride=2), _Residual(b))
        self.eighth = nn.Sequential(_convolved(b, c, stride=2), _Residual(c))
        self.sixteenth = nn.Sequential(_convolved(c, d, stride=2), _Residual(d), _Residual(d))
        self.to_eighth = nn.Conv2d(d, c, 1)
        self.at_eighth = _convolved(c, c)
        self.to_quarter = nn.Conv2d(c, b, 1)
        self.at_quarter = _convolved(b, b)
        self.shared = _convolved(b, b)
        self.scores = nn.Conv2d(b, len(CLASSES), 1)
        self.regressions = nn.Conv2d(b, REGRESSIONS, 1)
        self.enlarge = nn.Upsample(scale_factor=2, mode="nearest")
        assert self.scores.bias is not None
        nn.init.constant_(self.scores.bias, _RARE)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        quarter = self.quarter(self.stem(image))
        eighth = self.eighth(quarter)
        eighth = self.at_eighth(self.enlarge(self.to_eighth(self.sixteenth(eighth))) + eighth)
        quarter = self.at_quarter(self.enlarge(self.to_quarter(eighth)) + quarter)
        shared = self.shared(quarter)
        return torch.sigmoid(self.scores(shared)), self.regressions(shared)


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolved(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


def _convolved(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )
