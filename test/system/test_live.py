"""A simulated drive is made and published live; nodes that know nothing else narrate it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

pytestmark = [pytest.mark.alone, pytest.mark.ros, pytest.mark.slow]

COMMAND = [sys.executable, "-m", "crossmodal_narrator"]
SMALL = ["--size", "640x360", "--processes", "2"]


def test_nodes_narrate_a_drive_while_it_is_made(ros_environment: dict[str, str], tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    with told.open("wb") as file:
        nodes = subprocess.Popen(
            [*COMMAND, "run", "--profile", "simulate", "--language", "en"],
            env=ros_environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        simulated = subprocess.run(
            [*COMMAND, "simulate", "street", "--live", "--seconds", "8", *SMALL],
            env=ros_environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert simulated.returncode == 0, simulated.stderr
        assert re.search(r"it is played at [\d.]+ times real time", simulated.stderr)
        assert re.search(r"published \d{4} messages: 8\.0 s of the drive", simulated.stdout)

        until(lambda: re.search(r"\[en\] .*white car", told.read_text(encoding="utf-8")), 10)
    finally:
        nodes.send_signal(signal.SIGINT)
        assert nodes.wait(timeout=20) == 0
    sentences = re.findall(r"^ *(\d+\.\d) s  \[en\]", told.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(sentences) >= 2
    assert all(float(second) <= 9.0 for second in sentences)


def test_an_interrupt_ends_a_live_drive_and_its_workers(ros_environment: dict[str, str]) -> None:
    live = subprocess.Popen(
        [*COMMAND, "simulate", "lead_brakes", "--live", *SMALL],
        env=ros_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert live.stderr is not None
    assert "times real time" in live.stderr.readline()
    children = Path(f"/proc/{live.pid}/task/{live.pid}/children").read_text(encoding="ascii").split()
    os.killpg(live.pid, signal.SIGINT)  # as a terminal does: the workers hear it too
    output, errors = live.communicate(timeout=30)

    assert live.returncode == 130, errors
    assert output.startswith("published ")
    until(lambda: not [pid for pid in children if Path(f"/proc/{pid}").exists()], 10)


def test_a_scenario_that_there_is_not_is_refused_before_anything_starts(ros_environment: dict[str, str]) -> None:
    result = subprocess.run(
        [*COMMAND, "simulate", "no_such_drive", "--live"],
        env=ros_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "no_such_drive" in result.stderr
    assert "red_then_green" in result.stderr  # the remedy names those that there are
