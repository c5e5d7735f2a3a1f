"""The message packages: compiled once, and kept as wheels in the user's cache for the next clone."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from environment import Environment, say
from machine import check_compiler

PACKAGES = ("crossmodal_narrator_msgs", "packaging/tf2_msgs")


def sources(root: Path) -> list[Path]:
    """The files that the wheels are made of."""
    return [path for package in PACKAGES for path in sorted((root / package).rglob("*")) if path.is_file()]


def check_can_install(environment: Environment, root: Path, python: Path) -> None:
    """Say what compiling will lack before anything large is fetched.

    Raises:
        SetupError: the cache does not hold the packages, and there is no compiler or no headers of `python`.
    """
    if not _checked(_cache(root, environment)):
        check_compiler(python)


def install_interfaces(environment: Environment, root: Path, python: Path) -> None:
    """Install our message packages, compiling those that the cache does not hold.

    Raises:
        SetupError: a build that failed.
    """
    cache = _cache(root, environment)
    wheels = _checked(cache)
    if not wheels:
        say("compiling crossmodal_narrator_msgs and tf2_msgs (about half a minute)")
        with tempfile.TemporaryDirectory(prefix="crossmodal_narrator-") as folder:
            built = Path(folder)
            wheel = [environment.python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
            environment.run([*wheel, "--wheel-dir", built, *(root / package for package in PACKAGES)])
            _keep(built, cache)
        wheels = _checked(cache)
    environment.install("--force-reinstall", *wheels)


def _cache(root: Path, environment: Environment) -> Path:
    """A folder for these sources, this Python and these ROS packages: another of any gives another folder."""
    digest = hashlib.sha256()
    tag = "import sysconfig; print(sysconfig.get_platform(), sysconfig.get_config_var('SOABI'))"
    digest.update(environment.run([environment.python, "-c", tag]).encode())
    for path in (*sources(root), root / "requirements" / "ros.txt", root / "requirements" / "ros-build.txt"):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "crossmodal_narrator" / "wheels" / digest.hexdigest()[:16]


def _keep(built: Path, cache: Path) -> None:
    """Move the wheels into the cache whole, so that a setup that is cut short leaves no half of them there."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    wheels = sorted(built.glob("*.whl"))
    (built / "SHA256SUMS").write_text("".join(f"{_sha256(wheel)}  {wheel.name}\n" for wheel in wheels))
    partial = Path(tempfile.mkdtemp(dir=cache.parent))
    for path in (*wheels, built / "SHA256SUMS"):
        shutil.copy2(path, partial)
    shutil.rmtree(cache, ignore_errors=True)
    partial.rename(cache)


def _checked(cache: Path) -> list[Path]:
    """The wheels in the cache if all are there and unaltered; none otherwise, which builds them again."""
    sums = cache / "SHA256SUMS"
    if not sums.is_file():
        return []
    wheels: list[Path] = []
    for line in sums.read_text().splitlines():
        digest, name = line.split("  ", 1)
        wheel = cache / Path(name).name
        if not wheel.is_file() or _sha256(wheel) != digest:
            say(f"{wheel} was altered; compiling again")
            return []
        wheels.append(wheel)
    return wheels if len(wheels) == len(PACKAGES) else []


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
