"""The nodes hear a siren that nobody sees, and tell its side in both languages while it is out of sight."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.alone, pytest.mark.ros, pytest.mark.slow]

COMMAND = [sys.executable, "-m", "crossmodal_narrator"]
KNOWN_BY_S = 4.0  # as the scenario expects it


def test_a_siren_behind_houses_is_announced_with_its_side(ros_environment: dict[str, str], tmp_path: Path) -> None:
    rig = ["--cameras", "none", "--lidar", "none"]
    made = [*COMMAND, "simulate", "siren_behind_building", "--out", str(tmp_path / "drive"), *rig]
    done = subprocess.run(made, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr

    played = [*COMMAND, "run", "--bag", str(tmp_path / "drive" / "bag"), "--language", "en,zh", "--exit-at-end"]
    run = subprocess.run(played, env=ros_environment, capture_output=True, text=True, timeout=120, check=False)

    assert run.returncode == 0, run.stderr
    english = re.search(r"^ *(\d+\.\d) s  \[en\] .*siren.* right", run.stdout, re.MULTILINE)
    chinese = re.search(r"^ *(\d+\.\d) s  \[zh\] .*右.*警笛", run.stdout, re.MULTILINE)
    assert english is not None, run.stdout
    assert chinese is not None, run.stdout
    assert max(float(english[1]), float(chinese[1])) <= KNOWN_BY_S
