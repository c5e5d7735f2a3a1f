"""From nothing to the weights of the sound encoder: components, training, thresholds, report, model folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from torch import nn

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.encoding.audio.logmel import BLOCK_FRAMES, CHANNELS, MELS
from crossmodal_narrator.encoding.engine import Arrays, Engine
from crossmodal_narrator.training.export import ModelCard, export
from crossmodal_narrator.training.loop import Schedule, Training
from crossmodal_narrator.training.precisions import write_precisions
from crossmodal_narrator.training.report import write_report
from crossmodal_narrator.training.sound.choosing import THRESHOLDS, answers_of, choices, product_rules
from crossmodal_narrator.training.sound.components import Pool, PoolSizes, make_pool
from crossmodal_narrator.training.sound.mixing import LABELS, mix
from crossmodal_narrator.training.sound.network import CONTEXT_FRAMES, Probabilities, SoundNetwork
from crossmodal_narrator.training.sound.signal import Floats
from crossmodal_narrator.training.sound.task import SoundTask
from crossmodal_narrator.training.telling import Say, told
from crossmodal_narrator.training.warm import note_beginning, take_weights

NAME = "sound_events"
_LEARNT_SEED, _HELD_OUT_SEED = 1, 2
_HELD_OUT = 8  # one more component, of another seed, for every eight
_TOLD = 500  # components
_WINDOWS, _WINDOWS_SEED = 64, 3  # by which other precisions are calibrated, and with which they are compared
_JUDGED_SHARE = 6  # of the batches on which thresholds are judged


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSchedule(Schedule):
    """What it gives, and why other weights are kept, stands in models/sound_events/README.md."""

    steps: int = parameter(12_000, help="batches in all", low=1, high=10_000_000)
    learning_rate: float = parameter(2.5e-3, help="greatest rate of AdamW", low=1e-7, high=1.0)
    warm_up: int = parameter(100, help="steps until the greatest rate", low=1, high=100_000)
    average: float = parameter(0.999, help="of the running mean of weights; 0: the last", low=0.0, high=0.9999)
    threads: int = parameter(1, help="of PyTorch", low=1, high=256)
    keep_every: int = parameter(250, help="steps between checkpoints, and between validations", low=1, high=1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRecipe:
    """How much is made, and how long is learnt."""

    components: PoolSizes = field(default_factory=PoolSizes)
    scenes: int = parameter(16, help="scenes of 8 s in a batch", low=1, high=1_024)
    judged: int = parameter(24, help="batches of held-out scenes on which it is judged", low=1, high=1_024)
    schedule: SoundSchedule = field(default_factory=SoundSchedule)


# From weights that know sirens and horns already: fewer sounds, at a rate that stays, and not so long.
TUNED: Mapping[str, float] = {
    "components.siren": 220, "components.horn": 260, "components.other": 600, "components.background": 50,
    "schedule.steps": 800, "schedule.learning_rate": 5e-4, "schedule.falls": False, "schedule.average": 0.995,
    "schedule.keep_every": 100,
}  # fmt: skip

CARD = ModelCard(
    name=NAME,
    labels=LABELS,
    inputs={"features": (1, CHANNELS, CONTEXT_FRAMES, MELS)},
    outputs=("probabilities",),
    absolute=1e-4,
)


def train_sound(recipe: SoundRecipe, folder: Path, models_dir: Path, say: Say, start: bytes | None = None) -> Path:
    """Everything of it lies in `folder`, and what is there already is not made again; returns the manifest's path.

    With `start`, the content of an exported file, training goes on from its weights.

    What each threshold does to held-out scenes stands in `folder`/choices.json afterwards.

    Raises:
        TrainingError: the folder holds a training of another recipe or another beginning, `start` is another network,
            or the export does not answer as the network.
        ModelError: `start` cannot be read.
    """
    if start is not None:
        take_weights(SoundNetwork(), start)  # refused before components are made, and the folder is marked
    note_beginning(folder, start)
    pool = _pool(folder / "learnt.npz", recipe.components, _LEARNT_SEED, say)
    held_out = _pool(folder / "held_out.npz", recipe.components.one_in(_HELD_OUT), _HELD_OUT_SEED, say)
    task = SoundTask(pool, held_out, scenes=recipe.scenes, judged=recipe.judged, start=start)
    training = Training(task, recipe.schedule, folder)
    network = training.run(lambda step, figures: say(f"step {step}: {told(figures)}"))
    assert isinstance(network, SoundNetwork)
    write_choices(network, held_out, recipe, folder / "choices.json")
    data = {"components": len(pool.role), "held out": len(held_out.role), "scenes in a batch": recipe.scenes}
    report = write_report(folder, "The sound encoder", recipe.schedule, data)
    say(f"{report}: curves and figures")
    path = export(Probabilities(network), CARD, models_dir / NAME)
    write_sound_precisions(pool, held_out, models_dir, recipe, say)
    return path


def write_sound_precisions(pool: Pool, held_out: Pool, models_dir: Path, recipe: SoundRecipe, say: Say) -> None:
    """Of the model in `models_dir`: calibrated on scenes from `pool`, judged by alarms in scenes from `held_out`."""
    write_precisions(
        models_dir,
        NAME,
        calibration=_windows(pool),
        held_out=_windows(held_out),
        judge=lambda engine: _alarms(engine, held_out, recipe),
        say=say,
    )


def _windows(pool: Pool) -> list[Arrays]:
    features = mix(pool, np.random.default_rng(_WINDOWS_SEED), _WINDOWS).features
    return [{"features": features[k : k + 1, :, -CONTEXT_FRAMES:]} for k in range(_WINDOWS)]


def _alarms(engine: Engine, held_out: Pool, recipe: SoundRecipe) -> Mapping[str, float]:
    """Shares of cues that are found, and of clips without them that are let be, by the product's own rule."""

    def answer(features: Floats) -> Floats:
        past = np.pad(features, ((0, 0), (0, 0), (CONTEXT_FRAMES - BLOCK_FRAMES, 0), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(past, CONTEXT_FRAMES, axis=2)[:, :, ::BLOCK_FRAMES]
        steps = windows.transpose(0, 2, 1, 4, 3)  # (scenes, steps, channels, CONTEXT_FRAMES, MELS)
        return np.array([[engine.infer({"features": w[None]})["probabilities"][0] for w in scene] for scene in steps])

    figures: dict[str, float] = {}
    batches = max(1, recipe.judged // _JUDGED_SHARE)
    for label, rule in product_rules().items():
        (chosen,) = choices(answer, held_out, label, [rule], batches=batches, scenes=recipe.scenes)
        figures |= {f"{label}_found": chosen.recall, f"no_{label}_let_be": 1.0 - chosen.false_alarms}
    return figures


def write_choices(network: nn.Module, held_out: Pool, recipe: SoundRecipe, path: Path) -> None:
    """What each threshold finds and takes wrongly, by the rule of the product's defaults."""
    chosen = {
        label: choices(
            answers_of(network),
            held_out,
            label,
            [replace(rule, threshold=threshold) for threshold in THRESHOLDS],
            batches=recipe.judged,
            scenes=recipe.scenes,
        )
        for label, rule in product_rules().items()
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
