"""rosbag2's SQLite files, of all schema versions, whole or cut short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import apsw

from crossmodal_narrator.bags.storage import BagTopic, Definition, RawMessage, Segment
from crossmodal_narrator.core.errors import BagError

MAGIC = b"SQLite format 3\0"
_HEAD_BYTES = 100
_TOPIC_TEXTS = ("name", "type", "serialization_format")
_DEFINITION_TEXTS = ("topic_type", "encoding", "encoded_message_definition")
_LIST = "SELECT timestamp, id, topic_id FROM messages NOT INDEXED"
_CUT_VFS = "crossmodal_narrator_cut"


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
            head = file.read(_HEAD_BYTES)
        if not head.startswith(MAGIC) or len(head) < _HEAD_BYTES:
            raise BagError(f"{path} is not a db3 file", remedy="name a rosbag2 folder, or a .mcap or .db3 file")
        self._topics: dict[int, BagTopic] = {}
        self._size, self._stated_size = path.stat().st_size, _stated_size(head)
        try:
            with closing(self._connect()) as database:
                self._survey(database)
        except apsw.Error as error:
            raise BagError(
                f"{path} cannot be read: {error}",
                remedy="record or copy the bag again; `sqlite3 FILE .recover` may save parts of it",
            ) from error
        if self._is_cut:
            found = sum(topic.message_count for topic in self.topics)
            where = f"{path} is cut short at byte {self._size} of {self._stated_size}"
            self.damage = (f"{where}: at most {found} messages of it can be read",)

    @property
    def topics(self) -> tuple[BagTopic, ...]:
        return tuple(self._topics.values())

    def segments(self) -> list[Segment]:
        return [] if self.start_ns is None else [Segment(start_ns=self.start_ns, read=self._read)]

    @property
    def _is_cut(self) -> bool:
        return self._size < self._stated_size

    def _connect(self) -> apsw.Connection:
        # Immutable: no lock and no journal are wanted beside a file that may lie on a read-only disk. A recorder that
        # was killed leaves its newest messages in a -wal file, which only an ordinary opening reads.
        has_log = self.path.with_name(self.path.name + "-wal").exists()
        mode = "mode=ro" if has_log else "immutable=1"
        vfs = _CutVfs(self._size, self._stated_size) if self._is_cut else None
        return apsw.Connection(
            f"file:{quote(str(self.path))}?{mode}",
            flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
            vfs=None if vfs is None else _CUT_VFS,
        )

    def _survey(self, database: apsw.Connection) -> None:
        definitions, offered_qos = _definitions(database), _offered_qos(database)
        counts: dict[int, int] = {}
        faults: list[str] = []
        for log_time_ns, _, topic_id in _index(database, faults):
            counts[topic_id] = counts.get(topic_id, 0) + 1
            self.start_ns = log_time_ns if self.start_ns is None else min(self.start_ns, log_time_ns)
            self.end_ns = log_time_ns if self.end_ns is None else max(self.end_ns, log_time_ns)
        self._is_listed_whole = not faults
        for key, *texts in database.execute(f"SELECT id, {_texts(*_TOPIC_TEXTS)} FROM topics ORDER BY id"):
            name, msgtype, encoding = (_decoded(text) for text in texts)
            self._topics[key] = BagTopic(
                name=name,
                msgtype=msgtype,
                message_count=counts.get(key, 0),
                serialization_format=encoding,
                definition=definitions.get(msgtype),
                offered_qos=offered_qos.get(key, ""),
            )

    def _read(self, wanted: frozenset[str], damage: list[str]) -> Iterator[RawMessage]:
        names = {key: topic.name for key, topic in self._topics.items() if topic.name in wanted}
        lost = 0
        with closing(self._connect()) as database:
            faults: list[str] = []
            for log_time_ns, key, topic_id in self._by_log_time(database, faults):
                if topic_id not in names:
                    continue
                raw = _data(database, key)
                if raw is None:
                    lost += 1
                else:
                    yield RawMessage(log_time_ns, names[topic_id], raw)
        if (faults or lost) and not self.damage:
            damage.append(f"{self.path} is damaged ({'; '.join(faults) or 'pages'})")
        if lost:
            damage.append(f"{self.path}: {lost} messages are listed and cannot be read")

    def _by_log_time(self, database: apsw.Connection, faults: list[str]) -> Iterable[tuple[int, int, int]]:
        """The index by log time. SQLite sorts it on disk, so that memory does not grow with the bag; it gives no row
        of a list that breaks off, which is therefore sorted here.
        """
        if not self._is_listed_whole:
            return sorted(_index(database, faults))
        return cast(Iterable[tuple[int, int, int]], database.execute(f"{_LIST} ORDER BY timestamp, id"))


class _CutVfs(apsw.VFS):
    """Opens a file that was cut short. SQLite reads zeros where a page is missing, which could pass for a message; with
    this it believes the file to be whole, and fails where it reads what is not there.
    """

    def __init__(self, size: int, stated_size: int) -> None:
        super().__init__(_CUT_VFS, "")
        self._sizes = size, stated_size

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        return _CutFile(name, flags, *self._sizes)


class _CutFile(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], size: int, stated_size: int) -> None:
        super().__init__("", name, flags)
        self._size = size
        self._stated_size = stated_size

    def xFileSize(self) -> int:  # noqa: N802 - SQLite's name
        return self._stated_size

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        if offset + amount > self._size:
            raise apsw.IOError(f"byte {offset + amount} is beyond the cut")
        content: bytes = super().xRead(amount, offset)
        return content


def _stated_size(head: bytes) -> int:
    """The size in bytes that the file's header states (https://sqlite.org/fileformat2.html, 1.3)."""
    page_size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    return (65_536 if page_size == 1 else page_size) * pages


