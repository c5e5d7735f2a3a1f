"""`make setup` says what is missing and the remedy, does nothing twice, and trusts no file that it did not check."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# What setup reads of a checkout.
PARTS = (
    "tools",
    "requirements",
    "crossmodal_narrator_msgs",
    "packaging",
    "models",
    "setup.py",
    "setup.cfg",
    "package.xml",
)


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Path:
    """A fresh checkout without its environment."""
    for part in PARTS:
        source, target = repository / part, tmp_path / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return tmp_path


def run_setup(checkout: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(checkout / "tools" / "setup")],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def run_in_setup(checkout: Path, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `code` among the modules of setup, which are no package of ours."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout / "tools" / "setup"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_without_a_supported_python_is_told_what_to_install(checkout: Path) -> None:
    ended = run_setup(checkout, PYTHON="python2.4", PATH=str(checkout))

    assert ended.returncode == 1
    assert "no Python 3.10, 3.11, 3.12 was found (python2.4: not found" in ended.stderr
    assert "remedy: apt install python3 python3-venv python3-dev" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_python_that_can_make_no_environment_is_told_what_to_install(checkout: Path) -> None:
    debian = checkout / "python3.11"
    debian.write_text(f'#!/bin/sh\n[ "$1" = -m ] && exit 1\nexec {sys.executable} "$@"\n')
    debian.chmod(0o755)

    ended = run_setup(checkout, PYTHON=str(debian), PATH=f"{checkout}:/usr/bin:/bin")

    if shutil.which("virtualenv", path="/usr/bin:/bin"):
        pytest.skip("this machine's virtualenv makes the environment")
    assert ended.returncode == 1
    assert "remedy: apt install python3-venv" in ended.stderr
    assert not (checkout / ".venv").exists()


def test_a_machine_without_a_compiler_is_told_what_to_install(checkout: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from machine import check_compiler; check_compiler(Path(sys.executable))"
    )

    ended = run_in_setup(checkout, code, PATH=str(checkout), CXX="g++")

    assert "no C++ compiler (g++) was found" in ended.stderr
    assert "remedy: apt install g++" in ended.stderr


def test_a_sourced_ros_is_left_as_it_is(checkout: Path) -> None:
    (checkout / "ros" / "share" / "rclpy").mkdir(parents=True)
    code = "from pathlib import Path; from machine import sourced_ros; print(sourced_ros(Path('.venv')))"

    ended = run_in_setup(checkout, code, AMENT_PREFIX_PATH=str(checkout / "ros"))

    assert ended.stdout.strip() == str(checkout / "ros")


@pytest.mark.parametrize(("damage", "usable"), [("nothing", 2), ("one byte", 0), ("a wheel gone", 0)])
def test_compiled_messages_are_checked_before_they_are_used(checkout: Path, damage: str, usable: int) -> None:
    code = f"""
from pathlib import Path
from interfaces import _checked, _keep
built, cache = Path("built"), Path("cache")
built.mkdir()
for name in ("one.whl", "two.whl"):
    (built / name).write_bytes(b"a wheel")
_keep(built, cache)
if {damage!r} == "one byte":
    (cache / "one.whl").write_bytes(b"b wheel")
if {damage!r} == "a wheel gone":
    (cache / "two.whl").unlink()
print(len(_checked(cache)))
"""
    ended = run_in_setup(checkout, code)

    assert ended.stdout.strip() == str(usable)


@pytest.mark.parametrize(("is_terminal", "shown"), [(True, r"(\n\x1b\[K +\d+ s)+\n\x1b\[K"), (False, "")])
def test_a_terminal_is_told_for_how_long_a_step_runs(checkout: Path, is_terminal: bool, shown: str) -> None:
    code = f"""
import sys
from pathlib import Path
from environment import Environment
sys.stderr.isatty = lambda: {is_terminal}
print(Environment(Path("none"), on_sourced_ros=False).run(["sh", "-c", "sleep 1.5; echo done"]), end="")
"""
    ended = run_in_setup(checkout, code)

    assert ended.stdout == "done\n"
    assert re.fullmatch(shown, ended.stderr), repr(ended.stderr)  # a carriage return is read as a new line


def test_what_is_set_up_is_not_set_up_again_until_something_changes(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").touch()
    (checkout / "weights.onnx").touch()
    module = "import json, runpy; setup = runpy.run_path('tools/setup')\n"
    module += "state = setup['_state']('test', on_sourced_ros=False)\n"
    stamp = module + "setup['STAMP'].write_text(json.dumps({**state, 'files': ['weights.onnx']}))"
    current = module + "print(setup['_is_current'](state, setup['_read_stamp']()))"

    run_in_setup(checkout, stamp)
    first = run_in_setup(checkout, current).stdout.strip()
    with (checkout / "crossmodal_narrator_msgs" / "msg" / "Scene.msg").open("a") as message:
        message.write("# changed\n")
    second = run_in_setup(checkout, current).stdout.strip()

    assert (first, second) == ("True", "False")


WITHOUT_A_BROWSER = "def test_page(browser):\n    pass\n"
WITHOUT_A_PACKAGE = "import pytest\n\npytest.importorskip('no_such_package')\n"


@pytest.mark.parametrize(("ci", "processes", "ends"), [("true", "2", "1 error"), ("", "0", "1 skipped")])
@pytest.mark.parametrize(
    ("content", "told"),
    [(WITHOUT_A_BROWSER, "there is no browser|playwright is not installed"), (WITHOUT_A_PACKAGE, "no_such_package")],
    ids=["browser", "package"],
)
def test_ci_does_not_pass_without_what_a_test_needs(
    tmp_path: Path, repository: Path, content: str, told: str, ci: str, processes: str, ends: str
) -> None:
    (tmp_path / "test_page.py").write_text(content)
    environment = {**os.environ, "PATH": "", "PYTHONPATH": f"{repository / 'test'}:{repository}", "CI": ci}
    environment.pop("CHROMIUM", None)
    command = [sys.executable, "-m", "pytest"]
    ended = subprocess.run(
        [*command, "-p", "conftest", "-p", "no:cacheprovider", "-n", processes, "-rs", str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ends in ended.stdout
    assert re.search(told, ended.stdout)
