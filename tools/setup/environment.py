"""The virtual environment: made with whatever this machine can make one with, and filled from the locks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from machine import SetupError

# A shell that sourced another ROS, or another Python's packages, must not leak into what is built here.
_LEAKS = ("PYTHONPATH", "PYTHONHOME", "AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH", "COLCON_PREFIX_PATH", "LD_LIBRARY_PATH")


class Environment:
    """`.venv` of this checkout."""

    def __init__(self, folder: Path, *, on_sourced_ros: bool) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self.on_sourced_ros = on_sourced_ros

    def create(self, python: Path) -> bool:
        """Make the environment if it is not there, or was made with a Python that has gone; False when it is well.

        Raises:
            SetupError: neither venv, virtualenv nor pip can make one.
        """
        if _works(self.python):
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        say(f"making {self.folder.name} with {python}")
        ways = (self._with_venv, self._with_virtualenv, self._with_pip)
        if not any(way(python) for way in ways):
            shutil.rmtree(self.folder, ignore_errors=True)
            raise SetupError(
                f"{python} can make no virtual environment (neither venv with ensurepip, nor virtualenv, nor pip)",
                "apt install python3-venv",
            )
        return True

    def install(self, *arguments: str | Path) -> None:
        """`pip install` with exactly what is given; every lock names all that it needs.

        Not compiled ahead: Python does that for the few modules that are used, when they first are.

        Raises:
            SetupError: pip failed; its last words are told.
        """
        self.run([self.python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", *arguments])

    def run(self, command: Sequence[str | Path]) -> str:
        """The command's output.

        Raises:
            SetupError: it failed; its last words are told.
        """
        words = [str(part) for part in command]
        with subprocess.Popen(
            words, env=self._variables(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            output, errors = _attended(process)
        if process.returncode != 0:
            tail = "\n".join((output + errors).strip().splitlines()[-25:])
            raise SetupError(f"`{' '.join(words)}` failed:\n{tail}", "mend what it says, and run `make setup`")
        return output

    def _variables(self) -> dict[str, str]:
        variables = {name: value for name, value in os.environ.items() if self.on_sourced_ros or name not in _LEAKS}
        variables["PATH"] = os.pathsep.join([str(self.python.parent), variables.get("PATH", "")])
        variables.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_USER="0")
        if not self.on_sourced_ros:
            variables["AMENT_PREFIX_PATH"] = str(self.folder)
        return variables

    def _with_venv(self, python: Path) -> bool:
        return _succeeds([python, "-m", "venv", *self._sharing(), self.folder]) and self._has_pip()

    def _with_virtualenv(self, python: Path) -> bool:
        program = shutil.which("virtualenv")
        makers = [[program, "--python", python]] if program else []
        return any(
            _succeeds([*maker, *self._sharing(), self.folder]) and self._has_pip()
            for maker in (*makers, [python, "-m", "virtualenv"])
        )

    def _with_pip(self, python: Path) -> bool:
        """Debian without python3-venv lacks ensurepip alone; a pip of the system can install one into the venv."""
        return (
            _succeeds([python, "-m", "venv", "--clear", "--without-pip", *self._sharing(), self.folder])
            and _succeeds([python, "-m", "pip", "--python", self.python, "install", "--quiet", "pip"])
            and self._has_pip()
        )

    def _sharing(self) -> tuple[str, ...]:
        """A sourced ROS 2 uses packages of the system's Python (catkin_pkg, numpy)."""
        return ("--system-site-packages",) if self.on_sourced_ros else ()

    def _has_pip(self) -> bool:
        return _succeeds([self.python, "-m", "pip", "--version"])


def _attended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Its output and its errors; until it ends a terminal is told for how long it runs."""
    began_s = time.monotonic()
    while True:
        try:
            told = process.communicate(timeout=1.0)
        except subprocess.TimeoutExpired:
            _show(f"{time.monotonic() - began_s:7.0f} s")
            continue
        _show("")
        return told


def _show(text: str) -> None:
    """In place of what was shown before."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def say(line: str) -> None:
    print(f"setup: {line}", file=sys.stderr, flush=True)


def _works(python: Path) -> bool:
    return python.exists() and _succeeds([python, "-m", "pip", "--version"])


def _succeeds(command: Sequence[str | Path]) -> bool:
    try:
        return subprocess.run([str(part) for part in command], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
