"""What is a bag, among the files under a prefix."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.core.errors import BagError, ConfigError, FetchError
from crossmodal_narrator.fleet.fetching import local_bag
from crossmodal_narrator.fleet.finding import bags_in, find_bags


def found(*paths: str) -> dict[str, tuple[str, ...]]:
    return {bag.name: bag.files for bag in bags_in(dict.fromkeys(paths, "1"))}


def test_a_folder_with_metadata_is_one_bag_with_all_its_files() -> None:
    assert found("b/bag/metadata.yaml", "b/bag/x_0.mcap", "b/bag/x_1.mcap", "b/notes.txt") == {
        "b/bag": ("b/bag/metadata.yaml", "b/bag/x_0.mcap", "b/bag/x_1.mcap")
    }


def test_a_split_bag_without_metadata_is_known_by_its_folders_name() -> None:
    assert found("drive/drive_0.db3", "drive/drive_1.db3") == {"drive": ("drive/drive_0.db3", "drive/drive_1.db3")}


def test_other_recordings_are_bags_by_themselves() -> None:
    assert found("monday.mcap", "week/tuesday.db3", "week/tuesday.db3-wal", "week/friday.mcap.zstd") == {
        "monday.mcap": ("monday.mcap",),
        "week/friday.mcap.zstd": ("week/friday.mcap.zstd",),
        "week/tuesday.db3": ("week/tuesday.db3", "week/tuesday.db3-wal"),
    }


def test_truth_beside_one_bag_is_its_own_and_beside_two_it_is_nobodys() -> None:
    bags = bags_in(
        dict.fromkeys(["a/x.mcap", "a/truth.json", "b/x.mcap", "b/y.mcap", "b/truth.json", "b/vehicle.yaml"], "1")
    )

    assert {bag.name: bag.beside for bag in bags} == {
        "a/x.mcap": ("a/truth.json",),
        "b/x.mcap": ("b/vehicle.yaml",),
        "b/y.mcap": ("b/vehicle.yaml",),
    }


@pytest.mark.parametrize("is_remote", [False, True])
def test_the_work_is_given_no_truth_that_may_be_of_another_bag(tmp_path: Path, is_remote: bool) -> None:
    if is_remote:
        pytest.importorskip("fsspec")
    drives, scratch = tmp_path / "drives", tmp_path / "scratch"
    for path in ("a.mcap", "b.mcap", "truth.json", "vehicle.yaml", "own/c.mcap", "own/truth.json"):
        (drives / path).parent.mkdir(parents=True, exist_ok=True)
        (drives / path).write_text(path)
    scratch.mkdir()
    given = {}
    for bag in find_bags(drives.as_uri() if is_remote else str(drives)):
        with local_bag(bag, scratch) as local:
            given[local.name] = {name: path.read_text() for name, path in local.beside.items()}

    assert given == {
        "a.mcap": {"vehicle.yaml": "vehicle.yaml"},
        "b.mcap": {"vehicle.yaml": "vehicle.yaml"},
        "own/c.mcap": {"truth.json": "own/truth.json"},
    }


def test_a_bag_has_another_mark_when_a_file_of_it_or_its_truth_changes() -> None:
    files = {"a/x.mcap": "1", "a/truth.json": "1", "b/x.mcap": "1"}
    before, changed = (
        {bag.name: bag.mark for bag in bags_in(listing)} for listing in (files, {**files, "a/truth.json": "2"})
    )

    assert before["a/x.mcap"] != changed["a/x.mcap"]
    assert before["b/x.mcap"] == changed["b/x.mcap"]


def test_a_prefix_that_is_a_bag_itself_is_refused() -> None:
    with pytest.raises(BagError, match="is a bag itself"):
        found("metadata.yaml", "x.mcap")


def test_pipes_hidden_folders_and_the_results_themselves_are_no_bags(tmp_path: Path) -> None:
    for name in ("real", ".hidden", "out/bags/real"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "x.mcap").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.mcap")

    bags = find_bags(str(tmp_path), leave_out=tmp_path / "out")

    assert [bag.name for bag in bags] == ["real/x.mcap"]


def test_a_url_finds_the_same_bags_as_the_folder(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    for name in ("one/bag/metadata.yaml", "one/bag/x.mcap", "one/truth.json", "two.db3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"1")
    by_folder, by_url = find_bags(str(tmp_path)), find_bags(f"file://{tmp_path}")

    assert [(b.name, b.files, b.beside) for b in by_url] == [(b.name, b.files, b.beside) for b in by_folder]


def test_nothing_and_what_nobody_can_read_are_told_with_a_remedy(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(BagError, match="holds no bag"):
        find_bags(str(tmp_path))
    with pytest.raises(BagError, match="is no folder"):
        find_bags(str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match="cannot be read"):
        find_bags("nosuchstore://drives")


class Store:
    """An object store of these keys, which gives nothing."""

    def __init__(self, *keys: str, error: Exception | None = None) -> None:
        self._keys, self._error = keys, error

    def find(self, root: str, *, detail: bool) -> dict[str, dict[str, Any]]:
        return {f"{root}/{key}": {"size": 1} for key in self._keys}

    def get_file(self, key: str, target: str) -> None:
        if self._error is not None:
            raise self._error
        Path(target).write_text(key)


def stored(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("finding", "fetching"):
        monkeypatch.setattr(f"crossmodal_narrator.fleet.{module}.file_system", lambda prefix: (store, "drives"))


def test_a_key_that_leads_out_of_its_folder_is_no_bag(monkeypatch: pytest.MonkeyPatch) -> None:
    stored(Store("a/x.mcap", "../../y.mcap", "a/../../truth.json", "b/../z.mcap", "c..d.mcap"), monkeypatch)

    bags = find_bags("s3://drives")

    assert [(bag.name, bag.files, bag.beside) for bag in bags] == [
        ("a/x.mcap", ("a/x.mcap",), ()),
        ("c..d.mcap", ("c..d.mcap",), ()),
    ]


class ThrottledError(Exception):
    """As those of a store, of no base that is known here."""


def test_whatever_a_store_raises_is_told_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(Store("a/x.mcap", error=ThrottledError("slow down")), monkeypatch)
    (bag,) = find_bags("s3://drives")

    told = r"a/x.mcap cannot be copied: ThrottledError: slow down .*--resume"
    with pytest.raises(FetchError, match=told), local_bag(bag, tmp_path):
        pass
    assert not list(tmp_path.iterdir())
