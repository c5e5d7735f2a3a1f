"""Two networks that answer in one space: what the senses show, through a fusion transformer; and sentences.

Radford et al., "Learning transferable visual models from natural language supervision", 2021; tokens of all senses
attend to each other in one encoder, as in Chen et al., "UNITER", 2020.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from crossmodal_narrator.encoding.crossmodal.painting import (
    EGO_VALUES,
    PLAN_CHANNELS,
    SENSES,
    SOUND_FRAMES,
    SOUND_VALUES,
    THING_CHANNELS,
)
from crossmodal_narrator.encoding.crossmodal.text import PLACES, TOKENS
from crossmodal_narrator.training.crossmodal.examples import OBJECT_VALUES

SPACE = 128  # dimensions
_WIDTH = 128
_HEADS = 4
_CAMERA_TOKENS, _PLAN_TOKENS = 4 * 6, 7 * 7
_PICTURE_WIDTHS = (16, 32, 64)
_SIGHT_WIDTHS = (96, _WIDTH)
_PLAN_WIDTHS = (24, 48, 96)
_SCENE_LAYERS, _TEXT_LAYERS = 3, 2
_FIRST_SCALE = 14.0  # of similarities, at the beginning; it is learnt
_MOST_SCALE = 100.0


class SceneNetwork(nn.Module):
    """Arrays of `painting.SHAPES`, each with a batch before it → (batch, SPACE) of length one.

    A sense that is absent has its tokens replaced by one that was learnt for its absence.
    """

    def __init__(self) -> None:
        super().__init__()
        self.picture = nn.Sequential(*_pyramid(3, _PICTURE_WIDTHS))
        self.sight = nn.Sequential(*_pyramid(_PICTURE_WIDTHS[-1] + THING_CHANNELS, _SIGHT_WIDTHS))
        self.plan = nn.Sequential(*_pyramid(PLAN_CHANNELS, (*_PLAN_WIDTHS, _WIDTH)))
        self.sound = nn.Linear(SOUND_VALUES, _WIDTH)
        self.ego = nn.Linear(EGO_VALUES, _WIDTH)
        self.first = nn.Parameter(torch.randn(1, 1, _WIDTH) * 0.02)  # the token that gathers all
        counts = (_CAMERA_TOKENS, _PLAN_TOKENS, SOUND_FRAMES, 1)
        self.places = nn.Parameter(torch.randn(1, 1 + sum(counts), _WIDTH) * 0.02)
        self.absent = nn.Parameter(torch.randn(len(SENSES), 1, 1, _WIDTH) * 0.02)
        self.layers = nn.ModuleList(_Layer(_WIDTH) for _ in range(_SCENE_LAYERS))
        self.out = nn.Linear(_WIDTH, SPACE)

    def forward(
        self, picture: Tensor, things: Tensor, plan: Tensor, sounds: Tensor, ego: Tensor, present: Tensor
    ) -> Tensor:
        seen = self.sight(torch.cat([self.picture(picture), things], dim=1))
        senses = (_tokens(seen), _tokens(self.plan(plan)), self.sound(sounds), self.ego(ego))
        tokens = [self.first.expand(picture.shape[0], 1, _WIDTH)]
        for k, found in enumerate(senses):
            share = present[:, :, k : k + 1]
            tokens.append(found * share + self.absent[k] * (1.0 - share))
        x = torch.cat(tokens, dim=1) + self.places
        for layer in self.layers:
            x = layer(x)
        return _of_length_one(self.out(x[:, 0]))


class TextNetwork(nn.Module):
    """(batch, TOKENS, PLACES) of `text.bags` → (batch, SPACE) of length one. Empty rows do not count, and may be left
    out at the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(PLACES, _WIDTH, bias=False)
        self.places = nn.Parameter(torch.randn(1, TOKENS, _WIDTH) * 0.02)
        self.near = nn.Conv1d(_WIDTH, _WIDTH, 5, padding=2)
        self.layers = nn.ModuleList(_Layer(_WIDTH) for _ in range(_TEXT_LAYERS))
        self.out = nn.Linear(_WIDTH, SPACE)

    def forward(self, bags: Tensor) -> Tensor:
        is_word = bags.amax(dim=2, keepdim=True).sign()  # (batch, TOKENS, 1)
        x = (self.embed(bags) * math.sqrt(_WIDTH) * 0.5 + self.places[:, : bags.shape[1]]) * is_word
        x = x + torch.relu(self.near(x.transpose(1, 2))).transpose(1, 2) * is_word
        hidden = (is_word.transpose(1, 2) - 1.0) * 1e4  # (batch, 1, TOKENS): added to what attention weighs
        for layer in self.layers:
            x = layer(x, hidden)
        middle = (x * is_word).sum(dim=1) / is_word.sum(dim=1)
        return _of_length_one(self.out(middle))


