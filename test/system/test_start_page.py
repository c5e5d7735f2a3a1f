"""The commands of the page "Start", as they stand there, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "start.md"
COMMAND = re.compile(r"^\$ (crossmodal-narrator .+)$", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.usefixtures("detector")
def test_every_command_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = {}
    for command in COMMAND.findall(page):
        done = subprocess.run(
            shlex.split(command),
            cwd=tmp_path,
            env={**os.environ, "PATH": programs},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        told[command.split()[1]] = done.stdout
    assert sorted(told) == ["ask", "evaluate", "replay", "report", "simulate", "verify"]
    shown = [line.strip() for line in page.splitlines() if re.search(r"\[(en|zh)\]", line)]
    assert shown == [line.strip() for line in told["replay"].splitlines() if re.search(r"\[(en|zh)\]", line)]
    assert told["verify"].startswith("same: ")
    assert "I know that from the camera and laser." in told["ask"]
    assert (tmp_path / "run" / "report.html").stat().st_size > 100_000
