"""What this machine has: a Python that is supported, a compiler, a ROS 2. Each thing missing comes with its remedy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SUPPORTED = ((3, 10), (3, 11), (3, 12))
_PROBE = "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_path('include'))"


class SetupError(Exception):
    """Something that a person must mend first: what is wrong, and the remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n  remedy: {remedy}")


def find_python() -> Path:
    """The interpreter to build on: the one named by PYTHON, the one that runs this, or the newest supported on PATH.

    Raises:
        SetupError: none of them is supported, or brings what compiling against it needs.
    """
    named = os.environ.get("PYTHON", "")
    candidates = [named] if named and named != "python3" else [sys.executable]
    candidates += [f"python{major}.{minor}" for major, minor in reversed(SUPPORTED)]
    seen: list[str] = []
    for candidate in candidates:
        found = shutil.which(candidate)
        version = _version(found) if found else None
        if found and version in SUPPORTED:
            return Path(found)
        seen.append(f"{candidate}: {'.'.join(map(str, version)) if version else 'not found'}")
    wanted = ", ".join(f"{major}.{minor}" for major, minor in SUPPORTED)
    raise SetupError(
        f"no Python {wanted} was found ({'; '.join(seen)})",
        "apt install python3 python3-venv python3-dev, or name one: make setup PYTHON=/path/to/python3.12",
    )


def check_compiler(python: Path) -> None:
    """Interface packages are C and C++ that is compiled against Python.

    Raises:
        SetupError: no g++, or no headers of `python`.
    """
    if shutil.which(os.environ.get("CXX", "g++")) is None:
        raise SetupError("no C++ compiler (g++) was found; the message packages are compiled", "apt install g++")
    include = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, check=True).stdout.split()[-1]
    if not (Path(include) / "Python.h").is_file():
        raise SetupError(f"{python} has no headers ({include}/Python.h)", "apt install python3-dev")


def sourced_ros(venv: Path) -> Path | None:
    """The prefix of a ROS 2 that was sourced in this shell (apt or source), None where there is none."""
    for prefix in filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)):
        if Path(prefix).resolve() != venv.resolve() and (Path(prefix) / "share" / "rclpy").is_dir():
            return Path(prefix)
    return None


def _version(python: str) -> tuple[int, int] | None:
    try:
        words = subprocess.run(
            [python, "-c", _PROBE], capture_output=True, text=True, timeout=30, check=True
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return None
    return int(words[0]), int(words[1])
