"""A bag whose topics have other names is read by a profile or by naming them; an error tells what the bag has."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml
from copied_bags import copied, replayed, said_and_seen

from crossmodal_narrator.bags import BagWriter
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.evaluation import EVALUATION_FILE, read_evaluation

OTHERS = {
    "/camera/front/image/compressed": "/depth_rig/jpg",  # which no guess takes for a picture of the road
    "/camera/front/camera_info": "/calibration",
    "/lidar/points": "/map_cloud",
    "/audio/outside": "/cabin_roof",
    "/odom": "/ego",
}
NAMED = {
    "camera/front/image/compressed": "/depth_rig/jpg",
    "camera/front/camera_info": "/calibration",
    "lidar/points": "/map_cloud",
    "audio/outside": "/cabin_roof",
    "odom": "/ego",
}


@pytest.fixture(scope="module")
def renamed_bag(small_bag: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(small_bag, tmp_path_factory.mktemp("renamed") / "drive", renamed=OTHERS)


def test_topics_that_are_named_one_by_one_give_the_replay_and_the_evaluation_of_the_usual_names(
    renamed_bag: Path, small_bag: Path, small_replay: Path, tmp_path: Path
) -> None:
    options = [word for name, topic in NAMED.items() for word in ("--topic", f"{name}={topic}")]
    replay = replayed(renamed_bag, tmp_path / "out", *options)
    assert said_and_seen(replay) == said_and_seen(small_replay)

    truth = small_bag.parent / "truth.json"
    assert main(["evaluate", str(replay), "--bag", str(renamed_bag), "--truth", str(truth)]) == 0
    found = read_evaluation(replay / EVALUATION_FILE).figures
    usual_replay = Path(shutil.copytree(small_replay, tmp_path / "usual"))
    assert main(["evaluate", str(usual_replay), "--bag", str(small_bag), "--truth", str(truth)]) == 0
    usual = read_evaluation(usual_replay / EVALUATION_FILE).figures
    assert {k: v for k, v in found.items() if "latency" not in k} == {
        k: v for k, v in usual.items() if "latency" not in k
    }


def test_a_profile_names_them_and_a_verification_needs_it_no_more(
    renamed_bag: Path, small_replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    streams = {name: {"topic": topic, "qos": ["reliable", "volatile", 10]} for name, topic in NAMED.items()}
    profile = tmp_path / "vehicle.yaml"
    perception = {"cameras": ["front"], "microphones": ["outside"]}
    profile.write_text(yaml.safe_dump({"perception": perception, "streams": streams}), encoding="utf-8")
    replay = replayed(renamed_bag, tmp_path / "out", "--profile", str(profile))
    assert said_and_seen(replay) == said_and_seen(small_replay)

    profile.unlink()
    assert main(["verify", str(replay), "--bag", str(renamed_bag)]) == 0
    assert "same: " in capsys.readouterr().out


def test_a_profile_of_another_simulator_does_not_read_what_it_does_not_name(
    small_bag: Path, small_replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(small_bag), "--out", str(tmp_path / "out"), "--profile", "isaac_sim"]) == 2
    assert "has no sensor of the profile isaac_sim" in capsys.readouterr().err
    ours = replayed(small_bag, tmp_path / "ours", "--profile", "simulate")
    assert said_and_seen(ours) == said_and_seen(small_replay)


def test_a_question_takes_the_names_too(renamed_bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["ask", "How fast are we going?", "--bag", str(renamed_bag), "--at", "1.5"]
    assert main([*asked, "--topic", "odom=/ego"]) == 0
    assert ", by odometry" in capsys.readouterr().out
    assert main([*asked, "--topic", "odom=/wheels"]) == 2
    assert "/wheels, named as odom, is not in " in capsys.readouterr().err


@pytest.mark.parametrize("moment", ["99", "-0.1", "nan", "inf", "-inf"])
def test_a_question_at_no_moment_of_the_drive_is_refused_with_its_length(
    moment: str, renamed_bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["ask", "How fast are we going?", "--bag", str(renamed_bag), f"--at={moment}"]

    assert main([*asked, "--topic", "odom=/ego"]) == 2
    assert re.search(rf"--at {moment} is not in {renamed_bag} — choose 0 to 3\.\d", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (["--topic", "lidar/points=/velodyne_points"], "/velodyne_points, named as lidar/points, is not in "),
        (["--topic", "lidar/points=/ego"], "/ego is nav_msgs/msg/Odometry, and lidar/points must be "),
        (["--profile", "carla"], "has no sensor of the profile carla"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    renamed_bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str], told: str
) -> None:
    assert main(["replay", str(renamed_bag), "--out", str(tmp_path / "out"), *option]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "\n  /map_cloud  sensor_msgs/msg/PointCloud2  32" in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_a_bag_without_a_sensor_is_refused_with_the_list_of_its_topics(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with BagWriter(tmp_path / "bag") as bag:
        bag.write_raw("/chatter", "std_msgs/msg/String", b"\0\1\0\0\1\0\0\0\0", 1)
    assert main(["replay", str(tmp_path / "bag"), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "has no sensor that is known here" in error
    assert error.endswith("\n  /chatter  std_msgs/msg/String  1\n")


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("lidar=/map_cloud", "take one of camera/NAME/image, "),
        ("camera/front/depth=/map_cloud", "'camera/front/depth' is no name of a topic"),
        ("/map_cloud", "holds no NAME=TOPIC"),
    ],
)
def test_a_name_that_the_nodes_do_not_have_is_refused(
    renamed_bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], argument: str, told: str
) -> None:
    assert main(["replay", str(renamed_bag), "--out", str(tmp_path / "out"), "--topic", argument]) == 2
    assert told in capsys.readouterr().err
