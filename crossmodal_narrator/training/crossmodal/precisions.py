"""The cross-modal encoder in other precisions: judged by what it is for, whether words find their snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from crossmodal_narrator.encoding.crossmodal.text import bags
from crossmodal_narrator.encoding.engine import Arrays, Engine
from crossmodal_narrator.runtime import EngineConfig, ModelStore
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine
from crossmodal_narrator.training.crossmodal.describing import LANGUAGES, Words, describe
from crossmodal_narrator.training.crossmodal.examples import Examples
from crossmodal_narrator.training.crossmodal.facts import Facts
from crossmodal_narrator.training.crossmodal.judging import Floats, Judged, recall_at
from crossmodal_narrator.training.precisions import spread, write_precisions
from crossmodal_narrator.training.telling import Say

_CALIBRATING, _COMPARED = 96, 24  # snapshots, and descriptions in each language
_RANKS = (3, 10)
_SEED = 0xCA1


def write_crossmodal_precisions(
    models_dir: Path, scene: str, text: str, learnt: Examples, held_out: Examples, say: Say
) -> None:
    """Put fp16 and int8 beside the fp32 files of the models `scene` and `text`, each where it loses little.

    Each half is judged beside the other in fp32: recall of `held_out` by whole descriptions.
    """
    judged = Judged(held_out)
    store = ModelStore(models_dir)
    words, picture = _Alone(_fp32(store, text), "bags"), _Alone(_fp32(store, scene))
    asked = {language: judged.texts(words, language, Words.LEARNT) for language in LANGUAGES}
    offered = judged.scenes(picture)

    def recalls(engine: Engine) -> Mapping[str, float]:
        return _recalls(asked, judged.scenes(_Alone(engine)))

    def recalls_by(engine: Engine) -> Mapping[str, float]:
        alone = _Alone(engine, "bags")
        return _recalls({tag: judged.texts(alone, tag, Words.LEARNT) for tag in LANGUAGES}, offered)

    calibration, compared = list(_snapshots(learnt, _CALIBRATING)), list(_snapshots(held_out, _COMPARED))
    write_precisions(models_dir, scene, calibration=calibration, held_out=compared, judge=recalls, say=say)
    calibration, compared = _described(learnt.facts, _CALIBRATING), _described(held_out.facts, _COMPARED)
    write_precisions(models_dir, text, calibration=calibration, held_out=compared, judge=recalls_by, say=say)


def _recalls(asked: Mapping[str, Floats], offered: Floats) -> Mapping[str, float]:
    return {f"{tag}_at_{rank}": recall_at(rank, texts, offered) for tag, texts in asked.items() for rank in _RANKS}


class _Alone:
    """An engine, which takes one at a time, where a network stands that takes many."""

    def __init__(self, engine: Engine, only: str = "") -> None:
        self._engine, self._only = engine, only  # the name of its one input, where it has one

    def __call__(self, *only: Tensor, **inputs: Tensor) -> Tensor:
        named = {self._only: only[0]} if only else inputs
        columns = {name: values.numpy() for name, values in named.items()}
        count = len(next(iter(columns.values())))
        rows = ({name: column[k : k + 1] for name, column in columns.items()} for k in range(count))
        return torch.from_numpy(np.concatenate([self._engine.infer(row)["vector"] for row in rows]))


def _fp32(store: ModelStore, name: str) -> Engine:
    manifest = store.manifest(name)
    return OnnxCpuEngine(manifest, store.artifact(manifest), EngineConfig(threads=1))


def _snapshots(examples: Examples, count: int) -> Iterator[Arrays]:
    """As many, spread over all."""
    for row in spread(len(examples.facts), count):
        yield examples.inputs(np.array([row]))


def _described(facts: Sequence[Facts], count: int) -> list[Arrays]:
    """Descriptions of as many, in each language."""
    rng = np.random.default_rng(_SEED)
    said = [
        describe(facts[row], language, rng, Words.LEARNT) for row in spread(len(facts), count) for language in LANGUAGES
    ]
    return [{"bags": bags(sentence)[None]} for sentence in said]
