"""MCAP files, whole or cut short. The format: https://mcap.dev/spec.

A whole file is opened by its summary. Without one (a recorder that was killed, a copy that broke off) the file is read
through once, and what is there is indexed: the last chunk too, up to where it ends.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from crossmodal_narrator.bags.compression import inflate
from crossmodal_narrator.bags.storage import BagTopic, Definition, RawMessage, Segment
from crossmodal_narrator.core.errors import BagError

MAGIC = b"\x89MCAP0\r\n"
_FOOTER, _SCHEMA, _CHANNEL, _MESSAGE, _CHUNK, _CHUNK_INDEX, _STATISTICS, _DATA_END = 2, 3, 4, 5, 6, 8, 11, 15
_RECORD = struct.Struct("<BQ")  # opcode, length
_MESSAGE_HEAD = struct.Struct("<HIQQ")  # channel, sequence, log time, publish time
_CHUNK_HEAD = struct.Struct("<QQQI")  # start, end, uncompressed size, CRC
_FOOTER_BYTES = _RECORD.size + 20 + len(MAGIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    topic: str
    encoding: str
    schema: int
    offered_qos: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A chunk, or one message outside of chunks: where its record starts, and its times."""

    offset: int
    start_ns: int
    end_ns: int


@dataclass(slots=True)
class _Contents:
    """What a file holds, from its summary or from reading it through."""

    schemas: dict[int, tuple[str, Definition | None]] = field(default_factory=dict)
    channels: dict[int, _Channel] = field(default_factory=dict)
    parts: list[_Part] = field(default_factory=list)
    counts: Counter[int] = field(default_factory=Counter)
    damage: list[str] = field(default_factory=list)

    def note(self, opcode: int, body: memoryview) -> None:
        if opcode == _SCHEMA:
            (key,) = struct.unpack_from("<H", body)
            name, at = _text(body, 2)
            encoding, at = _text(body, at)
            text, _ = _text(body, at)
            known = encoding in ("ros2msg", "ros2idl", "omgidl")
            self.schemas[key] = (name, Definition(encoding=encoding, text=text) if known else None)
        elif opcode == _CHANNEL:
            key, schema = struct.unpack_from("<HH", body)
            topic, at = _text(body, 4)
            encoding, at = _text(body, at)
            offered_qos = _metadata(body, at).get("offered_qos_profiles", "")
            self.channels[key] = _Channel(topic=topic, encoding=encoding, schema=schema, offered_qos=offered_qos)


