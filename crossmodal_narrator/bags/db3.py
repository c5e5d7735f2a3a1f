"""rosbag2's SQLite files, of all schema versions, whole or cut short."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from crossmodal_narrator.bags.compression import inflate_message
from crossmodal_narrator.bags.storage import BagTopic, Definition, RawMessage, Segment
from crossmodal_narrator.core.errors import BagError

MAGIC = b"SQLite format 3\0"


class Db3File:
    """One db3 file, surveyed; it is opened again when it is read.

    Raises:
        BagError: no SQLite file, or one without rosbag2's tables.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage: tuple[str, ...] = ()
        self.start_ns: int | None = None
        self.end_ns: int | None = None
        with path.open("rb") as file:
            head = file.read(100)
        if not head.startswith(MAGIC):
            raise BagError(f"{path} is not a db3 file", remedy="name a rosbag2 folder, or a .mcap or .db3 file")
        self._topics: dict[int, BagTopic] = {}
        try:
            with closing(self._connect()) as database:
                self._survey(database)
        except sqlite3.DatabaseError as error:
            raise BagError(
                f"{path} cannot be read: {error}",
                remedy="record or copy the bag again; `sqlite3 FILE .recover` may save parts of it",
            ) from error
        self.damage = self._cut(head)

    @property
    def topics(self) -> tuple[BagTopic, ...]:
        return tuple(self._topics.values())

    def segments(self) -> list[Segment]:
        return [] if self.start_ns is None else [Segment(start_ns=self.start_ns, read=self._read)]

    def _connect(self) -> sqlite3.Connection:
        # Immutable: no lock and no journal are wanted beside a file that may lie on a read-only disk. A recorder that
        # was killed leaves its newest messages in a -wal file, which only an ordinary opening reads.
        has_log = self.path.with_name(self.path.name + "-wal").exists()
        mode = "mode=ro" if has_log else "immutable=1"
        database = sqlite3.connect(f"file:{quote(str(self.path))}?{mode}", uri=True)
        database.execute("PRAGMA writable_schema=ON")  # else a file that is shorter than its header says is refused
        return database

    def _survey(self, database: sqlite3.Connection) -> None:
        definitions = _definitions(database)
        counts: dict[int, int] = {}
        for log_time_ns, _, topic_id in _index(database, []):
            counts[topic_id] = counts.get(topic_id, 0) + 1
            self.start_ns = log_time_ns if self.start_ns is None else min(self.start_ns, log_time_ns)
            self.end_ns = log_time_ns if self.end_ns is None else max(self.end_ns, log_time_ns)
        for key, name, msgtype, encoding in database.execute(
            "SELECT id, name, type, serialization_format FROM topics ORDER BY id"
        ):
            self._topics[key] = BagTopic(
                name=name,
                msgtype=msgtype,
                message_count=counts.get(key, 0),
                serialization_format=encoding,
                definition=definitions.get(msgtype),
            )

    def _cut(self, head: bytes) -> tuple[str, ...]:
        (page_size,), (pages,) = struct.unpack_from(">H", head, 16), struct.unpack_from(">I", head, 28)
        stated = (65_536 if page_size == 1 else page_size) * pages
        size = self.path.stat().st_size
        if size >= stated:
            return ()
        found = sum(topic.message_count for topic in self._topics.values())
        return (f"{self.path} is cut short at byte {size} of {stated}: at most {found} messages of it can be read",)

    def _read(self, wanted: frozenset[str], damage: list[str]) -> Iterator[RawMessage]:
        names = {key: topic.name for key, topic in self._topics.items() if topic.name in wanted}
        lost = 0
        with closing(self._connect()) as database:
            faults: list[str] = []
            for log_time_ns, key, topic_id in sorted(_index(database, faults)):
                if topic_id not in names:
                    continue
                try:
                    (raw,) = database.execute("SELECT data FROM messages WHERE id = ?", (key,)).fetchone()
                    message = RawMessage(log_time_ns, names[topic_id], inflate_message(raw))
                except (sqlite3.DatabaseError, BagError):
                    lost += 1  # and told below, once for the file
                    continue
                yield message
        if (faults or lost) and not self.damage:
            damage.append(f"{self.path} is damaged ({'; '.join(faults) or 'pages'})")
        if lost:
            damage.append(f"{self.path}: {lost} messages are listed and cannot be read")


def _index(database: sqlite3.Connection, faults: list[str]) -> list[tuple[int, int, int]]:
    """Log time, id and topic of each message, in the order of recording, up to the first page that is missing."""
    index: list[tuple[int, int, int]] = []
    try:
        for row in database.execute("SELECT timestamp, id, topic_id FROM messages NOT INDEXED ORDER BY id"):
            index.append(row)  # noqa: PERF402 - one by one, so that an error leaves those before it
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise
        faults.append(str(error))
    return index


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether a page is missing or broken, and not a table."""
    return "no such" not in str(error)


def _definitions(database: sqlite3.Connection) -> dict[str, Definition]:
    """Message definitions by type; the table came with schema version 4 (Iron)."""
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'message_definitions'").fetchone():
        return {}
    rows = database.execute("SELECT topic_type, encoding, encoded_message_definition FROM message_definitions")
    return {msgtype: Definition(encoding=encoding, text=text) for msgtype, encoding, text in rows if text}
