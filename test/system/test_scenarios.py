"""Every scenario that comes along is driven from the command line, twice at once, and gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.simulation.scenarios import scenario_names

pytestmark = pytest.mark.slow

SECONDS = 1.5
SMALL = ["--seconds", str(SECONDS), "--size", "320x180", "--lidar", "beams_32", "--seed", "3"]
SENSED = {"/lidar/points", "/odom", "/tf", "/tf_static", "/imu", "/gnss/fix", "/audio/outside", "/audio/cabin"}


def simulate(name: str, folder: Path, processes: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "crossmodal_narrator", "simulate", name, "--out", str(folder), *SMALL]
    return subprocess.Popen(
        [*command, "--processes", str(processes)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("name", scenario_names())
def test_two_runs_of_a_scenario_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    runs = [simulate(name, tmp_path / str(processes), processes) for processes in (1, 2)]
    for run in runs:
        output, _ = run.communicate(timeout=120)
        assert run.returncode == 0, output

    once, again = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert once == again
    assert {"truth.json", "expectations.json", "bag/metadata.yaml"} <= set(once)
    bag = open_bag(tmp_path / "1" / "bag")
    assert {topic.name for topic in bag.topics} >= SENSED
    assert len(json.loads((tmp_path / "1" / "truth.json").read_text(encoding="utf-8"))) == round(10 * SECONDS)


def test_there_are_as_many_scenarios_as_were_promised() -> None:
    assert len(scenario_names()) >= 14
