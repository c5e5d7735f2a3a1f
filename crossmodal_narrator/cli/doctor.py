"""`doctor`: what this machine has, what is missing, and the remedy."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path

from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.nodes.environment import node_environment

SUMMARY = "say what this machine has, what is missing, and the remedy"

_SETUP = "run `make setup` in the checkout"
_PROBE_TIMEOUT_S = 60.0
_ABSENT = "absent: "
_ENGINE_PROBE = f"""
from crossmodal_narrator.core.errors import EngineAbsentError
from crossmodal_narrator.runtime.engines import ENGINES
try:
    print(ENGINES["{{name}}"].find())
except EngineAbsentError as error:
    print("{_ABSENT}" + str(error))
"""
# One image of a wide camera is 4 MB; the transport profile keeps 64 MB for each process.
_SHARED_MEMORY_BYTES = 256 << 20


class Health(str, Enum):
    WELL = "well"
    LESS = "less"  # the narrator runs, and can do less
    ILL = "ill"  # the narrator does not run


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    health: Health
    found: str
    remedy: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say only what is missing")


def run(args: argparse.Namespace) -> int:
    """The exit status: 0 when the narrator can run, if with less than it could have."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    colours = {Health.WELL: "green", Health.LESS: "yellow", Health.ILL: "red"}
    worst = Health.WELL
    for finding in findings():
        worst = max(worst, finding.health, key=list(Health).index)
        if finding.health is not Health.WELL or not args.quiet:
            told = f"{finding.found}\n→ {finding.remedy}" if finding.remedy else finding.found
            table.add_row(Text(finding.health.value, style=colours[finding.health]), finding.name, Text(told))
    Console().print(table)
    return 1 if worst is Health.ILL else 0


def findings() -> Iterator[Finding]:
    """Everything that is looked at, what runs first."""
    yield _python()
    yield _packages()
    yield _loads("ROS 2", "import rclpy", _ros_version)
    yield _loads("messages", "import crossmodal_narrator_msgs.msg", _messages_version)
    yield _loads("tf2_msgs", "import tf2_msgs.msg", lambda output: "TFMessage", missing=Health.LESS)
    yield _transport()
    yield _shared_memory()
    yield _loads("ONNX Runtime", "import onnxruntime as o; print(', '.join(o.get_available_providers()))")
    yield _gpu()
    yield from _engines()
    yield from _weights()
    yield _voice()
    yield _simulator()
    yield _profiles()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    cores = os.cpu_count() or 1
    return Finding(name="Python", health=Health.WELL, found=f"{version} in {sys.prefix}, {cores} cores")


def _packages() -> Finding:
    """What the package itself says that it needs."""
    try:
        needed = [line for line in metadata.requires("crossmodal_narrator") or [] if "extra ==" not in line]
        version = metadata.version("crossmodal_narrator")
    except metadata.PackageNotFoundError:
        return Finding(name="packages", health=Health.LESS, found="run from a checkout, not installed", remedy=_SETUP)
    absent = [name for name in (_name(line) for line in needed if _applies(line)) if not _is_installed(name)]
    if absent:
        found = f"missing: {', '.join(absent)}"
        return Finding(name="packages", health=Health.ILL, found=found, remedy=_SETUP)
    return Finding(name="packages", health=Health.WELL, found=f"crossmodal_narrator {version}, and what it needs")


def _applies(requirement: str) -> bool:
    """The markers that our requirements use compare Python versions; Debian's Python has no packaging to parse them."""
    marker = requirement.partition(";")[2]
    return 'python_version < "3.14"' not in marker or sys.version_info < (3, 14)


