"""What is written is read again, by this package and by others, and is the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from recorded_drive import drive, write_drive
from rosbags.highlevel import AnyReader

from crossmodal_narrator.bags import BagWriter, open_bag
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.wire import Intake, guess_topics


def test_a_written_drive_reads_back_as_the_frames_that_it_was_made_of(drive_bag: Path) -> None:
    bag = open_bag(drive_bag)
    intake = Intake(guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))
    read = [frame for m in bag.messages() for frame in intake.frames(m.topic, m.message)]
    written = drive(50, 10_000)
    for kind in (CameraFrame, LidarSweep, EgoMotion, FrameTransform):
        ours = [frame for frame in read if isinstance(frame, kind)]
        theirs = [frame for frame in written if isinstance(frame, kind)]
        assert [frame.stamp_ns for frame in ours] == [frame.stamp_ns for frame in theirs]
    sweep = next(frame for frame in read if isinstance(frame, LidarSweep))
    assert np.array_equal(sweep.xyz, next(f for f in written if isinstance(f, LidarSweep)).xyz)
    cameras = [frame for frame in read if isinstance(frame, CameraFrame)]
    assert all(frame.camera == "front" and frame.intrinsics is not None for frame in cameras)


def test_the_same_drive_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    files = [write_drive(tmp_path / str(k) / "drive", steps=3) for k in range(2)]
    assert (files[0] / "drive.mcap").read_bytes() == (files[1] / "drive.mcap").read_bytes()
    assert (files[0] / "metadata.yaml").read_bytes() == (files[1] / "metadata.yaml").read_bytes()


def test_another_reader_finds_the_same_messages(drive_bag: Path) -> None:
    with AnyReader([drive_bag]) as reader:
        theirs = [(connection.topic, time_ns, bytes(raw)) for connection, time_ns, raw in reader.messages()]
    ours = [(m.topic, m.log_time_ns, m.raw) for m in open_bag(drive_bag).messages()]
    assert sorted(ours) == sorted(theirs)


def test_types_of_ones_own_are_written_with_their_definition(tmp_path: Path) -> None:
    from types import SimpleNamespace

    with BagWriter(tmp_path / "bag", definitions={"my_msgs/msg/Mood": "string name\nfloat32 level\n"}) as bag:
        bag.write("/mood", "my_msgs/msg/Mood", SimpleNamespace(name="calm", level=0.5), 1)
    (message,) = open_bag(tmp_path / "bag").messages()
    assert (message.message.name, message.message.level) == ("calm", 0.5)


def test_a_type_that_nothing_describes_is_refused(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as bag, pytest.raises(BagError, match="hand over its definition"):
        bag.write("/mood", "my_msgs/msg/Mood", object(), 1)


def test_a_topic_keeps_its_type(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as bag:
        bag.write_raw("/a", "std_msgs/msg/String", b"\0\1\0\0\1\0\0\0\0", 1)
        with pytest.raises(BagError, match="one type"):
            bag.write_raw("/a", "std_msgs/msg/Empty", b"\0\1\0\0", 2)


def test_a_folder_that_exists_is_not_overwritten(drive_bag: Path) -> None:
    with pytest.raises(BagError, match="does not exist"):
        BagWriter(drive_bag)
