"""`evaluate`, `report` and `index` take the bag that was replayed, in any form, no other, and name altered files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from copied_bags import copied, replayed
from rosbags.rosbag2 import CompressionMode, StoragePlugin

from crossmodal_narrator.cli.main import main
from crossmodal_narrator.evaluation import read_evaluation

WRITES = {"evaluate": "evaluation.json", "report": "report.html", "index": "store/drives.sqlite"}


def run(verb: str, replay: Path, bag: Path | None) -> int:
    """Whatever the verb writes lies in the folder of the replay."""
    store = ["--store", str(replay / "store")] if verb == "index" else []
    return main([verb, str(replay), *store, *([] if bag is None else ["--bag", str(bag)])])


@pytest.fixture
def replay(small_replay: Path, tmp_path: Path) -> Path:
    """A copy, to write into."""
    return Path(shutil.copytree(small_replay, tmp_path / "replay"))


@pytest.mark.parametrize("verb", WRITES)
def test_a_copy_in_another_form_and_an_annotated_one_are_the_bag(
    verb: str, replay: Path, small_bag: Path, annotated: Path, tmp_path: Path
) -> None:
    packed = copied(small_bag, tmp_path / "db3", storage=StoragePlugin.SQLITE3, mode=CompressionMode.MESSAGE)

    for bag in (small_bag, packed, annotated):
        assert run(verb, replay, bag) == 0
        assert (replay / WRITES[verb]).is_file()


@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"kept": lambda message: message.topic != "/odom"}, "it has no /odom"),
        ({"kept": lambda message: message.topic != "/odom" or message.log_time_ns % 7}, "/odom has "),
        ({"later_ns": 1}, "it begins with "),
    ],
    ids=["without_a_topic", "with_fewer_messages", "with_others_in_the_same_number"],
)
def test_another_bag_is_refused_and_what_was_written_before_stays(
    verb: str,
    other: dict[str, Any],
    told: str,
    replay: Path,
    small_bag: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bag = copied(small_bag, tmp_path / "other", **other)
    assert run(verb, replay, small_bag) == 0
    before = (replay / WRITES[verb]).read_bytes()
    capsys.readouterr()

    assert run(verb, replay, bag) == 2
    assert f"{bag} is not the bag that was replayed: {told}" in capsys.readouterr().err
    assert (replay / WRITES[verb]).read_bytes() == before


def test_a_replay_of_an_earlier_version_tells_its_bag_by_the_counts_alone(
    replay: Path, small_bag: Path, tmp_path: Path
) -> None:
    document = json.loads((replay / "run.json").read_text(encoding="utf-8"))
    del document["bag"]["begin_sha256"]
    (replay / "run.json").write_text(json.dumps(document), encoding="utf-8")

    assert run("evaluate", replay, copied(small_bag, tmp_path / "moved", later_ns=1)) == 0
    assert run("evaluate", replay, copied(small_bag, tmp_path / "less", kept=lambda m: m.topic != "/odom")) == 2


@pytest.mark.parametrize("verb", WRITES)
def test_a_bag_that_was_cut_is_the_bag_of_its_replay(verb: str, small_bag: Path, tmp_path: Path) -> None:
    whole, cut = (small_bag / "bag.mcap").read_bytes(), tmp_path / "cut.mcap"
    cut.write_bytes(whole[: len(whole) // 2])

    assert run(verb, replayed(cut, tmp_path / "replay"), cut) == 0


@pytest.mark.parametrize("name", ["transcript.jsonl", "scenes.jsonl"])
def test_what_was_altered_is_noted_where_it_is_measured_and_shown_and_is_not_indexed(
    replay: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = (replay / name).read_text(encoding="utf-8").splitlines(keepends=True)
    (replay / name).write_text(json.dumps({**json.loads(first), "more": 1}) + "\n" + "".join(others), encoding="utf-8")
    told = f"{name} was altered after it was written"

    assert run("evaluate", replay, None) == 0
    assert f"note: {told}\n" in capsys.readouterr().out
    assert told in [event.text for event in read_evaluation(replay / "evaluation.json").events]
    (replay / "evaluation.json").unlink()
    assert run("report", replay, None) == 0
    assert f"note: {told}\n" in capsys.readouterr().out
    assert f'"{told}."' in (replay / "report.html").read_text(encoding="utf-8")
    assert run("index", replay, None) == 2
    assert f"{told} — replay the bag again" in capsys.readouterr().err
    assert not (replay / "store").exists()


def test_of_what_is_as_it_was_written_nothing_is_noted(replay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [run(verb, replay, None) for verb in WRITES] == [0, 0, 0]
    assert "altered" not in capsys.readouterr().out
