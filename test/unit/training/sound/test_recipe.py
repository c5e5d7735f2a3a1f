"""The whole way at a small scale: synthesis, training, choosing, export; the network's answers, and their causality."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from crossmodal_narrator.cli import train  # noqa: E402
from crossmodal_narrator.core.errors import ConfigError, TrainingError  # noqa: E402
from crossmodal_narrator.encoding.audio import SoundEncoderConfig  # noqa: E402
from crossmodal_narrator.encoding.audio.logmel import BLOCK_FRAMES, CHANNELS, MELS  # noqa: E402
from crossmodal_narrator.runtime import ModelStore, open_engine, sound_spec  # noqa: E402
from crossmodal_narrator.training.export import to_onnx  # noqa: E402
from crossmodal_narrator.training.sound import choosing, recipe  # noqa: E402
from crossmodal_narrator.training.sound.choosing import Choice, Rule  # noqa: E402
from crossmodal_narrator.training.sound.components import PoolSizes  # noqa: E402
from crossmodal_narrator.training.sound.network import CONTEXT_FRAMES, Probabilities, SoundNetwork, padded  # noqa: E402
from crossmodal_narrator.training.sound.recipe import CARD, SoundRecipe, SoundSchedule, train_sound  # noqa: E402
from crossmodal_narrator.training.warm import warm  # noqa: E402


@pytest.fixture(scope="module")
def network() -> SoundNetwork:
    torch.manual_seed(0)
    return SoundNetwork().eval()


def test_a_step_is_answered_from_the_window_that_ends_with_it(network: SoundNetwork) -> None:
    """What is trained on whole clips is what runs on windows."""
    features = torch.from_numpy(np.random.default_rng(0).standard_normal((1, CHANNELS, 200, MELS), np.float32))
    with torch.no_grad():
        whole = torch.sigmoid(network(padded(features)))[0]
        past = padded(features)
        for step in (0, 7, 39):
            window = past[:, :, step * BLOCK_FRAMES : step * BLOCK_FRAMES + CONTEXT_FRAMES]
            assert torch.allclose(Probabilities(network)(window)[0], whole[step], atol=1e-5)


def test_no_answer_depends_on_what_comes_later(network: SoundNetwork) -> None:
    features = torch.from_numpy(np.random.default_rng(0).standard_normal((1, CHANNELS, 200, MELS), np.float32))
    changed = features.clone()
    changed[:, :, 100:] = 0.0
    with torch.no_grad():
        before, after = network(padded(features)), network(padded(changed))
    assert torch.equal(before[:, :20], after[:, :20])
    assert not torch.allclose(before[:, 20], after[:, 20])


def test_a_training_ends_in_a_model_that_the_product_opens(tmp_path: Path) -> None:
    recipe = SoundRecipe(
        components=PoolSizes(siren=4, horn=3, other=5, background=2),
        scenes=2,
        judged=8,
        schedule=SoundSchedule(steps=3, warm_up=1, note_every=1, keep_every=3),
    )
    told: list[str] = []
    manifest_path = train_sound(recipe, tmp_path / "run", tmp_path / "models", told.append)
    store = ModelStore(tmp_path / "models")
    manifest = store.manifest("sound_events")
    assert manifest_path == tmp_path / "models" / "sound_events" / "manifest.yaml"
    assert sum(line.startswith("step 3") for line in told) == 2  # its last losses, and how it is judged
    assert "siren_recall" in (tmp_path / "run" / "report.html").read_text()
    spec = sound_spec(manifest)
    features = np.zeros((1, CHANNELS, spec.context_frames, MELS), np.float32)
    answer = open_engine(manifest, store).infer({"features": features})["probabilities"]
    assert answer.shape == (1, 6)
    assert ((answer > 0.0) & (answer < 1.0)).all()
    chosen = json.loads((tmp_path / "run" / "choices.json").read_text())
    assert {"threshold", "recall", "false_alarms", "delay_s"} == set(chosen["siren"][0])

    made = (tmp_path / "run" / "learnt.npz").stat().st_mtime_ns
    train_sound(recipe, tmp_path / "run", tmp_path / "models", told.append)  # all of it is there
    assert (tmp_path / "run" / "learnt.npz").stat().st_mtime_ns == made


def test_a_training_goes_on_from_weights_that_were_exported(tmp_path: Path, network: SoundNetwork) -> None:
    """The normalisation that was folded away is there again, and changes no answer."""
    for module in network.modules():
        if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            torch.nn.init.uniform_(module.running_mean, -0.3, 0.3)
            torch.nn.init.uniform_(module.running_var, 0.2, 2.0)
    content = to_onnx(Probabilities(network), CARD)
    features = padded(torch.from_numpy(np.random.default_rng(0).standard_normal((4, CHANNELS, 200, MELS), np.float32)))
    again = SoundNetwork()

    warm(again, content, features)

    with torch.no_grad():
        assert torch.allclose(again(features), network(features), atol=1e-4)
        learning = again.train()(features)  # by the statistics of the batch, which are those that it was warmed with
    assert (learning - network(features)).abs().mean() < 0.2  # what drops out
    with pytest.raises(TrainingError, match=r"the file has no 0\.weight"):
        warm(torch.nn.Sequential(torch.nn.Conv1d(1, 1, 1)), content, features)


def test_weights_of_another_network_are_refused_before_anything_is_made(repository: Path, tmp_path: Path) -> None:
    other = (repository / "models" / "bird_eye" / "model.onnx").read_bytes()
    with pytest.raises(TrainingError, match=r"the file has no front\.0\.weight"):
        train_sound(SoundRecipe(), tmp_path / "run", tmp_path / "models", pytest.fail, start=other)

    assert list(tmp_path.iterdir()) == []


def test_a_siren_is_judged_by_both_looks_of_a_step_as_the_product_does() -> None:
    looks = np.array([[0.0, 0.9], [0.9, 0.0], [0.0, 0.0], [0.9, 0.9]], np.float32)
    rule = Rule(threshold=0.8, hits=2, frames=3)
    assert choosing.raised(looks, rule).tolist() == [False, False, False, False]
    assert choosing.raised(looks, replace(rule, twice=True)).tolist() == [False, True, False, True]


def test_each_cue_is_judged_by_its_own_rule_whatever_its_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = SoundEncoderConfig(siren_threshold=0.86, siren_hits=1, horn_threshold=0.71, horn_hits=4, horn_frames=5)
    judged: dict[str, list[Rule]] = {}

    def judge(answer: object, pool: object, label: str, rules: list[Rule], **_: int) -> list[Choice]:
        judged[label] = rules
        return [Choice(threshold=0.5, recall=0.75, false_alarms=0.25, delay_s=0.1)]

    monkeypatch.setattr(choosing, "SoundEncoderConfig", lambda: changed)
    monkeypatch.setattr(recipe, "choices", judge)
    engine: Any = None
    pool: Any = None
    figures = recipe._alarms(engine, pool, SoundRecipe())

    assert judged == {
        "siren": [Rule(threshold=0.86, hits=1, frames=3, twice=True)],
        "horn": [Rule(threshold=0.71, hits=4, frames=5)],
    }
    assert figures == {"siren_found": 0.75, "no_siren_let_be": 0.75, "horn_found": 0.75, "no_horn_let_be": 0.75}


def test_too_few_scenes_to_judge_by_are_refused(tmp_path: Path) -> None:
    recipe = SoundRecipe(components=PoolSizes(siren=1, horn=1, other=1, background=1), scenes=1, judged=1)
    with pytest.raises(TrainingError, match=r"no held-out scene has a (siren|horn) — judge by more"):
        train_sound(recipe, tmp_path / "run", tmp_path / "models", lambda line: None)


def test_the_command_refuses_what_is_for_another_network(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    with pytest.raises(ConfigError, match="drives is not a parameter"):
        train.run(parser.parse_args(["sound", "--out", str(tmp_path), "--drives", "3"]))
