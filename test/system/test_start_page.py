"""The commands of the pages "Start" and "Your own", as they stand there, in an empty folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from documented import ROOT, commands, run, write_files

DOCS = ROOT / "docs"

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("detector")]


def test_every_command_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    page = (DOCS / "start.md").read_text(encoding="utf-8")
    told = {line.split()[1]: run(line, tmp_path, status) for line, status in commands(DOCS / "start.md")}
    assert sorted(told) == ["ask", "evaluate", "replay", "report", "simulate", "verify"]
    shown = [line.strip() for line in page.splitlines() if re.search(r"\[(en|zh)\]", line)]
    assert shown == [line.strip() for line in told["replay"].splitlines() if re.search(r"\[(en|zh)\]", line)]
    assert told["verify"].startswith("same: ")
    assert "I know that from the camera and laser." in told["ask"]
    assert (tmp_path / "run" / "report.html").stat().st_size > 100_000


def test_your_own_bag_and_vehicle_are_replayed_as_the_guide_says(tmp_path: Path) -> None:
    run("crossmodal-narrator simulate lead_brakes --seconds 2 --size 640x360 --out drive", tmp_path)
    page = DOCS / "guides" / "your_own.md"
    write_files(page, tmp_path)
    replays = [re.findall(r"--out (\S+)", line)[0] for line, status in commands(page) if run(line, tmp_path, status)]

    assert replays == ["run", "named", "vehicle"]
    said = [(tmp_path / replay / "transcript.jsonl").read_text(encoding="utf-8") for replay in replays]
    assert said[0]
    assert said[0] == said[1]
    used = json.loads((tmp_path / "vehicle" / "run.json").read_text(encoding="utf-8"))
    assert used["configuration"]["perception"]["fusion"]["footprint_front_m"] == 4.6
