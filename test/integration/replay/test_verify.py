"""`verify` makes a replay again: it says that the bytes are the same, or what went in and what came out differently."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest
from copied_bags import copied, replayed, said_and_seen
from rosbags.rosbag2 import StoragePlugin

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.bags.manifest import read_manifest
from crossmodal_narrator.bags.replay import Replay, Transcript
from crossmodal_narrator.bags.verification import compare_runs
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.cli.recorded import open_drive
from crossmodal_narrator.core.errors import BagError


def verified(replay: Path, bag: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    status = main(["verify", str(replay), "--bag", str(bag)])
    told = capsys.readouterr()
    return status, told.out + told.err


def test_a_copy_in_another_storage_verifies_what_was_replayed(
    small_bag: Path, small_replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = copied(small_bag, tmp_path / "drive", storage=StoragePlugin.SQLITE3)
    status, told = verified(small_replay, copy, capsys)
    assert status == 0
    assert (
        re.fullmatch(
            r"same: \d+ lines of transcript.jsonl, 32 lines of scenes.jsonl, \d+ lines of refusals.jsonl\n", told
        )
        is not None
    )


def test_the_manifest_names_all_that_went_in_and_no_clock_and_no_path(small_bag: Path, small_replay: Path) -> None:
    run = read_manifest(small_replay)
    assert [model.name for model in run.models] == ["nanodet_g", "bird_eye", "sound_events"]
    assert {model.engine for model in run.models} == {"ONNX Runtime CPU"}
    assert {"python", "numpy", "scipy", "opencv", "onnxruntime"} <= set(run.code.versions)
    assert run.languages == ("en", "zh")
    assert len(run.configuration["perception"]["sound"]["capsules_m"]) == 12  # of vehicle.yaml beside the bag
    read = {topic.name: topic.count for topic in run.bag.topics}
    assert read == {t.name: t.message_count for t in open_bag(small_bag).topics if t.name in read}
    text = (small_replay / "run.json").read_text(encoding="utf-8")
    assert str(small_bag.parents[2]) not in text
    assert str(Path.home()) not in text


def test_an_altered_transcript_is_told_with_its_line_and_stamp(
    small_bag: Path, small_replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = Path(shutil.copytree(small_replay, tmp_path / "replay"))
    lines = (replay / "transcript.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    record = json.loads(lines[1])
    lines[1] = json.dumps({**record, "text": "一头大象。"}, ensure_ascii=False) + "\n"
    (replay / "transcript.jsonl").write_text("".join(lines), encoding="utf-8")

    status, told = verified(replay, small_bag, capsys)
    assert status == 1
    assert "transcript.jsonl was altered after it was written" in told
    first = f'transcript.jsonl, line 2: at stamp {record["stamp_ns"]} ns: text was "一头大象。", is "{record["text"]}"'
    assert first in told
    assert "scenes.jsonl" not in told


def test_a_refusal_that_was_put_in_is_told(
    small_bag: Path, small_replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = Path(shutil.copytree(small_replay, tmp_path / "replay"))
    with (replay / "refusals.jsonl").open("a", encoding="utf-8") as refusals:
        refusals.write('{"stamp_ns": 5, "fate": "dropped"}\n')
    status, told = verified(replay, small_bag, capsys)
    assert status == 1
    assert "refusals.jsonl was altered after it was written" in told


def test_another_bag_is_told_by_its_digest_and_the_topics_that_differ(
    small_bag: Path, small_replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = copied(small_bag, tmp_path / "drive", kept=lambda message: message.topic != "/lidar/points")
    status, told = verified(small_replay, copy, capsys)
    assert status == 1
    assert re.search(r"bag: content [0-9a-f]{12} was replayed, this one has [0-9a-f]{12}", told)
    assert 'bag: /lidar/points was "32 of sensor_msgs/msg/PointCloud2", is nothing' in told
    assert re.search(r"scenes.jsonl, line 1: at stamp \d+ ns: ", told)


def test_other_weights_and_another_library_are_named_and_only_the_weights_count(
    small_replay: Path,
) -> None:
    run = read_manifest(small_replay)
    code = dataclasses.replace(run.code, versions={**run.code.versions, "numpy": "1.0"})
    library = compare_runs(small_replay, dataclasses.replace(run, code=code), small_replay, run)
    assert library.is_same
    assert [line.split(", is ")[0] for line in library.surroundings] == ['numpy was "1.0"']

    models = tuple(dataclasses.replace(model, sha256="0" * 64) for model in run.models)
    weights = compare_runs(small_replay, dataclasses.replace(run, models=models), small_replay, run)
    assert not weights.is_same
    assert 'model bird_eye was "000000000000 in fp32 by ONNX Runtime CPU"' in weights.decisive[1]


def test_a_value_that_was_set_otherwise_is_named(small_replay: Path) -> None:
    run = read_manifest(small_replay)
    perception = {**run.configuration["perception"], "lidar_enabled": False}
    other = dataclasses.replace(run, configuration={**run.configuration, "perception": perception})
    assert other.configuration_sha256 != run.configuration_sha256
    found = compare_runs(small_replay, run, small_replay, other)
    assert found.decisive == ("configuration: perception.lidar_enabled was true, is false",)


def test_a_damaged_bag_gives_a_manifest_that_says_so_and_verifies_as_what_it_is(
    small_bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cut").mkdir()
    whole = (small_bag / "bag.mcap").read_bytes()
    (tmp_path / "cut" / "bag.mcap").write_bytes(whole[: len(whole) // 2])
    replay = replayed(tmp_path / "cut", tmp_path / "out")
    assert "of a bag that could not be read whole" in capsys.readouterr().out

    document = json.loads((replay / "run.json").read_text(encoding="utf-8"))
    assert document["complete"] is False
    assert document["damage"][0].startswith("bag.mcap is cut short at byte")
    assert str(tmp_path) not in json.dumps(document)
    status, told = verified(replay, tmp_path / "cut", capsys)
    assert status == 0
    assert "same, of a bag that could not be read whole" in told
    assert "could not be read: bag.mcap is cut short" in told


def test_a_replay_that_was_stopped_has_no_manifest_and_leaves_none_of_an_earlier_one(
    small_bag: Path, small_replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(small_replay, tmp_path / "replay"))
    drive = open_drive(small_bag, None, "en")
    with Transcript(folder) as transcript:
        for _ in zip(range(3), Replay(drive.bag, drive.intake, drive.pipeline, transcript), strict=False):
            pass

    assert said_and_seen(folder) != said_and_seen(small_replay)
    with pytest.raises(BagError, match="one that was stopped has no manifest"):
        read_manifest(folder)
    status, told = verified(folder, small_bag, capsys)
    assert (status, "Traceback" in told) == (2, False)


@pytest.mark.parametrize(
    ("content", "told"),
    [("{", "is no manifest"), ('{"format": 9}', "has format 9"), ('{"format": 1}', "KeyError"), ("[]", "format None")],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(BagError, match=told):
        read_manifest(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(
    small_bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["replay", str(small_bag), "--out", str(tmp_path / "file")]) == 2
    assert "name a folder that can be written" in capsys.readouterr().err
