"""What the cross-modal encoder finds by words, what it adds to a list of objects, and what it says of the surroundings.

    python test/benchmark/crossmodal.py FOLDER [--steps N]

FOLDER is what `train crossmodal --out FOLDER` made: its snapshots are judged by the weights in models/, and the
comparison, which has the true list of objects and nothing else, learns from the same ones in FOLDER/object_list.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from crossmodal_narrator.core.config import build
from crossmodal_narrator.encoding.crossmodal import TextEncoder, WordedAttributes
from crossmodal_narrator.encoding.engine import Engine
from crossmodal_narrator.runtime import EngineConfig, ModelStore, open_engine
from crossmodal_narrator.training.crossmodal.describing import LANGUAGES, Words
from crossmodal_narrator.training.crossmodal.examples import ObjectLists, Snapshots
from crossmodal_narrator.training.crossmodal.judging import Judged, recall_at
from crossmodal_narrator.training.crossmodal.network import ListNetwork
from crossmodal_narrator.training.crossmodal.recipe import LOSSES, SCENE, TEXT, CrossmodalRecipe, read_drives
from crossmodal_narrator.training.crossmodal.snapshots import DescribedSnapshot
from crossmodal_narrator.training.crossmodal.task import CrossmodalTask
from crossmodal_narrator.training.loop import Training

RANKS = (1, 5, 10)
PLACES = {"grid": "town", "merge": "motorway", "rural": "country"}  # as the attributes call what the simulator has


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--drives", type=int, default=CrossmodalRecipe().drives)
    parser.add_argument("--steps", type=int, default=CrossmodalRecipe().schedule.steps, help="of the comparison")
    args = parser.parse_args()
    recipe = build(CrossmodalRecipe, {"drives": args.drives, "schedule.steps": args.steps})
    console = Console()
    learnt, held_out = read_drives(recipe, args.folder, lambda line: None)
    judged = Judged(Snapshots(held_out))
    scenes, texts = engine(SCENE), engine(TEXT)
    table = Table("by", *(f"{lang} @{rank}" for lang in LANGUAGES for rank in RANKS), "kept words, @10: en", "zh")
    table.title = f"recall over {len(judged)} snapshots of drives that nothing was learnt from"
    asked = descriptions(judged, answering(texts))
    for name, lost in LOSSES.items():
        table.add_row(name, *recalls(asked, judged.scenes(answering(scenes), lost)))
    table.add_section()
    table.add_row("true object list", *object_list(learnt, held_out, recipe, args.folder, console))
    console.print(table)
    console.print(attributes(judged, judged.scenes(answering(scenes)), TextEncoder(texts)))
    return 0


def engine(name: str) -> Engine:
    store = ModelStore()
    return open_engine(store.manifest(name), store, EngineConfig(engines=("onnxruntime_cpu",)))


def answering(opened: Engine) -> Callable[..., Tensor]:
    """The engine as a network of torch that takes many at once."""

    def answer(*unnamed: Tensor, **named: Tensor) -> Tensor:
        feeds = named or {"bags": unnamed[0]}
        count = len(next(iter(feeds.values())))
        rows = [opened.infer({name: v[k : k + 1].numpy() for name, v in feeds.items()})["vector"] for k in range(count)]
        return torch.from_numpy(np.concatenate(rows))

    return answer


def descriptions(judged: Judged, text: Callable[[Tensor], Tensor]) -> Mapping[Words, Sequence[np.ndarray]]:
    """In each language."""
    return {words: [judged.texts(text, language, words) for language in LANGUAGES] for words in Words}


def recalls(asked: Mapping[Words, Sequence[np.ndarray]], scenes: np.ndarray) -> Sequence[str]:
    figures = [recall_at(rank, texts, scenes) for texts in asked[Words.LEARNT] for rank in RANKS]
    figures += [recall_at(10, texts, scenes) for texts in asked[Words.KEPT]]
    return [f"{100 * figure:.1f}" for figure in figures]


def object_list(
    learnt: Sequence[DescribedSnapshot],
    held_out: Sequence[DescribedSnapshot],
    recipe: CrossmodalRecipe,
    folder: Path,
    console: Console,
) -> Sequence[str]:
    judged = Judged(ObjectLists(held_out))
    task = CrossmodalTask(ObjectLists(learnt), judged, recipe.batch_size, ListNetwork)
    training = Training(task, recipe.schedule, folder / "object_list")
    network = training.run(lambda step, figures: console.print(f"object list, step {step}: {figures}"))
    return recalls(descriptions(judged, network.text), judged.scenes(network.scene))  # type: ignore[arg-type]


def attributes(judged: Judged, scenes: np.ndarray, texts: TextEncoder) -> Table:
    """By words alone: nobody taught the encoder these attributes as such."""
    words = WordedAttributes(texts.encode, min_confidence=0.7)
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for facts, vector in zip(judged.facts, scenes, strict=True):
        truth = {"light": facts.light, "weather": facts.weather, "place": PLACES.get(facts.place, facts.place)}
        for attribute in words.of(vector):
            said[attribute.name] += 1
            right[attribute.name] += attribute.value == truth[attribute.name]
    table = Table("attribute", "told of", "right", title=f"attributes by words, of {len(judged)}")
    for name in ("light", "weather", "place"):
        table.add_row(name, str(said[name]), f"{100 * right[name] / max(1, said[name]):.1f} %")
    return table


if __name__ == "__main__":
    raise SystemExit(main())
