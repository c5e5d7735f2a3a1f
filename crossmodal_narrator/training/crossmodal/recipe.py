"""From nothing to the weights of the cross-modal encoder: drives, snapshots, training, report, two model folders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import TrainingError
from crossmodal_narrator.encoding.crossmodal.painting import SENSES, SHAPES
from crossmodal_narrator.encoding.crossmodal.text import PLACES, TOKENS
from crossmodal_narrator.training.crossmodal.describing import LANGUAGES, Words
from crossmodal_narrator.training.crossmodal.examples import Snapshots
from crossmodal_narrator.training.crossmodal.judging import Judged, recall_at
from crossmodal_narrator.training.crossmodal.network import CrossmodalNetwork
from crossmodal_narrator.training.crossmodal.precisions import write_crossmodal_precisions
from crossmodal_narrator.training.crossmodal.snapshots import DescribedSnapshot, make_drive, read_snapshots
from crossmodal_narrator.training.crossmodal.task import CrossmodalTask
from crossmodal_narrator.training.drives import files_of_drives
from crossmodal_narrator.training.export import ModelCard, export
from crossmodal_narrator.training.loop import Schedule, Training
from crossmodal_narrator.training.report import write_report
from crossmodal_narrator.training.telling import Say, told

SCENE, TEXT = "crossmodal_scene", "crossmodal_text"
_HELD_OUT = 6  # every sixth drive is not learnt from
_RANKS = (1, 5, 10)
# By name: the senses that are taken away before retrieval is judged.
LOSSES: Mapping[str, tuple[str, ...]] = {
    "all": (),
    **{f"without {sense}": (sense,) for sense in SENSES},
    **{f"{sense} alone": tuple(other for other in SENSES if other != sense) for sense in SENSES},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossmodalSchedule(Schedule):
    """As long as the weights in the repository learnt."""

    steps: int = parameter(1_000, help="batches in all", low=1, high=10_000_000)
    learning_rate: float = parameter(1.5e-3, help="greatest rate of AdamW", low=1e-7, high=1.0)
    weight_decay: float = parameter(5e-2, help="of AdamW", low=0.0, high=1.0)
    warm_up: int = parameter(100, help="steps until the greatest rate", low=1, high=100_000)
    note_every: int = parameter(25, help="steps between two points of the curves", low=1, high=100_000)
    keep_every: int = parameter(100, help="steps between checkpoints, and between validations", low=1, high=1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossmodalRecipe:
    """How much is made, and how long is learnt."""

    drives: int = parameter(249, help="simulated drives of 30 s; every sixth is held out", low=2, high=100_000)
    every_s: float = parameter(2.0, help="from one snapshot of a drive to the next", low=0.1, high=30.0)
    batch_size: int = parameter(128, help="snapshots in a batch", low=2, high=4096)
    processes: int = parameter(2, help="drives that are made at once", low=1, high=256)
    schedule: CrossmodalSchedule = field(default_factory=CrossmodalSchedule)


SCENE_CARD = ModelCard(
    name=SCENE,
    inputs={name: (1, *shape) for name, shape in SHAPES.items()},
    outputs=("vector",),
)
TEXT_CARD = ModelCard(name=TEXT, inputs={"bags": (1, TOKENS, PLACES)}, outputs=("vector",))


def train_crossmodal(recipe: CrossmodalRecipe, folder: Path, models_dir: Path, say: Say) -> Path:
    """Everything of it lies in `folder`, and what is there already is not made again; returns the scenes' manifest.

    What is retrieved, by language and by the senses that are there, stands in `folder`/retrieval.json afterwards.

    Raises:
        TrainingError: the folder holds a training of another recipe, or there is nothing to learn from.
        ScenarioError: a drive that cannot be made.
    """
    learnt, held_out = read_drives(recipe, folder, say)
    to_learn, to_judge = Snapshots(learnt), Snapshots(held_out)
    judged = Judged(to_judge)
    say(f"learning from {len(learnt)} snapshots, judging by {len(judged)} of other drives")
    training = Training(CrossmodalTask(to_learn, judged, recipe.batch_size), recipe.schedule, folder)
    network = training.run(lambda step, figures: say(f"step {step}: {told(figures)}"))
    assert isinstance(network, CrossmodalNetwork)
    figures = retrieval(network, judged)
    (folder / "retrieval.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for name, shares in figures.items():
        say(f"{name}: {told(shares)}")
    data = {"drives": recipe.drives, "snapshots": len(learnt), "judged": len(judged), "batch size": recipe.batch_size}
    say(f"{write_report(folder, 'The cross-modal encoder', recipe.schedule, data)}: curves and figures")
    export(network.text, TEXT_CARD, models_dir / TEXT)
    path = export(network.scene, SCENE_CARD, models_dir / SCENE)
    write_crossmodal_precisions(models_dir, SCENE, TEXT, to_learn, to_judge, say)
    return path


def read_drives(
    recipe: CrossmodalRecipe, folder: Path, say: Say
) -> tuple[list[DescribedSnapshot], list[DescribedSnapshot]]:
    """The snapshots that are learnt from and those that are held out; drives that are not there are made.

    Raises:
        TrainingError: too few drives for both.
    """
    snapshots_dir = folder / "snapshots"
    snapshots_dir.mkdir(parents=True, exist_ok=True)
    learnt: list[DescribedSnapshot] = []
    held_out: list[DescribedSnapshot] = []
    made = files_of_drives(make_drive, recipe.drives, snapshots_dir, recipe.every_s, recipe.processes, say)
    for number, path in enumerate(made):
        (held_out if is_held_out(number) else learnt).extend(read_snapshots(path))
    if not learnt or not held_out:
        raise TrainingError(
            f"{len(learnt)} snapshots to learn from and {len(held_out)} to judge by",
            remedy=f"make at least {_HELD_OUT} drives",
        )
    return learnt, held_out


def is_held_out(number: int) -> bool:
    return number % _HELD_OUT == _HELD_OUT - 1


def retrieval(network: CrossmodalNetwork, judged: Judged) -> dict[str, Mapping[str, float]]:
    """Recalls of held-out snapshots by whole descriptions: with all senses, without each, and by each alone.

    In both languages, in words that were learnt and in those that were kept from learning.
    """
    network.eval()
    texts = {
        f"{language}{'' if words is Words.LEARNT else '_kept_words'}": judged.texts(network.text, language, words)
        for language in LANGUAGES
        for words in Words
    }
    figures: dict[str, Mapping[str, float]] = {}
    for name, senses in LOSSES.items():
        scenes = judged.scenes(network.scene, senses)
        figures[name] = {
            f"{which}_at_{rank}": round(recall_at(rank, asked, scenes), 4)
            for which, asked in texts.items()
            for rank in _RANKS
        }
    return figures
