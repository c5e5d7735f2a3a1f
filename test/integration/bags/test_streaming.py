"""What reading a bag holds in memory does not grow with the bag."""

from __future__ import annotations

import sqlite3
import tracemalloc
from pathlib import Path

from crossmodal_narrator.bags import open_bag

SHUFFLED = 7919  # coprime to the counts below, so that log times are a permutation


def db3_of(count: int, path: Path) -> Path:
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT, type TEXT, serialization_format TEXT)")
        database.execute(
            "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, data BLOB)"
        )
        database.execute("INSERT INTO topics VALUES (1, '/odom', 'nav_msgs/msg/Odometry', 'cdr')")
        rows = ((1, number * SHUFFLED % count, bytes(8)) for number in range(count))
        database.executemany("INSERT INTO messages(topic_id, timestamp, data) VALUES (?, ?, ?)", rows)
    database.close()
    return path


def read(path: Path) -> tuple[int, int]:
    """How many messages came, in the order of log times, and the peak of memory in bytes."""
    tracemalloc.start()
    count = 0
    for count, message in enumerate(open_bag(path).messages(), start=1):
        assert message.log_time_ns == count - 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return count, peak


def test_ten_times_the_messages_of_a_db3_file_take_no_more_memory(tmp_path: Path) -> None:
    few, peak_of_few = read(db3_of(3_000, tmp_path / "few.db3"))
    many, peak_of_many = read(db3_of(30_000, tmp_path / "many.db3"))

    assert (few, many) == (3_000, 30_000)
    assert peak_of_many < peak_of_few + 100_000, "a list of 30,000 messages would take three megabytes"
