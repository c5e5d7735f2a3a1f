"""rosbag2 recordings without ROS: mcap and db3, compressed, split, without metadata.yaml, whole or cut short."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags.compression import inflate_file, inflate_message
from crossmodal_narrator.bags.db3 import Db3File
from crossmodal_narrator.bags.definitions import Decoder, full_type
from crossmodal_narrator.bags.folder import COMPRESSED, BagFiles, find_files
from crossmodal_narrator.bags.mcap import McapFile
from crossmodal_narrator.bags.storage import BagTopic, Storage, merged
from crossmodal_narrator.core.errors import BagError

_STORAGES: dict[str, Callable[[Path], Storage]] = {".mcap": McapFile, ".db3": Db3File}
_REMEDY = "what was read can be used; copy the bag again, or mend it (`ros2 bag reindex`, `mcap recover`)"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagMessage:
    """One recorded message. `raw` is its CDR; `message` decodes it each time that it is asked for."""

    topic: str
    msgtype: str
    log_time_ns: int
    raw: bytes = field(repr=False)
    decoder: Decoder = field(repr=False)

    @property
    def message(self) -> Any:
        """The message, with the fields of its ROS type.

        Raises:
            FrameError: the bytes are not a message of that type.
            BagError: nothing says what the type looks like.
        """
        return self.decoder.decode(self.topic, self.msgtype, self.raw)


def _silent(log_time_ns: int) -> None:
    pass


class Bag:
    """One recording. It holds no file open, and may be read several times.

    `folders`: where its files lie, those of unpacked copies too. `on_read` hears the log time of each message that is
    read, in ns.
    """

    def __init__(
        self, path: Path, storages: Sequence[Storage], damage: Sequence[str], stated_count: int | None
    ) -> None:
        self.path = path
        self.on_read: Callable[[int], None] = _silent
        # By what is in the files and not by their names or their order in metadata.yaml, either of which may change.
        self._storages = sorted(storages, key=_contents_order)
        self._damage = (*damage, *(line for storage in storages for line in storage.damage))
        self._stated_count = stated_count
        self.folders = tuple(dict.fromkeys(storage.path.parent for storage in storages))
        self.topics = _joined(self._storages)
        starts = [storage.start_ns for storage in storages if storage.start_ns is not None]
        ends = [storage.end_ns for storage in storages if storage.end_ns is not None]
        self.start_ns = min(starts, default=0)
        self.end_ns = max(ends, default=0)
        self._decoder = Decoder(
            {topic.msgtype: topic.definition for s in storages for topic in s.topics if topic.definition is not None}
        )

    @property
    def message_count(self) -> int:
        """How many messages can be read."""
        return sum(topic.message_count for topic in self.topics)

    def messages(self, names: Iterable[str] | None = None) -> Iterator[BagMessage]:
        """The messages of the topics in `names` (of all, if None) by log time; at equal times as they were recorded.

        Raises:
            BagError: after all that could be read, where a part of the bag is damaged or missing.
        """
        types = {topic.name: topic.msgtype for topic in self.topics}
        wanted = frozenset(types if names is None else names) & frozenset(types)
        damage: list[str] = []
        count = 0
        segments = [segment for storage in self._storages for segment in storage.segments()]
        for log_time_ns, topic, raw in merged(segments, wanted, damage):
            plain, fault = inflate_message(raw)
            if fault:
                damage.append(f"{self.path}: a message of {topic} at {log_time_ns} ns {fault}")
                continue
            count += 1
            self.on_read(log_time_ns)
            yield BagMessage(
                topic=topic, msgtype=types[topic], log_time_ns=log_time_ns, raw=plain, decoder=self._decoder
            )
        if damage or self._damage:
            raise self._damage_error(count, (*self._damage, *damage))

    def _damage_error(self, count: int, damage: Sequence[str]) -> BagError:
        stated = "" if self._stated_count is None else f"; metadata.yaml names {self._stated_count} of all topics"
        return BagError(
            f"{'; '.join(damage)} ({count} messages of the wanted topics were read{stated})", remedy=_REMEDY
        )


def open_bag(path: Path | str) -> Bag:
    """Open a rosbag2 folder, or one of its files.

    Raises:
        BagError: nothing there can be read: no bag, an unknown storage or serialization format.
    """
    files = find_files(Path(path))
    damage = [*files.damage]
    storages = [storage for file in _plain(files, damage) if (storage := _storage(file, damage, len(files.paths)))]
    if not storages:
        raise BagError("; ".join(damage) or f"{path} holds no recording", remedy=_REMEDY)
    formats = {topic.serialization_format for storage in storages for topic in storage.topics} | files.formats
    if formats - {"cdr"}:
        raise BagError(
            f"{path} is serialized as {', '.join(sorted(formats - {'cdr'}))}",
            remedy="only cdr can be read; convert the bag (`ros2 bag convert`)",
        )
    bag = Bag(Path(path), storages, damage, files.stated_count)
    if files.scratch is not None:
        weakref.finalize(bag, shutil.rmtree, files.scratch, ignore_errors=True)
    return bag


def _plain(files: BagFiles, damage: list[str]) -> Iterator[Path]:
    """The files of a bag, those that were compressed as a whole unpacked beside each other in a folder of their own."""
    for path in files.paths:
        if path.suffix not in COMPRESSED:
            yield path
            continue
        if files.scratch is None:
            files.scratch = Path(tempfile.mkdtemp(prefix="crossmodal_narrator_bag_"))
        target = files.scratch / path.stem
        fault = inflate_file(path, target)
        if fault:
            damage.append(fault)
        yield target


def _storage(path: Path, damage: list[str], files: int) -> Storage | None:
    """A surveyed file; one that cannot be opened is damage where the bag has others."""
    try:
        return _STORAGES[path.suffix](path)
    except BagError as error:
        if files == 1:
            raise
        damage.append(error.what)
        return None
    except OSError as error:
        raise BagError(f"{path}: {error.strerror}", remedy="make the file readable") from error


def _contents_order(storage: Storage) -> tuple[int, int, list[str]]:
    """Of files that begin and end at once the one with the first topic comes first."""
    return storage.start_ns or 0, storage.end_ns or 0, sorted(topic.name for topic in storage.topics)


def _joined(storages: Sequence[Storage]) -> tuple[BagTopic, ...]:
    """The topics of all files, each once, with the sum of its messages."""
    topics: dict[str, BagTopic] = {}
    for topic in (topic for storage in storages for topic in storage.topics):
        known = topics.get(topic.name)
        topics[topic.name] = BagTopic(
            name=topic.name,
            msgtype=full_type(topic.msgtype),
            message_count=topic.message_count + (known.message_count if known else 0),
            serialization_format=topic.serialization_format,
            definition=topic.definition or (known.definition if known else None),
            offered_qos=topic.offered_qos or (known.offered_qos if known else ""),
        )
    return tuple(topics.values())