def _data(database: apsw.Connection, key: int) -> bytes | None:
    """One message, or None where a page that it lies on is missing; who asks tells how many are lost."""
    try:
        row = database.execute("SELECT data FROM messages WHERE id = ?", (key,)).fetchone()
    except apsw.Error:
        return None
    return row[0] if row is not None and isinstance(row[0], bytes) else None


def _index(database: apsw.Connection, faults: list[str]) -> Iterator[tuple[int, int, int]]:
    """Log time, id and topic of each message, in the order of recording, up to the first page that is missing."""
    try:
        for row in database.execute(f"{_LIST} ORDER BY id"):
            if all(isinstance(value, int) for value in row):
                yield row
            else:
                faults.append(f"a row is {row}")
    except apsw.Error as error:
        if not _is_damage(error):
            raise
        faults.append(str(error))


def _is_damage(error: apsw.Error) -> bool:
    """Whether a page is missing or broken, and not a table."""
    return "no such" not in str(error)


def _definitions(database: apsw.Connection) -> dict[str, Definition]:
    """Message definitions by type; the table came with schema version 4 (Iron)."""
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'message_definitions'").fetchone():
        return {}
    rows = database.execute(f"SELECT {_texts(*_DEFINITION_TEXTS)} FROM message_definitions")
    texts = [tuple(_decoded(text) for text in row) for row in rows]
    return {msgtype: Definition(encoding=encoding, text=text) for msgtype, encoding, text in texts if text}


def _offered_qos(database: apsw.Connection) -> dict[int, str]:
    """What the publishers offered, by topic; the column came with schema version 2 (Foxy)."""
    if not database.execute("SELECT 1 FROM pragma_table_info('topics') WHERE name = 'offered_qos_profiles'").fetchone():
        return {}
    rows = database.execute(f"SELECT id, {_texts('offered_qos_profiles')} FROM topics")
    return {key: _decoded(text) for key, text in rows}


def _texts(*columns: str) -> str:
    """Columns of text as bytes: text that was damaged must not stop the reading of the others."""
    return ", ".join(f"CAST({column} AS BLOB)" for column in columns)


def _decoded(text: bytes | None) -> str:
    return (text or b"").decode("utf-8", "replace")
