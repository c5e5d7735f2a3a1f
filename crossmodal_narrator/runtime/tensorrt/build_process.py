"""Builds a plan in a process of its own: a builder that crashes, hangs or eats the memory ends alone.

    python -m crossmodal_narrator.runtime.tensorrt.build_process MODULE FOLDER

FOLDER holds `model.onnx`, `profile.json` and `timings`; the child leaves `plan` and `timings`, or `refusal`. It tells
of its progress on its output, by lines that begin with a word of ours: the libraries print there too.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from crossmodal_narrator.core.errors import EngineError, NarratorError
from crossmodal_narrator.runtime.profile import ShapeProfile, ShapeRange
from crossmodal_narrator.runtime.tensorrt import api
from crossmodal_narrator.runtime.tensorrt.builder import BuiltPlan, build_plan

Report = Callable[[str], None]
_PROGRESS = "progress: "
_PR_SET_PDEATHSIG = 1  # prctl(2)


def build_in_process(
    module: str,
    content: bytes,
    profile: ShapeProfile,
    *,
    limit_s: float,
    timings: bytes = b"",
    report: Report = lambda text: None,
) -> BuiltPlan:
    """As `build_plan`, by `module` in a child process.

    Raises:
        EngineError: the builder refuses the model, crashes, or takes longer than `limit_s`.
    """
    try:
        return _build(module, content, profile, limit_s=limit_s, timings=timings, report=report)
    except OSError as error:
        remedy = "free some space in the folder for temporary files (TMPDIR), and some memory"
        raise EngineError(f"no builder can be started: {error}", remedy=remedy) from error


def _build(
    module: str, content: bytes, profile: ShapeProfile, *, limit_s: float, timings: bytes, report: Report
) -> BuiltPlan:
    with tempfile.TemporaryDirectory(prefix="crossmodal_narrator-build-") as name:
        folder = Path(name)
        (folder / "model.onnx").write_bytes(content)
        (folder / "profile.json").write_text(json.dumps({k: asdict(shapes) for k, shapes in profile.items()}))
        (folder / "timings").write_bytes(timings)
        status, last_words = _run([sys.executable, "-m", __name__, module, name], limit_s=limit_s, report=report)
        if status == 0:
            return BuiltPlan(plan=(folder / "plan").read_bytes(), timings=(folder / "timings").read_bytes())
        if (folder / "refusal").exists():
            raise EngineError((folder / "refusal").read_text(encoding="utf-8"))
    ended = f"crashed with signal {-status}" if status < 0 else f"ended with status {status}"
    raise EngineError(f"the builder {ended}: {last_words}", remedy="let another engine run this model, and report this")


def _run(command: list[str], *, limit_s: float, report: Report) -> tuple[int, str]:
    """The exit status and the last line that was no progress."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    last_words = ""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    ) as child:
        assert child.stdout is not None
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            child.kill()

        watch = threading.Timer(limit_s, end)
        watch.start()
        try:
            for line in child.stdout:
                if line.startswith(_PROGRESS):
                    report(line.removeprefix(_PROGRESS).strip())
                elif line.strip():
                    last_words = line.strip()
            status = child.wait()
        finally:
            watch.cancel()
            child.kill()
    if overdue.is_set():
        remedy = "raise engine.build_limit_s, or let another engine run this model"
        raise EngineError(f"the build took longer than {limit_s:g} s", remedy=remedy)
    return status, last_words


def main(module: str, folder: Path) -> int:
    """The child's work."""
    _die_with_parent()
    profile = {
        name: ShapeRange(**{bound: tuple(shape) for bound, shape in shapes.items()})
        for name, shapes in json.loads((folder / "profile.json").read_text()).items()
    }
    try:
        built = build_plan(
            api.load(module),
            (folder / "model.onnx").read_bytes(),
            profile,
            timings=(folder / "timings").read_bytes(),
            report=_say,
        )
    except NarratorError as error:
        (folder / "refusal").write_text(str(error), encoding="utf-8")
        return 1
    (folder / "plan").write_bytes(built.plan)
    (folder / "timings").write_bytes(built.timings)
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{_PROGRESS}{text}\n")
    sys.stdout.flush()


def _die_with_parent() -> None:
    """A build whose node was killed would keep the GPU for minutes, for nobody."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the kernel was asked
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2])))
