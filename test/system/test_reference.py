"""The pages of docs/reference, and config/narrator.yaml, say what the code says: nodes are asked while active."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the page's packages are not installed: pip install -r requirements/display.in")

pytestmark = pytest.mark.ros


def test_the_reference_is_up_to_date(ros_environment: dict[str, str], repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(repository / "tools" / "reference"), str(tmp_path)]
    made = subprocess.run(
        command, env=ros_environment, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert len(made.stdout.splitlines()) == 4
    for place in made.stdout.splitlines():
        said, found = (tmp_path / place).read_text("utf-8"), (repository / place).read_text("utf-8")
        assert said == found, f"{place} is old: run tools/reference"
    nodes = (tmp_path / "docs" / "reference" / "nodes.md").read_text("utf-8")
    assert "| `~/scene` | `crossmodal_narrator_msgs/msg/Scene` | SCENE |" in nodes
    assert "| `~/ask` | `crossmodal_narrator_msgs/action/Ask` | serves |" in nodes