def _name(requirement: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()[0]


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _loads(name: str, code: str, describe: Callable[[str], str] = str, *, missing: Health = Health.ILL) -> Finding:
    """Import in a process of its own: a library that crashes, or prints as it loads, is a finding and not our end."""
    loaded, output = _probe(code)
    if not loaded:
        return Finding(name=name, health=missing, found=f"does not load: {output}", remedy=_SETUP)
    return Finding(name=name, health=Health.WELL, found=describe(output))


def _probe(code: str) -> tuple[bool, str]:
    try:
        result = subprocess.run(
            [sys.executable, "-c", code],
            env=node_environment(),
            capture_output=True,
            text=True,
            timeout=_PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, f"no answer in {_PROBE_TIMEOUT_S:.0f} s"
    if result.returncode < 0:
        return False, f"crashed with signal {-result.returncode}"
    lines = (result.stdout if result.returncode == 0 else result.stderr).strip().splitlines()
    return result.returncode == 0, lines[-1] if lines else ""


def _ros_version(output: str) -> str:
    distribution = os.environ.get("ROS_DISTRO")
    if distribution:
        return f"{distribution}, sourced"
    return f"rclpy {metadata.version('ros-rclpy')} from PyPI" if _is_installed("ros-rclpy") else "rclpy"


def _messages_version(output: str) -> str:
    name = "crossmodal-narrator-msgs"
    return f"{name} {metadata.version(name)}" if _is_installed(name) else "of a colcon workspace"


def _transport() -> Finding:
    """Without large datagrams over shared memory, images arrive in pieces: 60 ms late, and most not at all."""
    named = node_environment().get("FASTDDS_DEFAULT_PROFILES_FILE", "")
    if Path(named).is_file():
        return Finding(name="transport", health=Health.WELL, found=f"profile {named}")
    remedy = (
        "unset FASTDDS_DEFAULT_PROFILES_FILE, or name a profile that exists" if named else "install the package anew"
    )
    found = f"no profile for large images ({named or 'config/ has none'})"
    return Finding(name="transport", health=Health.LESS, found=found, remedy=remedy)


def _shared_memory() -> Finding:
    folder = Path("/dev/shm")
    if not folder.is_dir():
        return Finding(name="shared memory", health=Health.LESS, found="no /dev/shm: images go over UDP")
    free = shutil.disk_usage(folder).free
    if free < _SHARED_MEMORY_BYTES:
        remedy = "`docker run --shm-size=1g …`, or remove what killed processes left there (fastrtps_*)"
        found = f"{free >> 20} MB free in {folder}, {_SHARED_MEMORY_BYTES >> 20} MB are needed"
        return Finding(name="shared memory", health=Health.LESS, found=found, remedy=remedy)
    return Finding(name="shared memory", health=Health.WELL, found=f"{free >> 20} MB free in {folder}")


def _gpu() -> Finding:
    loaded, _ = _probe("import ctypes; ctypes.CDLL('libcuda.so.1')")
    found = "a CUDA driver is installed" if loaded else "no CUDA driver; the CPU does it all"
    return Finding(name="GPU", health=Health.WELL, found=found)


def _engines() -> Iterator[Finding]:
    """Which engines models can run on here, and why not on the others; each is asked in a process of its own."""
    from crossmodal_narrator.runtime.config import ENGINE_NAMES

    for name in ENGINE_NAMES:
        has_answered, output = _probe(_ENGINE_PROBE.format(name=name))
        told, _, remedy = output.removeprefix(_ABSENT).partition(" — ")
        if not has_answered:
            yield Finding(name=f"engine {name}", health=Health.LESS, found=f"it does not load: {output}", remedy=_SETUP)
        elif output.startswith(_ABSENT):
            yield Finding(name=f"engine {name}", health=Health.WELL, found=f"not here: {told}", remedy=remedy)
        else:
            yield Finding(name=f"engine {name}", health=Health.WELL, found=output)


def _weights() -> Iterator[Finding]:
    from crossmodal_narrator.runtime import ModelState, ModelStore

    try:
        store = ModelStore()
        manifests = [store.manifest(name) for name in store.names()]
    except NarratorError as error:
        yield Finding(name="models", health=Health.ILL, found=error.what, remedy=error.remedy)
        return
    for manifest in manifests:
        state, name = store.state(manifest), f"weights {manifest.name}"
        if state is ModelState.READY:
            yield Finding(name=name, health=Health.WELL, found=f"ready in {store.folder(manifest)}")
        else:
            remedy = f"run `crossmodal-narrator models pull {manifest.name}`"
            yield Finding(name=name, health=Health.ILL, found=state.value, remedy=remedy)


def _voice() -> Finding:
    """Who understands and speaks which language."""
    from crossmodal_narrator.assembly import open_ear, open_interpreter, open_voices
    from crossmodal_narrator.configuration import VoiceConfig
    from crossmodal_narrator.core.errors import ModelError

    absent: list[ModelError] = []
    config = VoiceConfig()
    open_ear(config, None, absent.append)
    interpreter = open_interpreter(config.listening, config.engines, absent.append)
    understood = [f"{'/'.join(r.languages)} by {r.name}" for r in interpreter.recognisers]
    spoken = [f"{language} by {voice.name}" for language, voice in open_voices(config, absent.append).items()]
    found = f"understands {', '.join(understood) or 'nobody'}; speaks {', '.join(spoken) or 'not'}"
    if not absent:
        return Finding(name="voice", health=Health.WELL, found=found)
    told = "; ".join(error.what for error in absent)
    remedy = "; ".join(error.remedy for error in absent if error.remedy)
    return Finding(name="voice", health=Health.LESS, found=f"{found}: {told}", remedy=remedy)


def _simulator() -> Finding:
    package = "crossmodal_narrator.simulation"
    code = (
        f"from {package}.shapes.raycasting import load_embree; from {package}.traffic.sumo import load_libsumo; "
        "load_embree(); load_libsumo(); print('Embree casts the rays, SUMO drives the traffic')"
    )
    loaded, output = _probe(code)
    if loaded:
        return Finding(name="simulator", health=Health.WELL, found=output)
    remedy = "`pip install crossmodal_narrator[sim]`, or narrate bags only"
    return Finding(name="simulator", health=Health.LESS, found=f"it does not load: {output}", remedy=remedy)


def _profiles() -> Finding:
    """Of other simulators, that `run --profile` takes."""
    from crossmodal_narrator.nodes.profile import load_profile, profile_names

    try:
        names = [load_profile(name).name for name in profile_names()]
    except NarratorError as error:
        return Finding(name="profiles", health=Health.LESS, found=error.what, remedy=error.remedy)
    return Finding(name="profiles", health=Health.WELL, found=", ".join(names))
