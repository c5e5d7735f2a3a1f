"""From nothing to the weights of the sound encoder: components, training, thresholds, report, model folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from torch import nn

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.encoding.audio import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.logmel import CHANNELS, MELS
from crossmodal_narrator.training.export import ModelCard, export
from crossmodal_narrator.training.loop import Schedule, Training
from crossmodal_narrator.training.report import Say, told, write_report
from crossmodal_narrator.training.sound.choosing import choices
from crossmodal_narrator.training.sound.components import Pool, PoolSizes, make_pool
from crossmodal_narrator.training.sound.mixing import LABELS
from crossmodal_narrator.training.sound.network import CONTEXT_FRAMES, Probabilities, SoundNetwork
from crossmodal_narrator.training.sound.task import SoundTask

NAME = "sound_events"
_LEARNT_SEED, _HELD_OUT_SEED = 1, 2
_HELD_OUT = 8  # one more component, of another seed, for every eight
_TOLD = 500  # components


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSchedule(Schedule):
    """What it gives, and why other weights are kept, stands in models/sound_events/README.md."""

    steps: int = parameter(12_000, help="batches in all", low=1, high=10_000_000)
    learning_rate: float = parameter(2.5e-3, help="greatest rate of AdamW", low=1e-7, high=1.0)
    warm_up: int = parameter(100, help="steps until the greatest rate", low=1, high=100_000)
    threads: int = parameter(1, help="of PyTorch", low=1, high=256)
    keep_every: int = parameter(250, help="steps between checkpoints, and between validations", low=1, high=1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRecipe:
    """How much is made, and how long is learnt."""

    components: PoolSizes = field(default_factory=PoolSizes)
    scenes: int = parameter(16, help="scenes of 8 s in a batch", low=1, high=1_024)
    judged: int = parameter(24, help="batches of held-out scenes on which it is judged", low=1, high=1_024)
    schedule: SoundSchedule = field(default_factory=SoundSchedule)


CARD = ModelCard(
    name=NAME,
    labels=LABELS,
    inputs={"features": (1, CHANNELS, CONTEXT_FRAMES, MELS)},
    outputs=("probabilities",),
    absolute=1e-4,
)


def train_sound(recipe: SoundRecipe, folder: Path, models_dir: Path, say: Say) -> Path:
    """Everything of it lies in `folder`, and what is there already is not made again; returns the manifest's path.

    What each threshold does to held-out scenes stands in `folder`/choices.json afterwards.

    Raises:
        TrainingError: the folder holds a training of another recipe, or the export does not answer as the network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pool = _pool(folder / "learnt.npz", recipe.components, _LEARNT_SEED, say)
    held_out = _pool(folder / "held_out.npz", recipe.components.one_in(_HELD_OUT), _HELD_OUT_SEED, say)
    task = SoundTask(pool, held_out, scenes=recipe.scenes, judged=recipe.judged)
    training = Training(task, recipe.schedule, folder)
    network = training.run(lambda step, figures: say(f"step {step}: {told(figures)}"))
    assert isinstance(network, SoundNetwork)
    write_choices(network, held_out, recipe, folder / "choices.json")
    data = {"components": len(pool.role), "held out": len(held_out.role), "scenes in a batch": recipe.scenes}
    report = write_report(folder, "The sound encoder", recipe.schedule, data)
    say(f"{report}: curves and figures")
    return export(Probabilities(network), CARD, models_dir / NAME)


def write_choices(network: nn.Module, held_out: Pool, recipe: SoundRecipe, path: Path) -> None:
    """What each threshold finds and takes wrongly, by the rule of the product's defaults."""
    rule = SoundEncoderConfig()
    chosen = {
        label: choices(network, held_out, label, hits=hits, frames=frames, batches=recipe.judged, scenes=recipe.scenes)
        for label, hits, frames in (
            ("siren", rule.siren_hits, rule.siren_frames),
            ("horn", rule.horn_hits, rule.horn_frames),
        )
    }
    document = {label: [asdict(choice) for choice in found] for label, found in chosen.items()}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _pool(path: Path, sizes: PoolSizes, seed: int, say: Say) -> Pool:
    if not path.exists():
        partial = path.with_suffix(".part.npz")

        def tell(done: int, of: int) -> None:
            if done % _TOLD == 0 or done == of:
                say(f"{path.stem}: component {done} of {of}")

        make_pool(sizes, seed, tell).save(partial)
        partial.replace(path)
    return Pool.load(path)
