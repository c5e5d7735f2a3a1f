"""One command goes from the simulator to a model folder that the product opens, and goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

import torch

from crossmodal_narrator.cli.main import main
from crossmodal_narrator.core.errors import ModelError, NarratorError, TrainingError
from crossmodal_narrator.encoding.lidar.bird_eye import CELLS, CHANNELS
from crossmodal_narrator.encoding.lidar.centres import GRID, REGRESSIONS
from crossmodal_narrator.encoding.lidar.detector import LABELS
from crossmodal_narrator.runtime import ModelStore, open_engine
from crossmodal_narrator.runtime.golden import block_noise
from crossmodal_narrator.training.lidar.recipe import LidarRecipe, train_lidar
from crossmodal_narrator.training.lidar.sweeps import LabelledSweep
from crossmodal_narrator.training.lidar.task import LidarTask
from crossmodal_narrator.training.loop import Schedule
from crossmodal_narrator.training.report import read_curves
from crossmodal_narrator.training.warm import blended, note_beginning

pytestmark = pytest.mark.slow

BIRD_EYE = Path(__file__).parents[3] / "models" / "bird_eye"
SMALL = LidarRecipe(
    drives=10, every_s=20.0, batch_size=2, schedule=Schedule(steps=6, warm_up=2, note_every=2, keep_every=3, threads=1)
)


def test_from_the_simulator_to_a_model_that_opens(tmp_path: Path) -> None:
    told: list[str] = []
    manifest_path = train_lidar(SMALL, tmp_path / "run", tmp_path / "models", told.append)

    store = ModelStore(tmp_path / "models")
    manifest = store.manifest("bird_eye")
    answer = open_engine(manifest, store).infer({"image": np.zeros((1, CHANNELS, CELLS, CELLS), np.float32)})

    assert manifest_path == tmp_path / "models" / "bird_eye" / "manifest.yaml"
    assert manifest.labels == LABELS
    assert manifest.artifact.size_bytes < 8_000_000
    assert answer["scores"].shape == (1, len(LABELS), GRID, GRID)
    assert answer["regressions"].shape == (1, REGRESSIONS, GRID, GRID)
    assert str(tmp_path).encode() not in (manifest_path.parent / "model.onnx").read_bytes()
    assert {"scores", "boxes", "ap_vehicle"} <= set(read_curves(tmp_path / "run"))
    assert {precision.value for precision in manifest.variants} == {"fp16", "int8"}
    assert any(line.startswith("bird_eye in int8: ap_vehicle") for line in told)
    report = (tmp_path / "run" / "report.html").read_text()
    assert "<svg" in report
    assert "ap_vehicle" in report

    made = sorted((tmp_path / "run" / "sweeps").iterdir())
    before = [path.stat().st_mtime_ns for path in made]
    train_lidar(SMALL, tmp_path / "run", tmp_path / "models", told.append)  # all of it is there
    assert [path.stat().st_mtime_ns for path in made] == before
    assert sum(line.startswith("step 6") for line in told) == 2  # its last figures, and its last judgement, once


def test_drives_of_which_none_is_held_out_are_refused(tmp_path: Path) -> None:
    too_few = LidarRecipe(drives=2, every_s=40.0, schedule=Schedule(steps=1))

    with pytest.raises(TrainingError, match=r"0 to judge by.*at least 10 drives"):
        train_lidar(too_few, tmp_path / "run", tmp_path / "models", lambda line: None)


def clutter() -> LabelledSweep:
    return LabelledSweep(
        points=np.random.default_rng(3).uniform((-40, -40, 0.2), (40, 40, 3.0), (20_000, 3)).astype(np.float32),
        classes=np.zeros(0, np.int32),
        boxes=np.zeros((0, 6), np.float32),
        counts=np.zeros(0, np.int32),
    )


def test_what_is_taken_lies_between_the_weights_before_and_after() -> None:
    """At either end it answers as that one does, and its weights are those of both, mixed."""
    start = (BIRD_EYE / "model.onnx").read_bytes()
    task = LidarTask([clutter()], [], 2, start)
    beginning, learnt = task.network(), task.network()
    with torch.no_grad():
        for weight in learnt.parameters():
            weight.add_(0.01 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)))
    image = task.batch(0, 0).image
    answers = {}
    for share in (0.0, 0.5, 1.0):
        mixed = blended(beginning, learnt, share)
        with torch.no_grad():
            answers[share] = (mixed(image)[0], next(mixed.parameters()).clone())
    with torch.no_grad():
        torch.testing.assert_close(answers[0.0][0], beginning.eval()(image)[0], atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(answers[1.0][0], learnt.eval()(image)[0], atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(answers[0.5][1], 0.5 * (answers[0.0][1] + answers[1.0][1]))
    assert (answers[0.5][0] - answers[0.0][0]).abs().max() > 1e-3


def test_weights_are_learnt_on_from_a_model() -> None:
    """The normalisation that was folded away is there again, and changes no answer."""
    image = block_noise((1, CHANNELS, CELLS, CELLS), seed=4, block=4)

    network = LidarTask([clutter()], [], start=(BIRD_EYE / "model.onnx").read_bytes()).network().eval()
    with torch.no_grad():
        scores, regressions = (answer.numpy() for answer in network(torch.from_numpy(image)))
    store = ModelStore(BIRD_EYE.parent)
    wanted = open_engine(store.manifest(BIRD_EYE.name), store).infer({"image": image})

    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())
    np.testing.assert_allclose(scores, wanted["scores"], atol=1e-4)
    np.testing.assert_allclose(regressions, wanted["regressions"], atol=1e-3)


def test_a_training_goes_on_only_with_what_it_began_with(tmp_path: Path) -> None:
    note_beginning(tmp_path, b"weights")
    note_beginning(tmp_path, b"weights")

    with pytest.raises(TrainingError, match=r"began with sha256 [0-9a-f]{64} instead of drawn weights"):
        note_beginning(tmp_path, None)


def test_another_model_is_not_learnt_on() -> None:
    start = (BIRD_EYE.parent / "sound_events" / "model.onnx").read_bytes()

    with pytest.raises(TrainingError, match=r"the file has no stem\.0\.weight"):
        LidarTask([clutter()], [], start=start).network()


@pytest.mark.parametrize(
    ("content", "kind", "told"),
    [
        (b"no weights", ModelError, "the file to go on from is not an ONNX file"),
        ((BIRD_EYE.parent / "sound_events" / "model.onnx").read_bytes(), TrainingError, "the file has no stem"),
    ],
)
def test_weights_that_are_of_no_such_network_are_refused_before_anything_is_made(
    content: bytes, kind: type[NarratorError], told: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=told):
        train_lidar(SMALL, tmp_path / "run", tmp_path / "models", pytest.fail, start=content)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("network", "path", "told"),
    [("crossmodal", "x", "--from is for"), ("lidar", "absent.onnx", "absent.onnx: No such")],
)
def test_what_cannot_be_gone_on_from_is_refused(
    network: str, path: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", network, "--from", path, "--out", str(tmp_path)]) != 0

    assert told in capsys.readouterr().err
