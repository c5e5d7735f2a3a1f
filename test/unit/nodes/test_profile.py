"""A profile says everything that the nodes need of a simulator, and nothing that they do not have."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
import yaml

from crossmodal_narrator.cli import node
from crossmodal_narrator.configuration import NODES, PerceptionConfig
from crossmodal_narrator.core.config import build
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.nodes.profile import load_profile, profile_names
from crossmodal_narrator.wire.images import KNOWN_ENCODINGS

MINE = {
    "simulator": "mine",
    "use_sim_time": True,
    "perception": {"cameras": ["left"], "odometry_enabled": False, "intake": {"fov_deg": [100.0]}},
    "streams": {"camera/left/image": {"topic": "/left/image", "qos": ["reliable", "volatile", 1], "frame": "left"}},
}


def write(folder: Path, **changed: object) -> str:
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump({**MINE, **changed}), encoding="utf-8")
    return str(file)


def arguments_of(*words: str) -> list[str]:
    parser = argparse.ArgumentParser()
    node.add_arguments(parser)
    return node.arguments_of(parser.parse_args(words))


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_that_is_shipped_is_one(name: str) -> None:
    profile = load_profile(name)
    config = build(PerceptionConfig, profile.parameters["perception"])

    assert profile.simulator
    assert profile.uses_sim_time
    for topic, stream in profile.streams.items():
        frame_is_told = bool(stream.frame) or bool(stream.edges)
        assert frame_is_told, topic
    if profile.streams:
        image, cloud = profile.streams["camera/front/image"], profile.streams["lidar/points"]
        assert image.encoding in KNOWN_ENCODINGS
        assert {"x", "y", "z"} <= {name for name, _, _ in cloud.fields}
        children = {child for stream in profile.streams.values() for _, child in stream.edges}
        assert {image.frame, cloud.frame} <= children
        assert not config.odometry_enabled or profile.streams["odom"].child == config.sync.base_frame


def test_every_node_can_be_started_with_a_profile(tmp_path: Path) -> None:
    """Those that it has no word for, too: with sim time, or the voice would not know itself in the microphone."""
    file = write(tmp_path, voice={"microphone": "inside"})
    assert tuple(NODES) == node.NODES
    for name in node.NODES:
        words = arguments_of("--profile", file, name)
        assert "use_sim_time:=true" in words
        assert ('microphone:="inside"' in words) == (name == "voice")


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_names_its_sources_and_that_it_was_not_run(name: str, repository: Path) -> None:
    text = (repository / "config" / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")

    assert max(map(len, text.splitlines())) <= 124
    assert f"--profile {name}" in text
    if load_profile(name).streams:
        assert "not run against the program" in text
        assert "https://" in text


def test_profiles_are_documented(repository: Path) -> None:
    page = (repository / "docs" / "simulators.md").read_text(encoding="utf-8")

    assert all(f"`{name}`" in page for name in profile_names())


def test_remappings_and_parameters_are_those_of_the_file(tmp_path: Path) -> None:
    profile = load_profile(write(tmp_path))

    assert profile.remappings == ("-r", "camera/left/image:=/left/image")
    given = profile.parameter_arguments("perception")
    assert given[:2] == ("-p", "use_sim_time:=true")
    assert set(given[3::2]) == {'cameras:=["left"]', "odometry_enabled:=false", "intake.fov_deg:=[100.0]"}
    assert profile.parameter_arguments("narrator") == ("-p", "use_sim_time:=true")


def test_what_the_user_says_counts_more_than_the_profile(tmp_path: Path) -> None:
    file = write(tmp_path)
    words = ("--profile", file, "--params", "my.yaml", "--use-sim-time", "false", "perception")
    given = arguments_of(*words, "--ros-args", "-r", "lidar/points:=/top")

    last = {word.partition(":=")[0]: word for word in given if word.startswith("use_sim_time")}
    assert last == {"use_sim_time": "use_sim_time:=false"}
    assert given.index("--params-file") > given.index('cameras:=["left"]')
    assert given.index("lidar/points:=/top") < given.index("camera/left/image:=/left/image")


def test_nothing_is_added_where_nothing_is_wanted() -> None:
    empty = ("--profile=", "--params=", "--use-sim-time=", "perception", "--ros-args", "-r", "__node:=perception")

    assert arguments_of(*empty) == ["--ros-args", "-r", "__node:=perception"]
    assert arguments_of("narrator") == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"streams": {"camera/front/image": {}}}, "camera/front/image is not known — allowed: /tf_static, /tf"),
        ({"perception": {"camera": ["left"]}}, "camera is not a parameter — did you mean cameras"),
        ({"use_sim_time": "yes"}, "use_sim_time = 'yes' — allowed: true or false"),
        ({"topics": {}}, "topics is not known"),
        ({"streams": {"/tf": {"topic": "tf", "qos": ["reliable", "volatile", 1]}}}, "topic = 'tf' — give the whole"),
        ({"streams": {"/tf": {"topic": "/tf", "qos": ["reliable"]}}}, r"qos = \['reliable'\] — allowed"),
        ({"streams": {"/tf": {"topic": "/tf", "qos": ["reliable", "volatile", 1], "edges": ["a"]}}}, "write it as"),
        ({"streams": ["/tf"]}, "streams: holds list"),
    ],
)
def test_a_profile_that_names_what_the_nodes_do_not_have_is_refused(
    changed: dict[str, object], told: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        load_profile(write(tmp_path, **changed))
    assert "mine.yaml" in str(refused.value)


def test_a_simulator_that_is_not_known_is_answered_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="profile lgsvl: No such file or directory — take one of awsim, carla"):
        load_profile("lgsvl")
    broken = tmp_path / "broken.yaml"
    broken.write_text("streams: [", encoding="utf-8")
    with pytest.raises(ConfigError, match="is not YAML"):
        load_profile(str(broken))
