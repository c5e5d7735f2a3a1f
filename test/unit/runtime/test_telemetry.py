"""No library that runs inside of us tells anybody else of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RUN = """
from crossmodal_narrator.runtime import ModelStore, open_engine
store = ModelStore()
open_engine(store.manifest("sound_events"), store)
"""
# ONNX Runtime keeps still by itself where it takes a machine for a builder's.
OF_A_BUILDER = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "JENKINS_URL", "BUILD_ID", "ORT_DISABLE_TELEMETRY")


def test_running_a_model_leaves_nothing_behind(tmp_path: Path) -> None:
    """Telemetry of ONNX Runtime writes a device's number and a database of what is to be sent."""
    kept = {name: value for name, value in os.environ.items() if name not in OF_A_BUILDER}
    places = {name: str(tmp_path) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", RUN], env={**kept, **places}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.rglob("*")) == []
