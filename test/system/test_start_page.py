"""The commands of the pages "Start" and "Your own", as they stand there, in an empty folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMAND = re.compile(r"^ *\$ (crossmodal-narrator .+)$", re.MULTILINE)
FILE = re.compile(r"^ *```yaml\n *# (\S+\.yaml)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("detector")]


def run(command: str, folder: Path) -> str:
    """What it prints."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        shlex.split(command),
        cwd=folder,
        env={**os.environ, "PATH": programs},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_every_command_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    page = (DOCS / "start.md").read_text(encoding="utf-8")
    told = {command.split()[1]: run(command, tmp_path) for command in COMMAND.findall(page)}
    assert sorted(told) == ["ask", "evaluate", "replay", "report", "simulate", "verify"]
    shown = [line.strip() for line in page.splitlines() if re.search(r"\[(en|zh)\]", line)]
    assert shown == [line.strip() for line in told["replay"].splitlines() if re.search(r"\[(en|zh)\]", line)]
    assert told["verify"].startswith("same: ")
    assert "I know that from the camera and laser." in told["ask"]
    assert (tmp_path / "run" / "report.html").stat().st_size > 100_000


def test_your_own_bag_and_vehicle_are_replayed_as_the_guide_says(tmp_path: Path) -> None:
    run("crossmodal-narrator simulate lead_brakes --seconds 2 --size 640x360 --out drive", tmp_path)
    page = (DOCS / "guides" / "your_own.md").read_text(encoding="utf-8")
    for name, text in FILE.findall(page):
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
    replays = [re.findall(r"--out (\S+)", command)[0] for command in COMMAND.findall(page) if run(command, tmp_path)]

    assert replays == ["run", "named", "vehicle"]
    said = [(tmp_path / replay / "transcript.jsonl").read_text(encoding="utf-8") for replay in replays]
    assert said[0]
    assert said[0] == said[1]
    used = json.loads((tmp_path / "vehicle" / "run.json").read_text(encoding="utf-8"))
    assert used["configuration"]["perception"]["fusion"]["footprint_front_m"] == 4.6
