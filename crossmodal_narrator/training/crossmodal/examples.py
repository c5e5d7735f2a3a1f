"""Snapshots as a network takes them, and, to compare with, nothing but the list of the objects in them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.encoding.crossmodal.painting import SENSES, SHAPES
from crossmodal_narrator.training.crossmodal.facts import COLOURS, Facts, colour_of, facts_of
from crossmodal_narrator.training.crossmodal.snapshots import DescribedSnapshot

Floats = NDArray[np.float32]

_LOST = 0.12  # of the times, each sense
_BRIGHTER, _NOISE = 0.15, 0.02
_BYTES = 255.0
_LEFT, _RIGHT = 2, 3  # among the values of the ego
_OF_SENSE = {"camera": ("picture", "things"), "lidar": ("plan",), "audio": ("sounds",), "odometry": ("ego",)}

LISTED = 32  # objects in a list, the nearest; what is over is left out
_LABELS = ("car", "van", "truck", "bus", "motorcycle", "cyclist", "pedestrian")
_COLOURS = tuple(COLOURS)
_FAR_M, _LONG_M, _FAST_MPS, _MANY_POINTS = 40.0, 10.0, 15.0, 1_000.0
# Whether there is one, its label and colour; x, y, distance; length, height; speed, whether it is parked; its points.
OBJECT_VALUES = 1 + len(_LABELS) + len(_COLOURS) + 3 + 2 + 2 + 1
_Y = 1 + len(_LABELS) + len(_COLOURS) + 1


class Examples(Protocol):
    """What can be learnt from, or judged by, by rows."""

    facts: list[Facts]
    drives: NDArray[np.int64]

    def inputs(self, rows: NDArray[np.intp]) -> dict[str, Floats]:
        """Of these rows, by the names that the network has for them."""

    def mirror(self, inputs: Mapping[str, Floats], row: int) -> None:
        """Left becomes right in one row, in place."""

    def disturb(self, inputs: Mapping[str, Floats], rng: np.random.Generator) -> None:
        """What may happen to a sensor, in place."""


class Snapshots:
    """Many of them, by columns, as they are stored; what is asked for becomes numbers as the network takes them."""

    def __init__(self, many: Sequence[DescribedSnapshot]) -> None:
        self.facts = [facts_of(one.truth) for one in many]
        self.drives = np.array([one.truth["drive"] for one in many])
        self._columns: dict[str, NDArray[Any]] = {
            name: np.stack([one.painted[name] for one in many]) for name in SHAPES
        }

    def inputs(self, rows: NDArray[np.intp]) -> dict[str, Floats]:
        return {name: _as_numbers(column[rows]) for name, column in self._columns.items()}

    def mirror(self, inputs: Mapping[str, Floats], row: int) -> None:
        for name in ("picture", "things", "plan"):
            inputs[name][row] = inputs[name][row][..., ::-1].copy()
        inputs["ego"][row][..., [_LEFT, _RIGHT]] = inputs["ego"][row][..., [_RIGHT, _LEFT]]

    def disturb(self, inputs: Mapping[str, Floats], rng: np.random.Generator) -> None:
        """Other exposures, a sensor's noise, and senses that are lost; never all of them."""
        picture = inputs["picture"]
        count = len(picture)
        picture *= 1.0 + rng.uniform(-_BRIGHTER, _BRIGHTER, (count, 1, 1, 1)).astype(np.float32)
        picture += rng.standard_normal(picture.shape, np.float32) * np.float32(_NOISE)
        lost = rng.random((count, len(SENSES))) < _LOST
        lost[lost.all(axis=1)] = False
        take_away(inputs, lost)


def take_away(inputs: Mapping[str, Floats], lost: NDArray[np.bool_]) -> None:
    """Take senses away, in place; `lost` is (batch, senses)."""
    for sense, gone in zip(SENSES, lost.T, strict=True):
        for name in _OF_SENSE[sense]:
            inputs[name][gone] = 0.0
    inputs["present"][:, 0][lost] = 0.0


class ObjectLists:
    """The true objects of each snapshot, as a perception without a fault would list them: (batch, LISTED, values).

    Colours are in the list where they can be known, as in the descriptions. Nothing of light, weather, place, sound,
    signals or the ego's own motion is in it.
    """

    def __init__(self, many: Sequence[DescribedSnapshot]) -> None:
        self.facts = [facts_of(one.truth) for one in many]
        self.drives = np.array([one.truth["drive"] for one in many])
        self._objects = np.stack([_listed(one.truth) for one in many])

    def inputs(self, rows: NDArray[np.intp]) -> dict[str, Floats]:
        return {"objects": self._objects[rows]}

    def mirror(self, inputs: Mapping[str, Floats], row: int) -> None:
        inputs["objects"][row, :, _Y] *= -1.0

    def disturb(self, inputs: Mapping[str, Floats], rng: np.random.Generator) -> None:
        """A list that has no fault has none."""


def _listed(truth: Mapping[str, Any]) -> Floats:
    listed = np.zeros((LISTED, OBJECT_VALUES), np.float32)
    met = [entry for entry in truth["objects"] if entry["lidar_points"] > 0 and entry["label"] in _LABELS]
    met.sort(key=lambda entry: math.hypot(*entry["position_m"][:2]))
    for row, entry in zip(listed, met, strict=False):
        x, y, _ = entry["position_m"]
        length, _, height = entry["size_lwh_m"]
        colour = colour_of(entry, truth)
        row[0] = 1.0
        row[1 + _LABELS.index(entry["label"])] = 1.0
        if colour:
            row[1 + len(_LABELS) + _COLOURS.index(colour)] = 1.0
        row[_Y - 1 :] = (
            x / _FAR_M,
            y / _FAR_M,
            math.hypot(x, y) / _FAR_M,
            length / _LONG_M,
            height / _LONG_M,
            entry["speed_mps"] / _FAST_MPS,
            float(entry["motion"] == "Parked"),
            math.log1p(entry["lidar_points"]) / math.log1p(_MANY_POINTS),
        )
    return listed


def _as_numbers(values: NDArray[Any]) -> Floats:
    numbers: Floats = values.astype(np.float32)
    if values.dtype == np.uint8:
        numbers *= np.float32(1.0 / _BYTES)
    return numbers
