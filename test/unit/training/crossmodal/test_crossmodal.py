"""Snapshots and words are bound: mirrored alike, judged fairly, and exported to models that the product opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from described_truth import TRUTH  # noqa: E402

from crossmodal_narrator.core.errors import TrainingError  # noqa: E402
from crossmodal_narrator.encoding.crossmodal import SceneEncoder, Sensed, TextEncoder  # noqa: E402
from crossmodal_narrator.encoding.crossmodal.painting import SENSES, SHAPES  # noqa: E402
from crossmodal_narrator.runtime import ModelStore, open_engine  # noqa: E402
from crossmodal_narrator.runtime.artifacts import Precision  # noqa: E402
from crossmodal_narrator.training.crossmodal.examples import ObjectLists, Snapshots, take_away  # noqa: E402
from crossmodal_narrator.training.crossmodal.judging import Judged, recall_at  # noqa: E402
from crossmodal_narrator.training.crossmodal.network import SPACE, CrossmodalNetwork  # noqa: E402
from crossmodal_narrator.training.crossmodal.recipe import (  # noqa: E402
    CrossmodalRecipe,
    CrossmodalSchedule,
    retrieval,
    train_crossmodal,
)
from crossmodal_narrator.training.crossmodal.snapshots import (  # noqa: E402
    DescribedSnapshot,
    Encoders,
    SensedDrive,
    read_snapshots,
    write_snapshots,
)
from crossmodal_narrator.training.crossmodal.task import CrossmodalTask, info_nce  # noqa: E402

SMALL = CrossmodalRecipe(
    drives=6,
    batch_size=4,
    processes=1,
    schedule=CrossmodalSchedule(steps=4, warm_up=1, note_every=2, keep_every=2, threads=1),
)


def drawn(number: int, tick: int = 0, **truth: Any) -> DescribedSnapshot:
    rng = np.random.default_rng((number, tick))
    painted = {name: rng.random(shape, np.float32) for name, shape in SHAPES.items()}
    painted["present"] = np.ones(SHAPES["present"], np.float32)
    return DescribedSnapshot(painted=painted, truth={"drive": number, "tick": tick, **TRUTH, **truth})


def test_a_file_of_snapshots_comes_back_to_a_part_in_255(tmp_path: Path) -> None:
    sent = [drawn(3, 0), drawn(3, 1)]
    write_snapshots(tmp_path / "drive_00003.npz", sent)
    back = read_snapshots(tmp_path / "drive_00003.npz")
    columns = Snapshots(back).inputs(np.arange(2))

    assert [one.truth for one in back] == [one.truth for one in sent]
    for name, values in columns.items():
        wanted = np.stack([one.painted[name] for one in sent])
        assert np.abs(values - wanted).max() <= 0.5 / 255 + 1e-6, name


def test_what_is_mirrored_twice_is_as_it_was_and_once_is_not() -> None:
    snapshots = Snapshots([drawn(1)])
    columns = snapshots.inputs(np.array([0]))
    before = {name: values.copy() for name, values in columns.items()}
    snapshots.mirror(columns, 0)
    assert not np.array_equal(columns["plan"], before["plan"])
    assert columns["ego"][0, 0, 2:].tolist() == before["ego"][0, 0, :1:-1].tolist()
    snapshots.mirror(columns, 0)

    assert all(np.array_equal(columns[name], before[name]) for name in before)


def test_a_sense_that_is_taken_away_leaves_nothing_and_the_others_are_untouched() -> None:
    columns = Snapshots([drawn(1), drawn(2)]).inputs(np.arange(2))
    lost = np.zeros((2, len(SENSES)), np.bool_)
    lost[1, SENSES.index("camera")] = True
    take_away(columns, lost)

    assert not columns["picture"][1].any()
    assert not columns["things"][1].any()
    assert columns["plan"][1].any()
    assert columns["picture"][0].any()
    assert columns["present"][:, 0].tolist() == [[1.0] * 4, [0.0, 1.0, 1.0, 1.0]]


def test_a_list_of_objects_holds_those_that_were_met_the_nearest_first_and_nothing_else() -> None:
    lists = ObjectLists([drawn(1), drawn(2, daylight="night")])
    day, night = lists.inputs(np.arange(2))["objects"]
    mirrored = lists.inputs(np.arange(2))
    lists.mirror(mirrored, 0)

    assert day[:, 0].sum() == 6
    assert np.all(np.diff(day[:6, 20]) > 0.0)
    assert day[:, 8:18].sum() == 1.0  # one colour can be known
    assert night[:, 8:18].sum() == 0.0
    assert mirrored["objects"][0, 0, 19] == -day[0, 19]


def test_pairs_that_agree_cost_nothing_and_pairs_that_are_swapped_cost_much() -> None:
    axes = torch.eye(3)

    assert float(info_nce(axes, axes, torch.tensor(50.0))) < 1e-6
    assert float(info_nce(axes, axes.roll(1, 0), torch.tensor(50.0))) > 40.0


def test_recall_counts_those_among_the_nearest() -> None:
    offered = np.eye(4, dtype=np.float32)
    asked = offered.copy()
    asked[0] = (0.5, 0.8, 0.0, 0.0)

    assert recall_at(1, asked, offered) == 0.75
    assert recall_at(2, asked, offered) == 1.0


def test_snapshots_of_one_drive_that_nothing_tells_apart_are_judged_once() -> None:
    same = [drawn(6, 0), drawn(6, 1), drawn(6, 2, ego_speed_mps=8.0), drawn(13, 0)]

    assert len(Judged(Snapshots(same))) == 3


def test_the_same_batch_comes_for_the_same_step_and_tells_what_it_shows() -> None:
    learnt = Snapshots([drawn(k) for k in range(6)])
    task = CrossmodalTask(learnt, Judged(learnt), 4)
    one, again, next_one = task.batch(0, 5), task.batch(0, 5), task.batch(0, 6)

    assert np.array_equal(one.texts, again.texts)
    assert one.texts.any(axis=2)[:, -1].any()  # no room is left behind the longest
    assert np.array_equal(one.scenes["plan"], again.scenes["plan"])
    assert not np.array_equal(one.scenes["plan"], next_one.scenes["plan"])
    assert one.scenes["present"].sum(axis=(1, 2)).min() > 0.0


def test_a_text_means_the_same_however_much_room_is_left_behind_it() -> None:
    """What is no word does not count: it is neither looked at nor averaged."""
    torch.manual_seed(0)
    network = CrossmodalNetwork().eval().text
    bags = torch.zeros(1, 80, 1024)
    bags[0, 0, 5] = bags[0, 1, 9] = 1.0
    short = network(bags)
    network.places.data[:, 2:] += 5.0

    torch.testing.assert_close(network(bags), short)


def test_an_absent_sense_is_as_if_nothing_of_it_were_there() -> None:
    torch.manual_seed(0)
    network = CrossmodalNetwork().eval().scene
    shown = {name: torch.rand(1, *shape) for name, shape in SHAPES.items()}
    shown["present"] = torch.tensor([[[1.0, 1.0, 0.0, 1.0]]])
    other = {**shown, "sounds": torch.rand(1, *SHAPES["sounds"])}

    torch.testing.assert_close(network(**shown), network(**other))


def test_from_snapshots_to_two_models_that_the_product_opens(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "snapshots"
    folder.mkdir(parents=True)
    for number in range(SMALL.drives):
        many = [drawn(number, tick, ego_speed_mps=float(tick)) for tick in (0, 6, 12)]
        write_snapshots(folder / f"drive_{number:05d}.npz", many)
    told: list[str] = []
    train_crossmodal(SMALL, tmp_path / "run", tmp_path / "models", told.append)

    store = ModelStore(tmp_path / "models")
    scenes = SceneEncoder(open_engine(store.manifest("crossmodal_scene"), store))
    texts = TextEncoder(open_engine(store.manifest("crossmodal_text"), store))
    figures = json.loads((tmp_path / "run" / "retrieval.json").read_text())

    assert np.linalg.norm(scenes.encode(Sensed())) == pytest.approx(1.0, abs=1e-4)
    assert texts.encode("雨夜的警笛").shape == (SPACE,)
    assert set(figures) == {"all", *(f"without {s}" for s in SENSES), *(f"{s} alone" for s in SENSES)}
    assert figures["all"]["en_at_10"] == 1.0  # of three
    assert "learning from 15 snapshots, judging by 3 of other drives" in told
    for name in ("crossmodal_scene", "crossmodal_text"):
        assert set(store.manifest(name).variants) == {Precision.FP16, Precision.INT8}
        assert any(line.startswith(f"{name} in int8: en_at_3 1") for line in told), told
    assert (tmp_path / "run" / "report.html").is_file()


def test_too_few_drives_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "snapshots"
    folder.mkdir(parents=True)
    for number in range(2):
        write_snapshots(folder / f"drive_{number:05d}.npz", [drawn(number)])
    few = CrossmodalRecipe(drives=2, processes=1)

    with pytest.raises(TrainingError, match=r"0 to judge by.*at least 6 drives"):
        train_crossmodal(few, tmp_path / "run", tmp_path / "models", lambda line: None)


def test_what_is_not_there_is_told_by_what_is_retrieved_without_it() -> None:
    torch.manual_seed(0)
    judged = Judged(Snapshots([drawn(6, tick, ego_speed_mps=float(tick)) for tick in range(0, 14, 2)]))
    figures = retrieval(CrossmodalNetwork(), judged)

    assert all(0.0 <= value <= 1.0 for recalls in figures.values() for value in recalls.values())


@pytest.mark.slow
def test_a_simulated_snapshot_is_the_same_each_time_and_shows_all_senses() -> None:
    from crossmodal_narrator.training.crossmodal.drives import drive

    made, encoders = drive(3), Encoders()
    one, again = (SensedDrive(made, encoders).snapshot(59) for _ in range(2))

    assert one.truth == again.truth
    assert all(np.array_equal(one.painted[name], again.painted[name]) for name in SHAPES)
    assert one.painted["present"].tolist() == [[1.0] * 4]
    assert one.painted["picture"].std() > 0.05
    assert one.painted["plan"][8:].any()
    assert one.truth["network"] == made.scenario.network
