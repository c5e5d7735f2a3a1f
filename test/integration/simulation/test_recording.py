"""A drive becomes a bag that our own reader opens, the same bytes with any number of processes."""

import hashlib
import json
from pathlib import Path

import pytest

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.core.errors import BagError, ScenarioError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.evaluation.truth import Kind, read_truth
from crossmodal_narrator.simulation import record
from crossmodal_narrator.wire import Intake, guess_topics


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drive")
    record("street", folder / "bag", seconds=0.6, processes=1)
    return folder


def _digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_two_processes_write_the_bytes_of_one(recorded, tmp_path):
    record("street", tmp_path / "bag", seconds=0.6, processes=2)
    assert _digest(tmp_path) == _digest(recorded)


def test_the_bag_holds_every_sense_in_the_order_of_stamps(recorded):
    bag = open_bag(recorded / "bag")
    intake = Intake(guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))
    names = tuple(topic.name for topic in bag.topics)
    frames = [frame for m in bag.messages(names) for frame in intake.frames(m.topic, m.message)]
    assert [f.stamp_ns for f in frames] == sorted(f.stamp_ns for f in frames)
    counts = {kind: sum(isinstance(f, kind) for f in frames) for kind in (CameraFrame, LidarSweep, EgoMotion)}
    assert counts == {CameraFrame: 6, LidarSweep: 6, EgoMotion: 31}
    edges = {(f.parent, f.child) for f in frames if isinstance(f, FrameTransform)}
    assert edges == {("base_link", "camera_front_optical"), ("base_link", "lidar_top"), ("odom", "base_link")}
    image = next(f for f in frames if isinstance(f, CameraFrame))
    assert image.rgb.shape == (540, 960, 3)
    assert image.intrinsics is not None
    sweep = next(f for f in frames if isinstance(f, LidarSweep))
    assert sweep.point_offset_s is not None


def test_the_truth_beside_it_is_read_as_that_of_a_real_drive(recorded):
    truth = read_truth(recorded / "truth.json")
    assert len(truth) == 6
    kinds = {thing.kind for thing in truth[0].objects}
    assert {Kind.VEHICLE, Kind.PERSON, Kind.CYCLIST} <= kinds
    assert len(json.loads((recorded / "truth.json").read_text())) == 6


def test_a_bag_is_never_overwritten(recorded):
    with pytest.raises(BagError):
        record("street", recorded / "bag", seconds=0.2, processes=1)


def test_too_long_a_drive_leaves_nothing_behind(tmp_path):
    with pytest.raises(ScenarioError):
        record("street", tmp_path / "bag", seconds=99.0)
    assert not (tmp_path / "bag").exists()
