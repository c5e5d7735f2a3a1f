"""Each profile of config/profiles: its simulator's messages, over real DDS, are read by a node that has the profile.

The drive is the real one, turned into each simulator's encodings, layouts, frames, axes and QoS (profile_shapes.py).
The simulators themselves are not run here.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.nodes.environment import node_environment
from crossmodal_narrator.nodes.profile import Profile, load_profile, profile_names

pytestmark = [pytest.mark.alone, pytest.mark.ros, pytest.mark.shared, pytest.mark.slow]

AT_ONCE = 2  # machines of continuous integration have two cores
OTHERS = tuple(name for name in profile_names() if load_profile(name).streams)  # not our own simulator
WITHOUT_ODOMETRY = ("carla",)
SETTLED = 4  # scenes; until then transforms and calibrations may still be on their way
LEAST_SCENES, LEAST_FOUND, NEAR_ENOUGH_M = 8, 0.8, 1.5
Heard = dict[str, Any]


@pytest.fixture(scope="module")
def own_environment(ros_environment: dict[str, str], take_domain: Callable[[], str]) -> Callable[[], dict[str, str]]:
    """Gives each simulator a domain of its own, or they would all drive at once."""
    return lambda: node_environment({**ros_environment, "ROS_DOMAIN_ID": take_domain()})


@contextmanager
def perception(profile: str, environment: Mapping[str, str]) -> Iterator[None]:
    """The node as a launch file starts it."""
    node = [sys.executable, "-m", "crossmodal_narrator", "node", "--profile", profile, "perception"]
    process = subprocess.Popen(node, env=environment)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0


def drive(profile: str, drive_dir: Path, environment: Mapping[str, str], *options: str) -> subprocess.Popen[str]:
    script = Path(__file__).with_name("profile_drive.py")
    command = [sys.executable, str(script), profile, str(drive_dir), *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def heard_of(driving: subprocess.Popen[str]) -> Heard:
    output, errors = driving.communicate(timeout=120)
    assert driving.returncode == 0, errors
    heard: Heard = json.loads(output)
    return heard


@pytest.fixture(scope="module")
def drive_dir(san_francisco_bag: Path) -> Path:
    return san_francisco_bag.parent


@pytest.fixture(scope="module")
def drives(own_environment: Callable[[], dict[str, str]], drive_dir: Path) -> dict[str, Heard]:
    """All simulators, some at a time, each with a perception node of its own."""
    heard: dict[str, Heard] = {}
    for at in range(0, len(OTHERS), AT_ONCE):
        heard |= together(OTHERS[at : at + AT_ONCE], own_environment, drive_dir)
    return heard


def together(
    names: tuple[str, ...], own_environment: Callable[[], dict[str, str]], drive_dir: Path
) -> dict[str, Heard]:
    if not names:
        return {}
    own = own_environment()
    with perception(names[0], own):
        driving = drive(names[0], drive_dir, own)
        others = together(names[1:], own_environment, drive_dir)
        return {names[0]: heard_of(driving), **others}


def settled(heard: Heard) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Scenes with what is true at their stamps."""
    truth = {step["stamp_ns"]: step for step in heard["steps"]}
    return [(scene, truth[scene["stamp_ns"]]) for scene in heard["scenes"][SETTLED:]]


def test_every_simulator_that_is_named_in_the_issue_has_a_profile() -> None:
    assert set(OTHERS) == {"awsim", "carla", "carla_ros_bridge", "gazebo", "isaac_sim"}


@pytest.mark.parametrize("name", OTHERS)
def test_its_topics_and_qos_are_those_that_the_nodes_ask_for(name: str, drives: dict[str, Heard]) -> None:
    heard = drives[name]

    assert heard["unheard"] == []
    assert heard["diagnostics"]["perception: messages"] == "everything that comes can be read"
    assert heard["diagnostics"]["perception: clock"] == "/clock comes"
    complaints = {k: v for k, v in heard["diagnostics"].items() if "nobody" in v or "QoS" in v or "silent" in v}
    assert complaints == {}


@pytest.mark.parametrize("name", OTHERS)
def test_camera_and_lidar_are_both_placed_and_nothing_is_missed(name: str, drives: dict[str, Heard]) -> None:
    scenes = settled(drives[name])

    assert len(scenes) >= LEAST_SCENES
    assert {told for scene, _ in scenes for told in scene["degraded"]} == set()
    base = load_profile(name).parameters["perception"]["sync.base_frame"]
    assert {scene["frame"] for scene, _ in scenes} == {base}


@pytest.mark.parametrize("name", OTHERS)
def test_the_egos_motion_is_the_simulators_or_unknown_where_it_tells_none(name: str, drives: dict[str, Heard]) -> None:
    speeds = [(scene["speed_mps"], truth["speed_mps"]) for scene, truth in settled(drives[name])]

    if name in WITHOUT_ODOMETRY:
        assert {speed for speed, _ in speeds} == {None}
    else:
        assert max(true for _, true in speeds) > 3.0  # by then we drive
        assert max(abs(speed - true) for speed, true in speeds) < 0.1


@pytest.mark.parametrize("name", OTHERS)
def test_vehicles_stand_where_they_are_and_both_senses_agree_on_it(name: str, drives: dict[str, Heard]) -> None:
    """With wrong axes, intrinsics, colours or point layouts the two senses would not meet in one object."""
    found = [is_found(place, scene) for scene, truth in settled(drives[name]) for place in truth["vehicles_m"]]

    assert len(found) > 2 * LEAST_SCENES
    assert sum(found) / len(found) >= LEAST_FOUND


def is_found(place: tuple[float, float], scene: Mapping[str, Any]) -> bool:
    return any(
        math.dist(place, thing["position_m"]) < NEAR_ENOUGH_M
        for thing in scene["objects"]
        if thing["position_m"] is not None and thing["senses"] == ["camera", "lidar"] and thing["label"] != "obstacle"
    )


def test_run_narrates_a_simulator_by_its_profile(
    own_environment: Callable[[], dict[str, str]], drive_dir: Path, tmp_path: Path
) -> None:
    """A copy of a profile with another vehicle's name, as a user would make one."""
    own = own_environment()
    shipped: Profile = load_profile("carla_ros_bridge")
    mine = tmp_path / "mine.yaml"
    text = (Path(__file__).parents[2] / "config" / "profiles" / f"{shipped.name}.yaml").read_text(encoding="utf-8")
    mine.write_text(text.replace("ego_vehicle", "hero"), encoding="utf-8")
    run = [sys.executable, "-m", "crossmodal_narrator", "run", "--profile", str(mine)]
    running = subprocess.Popen(
        [*run, "--domain", own["ROS_DOMAIN_ID"]], env=own, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        heard = heard_of(drive(str(mine), drive_dir, own, "--is-up"))
    finally:
        os.kill(running.pid, signal.SIGINT)
        output, _ = running.communicate(timeout=30)

    assert running.returncode == 0
    assert {scene["frame"] for scene in heard["scenes"]} == {"hero"}
    assert "[en]" in output
    assert "car" in output
