"""`fleet` over real bags: what is spoilt stops nothing and is named, and no disturbance changes a byte."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from fleets import fleet, same_results
from many_bags import endless
from waiting import until

from crossmodal_narrator.bags.index import DriveStore
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.evaluation import read_evaluation

ALIKE = ("results.parquet", "summary.json", "summary.html")
OF_A_BAG = ("transcript.jsonl", "scenes.jsonl", "refusals.jsonl", "run.json", "result.json")
GOOD = ("drive_000", "drive_001", "drive_002")


def same_bytes(one: Path, other: Path) -> None:
    for name in (*ALIKE, *(f"bags/{bag}/{file}" for bag in (*GOOD, "cut") for file in OF_A_BAG)):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@contextmanager
def killer(out: Path, kills: int) -> Iterator[list[int]]:
    """Kills processes that work on a bag, by the pid that they wrote down, a moment after they have begun."""
    killed: list[int] = []
    is_over = threading.Event()

    def kill() -> None:
        while len(killed) < kills and not is_over.wait(0.02):
            for path in out.glob(".making/*/pid"):
                text = path.read_text() if path.is_file() else ""
                if text and not is_over.wait(0.1 * (len(killed) % 3)):
                    path.unlink(missing_ok=True)  # what is left of a process that is no more is not hit twice
                    with suppress(ProcessLookupError):
                        os.kill(int(text), signal.SIGKILL)
                        killed.append(int(text))
                    break

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        is_over.set()
        thread.join()


def test_what_is_spoilt_is_named_and_the_others_are_whole(undisturbed: Path) -> None:
    summary = json.loads((undisturbed / "summary.json").read_text())
    reasons = {failure["bag"]: failure["reason"] for failure in summary["failed"]}

    assert (summary["bags"], summary["whole"]) == (6, 3)
    assert sorted(path.name for path in (undisturbed / "bags").iterdir()) == ["cut", *GOOD]
    assert reasons["corrupt"] == "corrupt/bag.mcap is not an MCAP file"
    assert reasons["empty"].startswith("no scene came of it")
    assert [failure["bag"] for failure in summary["damaged"]] == ["cut"]
    assert "cut short" in summary["damaged"][0]["reason"]


def test_each_bag_has_its_replay_its_manifest_and_its_evaluation(undisturbed: Path, bags: Path) -> None:
    of_tracks = []
    for name in GOOD:
        folder = undisturbed / "bags" / name
        figures = read_evaluation(folder / "evaluation.json").figures
        of_tracks.append({figure: value for figure, value in figures.items() if figure.startswith("track")})
        assert len((folder / "scenes.jsonl").read_text().splitlines()) >= 5
    assert of_tracks[0]["tracks"]
    assert of_tracks == [of_tracks[0]] * len(GOOD)  # they are one drive, at three times
    assert main(["verify", str(undisturbed / "bags" / GOOD[0]), "--bag", str(bags / GOOD[0])]) == 0


def test_results_in_parquet_have_a_row_for_each_bag(undisturbed: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = {row["bag"]: row for row in parquet.read_table(undisturbed / "results.parquet").to_pylist()}

    assert {name: row["state"] for name, row in rows.items()} == {
        "corrupt": "failed",
        "cut": "damaged",
        "empty": "failed",
        **dict.fromkeys(GOOD, "whole"),
    }
    assert len({rows[name]["bag_sha256"] for name in GOOD}) == 3
    assert not [name for name in rows["cut"] if "latency" in name]


def test_workers_that_are_killed_change_no_byte(undisturbed: Path, bags: Path, tmp_path: Path) -> None:
    with killer(tmp_path, 3) as killed:
        assert fleet(bags, tmp_path, "--on", "processes", "--workers", "2", "--retries", "3") == 1

    assert len(killed) == 3
    same_bytes(undisturbed, tmp_path)
    assert not (tmp_path / ".making").exists()


def test_a_run_that_was_killed_goes_on_without_redoing_what_was_whole(
    undisturbed: Path, bags: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "crossmodal_narrator", "fleet", str(bags), "--out", str(tmp_path)]
    command += ["--on", "processes", "--workers", "1"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until((tmp_path / "bags" / GOOD[0] / "result.json").exists, 120)
    run.kill()
    run.wait()
    made = {path: path.stat().st_ino for path in tmp_path.glob("bags/*/result.json")}

    assert fleet(bags, tmp_path, "--on", "processes") == 2, "results are not written over unasked"
    assert fleet(bags, tmp_path, "--on", "processes", "--resume") == 1
    same_bytes(undisturbed, tmp_path)
    assert {path: path.stat().st_ino for path in made} == made


def test_every_replay_is_in_the_store_once_however_often_the_fleet_is_run(
    undisturbed: Path, bags: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, store = tmp_path / "out", tmp_path / "store"
    shutil.copytree(undisturbed, out)
    shutil.rmtree(out / "bags" / GOOD[0])
    again = ("--on", "processes", "--resume", "--store", str(store))

    assert fleet(bags, out, *again) == 1  # the spoilt ones are named, as without a store
    assert f"{store}: 4 added" in capsys.readouterr().out
    scenes = out / "bags" / GOOD[1] / "scenes.jsonl"
    scenes.write_text(scenes.read_text() + "cut in the mid")
    assert fleet(bags, out, *again) == 1
    told = capsys.readouterr().out
    assert f"{GOOD[1]}: not in the store: " in told
    assert f"{store}: 3 known already" in told
    with DriveStore(store) as opened:
        assert opened.rows("SELECT bag FROM run ORDER BY bag") == [(str(bags / name),) for name in ("cut", *GOOD)]


def test_bags_by_url_give_the_same_bytes(undisturbed: Path, bags: Path, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    assert fleet(f"file://{bags}", tmp_path, "--on", "processes", "--workers", "2") == 1

    same_results(undisturbed, tmp_path)
    assert list(tmp_path.glob(".fetched-*")) == []


def test_on_ray_the_bytes_are_the_same_and_nothing_of_it_is_left(undisturbed: Path, bags: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    command = [sys.executable, "-m", "crossmodal_narrator", "fleet", str(bags), "--out", str(out)]
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PYTHONWARNINGS": "default"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 1, done.stderr
    assert "3 of 6 bags whole" in done.stdout
    assert done.stderr.strip() == "", "Ray says nothing"
    same_bytes(undisturbed, out)
    assert not (home / ".ray").exists()


def test_an_endless_bag_is_ended_and_truth_beside_another_is_used(seed_bag: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    drives, out = tmp_path / "drives", tmp_path / "out"
    shutil.copytree(seed_bag.parent, drives / "one")
    endless(drives / "endless")

    assert fleet(drives, out, "--truth", "--on", "processes", "--workers", "2", "--timeout", "15") == 1
    summary = json.loads((out / "summary.json").read_text())
    assert summary["failed"] == [{"bag": "endless", "reason": "it did not end within 15 s"}]
    assert read_evaluation(out / "bags" / "one%2Fbag" / "evaluation.json").figures["sweeps_with_scene"] == 6


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--language", "xx"), "'xx' is not spoken"),
        (("--topic", "radar=/x"), "'radar' is no name of a topic"),
        (("--params", "nowhere.yaml"), "nowhere.yaml"),
        (("--address", "auto", "--on", "processes"), "clusters are Ray's"),
    ],
)
def test_what_is_wrong_for_every_bag_is_told_before_the_first(
    bags: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    pytest.importorskip("pyarrow")

    assert fleet(bags, tmp_path / "out", *options) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--out", "--store", "--params"])
def test_what_must_be_local_is_refused_as_a_url(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["fleet", str(tmp_path), "--out", str(tmp_path / "out"), option, "s3://bucket/here"])
    assert refused.value.code == 2
    assert "s3://bucket/here is a URL: bags are read from one, and nothing else" in capsys.readouterr().err


def test_a_cluster_that_is_not_there_is_told_of_within_seconds(
    bags: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ray")

    assert fleet(bags, tmp_path / "out", "--address", "127.0.0.1:1") == 2
    assert "no Ray cluster at 127.0.0.1:1" in capsys.readouterr().err
