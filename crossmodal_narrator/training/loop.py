"""One loop for every network: seeded, resumable at any step, with its curves written as they come.

A step's batch is made from the seed and the step's number alone, so that a training that was interrupted goes on as if
it had not been, and the next batches can be made by other threads meanwhile.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import TrainingError

Batch = TypeVar("Batch")
OnStep = Callable[[int, Mapping[str, float]], None]

CHECKPOINT, CURVES = "checkpoint.pt", "curves.jsonl"
_AHEAD = 4  # batches
_CLIP = 10.0  # norm of the gradient


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long and how fast. The rate rises over `warm_up` steps, and falls to nothing by half a cosine or stays."""

    steps: int = parameter(16_000, help="batches in all", low=1, high=10_000_000)
    learning_rate: float = parameter(2e-3, help="greatest rate of AdamW", low=1e-7, high=1.0)
    weight_decay: float = parameter(1e-2, help="of AdamW", low=0.0, high=1.0)
    warm_up: int = parameter(300, help="steps until the greatest rate", low=1, high=100_000)
    falls: bool = parameter(True, help="the rate falls; where it stays, the mean of weights does what its fall does")
    average: float = parameter(0.0, help="of the running mean of weights, each step; 0: the last", low=0.0, high=0.9999)
    seed: int = parameter(0, help="draws weights and batches", low=0, high=2**31 - 1)
    threads: int = parameter(2, help="of PyTorch", low=1, high=256)
    note_every: int = parameter(50, help="steps between two points of the curves", low=1, high=100_000)
    keep_every: int = parameter(1_000, help="steps between checkpoints, and between validations", low=1, high=1_000_000)

    def rate(self, step: int) -> float:
        rise = min(1.0, (step + 1) / self.warm_up)
        fall = 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / self.steps))) if self.falls else 1.0
        return self.learning_rate * rise * fall


class Task(Protocol[Batch]):
    """What is learnt."""

    def network(self) -> nn.Module:
        """A new network; weights are drawn by torch's generator, which is seeded."""

    def batch(self, seed: int, step: int) -> Batch:
        """The batch of a step; called in other threads."""

    def losses(self, network: nn.Module, batch: Batch) -> Mapping[str, Tensor]:
        """Scalars by name; their sum is made small."""

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Figures on what is not learnt from."""


class Training(Generic[Batch]):
    """A training in `folder`, which is made; one that is there already goes on.

    With `average`, what is judged and returned is an exponential moving mean of the weights (Polyak and Juditsky,
    1992), which differs less from one run to another than the last weights do.

    Raises:
        TrainingError: the folder holds a training of another schedule.
    """

    def __init__(self, task: Task[Batch], schedule: Schedule, folder: Path) -> None:
        self._task, self._schedule, self._folder = task, schedule, folder
        folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(schedule.threads)
        torch.manual_seed(schedule.seed)
        self.network = task.network()
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay
        )
        average = get_ema_multi_avg_fn(schedule.average)
        self._mean = AveragedModel(self.network, multi_avg_fn=average, use_buffers=True)
        self.step = 0
        self._resume()

    def run(self, on_step: OnStep = lambda step, figures: None) -> nn.Module:
        """Train to the end of the schedule, and return the network; `on_step` hears of each point of the curves."""
        sums: dict[str, float] = {}
        since_s = time.perf_counter()
        for batch in self._batches():
            losses = self._learn(batch)
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + value
            self.step += 1
            if self.step % self._schedule.note_every == 0 or self.step == self._schedule.steps:
                spent_s, count = time.perf_counter() - since_s, self._schedule.note_every
                figures = {name: total / count for name, total in sums.items()}
                self._note({**figures, "steps_per_s": count / spent_s}, on_step)
                sums, since_s = {}, time.perf_counter()
            if self.step % self._schedule.keep_every == 0 or self.step == self._schedule.steps:
                with torch.no_grad():
                    self._note(self._task.validate(self._learnt()), on_step)
                self._keep()
                since_s = time.perf_counter()
        return self._learnt()

    def _learnt(self) -> nn.Module:
        network: nn.Module = self._mean.module if self._schedule.average else self.network
        return network.eval()

    def _batches(self) -> Iterator[Batch]:
        waiting: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(1) as pool:
            for step in range(self.step, self._schedule.steps):
                waiting.append(pool.submit(self._task.batch, self._schedule.seed, step))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _learn(self, batch: Batch) -> dict[str, float]:
        self.network.train()
        for group in self._optimiser.param_groups:
            group["lr"] = self._schedule.rate(self.step)
        losses = self._task.losses(self.network, batch)
        total = torch.stack(list(losses.values())).sum()
        if not torch.isfinite(total):
            found = ", ".join(f"{name} {loss.item():g}" for name, loss in losses.items())
            raise TrainingError(f"step {self.step}: {found}", remedy="lower the learning rate")
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self._optimiser.step()
        if self._schedule.average:
            self._mean.update_parameters(self.network)
        return {name: loss.item() for name, loss in losses.items()}

    def _note(self, figures: Mapping[str, float], on_step: OnStep) -> None:
        line = json.dumps({"step": self.step, **{name: round(value, 6) for name, value in figures.items()}})
        with (self._folder / CURVES).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        on_step(self.step, figures)

    def _keep(self) -> None:
        state: dict[str, Any] = {
            "step": self.step,
            "schedule": asdict(self._schedule),
            "network": self.network.state_dict(),
            "mean": self._mean.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        partial = self._folder / f"{CHECKPOINT}.part"
        torch.save(state, partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(self._folder / CHECKPOINT)

    def _resume(self) -> None:
        path = self._folder / CHECKPOINT
        if not path.exists():
            (self._folder / CURVES).unlink(missing_ok=True)
            return
        state = torch.load(path, weights_only=True)
        mine = asdict(self._schedule)
        differs = [name for name, value in mine.items() if name != "threads" and state["schedule"].get(name) != value]
        if differs:
            named = ", ".join(f"{name} {state['schedule'].get(name)} instead of {mine[name]}" for name in differs)
            raise TrainingError(
                f"{path} is of another schedule: {named}", remedy="go on with that one, or choose another folder"
            )
        self.network.load_state_dict(state["network"])
        self._mean.load_state_dict(state["mean"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])
        self._forget_later_points()

    def _forget_later_points(self) -> None:
        """The curves may be ahead of the checkpoint by what was lost."""
        path = self._folder / CURVES
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if line.endswith("}") and json.loads(line)["step"] <= self.step]
        path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
