"""Several processes index into one store, and one of them is killed: in the end each run is there once, and whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from replayed_drives import scene, siren, write
from waiting import until

from crossmodal_narrator.bags.index import DriveStore
from crossmodal_narrator.bags.index.schema import FILE
from crossmodal_narrator.core.errors import BagError

RUNS, SCENES = 12, 150


@pytest.fixture(scope="module")
def replays(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("replays")
    sounds = [siren(0.1)]
    return [
        write(folder / f"{n:02d}", [scene(k, speed=float(n), sounds=sounds) for k in range(SCENES)])
        for n in range(RUNS)
    ]


def started(replays: list[Path], store: Path) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "crossmodal_narrator", "index", *map(str, replays), "--store", str(store)]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL)


def runs_of(store: Path) -> list[tuple[str, int]]:
    """The replays by name, and how many moments each has."""
    with DriveStore(store) as opened:
        loaded = opened.loaded()
        names = [Path(path).name for (path,) in opened.rows("SELECT replay FROM run ORDER BY run")]
        assert len(names) == len(loaded.runs)
        return sorted((name, int((loaded.moment_run == k).sum())) for k, name in enumerate(names))


def test_who_index_at_once_wait_for_each_other(replays: list[Path], tmp_path: Path) -> None:
    both = [started(replays, tmp_path), started(list(reversed(replays)), tmp_path)]

    assert [process.wait(60) for process in both] == [0, 0]
    assert runs_of(tmp_path) == [(f"{n:02d}", SCENES // 10) for n in range(RUNS)]


def test_after_a_kill_the_same_command_ends_what_was_begun(replays: list[Path], tmp_path: Path) -> None:
    process = started(replays, tmp_path)
    until(lambda: count(tmp_path) >= 3, 60)
    process.kill()
    assert process.wait(10) != 0
    assert all(moments == SCENES // 10 for _, moments in runs_of(tmp_path))

    assert started(replays, tmp_path).wait(60) == 0
    assert runs_of(tmp_path) == [(f"{n:02d}", SCENES // 10) for n in range(RUNS)]


def count(store: Path) -> int:
    """Of the runs; none while the store is being made."""
    if not (store / FILE).is_file():
        return 0
    try:
        with DriveStore(store) as opened:
            return int(opened.rows("SELECT count(*) FROM run")[0][0])
    except BagError:
        return 0