class McapFile:
    """One MCAP file, surveyed; it is opened again for each chunk that is read.

    Raises:
        BagError: no MCAP file, or not a byte of its messages is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise BagError(f"{path} is not an MCAP file", remedy="name a rosbag2 folder, or a .mcap or .db3 file")
            self._size = file.seek(0, 2)
            self._contents = _from_summary(file) or _from_scan(file)
        parts = self._contents.parts
        self.start_ns = min((part.start_ns for part in parts), default=None)
        self.end_ns = max((part.end_ns for part in parts), default=None)
        self.damage = tuple(self._contents.damage)
        self.topics = tuple(self._topic(key) for key in self._contents.channels)

    def segments(self) -> list[Segment]:
        return [Segment(start_ns=part.start_ns, read=_PartReader(self, part)) for part in self._contents.parts]

    def read(self, part: _Part, wanted: frozenset[str], damage: list[str]) -> Iterator[RawMessage]:
        """The messages of one part, by log time, then as recorded."""
        channels = {key: channel.topic for key, channel in self._contents.channels.items() if channel.topic in wanted}
        with self.path.open("rb") as file:
            file.seek(part.offset)
            opcode, length = _RECORD.unpack(file.read(_RECORD.size))
            body = memoryview(file.read(min(length, self._size)))
        if opcode == _CHUNK:
            content, fault = _chunk_content(body, is_cut=len(body) < length)
            if fault:
                damage.append(f"{self.path}: chunk at byte {part.offset} {fault}")
            records: Iterator[tuple[int, memoryview]] = _records(content)
        else:
            records = iter([(opcode, body)])
        found: list[RawMessage] = []
        for kind, record in records:
            if kind == _MESSAGE:
                key, _, log_time_ns, _ = _MESSAGE_HEAD.unpack_from(record)
                if key in channels:
                    found.append(RawMessage(log_time_ns, channels[key], bytes(record[_MESSAGE_HEAD.size :])))
        yield from sorted(found, key=lambda message: message.log_time_ns)

    def _topic(self, key: int) -> BagTopic:
        channel = self._contents.channels[key]
        msgtype, definition = self._contents.schemas.get(channel.schema, ("", None))
        return BagTopic(
            name=channel.topic,
            msgtype=msgtype,
            message_count=self._contents.counts[key],
            serialization_format=channel.encoding,
            definition=definition,
            offered_qos=channel.offered_qos,
        )


@dataclass(frozen=True, slots=True)
class _PartReader:
    file: McapFile
    part: _Part

    def __call__(self, wanted: frozenset[str], damage: list[str]) -> Iterator[RawMessage]:
        return self.file.read(self.part, wanted, damage)


def _from_summary(file: BinaryIO) -> _Contents | None:
    """The contents by the summary, or None where there is none that can be relied on."""
    size = file.seek(0, 2)
    if size < len(MAGIC) + _FOOTER_BYTES:
        return None
    file.seek(size - _FOOTER_BYTES)
    footer = file.read(_FOOTER_BYTES)
    opcode, _ = _RECORD.unpack_from(footer)
    (summary_start,) = struct.unpack_from("<Q", footer, _RECORD.size)
    if opcode != _FOOTER or footer[-len(MAGIC) :] != MAGIC or not 0 < summary_start <= size - _FOOTER_BYTES:
        return None
    file.seek(summary_start)
    summary = memoryview(file.read(size - _FOOTER_BYTES - summary_start))
    contents, stated = _Contents(), None
    for kind, body in _records(summary):
        contents.note(kind, body)
        if kind == _CHUNK_INDEX:
            start_ns, end_ns, offset = struct.unpack_from("<QQQ", body)
            contents.parts.append(_Part(offset=offset, start_ns=start_ns, end_ns=end_ns))
        elif kind == _STATISTICS:
            (stated,) = struct.unpack_from("<Q", body)
            contents.counts.update(dict(struct.iter_unpack("<HQ", body[46 : 46 + (len(body) - 46) // 10 * 10])))
    return contents if stated is not None and _is_complete(contents, stated) else None


def _is_complete(contents: _Contents, stated: int) -> bool:
    """A summary may leave out the index, the channels, or the schemas that the channels name."""
    schemas = {channel.schema for channel in contents.channels.values()} - {0}
    return (
        (stated == 0 or bool(contents.parts))
        and sum(contents.counts.values()) == stated
        and contents.counts.keys() <= contents.channels.keys()
        and schemas <= contents.schemas.keys()
    )


def _from_scan(file: BinaryIO) -> _Contents:
    """The contents by reading through."""
    contents = _Contents()
    size = file.seek(0, 2)
    at = len(MAGIC)
    while at + _RECORD.size <= size:
        file.seek(at)
        opcode, length = _RECORD.unpack(file.read(_RECORD.size))
        end = at + _RECORD.size + length
        if opcode in (_SCHEMA, _CHANNEL, _MESSAGE, _CHUNK) and (end <= size or opcode == _CHUNK):
            _scan_record(contents, at, opcode, memoryview(file.read(min(length, size - at))), is_cut=end > size)
        if opcode in (_DATA_END, _FOOTER):
            return contents
        if end > size:
            break
        at = end
    found = sum(contents.counts.values())
    contents.damage.append(f"{file.name} is cut short at byte {size}: {found} messages of it can be read")
    return contents


def _scan_record(contents: _Contents, at: int, opcode: int, body: memoryview, *, is_cut: bool) -> None:
    if opcode == _CHUNK:
        content, _ = _chunk_content(body, is_cut=is_cut)
        records = _records(content)
    else:
        records = iter([(opcode, body)])
    times_ns: list[int] = []
    for kind, record in records:
        contents.note(kind, record)
        if kind == _MESSAGE and len(record) >= _MESSAGE_HEAD.size:
            key, _, log_time_ns, _ = _MESSAGE_HEAD.unpack_from(record)
            contents.counts[key] += 1
            times_ns.append(log_time_ns)
    if times_ns:
        contents.parts.append(_Part(offset=at, start_ns=min(times_ns), end_ns=max(times_ns)))


def _chunk_content(body: memoryview, *, is_cut: bool) -> tuple[memoryview, str]:
    """The records of a chunk, and what is wrong with it, if anything is."""
    if len(body) < _CHUNK_HEAD.size + 4:
        return memoryview(b""), "" if is_cut else "has no header"
    _, _, size, crc = _CHUNK_HEAD.unpack_from(body)
    compression, at = _text(body, _CHUNK_HEAD.size)
    content, fault = inflate(body[at + 8 :], compression, size)
    if not fault and crc and zlib.crc32(content) != crc:
        return memoryview(b""), "does not match its checksum"
    return memoryview(content), "" if is_cut else fault


def _records(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Opcode and body of each whole record."""
    at = 0
    while at + _RECORD.size <= len(data):
        opcode, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if at + length > len(data):
            return
        yield opcode, data[at : at + length]
        at += length


def _metadata(data: memoryview, at: int) -> dict[str, str]:
    """A map of strings with its size before it; what is cut or altered ends it."""
    found: dict[str, str] = {}
    at += 4
    while at < len(data):
        key, at = _text(data, at)
        found[key], at = _text(data, at)
    return found


def _text(data: memoryview, at: int) -> tuple[str, int]:
    """A string with its length before it, and where it ends."""
    if at + 4 > len(data):
        return "", len(data)
    (length,) = struct.unpack_from("<I", data, at)
    return bytes(data[at + 4 : at + 4 + length]).decode("utf-8", "replace"), at + 4 + length
