"""The verbs read the nodes' own parameter file; what is said on the command line counts more."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from crossmodal_narrator.bags import BagWriter
from crossmodal_narrator.cli import ros, run
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.cli.parameters import narrator_config
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose


@pytest.fixture
def params(tmp_path: Path) -> Path:
    file = tmp_path / "narrator.yaml"
    file.write_text("narrator: {ros__parameters: {languages: [zh], max_range_m: 25.0}}\n", encoding="utf-8")
    return file


def test_the_file_sets_the_languages_where_the_command_line_is_silent(params: Path) -> None:
    config = narrator_config(params, None)
    assert config.languages == ("zh",)
    assert config.max_range_m == 25.0


def test_the_command_line_counts_more_than_the_file(params: Path) -> None:
    config = narrator_config(params, "en,zh")
    assert config.languages == ("en", "zh")
    assert config.max_range_m == 25.0


def test_a_replay_says_that_it_asks_no_large_model(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    params = tmp_path / "narrator.yaml"
    params.write_text("narrator: {ros__parameters: {rewriting: {model: {folder: /a/model}}}}\n", encoding="utf-8")
    with BagWriter(tmp_path / "bag") as bag:
        bag.write_frame(
            EgoMotion(stamp_ns=1, odom_from_base=Pose.identity(), velocity_mps=(5.0, 0.0, 0.0), yaw_rate_rps=0.0)
        )

    assert main(["replay", str(tmp_path / "bag"), "--out", str(tmp_path / "out"), "--params", str(params)]) == 0
    assert capsys.readouterr().out.count("rewriting.model is not used") == 1


def test_a_language_that_is_not_spoken_is_refused_by_its_name() -> None:
    with pytest.raises(ConfigError, match="'fr' is not spoken"):
        narrator_config(None, "en,fr")


def test_a_misspelt_node_of_the_file_is_refused_by_a_verb(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("perceptio: {ros__parameters: {engine: {threads: 2}}}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="perceptio is no node — did you mean perception"):
        narrator_config(file, None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--live", "--preview", "film.mp4"], "--preview draws what is recorded.*use it with --out"),
        (["--out", "drive", "--rate", "0.5"], "--rate is of a live drive.*use it with --live"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["simulate", "street", *options]) == 2
    assert re.search(told, capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--remap", "lidar/points", "lidar/points is not FROM:=TO, as lidar/points:=/velodyne_points"),
        ("--remap", "lidar/points:=", "is not FROM:=TO"),
        ("--remap", "lidar/points:=/front-lidar", "is not FROM:=TO"),
        ("--domain", "999", "999 must be a whole number from 0 to 232"),
        ("--domain", "-1", "-1 must be a whole number from 0 to 232"),
        ("--domain", "mine", "mine must be a whole number from 0 to 232"),
    ],
)
def test_what_ros_would_fail_at_is_refused_before_anything_starts(
    option: str, value: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "--bag", "/nowhere", f"{option}={value}"])

    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_remappings_and_domains_of_ros_are_taken() -> None:
    remaps = ["lidar/points:=/velodyne_points", "perception:odom:=~/ego", "rostopic:///tf:=/vehicle/tf", "__ns:=/car"]
    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    args = parser.parse_args(["--domain", "232", *(f"--remap={remap}" for remap in remaps)])

    assert (args.remap, args.domain) == (remaps, 232)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["demo", "--language", "fr"], "'fr' is not spoken — take en or zh or es"),
        (["run", "--scenario", "street", "--language", "fr"], "'fr' is not spoken"),
        (["run", "--scenario", "street", "--page", "--port", "99999"], "port = 99999 is out of range — allowed: 0 to"),
        (["run", "--scenario", "street", "--port", "8080"], "--port 8080 without --page — add --page"),
        (["run", "--scenario", "street", "--params", "mine.yaml"], "fusion.max_range_m = -1"),
    ],
)
def test_what_is_wrong_is_refused_before_a_drive_is_simulated(
    command: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "simulated", lambda *_, **__: pytest.fail("a drive is simulated"))
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("perception:\n  ros__parameters:\n    fusion: {max_range_m: -1.0}\n", encoding="utf-8")

    assert main(command) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", [["demo"], ["run", "--scenario", "street"]])
def test_where_ros_is_missing_no_drive_is_simulated_for_it(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "simulated", lambda *_, **__: pytest.fail("a drive is simulated"))
    monkeypatch.setattr(ros.importlib.util, "find_spec", lambda name: None)

    assert main(command) == 2
    assert "No module named 'rclpy' — source ROS 2's setup.bash, or run `make setup`" in capsys.readouterr().err
