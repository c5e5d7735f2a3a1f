"""`make setup`: `.venv` with everything that the narrator needs. Standard library only; nothing is done twice.

    python3 tools/setup [run|test]

`run` leaves out what only tests and checks need. Everything fetched is pinned with its digest in requirements/*.txt;
downloads stay in the caches of pip and npm, compiled messages in the user's cache folder: none in this checkout.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

from environment import Environment, say
from interfaces import check_can_install, install_interfaces, sources
from machine import SetupError, find_python, sourced_ros
from stand_ins import install_stand_ins

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / "setup.json"
LOCKS = {"run": ("runtime", "sim", "voice", "display", "ros", "ros-build"), "test": ("test", "optional")}
_WEIGHTS = """
from crossmodal_narrator.runtime import ModelStore
store = ModelStore()
for manifest in map(store.manifest, store.names()):
    print(store.folder(manifest) / manifest.artifact.path)
"""


def main() -> int:
    purpose = sys.argv[1] if len(sys.argv) > 1 else "test"
    if purpose not in LOCKS:
        print("usage: python3 tools/setup [run|test]", file=sys.stderr)
        return 2
    try:
        _set_up(purpose)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


def _set_up(purpose: str) -> None:
    ros = sourced_ros(VENV)
    wanted = _state(purpose, on_sourced_ros=ros is not None)
    done = _read_stamp()
    if _is_current(wanted, done):
        return
    started = time.monotonic()
    python = find_python()
    environment = Environment(VENV, on_sourced_ros=ros is not None)
    if environment.create(python):
        done = {}
    _install(environment, python, wanted, done, ros)
    weights = _pull_weights(environment)
    # A stamp for tests holds for running too: it keeps what an earlier setup has done.
    merged = {**done, **wanted, "files": weights} if done.get("ros") == wanted["ros"] else {**wanted, "files": weights}
    STAMP.write_text(json.dumps(merged, indent=1))
    say(f"ready in {time.monotonic() - started:.0f} s")


def _install(
    environment: Environment, python: Path, wanted: dict[str, object], done: dict[str, object], ros: Path | None
) -> None:
    """Everything of `wanted` that `done` does not have yet."""
    if ros is None and wanted["interfaces"] != done.get("interfaces"):
        check_can_install(environment, ROOT, python)
    fresh = [name for name in wanted if name.startswith("lock ") and wanted[name] != done.get(name)]
    if fresh:
        names = [name.removeprefix("lock ") for name in fresh]
        say(f"installing the locked packages of {', '.join(names)}")
        locks = [part for name in names for part in ("-r", ROOT / "requirements" / f"{name}.txt")]
        environment.install("--require-hashes", *locks)
    install_stand_ins(environment)
    if ros is not None:
        say(f"ROS 2 of {ros} is sourced and stays as it is; build the messages with `make colcon`, then source install")
    elif fresh or wanted["interfaces"] != done.get("interfaces"):
        install_interfaces(environment, ROOT, python)
    say("installing crossmodal_narrator (editable)")
    environment.install("--no-build-isolation", "--editable", ROOT)


def _pull_weights(environment: Environment) -> list[str]:
    """Fetch what is absent, and say which files must be there from now on."""
    say("fetching the weights (the first time some 150 MB)")
    environment.run([environment.python, "-m", "crossmodal_narrator", "models", "pull"])
    return environment.run([environment.python, "-c", _WEIGHTS]).splitlines()


def _state(purpose: str, *, on_sourced_ros: bool) -> dict[str, object]:
    """What setup depends on, as digests: the same state needs no second setup."""
    locks = LOCKS["run"] if purpose == "run" else (*LOCKS["run"], *LOCKS["test"])
    names = [name for name in locks if not (on_sourced_ros and name.startswith("ros"))]
    state: dict[str, object] = {f"lock {name}": _digest([ROOT / "requirements" / f"{name}.txt"]) for name in names}
    state["interfaces"] = _digest(sources(ROOT))
    state["package"] = _digest([ROOT / name for name in ("setup.py", "setup.cfg", "package.xml")])
    state["models"] = _digest(sorted((ROOT / "models").glob("*/manifest.yaml")))
    state["ros"] = "sourced" if on_sourced_ros else "from PyPI"
    return state


def _is_current(wanted: dict[str, object], done: dict[str, object]) -> bool:
    files = done.get("files")
    return (
        all(done.get(name) == value for name, value in wanted.items())
        and isinstance(files, list)
        and all(Path(file).is_file() for file in files)
        and (VENV / "bin" / "python").exists()
    )


def _read_stamp() -> dict[str, object]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):  # never set up, or cut short: set up again
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
