"""From nothing to the weights of the LiDAR detector: drives, sweeps, training, report, model folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import TrainingError
from crossmodal_narrator.encoding.engine import Arrays, Engine
from crossmodal_narrator.encoding.lidar.bird_eye import CELLS, CHANNELS, bird_eye_image
from crossmodal_narrator.training.drives import files_of_drives
from crossmodal_narrator.training.export import ModelCard, export
from crossmodal_narrator.training.lidar.examples import counted
from crossmodal_narrator.training.lidar.judging import average_precisions
from crossmodal_narrator.training.lidar.network import BirdEyeNetwork
from crossmodal_narrator.training.lidar.sweeps import CLASSES, EVERY_S, Floats, LabelledSweep, make_drive, read_sweeps
from crossmodal_narrator.training.lidar.task import LidarTask
from crossmodal_narrator.training.loop import Schedule, Training
from crossmodal_narrator.training.precisions import spread, write_precisions
from crossmodal_narrator.training.report import write_report
from crossmodal_narrator.training.telling import Say, told
from crossmodal_narrator.training.warm import blended, note_beginning, take_weights

NAME = "bird_eye"
_ON = 0.15  # of the rate, where weights are learnt on that know most already
_HELD_OUT = 10  # every tenth drive is not learnt from
_JUDGED = 5  # and every fifth of its sweeps is looked at
_CALIBRATING, _COMPARED = 48, 24  # sweeps, for other precisions
# The first convolutions stay in fp32: they see counts of points, whose few large ones leave no steps to the many small
# (vehicles' AP is 0.84 without it, as against 0.98 of fp32), and cost next to nothing.
_KEPT_CONVOLUTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarRecipe:
    """How much is made, and how long is learnt."""

    drives: int = parameter(200, help="simulated drives of 48 s; every tenth is held out", low=2, high=100_000)
    every_s: float = parameter(EVERY_S, help="from one sweep that is taken of a drive to the next", low=0.1, high=40.0)
    batch_size: int = parameter(8, help="parts of sweeps in a batch", low=1, high=1024)
    processes: int = parameter(2, help="drives that are made at once", low=1, high=256)
    blend: float = parameter(
        0.3, help="share of what is learnt on, in weights that were begun with others", low=0.0, high=1.0
    )
    schedule: Schedule = field(default_factory=Schedule)


CARD = ModelCard(
    name=NAME,
    labels=CLASSES,
    inputs={"image": (1, CHANNELS, CELLS, CELLS)},
    outputs=("scores", "regressions"),
)


def train_lidar(recipe: LidarRecipe, folder: Path, models_dir: Path, say: Say, start: bytes | None = None) -> Path:
    """Everything of it lies in `folder`, and what is there already is not made again; returns the manifest's path.

    With `start`, the content of a model.onnx, training goes on from its weights, at a lower rate, and what is exported
    lies between these and what was learnt.

    Raises:
        TrainingError: the folder holds a training of another recipe or another beginning, there is nothing to learn
            from, or `start` is another network.
        ModelError: `start` cannot be read.
        ScenarioError: a drive that cannot be made.
    """
    if start is not None:
        take_weights(BirdEyeNetwork(), start)  # refused before hours of drives are made, and the folder is marked
    note_beginning(folder, start)
    rate = recipe.schedule.learning_rate * (1.0 if start is None else _ON)
    schedule = replace(recipe.schedule, learning_rate=rate)
    sweeps_dir = folder / "sweeps"
    sweeps_dir.mkdir(parents=True, exist_ok=True)
    files = list(files_of_drives(make_drive, recipe.drives, sweeps_dir, recipe.every_s, recipe.processes, say))
    learnt = [s for k, path in enumerate(files) if not is_held_out(k) for s in read_sweeps(path)]
    held_out = [s for k, path in enumerate(files) if is_held_out(k) for s in read_sweeps(path)[::_JUDGED]]
    _check(learnt, held_out)
    say(f"learning from {len(learnt)} sweeps, judging by {len(held_out)} of other drives")
    task = LidarTask(learnt, held_out, recipe.batch_size, start)
    training = Training(task, schedule, folder)
    network = training.run(lambda step, figures: say(f"step {step}: {told(figures)}"))
    if start is not None:
        network = blended(task.network(), network, recipe.blend)
        say(f"{recipe.blend} of it in the weights that are taken: {told(task.validate(network))}")
    data = {"drives": len(files), "sweeps": len(learnt), "held out": len(held_out), "batch size": recipe.batch_size}
    report = write_report(folder, "The LiDAR detector", schedule, data)
    say(f"{report}: curves and figures")
    path = export(network, CARD, models_dir / NAME)
    judged = [counted(sweep) for sweep in held_out]
    write_precisions(
        models_dir,
        NAME,
        calibration=_images(learnt, _CALIBRATING),
        held_out=_images(held_out, _COMPARED),
        judge=lambda engine: _judged(engine, judged),
        say=say,
        kept_convolutions=_KEPT_CONVOLUTIONS,
    )
    return path


def _judged(engine: Engine, sweeps: Sequence[LabelledSweep]) -> Mapping[str, float]:
    def answer(image: Floats) -> tuple[Floats, Floats]:
        answers = engine.infer({"image": image[None]})
        return answers["scores"][0], answers["regressions"][0]

    return average_precisions(answer, sweeps)


def _images(sweeps: Sequence[LabelledSweep], count: int) -> list[Arrays]:
    """Of as many sweeps, spread over all."""
    return [{"image": bird_eye_image(sweeps[k].points)[None]} for k in spread(len(sweeps), count)]


def is_held_out(number: int) -> bool:
    return number % _HELD_OUT == _HELD_OUT - 1


def _check(learnt: Sequence[LabelledSweep], held_out: Sequence[LabelledSweep]) -> None:
    if not learnt or not held_out:
        raise TrainingError(
            f"{len(learnt)} sweeps to learn from and {len(held_out)} to judge by",
            remedy=f"make at least {_HELD_OUT} drives",
        )
