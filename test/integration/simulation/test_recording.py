"""A drive becomes a folder that our own reader opens: the same bytes with any number of processes, all or nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.core.config import read_parameter_file
from crossmodal_narrator.core.errors import BagError, ScenarioError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.evaluation.truth import Kind, read_truth
from crossmodal_narrator.simulation.drive import Drive, build_drive
from crossmodal_narrator.simulation.preview import HEIGHT, WIDTH, preview_frames, write_preview
from crossmodal_narrator.simulation.recording import record
from crossmodal_narrator.simulation.rollout import START_NS
from crossmodal_narrator.simulation.sensors.rig import LidarMount, MicrophoneArray
from crossmodal_narrator.wire import Intake, guess_topics


def small_drive(name: str = "street", seconds: float = 0.6, **changes: object) -> Drive:
    asked: dict[str, object] = {"seed": 0, "seconds": seconds, "width": 320, "height": 180, "lidar": "beams_32"}
    return build_drive(name, **{**asked, **changes})


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "drive"
    record(small_drive(), folder, processes=1)
    return folder


def _digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _frames(folder: Path) -> list:
    bag = open_bag(folder / "bag")
    intake = Intake(guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))
    names = tuple(topic.name for topic in bag.topics)
    return [frame for m in bag.messages(names) for frame in intake.frames(m.topic, m.message)]


def test_two_processes_write_the_bytes_of_one(recorded, tmp_path):
    record(small_drive(), tmp_path / "drive", processes=2)
    assert _digest(tmp_path / "drive") == _digest(recorded)


def test_another_seed_writes_other_bytes(recorded, tmp_path):
    record(small_drive(seed=1), tmp_path / "drive", processes=1)
    once, other = _digest(recorded), _digest(tmp_path / "drive")
    assert once["truth.json"] != other["truth.json"]


def test_the_bag_holds_every_sense_in_the_order_of_log_times(recorded):
    bag = open_bag(recorded / "bag")
    times = [m.log_time_ns for m in bag.messages([topic.name for topic in bag.topics])]
    assert times == sorted(times)
    frames = _frames(recorded)
    counts = {kind: sum(isinstance(f, kind) for f in frames) for kind in (CameraFrame, LidarSweep, EgoMotion)}
    assert counts == {CameraFrame: 6, LidarSweep: 6, EgoMotion: 31}
    edges = {(f.parent, f.child) for f in frames if isinstance(f, FrameTransform)}
    sensors = ("camera_front_optical", "lidar_top", "microphones", "cabin_microphone", "imu", "gnss")
    assert edges == {("odom", "base_link")} | {("base_link", sensor) for sensor in sensors}
    sweep = next(f for f in frames if isinstance(f, LidarSweep))
    assert sweep.point_offset_s is not None
    sizes = {topic.name: topic.message_count for topic in bag.topics}
    assert (sizes["/imu"], sizes["/gnss/fix"]) == (61, 7)


def test_sound_is_stamped_with_its_first_sample_and_logged_with_its_last(recorded):
    bag = open_bag(recorded / "bag")
    for topic, channels in (("/audio/outside", 4), ("/audio/cabin", 1)):
        messages = list(bag.messages([topic]))
        assert len(messages) == 6
        for k, message in enumerate(messages):
            stamp = message.message.header.stamp
            assert stamp.sec * 10**9 + stamp.nanosec == START_NS + k * 10**8
            assert message.log_time_ns == START_NS + (k + 1) * 10**8
            assert message.message.channels == channels


def test_the_truth_beside_it_is_read_as_that_of_a_real_drive(recorded):
    truth = read_truth(recorded / "truth.json")
    assert len(truth) == 6
    assert {Kind.VEHICLE, Kind.PERSON} <= {thing.kind for thing in truth[0].objects}
    entry = json.loads((recorded / "truth.json").read_text())[0]
    assert {"sounds", "signals", "events", "ego_manoeuvre"} <= set(entry)


def test_a_drive_is_never_overwritten(recorded):
    with pytest.raises(BagError, match="exists"):
        record(small_drive(seconds=0.2), recorded, processes=1)


@pytest.mark.parametrize("seconds", [99.0, 0.0, -1.0, float("nan")])
def test_a_length_that_the_scenario_has_not_is_refused(seconds):
    with pytest.raises(ScenarioError, match="choose"):
        small_drive(seconds=seconds)


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 0},
        {"height": 4},
        {"width": 10**9},
        {"lidar": "beams_7"},
        {"cameras": "front,front"},
        {"cameras": "roof"},
        {"seed": -1},
    ],
)
def test_a_drive_that_cannot_be_is_refused_at_once(changes):
    with pytest.raises(ScenarioError):
        small_drive(**changes)


def test_a_process_that_cannot_begin_is_told_by_its_error(tmp_path):
    drive = small_drive()
    rig = dataclasses.replace(drive.rig, lidar=LidarMount(model="beams_7"))
    broken = Drive(drive.scenario, rig, seconds=0.3)
    with pytest.raises(ScenarioError, match="beams_7"):
        record(broken, tmp_path / "drive", processes=2)
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_is_killed_ends_the_drive_with_an_error(tmp_path):
    def kill_one(done: int, total: int) -> None:
        if done == 1:
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    with pytest.raises(ScenarioError, match="was killed"):
        record(small_drive(seconds=4.0), tmp_path / "drive", processes=2, on_progress=kill_one)
    assert list(tmp_path.iterdir()) == []


def test_what_begins_with_the_drive_is_an_event_of_its_first_entry(tmp_path):
    drive = small_drive("siren_behind_building", 0.2, cameras="none")
    record(drive, tmp_path / "drive", processes=1)
    first = json.loads((tmp_path / "drive" / "truth.json").read_text())[0]
    assert "hi_lo_on" in [event["event"] for event in first["events"]]
    vehicle = read_parameter_file(tmp_path / "drive" / "vehicle.yaml", "perception")
    array = MicrophoneArray()
    assert vehicle["sound.capsules_m"][:3] == pytest.approx(array.in_base_m[0])
    expected = json.loads((tmp_path / "drive" / "expectations.json").read_text())
    assert expected["length_s"] == pytest.approx(0.2)


def test_a_disk_that_is_full_leaves_nothing_that_looks_like_a_drive(tmp_path):
    """A limit on the size of files stands for the full disk: the same error of the same call."""
    command = [sys.executable, "-m", "crossmodal_narrator", "simulate", "street", "--out", str(tmp_path / "drive")]
    done = subprocess.run(
        [*command, "--seconds", "0.5", "--processes", "1"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "drive cannot be written" in done.stderr
    assert "free some space" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_film_shows_a_picture_for_each_sweep(recorded, tmp_path):
    truth = json.loads((recorded / "truth.json").read_text())
    pictures = list(preview_frames(recorded / "bag", truth))
    assert len(pictures) == 6
    assert pictures[-1].shape == (HEIGHT, WIDTH, 3)
    assert np.unique(pictures[-1][40:, :800].reshape(-1, 3), axis=0).shape[0] > 500  # a street, not a grey card
    for suffix in (".png", ".gif", ".mp4", ".webm"):
        write_preview(recorded, tmp_path / f"film{suffix}")
        assert (tmp_path / f"film{suffix}").stat().st_size > 1000
    with pytest.raises(BagError, match=r"\.doc"):
        write_preview(recorded, tmp_path / "film.doc")
