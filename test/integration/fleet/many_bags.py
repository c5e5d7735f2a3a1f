"""Bags in number: one small simulated drive, copied with other stamps, repeated to any length, or spoilt."""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
import struct
from pathlib import Path

import numpy as np

from crossmodal_narrator.bags import Bag, BagMessage, BagWriter, open_bag
from crossmodal_narrator.simulation.drive import build_drive
from crossmodal_narrator.simulation.recording import record

LIDAR, TRANSFORMS = "/lidar/points", "tf2_msgs/msg/TFMessage"
UNREAD = ("/imu", "/gnss/fix", "/audio/cabin")  # by the pipeline
EVERY_NTH_POINT = 6  # is kept
_STAMP = struct.Struct("<iI")


def small_drive(folder: Path, *, seconds: float = 1.2) -> Path:
    """A street with an ambulance behind, by LiDAR and microphones; its truth lies beside it."""
    drive = build_drive(
        "ambulance_from_behind", seed=0, seconds=seconds, width=320, height=180, cameras="none", lidar="beams_32"
    )
    whole = record(drive, folder.with_name(f"{folder.name}-whole"), processes=1)
    source = open_bag(whole)
    folder.mkdir(parents=True)
    with _copy_of(source, folder / "bag") as copy:
        for message in source.messages():
            raw = message.raw
            if message.topic == LIDAR:
                copy.write(message.topic, message.msgtype, _thinned(message, EVERY_NTH_POINT), message.log_time_ns)
            elif message.topic not in UNREAD:
                copy.write_raw(message.topic, message.msgtype, raw, message.log_time_ns)
    for name in ("truth.json", "expectations.json", "vehicle.yaml"):
        shutil.copy(whole.parent / name, folder)
    shutil.rmtree(whole.parent)
    return folder / "bag"


def copies(bag: Path, folder: Path, count: int) -> list[str]:
    """`count` bags with stamps of their own, which makes each another bag; returns their names."""
    source = open_bag(bag)
    messages = list(source.messages())
    names = [f"drive_{number:03}" for number in range(count)]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(bag.parent / "vehicle.yaml", folder)
    for number, name in enumerate(names):
        with _copy_of(source, folder / name) as copy:
            for message in messages:
                _write_later(copy, message, number * 1_000_000_000)
    return names


def repeated(bag: Path, folder: Path, *, times: int, every_nth_sweep: int = 1) -> Path:
    """The drive `times` times in a row, as one long bag."""
    source = open_bag(bag)
    messages = list(source.messages())
    sweeps_ns = [message.log_time_ns for message in messages if message.topic == LIDAR]
    kept_ns = frozenset(sweeps_ns[::every_nth_sweep])
    step_ns = 100_000_000 * len(sweeps_ns)
    with _copy_of(source, folder) as copy:
        for number in range(times):
            for message in messages:
                is_left_out = message.topic == LIDAR and message.log_time_ns not in kept_ns
                if message.log_time_ns < source.start_ns + step_ns and not is_left_out:
                    _write_later(copy, message, number * step_ns)
    return folder


def empty(bag: Path, folder: Path) -> Path:
    """All topics and no message."""
    with _copy_of(open_bag(bag), folder):
        pass
    return folder


def corrupt(bag: Path, folder: Path) -> Path:
    """A copy whose beginning was overwritten."""
    shutil.copytree(bag, folder)
    (recording,) = folder.glob("*.mcap")
    recording.write_bytes(bytes(4096) + recording.read_bytes()[4096:])
    return folder


def cut(bag: Path, folder: Path) -> Path:
    """A copy that broke off in its middle."""
    shutil.copytree(bag, folder)
    (recording,) = folder.glob("*.mcap")
    content = recording.read_bytes()
    recording.write_bytes(content[: len(content) // 2])
    return folder


def endless(folder: Path) -> Path:
    """A db3 file whose list of messages never ends, in little memory."""
    folder.mkdir()
    database = sqlite3.connect(folder / f"{folder.name}_0.db3")
    database.executescript(
        """
        CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT, type TEXT, serialization_format TEXT,
                            offered_qos_profiles TEXT);
        INSERT INTO topics VALUES (1, '/lidar/points', 'sensor_msgs/msg/PointCloud2', 'cdr', '');
        CREATE VIEW messages AS WITH RECURSIVE counted(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM counted)
            SELECT id, 1 AS topic_id, 1700000000000000000 + id AS timestamp, x'00010000' AS data FROM counted;
        """
    )
    database.close()
    return folder


def _copy_of(source: Bag, folder: Path) -> BagWriter:
    folder.parent.mkdir(parents=True, exist_ok=True)
    copy = BagWriter(folder)
    for topic in source.topics:
        if topic.name not in UNREAD:
            copy.add_topic(topic)
    return copy


def _write_later(copy: BagWriter, message: BagMessage, shift_ns: int) -> None:
    copy.write_raw(message.topic, message.msgtype, _later(message, shift_ns), message.log_time_ns + shift_ns)


def _later(message: BagMessage, shift_ns: int) -> bytes:
    """The stamp of a header is where CDR begins; a transform's comes after the count of transforms."""
    at = 8 if message.msgtype == TRANSFORMS else 4
    seconds, nanoseconds = _STAMP.unpack_from(message.raw, at)
    later = divmod(seconds * 1_000_000_000 + nanoseconds + shift_ns, 1_000_000_000)
    return message.raw[:at] + _STAMP.pack(*later) + message.raw[at + _STAMP.size :]


def _thinned(message: BagMessage, every: int):
    cloud = message.message
    points = np.asarray(cloud.data).reshape(-1, cloud.point_step)[::every]
    return dataclasses.replace(
        cloud, height=1, width=len(points), row_step=len(points) * cloud.point_step, data=points.reshape(-1).copy()
    )
