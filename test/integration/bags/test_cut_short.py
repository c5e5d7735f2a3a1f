"""A bag that was cut short gives all that is in it, and then says where it ends."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossmodal_narrator.bags import BagMessage, open_bag
from crossmodal_narrator.core.errors import BagError

LIDAR = "/lidar/points"


def cut(source: Path, target: Path, size: int) -> Path:
    """The first `size` bytes of a file."""
    with source.open("rb") as whole, target.open("wb") as part:
        remaining = size
        while block := whole.read(min(1 << 20, remaining)):
            part.write(block)
            remaining -= len(block)
    return target


def data_end(content: bytes) -> int:
    """Where the DataEnd record of an MCAP file starts: all messages lie before it, the summary behind."""
    return content.rindex(b"\x0f\x04\x00\x00\x00\x00\x00\x00\x00")


def read_all(path: Path) -> tuple[list[BagMessage], str]:
    """The messages that come, and the error that comes after them."""
    messages: list[BagMessage] = []
    with pytest.raises(BagError) as error:
        messages.extend(open_bag(path).messages())  # extend keeps what came before an error
    return messages, str(error.value)


def keys(messages: list[BagMessage]) -> list[tuple[int, str]]:
    return [(message.log_time_ns, message.topic) for message in messages]


@pytest.fixture(scope="module")
def whole(drive_bag: Path) -> list[BagMessage]:
    return list(open_bag(drive_bag).messages())


@pytest.fixture(scope="module")
def order(whole: list[BagMessage]) -> list[tuple[int, str]]:
    return keys(whole)


@pytest.mark.parametrize("share", [0.1, 0.37, 0.5, 0.8, 0.99])
def test_a_cut_mcap_yields_its_beginning_then_names_file_count_and_remedy(
    drive_bag: Path, whole: list[BagMessage], tmp_path: Path, share: float
) -> None:
    file = drive_bag / "drive.mcap"
    part = cut(file, tmp_path / "part.mcap", int(share * file.stat().st_size))
    messages, error = read_all(part)
    assert keys(messages) == keys(whole[: len(messages)])
    assert [m.raw for m in messages] == [m.raw for m in whole[: len(messages)]]
    assert len(messages) >= (share - 0.05) * len(whole)
    assert all(word in error for word in (str(part), "cut short at byte", f"({len(messages)} messages", "mcap recover"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.0, 1.0, exclude_max=True))
def test_an_mcap_cut_at_any_byte_of_its_data_never_fails_in_another_way(
    drive_bag: Path, order: list[tuple[int, str]], tmp_path: Path, share: float
) -> None:
    file = drive_bag / "drive.mcap"
    part = cut(file, tmp_path / "part.mcap", int(share * data_end(file.read_bytes())))
    messages: list[BagMessage] = []
    with pytest.raises(BagError):
        messages.extend(open_bag(part).messages())
    assert keys(messages) == order[: len(messages)]


def test_an_mcap_without_its_summary_is_whole(drive_bag: Path, whole: list[BagMessage], tmp_path: Path) -> None:
    content = (drive_bag / "drive.mcap").read_bytes()
    (tmp_path / "bare.mcap").write_bytes(content[: data_end(content) + 13])
    assert keys(list(open_bag(tmp_path / "bare.mcap").messages())) == keys(whole)


def broken_in(content: bytearray, place: str) -> bytearray:
    """The third chunk with a wrong checksum of its content, or with a frame that no zstd decoder takes."""
    at = -1
    for _ in range(3):
        at = content.index(b"zstd", at + 1)
    start, fault = {"checksum": (at - 8, b"\1\2\3\4"), "frame": (at + 12, b"junk")}[place]
    content[start : start + 4] = fault
    return content


@pytest.mark.parametrize("place", ["checksum", "frame"])
def test_a_broken_chunk_is_left_out_and_named(
    drive_bag: Path, whole: list[BagMessage], tmp_path: Path, place: str
) -> None:
    (tmp_path / "broken.mcap").write_bytes(broken_in(bytearray((drive_bag / "drive.mcap").read_bytes()), place))
    messages, error = read_all(tmp_path / "broken.mcap")
    assert "broken.mcap: chunk at byte" in error
    assert len(whole) - 80 < len(messages) < len(whole)
    assert set(keys(messages)) <= set(keys(whole))


@pytest.mark.shared
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_the_real_drive_cut_short_yields_what_was_recorded_until_then(
    san_francisco_bag: Path, tmp_path: Path, share: float
) -> None:
    file = san_francisco_bag / "bag.mcap"
    part = cut(file, tmp_path / "bag.mcap", int(share * file.stat().st_size))
    shutil.copy(san_francisco_bag / "metadata.yaml", tmp_path)
    sweeps, error = 0, ""
    messages = open_bag(tmp_path).messages([LIDAR])
    try:
        for message in messages:
            sweeps += message.message.width > 100_000
    except BagError as raised:
        error = str(raised)
    assert abs(sweeps - share * 50) <= 2
    assert str(part) in error
    assert "metadata.yaml names 301" in error


def as_db3(source: Path, target: Path) -> Path:
    """The messages of a bag in rosbag2's SQLite schema of Humble."""
    bag = open_bag(source)
    with closing(sqlite3.connect(target)) as database:
        database.executescript(
            "CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,"
            " serialization_format TEXT NOT NULL, offered_qos_profiles TEXT NOT NULL);"
            "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL, timestamp INTEGER NOT NULL,"
            " data BLOB NOT NULL); CREATE INDEX timestamp_idx ON messages (timestamp ASC);"
        )
        ids = {topic.name: k for k, topic in enumerate(bag.topics, 1)}
        for topic in bag.topics:
            database.execute(
                "INSERT INTO topics VALUES (?, ?, ?, 'cdr', '')", (ids[topic.name], topic.name, topic.msgtype)
            )
        rows = ((ids[m.topic], m.log_time_ns, m.raw) for m in bag.messages())
        database.executemany("INSERT INTO messages (topic_id, timestamp, data) VALUES (?, ?, ?)", rows)
        database.commit()
    return target


