"""What goes wrong on the way is announced with its remedy, and the narration goes on with what is left.

Real nodes in their own processes, real DDS, the real San Francisco drive with its messages altered (faults.py).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.nodes.environment import node_environment
from crossmodal_narrator.runtime import ModelStore

pytestmark = [pytest.mark.alone, pytest.mark.ros, pytest.mark.shared, pytest.mark.slow]

WARN, ERROR = 1, 2
ANNOUNCED_WITHIN_S = 3.0
DRIVES = (
    "none",
    "no_camera",
    "no_lidar",
    "camera_lost_and_back",
    "wrong_qos",
    "missing_transform",
    "absurd_cloud",
    "truncated_jpeg",
    "hour_back",
)
Heard = dict[str, Any]


@contextmanager
def living_nodes(environment: Mapping[str, str]) -> Iterator[None]:
    """Perception and narrator, unconfigured. Both must end well when they are asked to."""
    commands = [[sys.executable, "-m", f"crossmodal_narrator.nodes.{name}"] for name in ("perception", "narrator")]
    processes = [subprocess.Popen(command, env=environment) for command in commands]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        statuses = [process.wait(timeout=30) for process in processes]
    assert statuses == [0, 0]


def heard_of(faults: Sequence[str], bag: Path, environment: Mapping[str, str], repository: Path) -> dict[str, Heard]:
    script = repository / "test" / "system" / "fault_drive.py"
    with living_nodes(environment):
        result = subprocess.run(
            [sys.executable, str(script), str(bag), *faults],
            env=environment,
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )
    assert result.returncode == 0, result.stderr
    return {heard["fault"]: heard for heard in map(json.loads, result.stdout.splitlines())}


@pytest.fixture(scope="module")
def drives(ros_environment: dict[str, str], san_francisco_bag: Path, repository: Path) -> dict[str, Heard]:
    """All faults of messages, one after the other, by nodes that are activated anew for each."""
    return heard_of(DRIVES, san_francisco_bag, node_environment(ros_environment), repository)


def troubles(heard: Heard, name: str) -> list[dict[str, Any]]:
    return [told for told in heard["diagnostics"].get(name, []) if told["level"] in (WARN, ERROR)]


def degraded(heard: Heard, sense: str, trouble: str) -> list[str]:
    return [told["remedy"] for told in heard["degraded"] if (told["sense"], told["trouble"]) == (sense, trouble)]


def texts(heard: Heard) -> str:
    return " ".join(told["text"] for told in heard["narrations"])


def test_a_drive_without_faults_is_narrated_and_complains_of_nothing(drives: dict[str, Heard]) -> None:
    heard = drives["none"]

    assert "white car" in texts(heard)
    assert heard["degraded"] == []
    assert troubles(heard, "perception: messages") == []
    assert heard["diagnostics"]["perception: engine"][-1]["message"] == "ONNX Runtime CPU"


def test_who_asks_is_told_of_the_scene_as_it_is_and_why_when_nothing_can_be_said(drives: dict[str, Heard]) -> None:
    told, unknown = drives["none"]["described"]

    assert told["success"]
    assert any("car" in text for text in told["texts"])
    assert not unknown["success"]
    assert "nothing can be said of track:4000000000" in unknown["reason"]


def test_a_parameter_that_is_changed_under_way_is_refused_with_the_way_to_do_it(drives: dict[str, Heard]) -> None:
    refused = drives["none"]["while_active"]

    assert not refused["success"]
    assert refused["reason"].startswith("engine.threads: deactivate and clean up the node")


def test_a_drive_at_ten_hertz_fits_into_the_memory_that_is_promised(drives: dict[str, Heard]) -> None:
    peaks = [float(heard["diagnostics"]["perception: latency"][-1]["values"]["memory_mb"]) for heard in drives.values()]

    assert max(peaks) < 1000.0
    assert peaks[-1] < peaks[0] + 100.0  # nine drives later


def test_without_a_camera_the_laser_goes_on(drives: dict[str, Heard]) -> None:
    heard = drives["no_camera"]
    missing = troubles(heard, "perception: input /camera/front/image/compressed")

    assert min(told["at_s"] for told in missing) < ANNOUNCED_WITHIN_S
    assert "start its driver, or remap the topic" in missing[0]["message"]
    assert degraded(heard, "camera", "missing")
    assert "The camera has sent nothing so far" in texts(heard)
    assert len(heard["narrations"]) > 1


def test_without_a_lidar_the_camera_goes_on(drives: dict[str, Heard]) -> None:
    heard = drives["no_lidar"]
    missing = troubles(heard, "perception: input /lidar/points")

    assert min(told["at_s"] for told in missing) < ANNOUNCED_WITHIN_S
    assert degraded(heard, "lidar", "missing")
    assert "car" in texts(heard)


def test_a_camera_that_is_lost_and_comes_back_is_told_both_times(drives: dict[str, Heard]) -> None:
    heard = drives["camera_lost_and_back"]
    silent = troubles(heard, "perception: senses")
    triggers = [told["trigger"] for told in heard["narrations"]]

    assert any("camera stale" in told["message"] for told in silent)
    assert min(told["at_s"] for told in silent if "camera" in told["message"]) < 0.5 + ANNOUNCED_WITHIN_S
    assert "sense" in triggers
    assert heard["diagnostics"]["perception: senses"][-1]["message"] == "all senses deliver"


def test_a_publisher_with_another_qos_is_named_with_the_right_one(drives: dict[str, Heard]) -> None:
    heard = drives["wrong_qos"]
    refused = [told for told in troubles(heard, "perception: input /tf_static") if told["level"] == ERROR]

    assert refused[0]["at_s"] < ANNOUNCED_WITHIN_S
    assert "publish it reliable and transient local (latched)" in refused[0]["message"]
    assert heard["narrations"]


def test_a_missing_transform_is_named_and_the_camera_goes_on(drives: dict[str, Heard]) -> None:
    heard = drives["missing_transform"]

    assert "publish base_link → lidar_top on /tf_static" in degraded(heard, "lidar", "unplaced")[0]
    assert min(told["at_s"] for told in troubles(heard, "perception: senses") if "unplaced" in told["message"]) < 3.0
    assert "I'm going by the camera" in texts(heard)


def test_a_cloud_of_absurd_size_is_refused_and_the_camera_goes_on(drives: dict[str, Heard]) -> None:
    heard = drives["absurd_cloud"]

    assert "check width and height in the LiDAR driver" in degraded(heard, "lidar", "unreadable")[0]
    assert any("4294967295x2147483648" in told["message"] for told in troubles(heard, "perception: messages"))
    assert "I'm going by the camera" in texts(heard)


def test_images_that_are_cut_short_are_refused_and_the_laser_goes_on(drives: dict[str, Heard]) -> None:
    heard = drives["truncated_jpeg"]

    assert "check the link to the camera" in degraded(heard, "camera", "unreadable")[0]
    assert any("JPEG image ends after" in told["message"] for told in troubles(heard, "perception: messages"))
    assert heard["scenes"][-1] - heard["scenes"][0] > 3.0


def test_a_clock_that_jumps_back_an_hour_is_told_and_the_narration_begins_anew(drives: dict[str, Heard]) -> None:
    heard = drives["hour_back"]
    stamps = [told["stamp_s"] for told in heard["narrations"]]

    assert any("clock jumped back" in told["message"] for told in troubles(heard, "perception: messages"))
    assert any("one source (PTP or NTP)" in told["message"] for told in troubles(heard, "perception: messages"))
    assert stamps[-1] < stamps[0] - 3000


@pytest.mark.parametrize("fault", ["no_weights", "altered_weights"])
def test_without_its_weights_perception_goes_on_by_lidar_and_says_how_to_get_them(
    fault: str, ros_environment: dict[str, str], san_francisco_bag: Path, repository: Path, tmp_path: Path
) -> None:
    store = ModelStore(cache_dir=tmp_path / "crossmodal_narrator")
    if fault == "altered_weights":
        spoil_weights(store)
    environment = node_environment({**ros_environment, "XDG_CACHE_HOME": str(tmp_path)})
    heard = heard_of([fault], san_francisco_bag, environment, repository)[fault]
    told = troubles(heard, "perception: engine")

    assert told[0]["at_s"] < ANNOUNCED_WITHIN_S
    assert "run `crossmodal-narrator models pull nanodet_g`" in told[0]["message"]
    assert "models pull" in degraded(heard, "camera", "unreadable")[0]
    assert "I'm going by the laser" in texts(heard)
    assert len(heard["scenes"]) > 20


def spoil_weights(store: ModelStore) -> None:
    """The right weights but for one byte."""
    manifest = store.manifest("nanodet_g")
    path = store.folder(manifest) / manifest.artifact.path
    path.parent.mkdir(parents=True)
    shutil.copyfile(ModelStore().folder(manifest) / manifest.artifact.path, path)
    with path.open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
