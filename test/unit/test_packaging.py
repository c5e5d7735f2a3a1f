"""The package is whole: what setup.py ships exists, versions agree, and each verb keeps the contract of verbs."""

from __future__ import annotations

import argparse
import io
import json
import re
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

import pytest

import crossmodal_narrator
from crossmodal_narrator.cli.main import VERBS, load_verb, main, module_name
from crossmodal_narrator.nodes.profile import profile_names
from crossmodal_narrator.runtime import ModelStore

# What stands in cli/ and is no verb: main itself, and what verbs share.
SHARED_BY_VERBS = {
    "__init__",
    "evaluating",
    "figures",
    "filters",
    "fleet_figures",
    "fleet_index",
    "fleet_jobs",
    "fleet_work",
    "indexing",
    "main",
    "naming",
    "options",
    "parameters",
    "progress",
    "recorded",
    "replaying",
    "ros",
    "viewing",
    "survey",
}


@pytest.fixture(scope="module")
def description(repository: Path) -> dict[str, Any]:
    """The keywords that setup.py gives to setuptools."""
    with patch("setuptools.setup") as setup, pytest.MonkeyPatch.context() as patched:
        patched.chdir(repository)
        runpy.run_path(str(repository / "setup.py"))
    keywords: dict[str, Any] = setup.call_args.kwargs
    return keywords


def test_every_data_file_that_is_shipped_exists(description: dict[str, Any], repository: Path) -> None:
    files = [file for _, group in description["data_files"] for file in group]

    assert [file for file in files if not (repository / file).is_file()] == []


def test_colcon_and_ament_find_the_package_by_its_marker(description: dict[str, Any]) -> None:
    folders = dict(description["data_files"])

    assert folders["share/ament_index/resource_index/packages"] == ["resource/crossmodal_narrator"]
    assert folders["share/crossmodal_narrator"] == ["package.xml"]


def test_every_model_is_shipped_where_the_store_looks(description: dict[str, Any]) -> None:
    shipped = {folder: {Path(file).name for file in files} for folder, files in description["data_files"]}

    for name in ModelStore().names():
        assert {"manifest.yaml", "golden.json"} <= shipped[f"share/crossmodal_narrator/models/{name}"]


def test_every_profile_is_shipped_where_it_is_looked_for(description: dict[str, Any]) -> None:
    shipped = {folder: {Path(file).stem for file in files} for folder, files in description["data_files"]}

    assert shipped["share/crossmodal_narrator/config/profiles"] == set(profile_names())


def test_every_yaml_inside_of_the_package_is_shipped(description: dict[str, Any], repository: Path) -> None:
    package = repository / "crossmodal_narrator"
    inside = set(package.rglob("*.yaml"))
    shipped = {path for pattern in description["package_data"]["crossmodal_narrator"] for path in package.glob(pattern)}

    assert inside
    assert inside <= shipped


def test_every_folder_with_modules_is_a_package(description: dict[str, Any], repository: Path) -> None:
    folders = {path.parent for path in (repository / "crossmodal_narrator").rglob("*.py")}

    assert {".".join(folder.relative_to(repository).parts) for folder in folders} == set(description["packages"])


def test_the_version_is_one(description: dict[str, Any], repository: Path) -> None:
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (repository / "CHANGELOG.md").read_text(), re.MULTILINE)
    messages = ElementTree.parse(repository / "crossmodal_narrator_msgs" / "package.xml")
    messages_of_pip = (repository / "crossmodal_narrator_msgs" / "pyproject.toml").read_text()
    version = ElementTree.parse(repository / "package.xml").findtext("version")

    assert newest is not None
    assert {crossmodal_narrator.__version__, description["version"], newest[1], messages.findtext("version")} == {
        version
    }
    assert f'version = "{version}"' in messages_of_pip


