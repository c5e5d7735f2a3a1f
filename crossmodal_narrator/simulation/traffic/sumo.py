"""SUMO as a library: one simulated world at a time in a process, from 0 s on, without a word on the terminal.

Its wheel links libraries of the window system that nothing here calls. Where they are absent, `make setup` has compiled
empty stand-ins (tools/setup/stand_ins.py), which are loaded first: the linker then finds them by their names.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from crossmodal_narrator.core.errors import ScenarioError

STEP_S = 0.05
_WINDOWS = ("libX11.so.6", "libXext.so.6", "libXrender.so.1", "libGL.so.1")
_STAND_INS = Path(sys.prefix, "lib", "crossmodal_narrator")
_SUBLANE_M = "0.8"  # traffic moves sideways within its lane too: it makes way, and passes bicycles


@lru_cache(maxsize=1)
def load_libsumo() -> Any:
    """Raises ScenarioError: it is not installed, or lacks a library of the system."""
    for name in _WINDOWS:
        _load_window_library(name)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it warns of a pyarrow that is not its own
            import libsumo
    except ImportError as error:
        raise ScenarioError(
            f"the traffic simulator SUMO cannot be loaded ({error})",
            remedy="run `make setup` (or `pip install crossmodal_narrator[sim]`), or "
            "`apt install libx11-6 libxext6 libxrender1 libgl1 libexpat1 libatomic1` where those libraries are missing",
        ) from error
    return libsumo


@contextlib.contextmanager
def simulation(network_file: str, demand: str, seed: int) -> Iterator[Any]:
    """A world that runs; the value is the module `libsumo` itself. `demand` is the text of a route file.

    Raises:
        ScenarioError: SUMO refuses the demand or fails later; its own words are told.
    """
    sumo = load_libsumo()
    if sumo.isLoaded():
        raise ScenarioError(
            "a traffic simulation runs already in this process", remedy="end it first, or use a process"
        )
    with tempfile.TemporaryDirectory(prefix="crossmodal_narrator-") as folder:
        routes, words = Path(folder, "demand.rou.xml"), Path(folder, "errors.txt")
        routes.write_text(demand)
        try:
            with _stderr_to(words):
                sumo.start(_command(network_file, routes, seed))
            yield sumo
        except (sumo.TraCIException, sumo.FatalTraCIError) as error:
            told = " ".join(words.read_text().split())
            raise ScenarioError(f"SUMO refuses: {told or error}", remedy="mend the scenario as it says") from error
        finally:
            if sumo.isLoaded():
                with _stderr_to(words):
                    sumo.close()


def _command(network_file: str, routes: Path, seed: int) -> list[str]:
    options = {
        "net-file": network_file,
        "route-files": str(routes),
        "route-steps": "0",  # all of the demand is read, and refused, at the start
        "seed": str(seed % (2**31 - 1)),
        "step-length": str(STEP_S),
        "step-method.ballistic": "true",
        "lateral-resolution": _SUBLANE_M,
        "collision.action": "none",
        "time-to-teleport": "-1",
        "no-step-log": "true",
        "no-warnings": "true",
        "xml-validation": "never",
        "pedestrian.striping.stripe-width": "0.6",
    }
    return ["sumo", *(part for name, value in options.items() for part in (f"--{name}", value))]


def _load_window_library(name: str) -> None:
    """The system's own where there is one; a stand-in is kept out of the global names, where others would find it."""
    try:
        ctypes.CDLL(name)
    except OSError:
        if (_STAND_INS / name).is_file():
            ctypes.CDLL(str(_STAND_INS / name))


@contextlib.contextmanager
def _stderr_to(file: Path) -> Iterator[None]:
    """SUMO says what is wrong on the process's stderr only."""
    sys.stderr.flush()
    kept = os.dup(2)
    with file.open("ab") as target:
        os.dup2(target.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
