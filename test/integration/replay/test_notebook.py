"""The notebook runs from its first cell to its last on a replay, and draws every figure."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

FIGURES = 4


@pytest.fixture
def notebook(repository: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((repository / "docs" / "notebooks" / "drive.ipynb").read_text("utf-8"))
    return found


def test_it_is_kept_without_outputs(notebook: dict[str, Any]) -> None:
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > FIGURES
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)


def test_each_cell_runs_on_a_replay(
    notebook: dict[str, Any],
    small_replay: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="the extra `notebook` is not installed")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    monkeypatch.setattr(pyplot, "show", lambda: None)
    monkeypatch.setenv("REPLAY", str(small_replay))
    space: dict[str, Any] = {}
    with warnings.catch_warnings():
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), cell["id"], "exec"), space)
    drawn = [pyplot.figure(number) for number in pyplot.get_fignums()]
    assert len(drawn) == FIGURES
    assert all(any(axes.has_data() for axes in figure.axes) for figure in drawn)
    pyplot.close("all")
    assert "lidar: " in capsys.readouterr().out
