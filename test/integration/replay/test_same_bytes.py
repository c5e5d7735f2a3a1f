"""The same drive gives the same bytes, however it is stored and however many threads run its models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from copied_bags import copied, replayed, said_and_seen, split
from rosbags.rosbag2 import CompressionMode, StoragePlugin

from crossmodal_narrator.bags import open_bag


def manifest(replay: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((replay / "run.json").read_text(encoding="utf-8"))
    return document


def test_a_replay_sees_something_and_says_it_in_both_languages(small_replay: Path) -> None:
    said, seen, _ = said_and_seen(small_replay)
    assert {json.loads(line)["language"] for line in said.splitlines()} == {"en", "zh"}
    assert sum(len(json.loads(line)["objects"]) for line in seen.splitlines()) > 10
    assert any(json.loads(line)["sounds"] for line in seen.splitlines())


FORMS = [
    (StoragePlugin.SQLITE3, CompressionMode.NONE),
    (StoragePlugin.SQLITE3, CompressionMode.MESSAGE),
    (StoragePlugin.MCAP, CompressionMode.FILE),
]


@pytest.mark.parametrize(("storage", "mode"), FORMS, ids=["db3", "db3_messages_zstd", "mcap_file_zstd"])
def test_a_copy_in_another_storage_or_compression_is_the_same_replay(
    small_bag: Path, small_replay: Path, tmp_path: Path, storage: StoragePlugin, mode: CompressionMode
) -> None:
    copy = copied(small_bag, tmp_path / "drive", storage=storage, mode=mode)
    replay = replayed(copy, tmp_path / "out")
    assert said_and_seen(replay) == said_and_seen(small_replay)
    assert (replay / "run.json").read_bytes() == (small_replay / "run.json").read_bytes()


def test_one_thread_and_four_give_the_bytes_of_two(small_bag: Path, small_replay: Path, tmp_path: Path) -> None:
    assert manifest(small_replay)["configuration"]["perception"]["engine"]["threads"] == 2
    for threads in (1, 4):
        params = tmp_path / f"{threads}.yaml"
        params.write_text(f"perception: {{ros__parameters: {{engine: {{threads: {threads}}}}}}}\n", encoding="utf-8")
        replay = replayed(small_bag, tmp_path / str(threads), "--params", str(params))
        assert manifest(replay)["configuration"]["perception"]["engine"]["threads"] == threads
        assert said_and_seen(replay) == said_and_seen(small_replay)


def test_the_names_of_the_files_of_a_split_bag_do_not_matter(
    small_bag: Path, small_replay: Path, tmp_path: Path
) -> None:
    start_ns = open_bag(small_bag).start_ns
    cuts = [start_ns + round(s * 1e9) for s in (0.9, 1.8)]
    for order in ("abc", "cab"):
        files = split(small_bag, tmp_path / order, cuts, names=order)
        replay = replayed(files, tmp_path / f"out_{order}")
        assert said_and_seen(replay) == said_and_seen(small_replay)
        assert manifest(replay)["bag"] == manifest(small_replay)["bag"]