def test_every_requirement_is_locked_with_its_digest(repository: Path) -> None:
    locks = {name: (name,) for name in ("runtime", "ros", "ros-build", "sim", "display", "test")}
    optional = (repository / "requirements" / "optional.txt").read_text().splitlines()[0]  # names what it is made from
    locks["optional"] = tuple(re.findall(r"([a-z]+)\.in", optional))
    assert set(locks["optional"]) >= {"evaluate", "fleet", "objects", "video", "rerun", "notebook", "browser", "docs"}
    for lock_name, sources in locks.items():
        lines = [line for s in sources for line in (repository / "requirements" / f"{s}.in").read_text().splitlines()]
        names = {re.split(r"[\[=<>\s;#]", line)[0].lower().replace(".", "-") for line in lines} - {""}
        lock = (repository / "requirements" / f"{lock_name}.txt").read_text().lower()
        pins = dict(re.findall(r"^([a-z0-9._-]+)==.*\\\n    (--hash=sha256:)", lock, re.MULTILINE))

        assert names <= set(pins)
        assert "://" not in lock


def test_every_interface_is_compiled(repository: Path) -> None:
    package = repository / "crossmodal_narrator_msgs"
    files = {str(path.relative_to(package)) for kind in ("msg", "srv", "action") for path in (package / kind).iterdir()}

    assert files == set(re.findall(r'"((?:msg|srv|action)/\w+\.\w+)"', (package / "CMakeLists.txt").read_text()))


def test_every_module_of_the_command_line_is_a_verb_or_serves_verbs(repository: Path) -> None:
    modules = {path.stem for path in (repository / "crossmodal_narrator" / "cli").glob("*.py")}

    assert modules - SHARED_BY_VERBS == {module_name(verb) for verb in VERBS}


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_says_what_it_does_and_takes_arguments(name: str) -> None:
    verb = load_verb(name)
    parser = argparse.ArgumentParser()

    verb.add_arguments(parser)

    assert verb.SUMMARY
    assert not verb.SUMMARY.endswith(".")
    assert callable(verb.run)


def test_the_help_names_every_verb() -> None:
    output = io.StringIO()
    with redirect_stdout(output), pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == 0
    assert all(f"\n    {name} " in output.getvalue() for name in VERBS)


def test_an_error_is_one_line_with_its_remedy(tmp_path: Path) -> None:
    output = io.StringIO()
    with redirect_stderr(output):
        status = main(["replay", str(tmp_path / "absent"), "--out", str(tmp_path / "out")])

    assert status == 2
    assert output.getvalue().count("\n") == 1
    assert "absent does not exist — " in output.getvalue()


@pytest.mark.parametrize("arguments", [["node", "narrator"], ["run"]])
def test_nodes_without_ros_are_one_line_with_its_remedy(arguments: list[str]) -> None:
    code = f"""
import sys
sys.modules["rclpy"] = None
from crossmodal_narrator.cli.main import main
sys.exit(main({arguments}))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "the nodes cannot be loaded: " in ended.stderr
    assert "make setup" in ended.stderr


def test_sound_that_cannot_be_written_is_told_before_the_bag_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = tmp_path / "absent" / "said.wav"

    assert main(["replay", str(tmp_path / "bag"), "--out", str(tmp_path / "out"), "--aloud", str(sound)]) == 2
    assert f"--aloud {sound} cannot be written — " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["said.mp3", "said"])
def test_sound_under_another_name_than_a_wav_is_refused_before_the_bag_is_opened(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = tmp_path / name

    assert main(["replay", str(tmp_path / "bag"), "--out", str(tmp_path / "out"), "--aloud", str(sound)]) == 2
    assert f"--aloud {sound} is no name of a WAV file — let it end with .wav" in capsys.readouterr().err


def test_one_verb_imports_no_other_verb_and_no_library_for_its_help() -> None:
    code = """
import json, sys
from crossmodal_narrator.cli.main import main
try:
    main(["models", "--help"])
except SystemExit:
    print(json.dumps(sorted(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(result.stdout.splitlines()[-1]))

    assert "crossmodal_narrator.cli.models" in loaded
    assert loaded.isdisjoint({"crossmodal_narrator.cli.replay", "onnxruntime", "cv2", "scipy", "rclpy"})