class ListNetwork(nn.Module):
    """(batch, LISTED, OBJECT_VALUES) of `examples.ObjectLists` → (batch, SPACE): what an object list alone is worth."""

    def __init__(self) -> None:
        super().__init__()
        self.thing = nn.Sequential(nn.Linear(OBJECT_VALUES, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, _WIDTH))
        self.first = nn.Parameter(torch.randn(1, 1, _WIDTH) * 0.02)
        self.layers = nn.ModuleList(_Layer(_WIDTH) for _ in range(_SCENE_LAYERS))
        self.out = nn.Linear(_WIDTH, SPACE)

    def forward(self, objects: Tensor) -> Tensor:
        first = self.first.expand(objects.shape[0], 1, _WIDTH)
        x = torch.cat([first, self.thing(objects)], dim=1)
        is_there = torch.cat([torch.ones_like(objects[:, :1, 0]), objects[:, :, 0]], dim=1)
        hidden = (is_there[:, None, :] - 1.0) * 1e4
        for layer in self.layers:
            x = layer(x, hidden)
        return _of_length_one(self.out(x[:, 0]))


class CrossmodalNetwork(nn.Module):
    """Both, and the scale of their similarities. `scene` is another one than the product's where that is compared."""

    def __init__(self, scene: nn.Module | None = None) -> None:
        super().__init__()
        self.scene, self.text = SceneNetwork() if scene is None else scene, TextNetwork()
        self.log_scale = nn.Parameter(torch.tensor(math.log(_FIRST_SCALE)))

    @property
    def scale(self) -> Tensor:
        return self.log_scale.exp().clamp(max=_MOST_SCALE)


class _Layer(nn.Module):
    """Attention and two linear layers, normalised before (Xiong et al., 2020); in operators that every engine knows."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.joined = nn.Linear(width, width)
        self.wider, self.back = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, hidden: Tensor | None = None) -> Tensor:
        x = x + self.drop(self._attended(self.before(x), hidden))
        return x + self.drop(self.back(torch.relu(self.wider(self.between(x)))))

    def _attended(self, x: Tensor, hidden: Tensor | None) -> Tensor:
        batch, count, width = x.shape
        asked, keys, values = (
            layer(x).reshape(batch, count, _HEADS, width // _HEADS).transpose(1, 2)
            for layer in (self.ask, self.key, self.value)
        )
        weights = asked @ keys.transpose(2, 3) * (width // _HEADS) ** -0.5  # (batch, heads, count, count)
        if hidden is not None:
            weights = weights + hidden.unsqueeze(1)
        found = (torch.softmax(weights, dim=3) @ values).transpose(1, 2).reshape(batch, count, width)
        joined: Tensor = self.joined(found)
        return joined


def _pyramid(inputs: int, widths: Sequence[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise((inputs, *widths)):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
    return layers


def _tokens(cells: Tensor) -> Tensor:
    """(batch, width, rows, columns) → (batch, rows · columns, width)."""
    return cells.flatten(2).transpose(1, 2)


def _of_length_one(x: Tensor) -> Tensor:
    return x / (x * x).sum(dim=1, keepdim=True).clamp(min=1e-12).sqrt()
