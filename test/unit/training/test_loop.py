"""A training is the same however often it was interrupted, and says when it cannot go on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from crossmodal_narrator.core.errors import TrainingError  # noqa: E402
from crossmodal_narrator.training.loop import CHECKPOINT, CURVES, Schedule, Training  # noqa: E402

SCHEDULE = Schedule(steps=40, learning_rate=0.3, warm_up=5, threads=1, note_every=10, keep_every=10, seed=3)


class InterruptedTrainingError(Exception):
    """Somebody pulled the plug."""


class LineTask:
    """Learns y = 3 x - 1. `ends_at` pulls the plug at that step."""

    def __init__(self, ends_at: int | None = None, *, scale: float = 1.0) -> None:
        self._ends_at, self._scale = ends_at, scale

    def network(self) -> Any:
        return torch.nn.Linear(1, 1)

    def batch(self, seed: int, step: int) -> Any:
        if step == self._ends_at:
            raise InterruptedTrainingError
        x = np.random.default_rng((seed, step)).normal(size=(32, 1)).astype(np.float32)
        return torch.from_numpy(x) * self._scale

    def losses(self, network: Any, batch: Any) -> Mapping[str, Any]:
        return {"line": ((network(batch) - (3.0 * batch - 1.0)) ** 2).mean()}

    def validate(self, network: Any) -> Mapping[str, float]:
        return {"slope": network.weight.item(), "offset": network.bias.item()}


def curves(folder: Path) -> list[dict[str, float]]:
    """Without the speed, which is no matter of the training."""
    lines = [json.loads(line) for line in (folder / CURVES).read_text().splitlines()]
    return [{k: v for k, v in line.items() if k != "steps_per_s"} for line in lines]


def test_it_learns(tmp_path: Path) -> None:
    network = Training(LineTask(), SCHEDULE, tmp_path).run()

    assert network.weight.item() == pytest.approx(3.0, abs=0.4)
    assert network.bias.item() == pytest.approx(-1.0, abs=0.4)


def test_the_mean_of_the_weights_is_returned_and_judged_where_it_is_asked_for(tmp_path: Path) -> None:
    steady = dataclasses.replace(SCHEDULE, average=0.8, falls=False)
    mean = None
    for steps in range(1, steady.steps + 1):
        last = Training(LineTask(), dataclasses.replace(steady, steps=steps, average=0.0), tmp_path / f"{steps}").run()
        mean = last.weight.item() if mean is None else 0.8 * mean + 0.2 * last.weight.item()

    averaged = Training(LineTask(), steady, tmp_path / "mean").run()

    assert averaged.weight.item() == pytest.approx(mean, abs=1e-5)
    assert averaged.weight.item() != pytest.approx(last.weight.item(), abs=1e-5)
    assert curves(tmp_path / "mean")[-1]["slope"] == pytest.approx(mean, abs=1e-5)


@pytest.mark.parametrize("average", [0.0, 0.8])
@pytest.mark.parametrize("ends_at", [7, 25, 39])
def test_a_training_that_was_interrupted_ends_as_one_that_was_not(tmp_path: Path, ends_at: int, average: float) -> None:
    schedule = dataclasses.replace(SCHEDULE, average=average)
    whole = Training(LineTask(), schedule, tmp_path / "whole").run()
    with pytest.raises(InterruptedTrainingError):
        Training(LineTask(ends_at), schedule, tmp_path / "cut").run()

    resumed = Training(LineTask(), schedule, tmp_path / "cut").run()

    assert torch.equal(whole.weight, resumed.weight)
    assert curves(tmp_path / "whole") == curves(tmp_path / "cut")


def test_a_training_that_is_done_is_done(tmp_path: Path) -> None:
    first = Training(LineTask(), SCHEDULE, tmp_path).run()
    before = curves(tmp_path)

    again = Training(LineTask(ends_at=0), SCHEDULE, tmp_path).run()

    assert torch.equal(first.weight, again.weight)
    assert curves(tmp_path) == before


def test_a_folder_of_another_schedule_is_refused_with_what_differs(tmp_path: Path) -> None:
    Training(LineTask(), SCHEDULE, tmp_path).run()

    with pytest.raises(TrainingError, match=r"seed 3 instead of 4.*choose another folder"):
        Training(LineTask(), dataclasses.replace(SCHEDULE, seed=4), tmp_path)


def test_a_loss_that_is_no_number_ends_it_with_the_step(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"step 0: line inf.*lower the learning rate"):
        Training(LineTask(scale=1e30), SCHEDULE, tmp_path).run()

    assert not (tmp_path / CHECKPOINT).exists()