@pytest.fixture(scope="module")
def drive_db3(drive_bag: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return as_db3(drive_bag, tmp_path_factory.mktemp("db3") / "drive.db3")


def test_a_db3_of_the_same_drive_reads_the_same(drive_db3: Path, whole: list[BagMessage]) -> None:
    assert keys(list(open_bag(drive_db3).messages())) == keys(whole)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_cut_db3_yields_its_beginning_then_names_file_count_and_remedy(
    drive_db3: Path, whole: list[BagMessage], tmp_path: Path, share: float
) -> None:
    part = cut(drive_db3, tmp_path / "part.db3", int(share * drive_db3.stat().st_size))
    messages, error = read_all(part)
    sure = len(messages) - 5  # the last messages are pieces of pages: a small one may outlive a large one before it
    assert [m.raw for m in messages[:sure]] == [m.raw for m in whole[:sure]]
    assert {m.raw for m in messages} <= {m.raw for m in whole}
    assert len(messages) >= (share - 0.1) * len(whole)
    assert all(word in error for word in (str(part), "cut short at byte", f"({len(messages)} messages", "copy the bag"))


def test_a_db3_cut_within_its_tables_is_refused_with_a_remedy(drive_db3: Path, tmp_path: Path) -> None:
    part = cut(drive_db3, tmp_path / "part.db3", 4_096)
    with pytest.raises(BagError, match="record or copy the bag again"):
        open_bag(part)


def test_messages_that_a_killed_recorder_left_in_the_log_are_read(drive_db3: Path, tmp_path: Path) -> None:
    file = tmp_path / "killed.db3"
    shutil.copy(drive_db3, file)
    with closing(sqlite3.connect(file)) as recorder:
        recorder.execute("PRAGMA journal_mode=WAL")
        recorder.execute(
            "INSERT INTO messages (topic_id, timestamp, data) VALUES (1, 1900000000000000000, x'00010000')"
        )
        recorder.commit()
        assert open_bag(file).end_ns == 1_900_000_000_000_000_000
