"""Writes rosbag2 recordings (MCAP, zstd) that ROS 2 and this package read; the same messages give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from crossmodal_narrator.bags.copying import described
from crossmodal_narrator.bags.serializer import Serializer
from crossmodal_narrator.bags.storage import BagTopic
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.frames import SensorFrame
from crossmodal_narrator.wire.compose import compose


class BagWriter:
    """A bag that is being written; a context manager. Left by an error, it stays without its metadata.

    `definitions`: message definitions (.msg text by full type name) beyond those of ROS 2 itself.

        with BagWriter(folder) as bag:
            bag.write_frame(sweep)

    Raises:
        BagError: the folder exists already or cannot be made.
    """

    def __init__(self, path: Path | str, *, definitions: Mapping[str, str] | None = None) -> None:
        # Imported here: half of the bags' import time, and only a writer needs it.
        from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer, WriterError

        self.path = Path(path)
        self._serializer = Serializer(definitions)
        self._connections: dict[str, Any] = {}
        try:
            self._writer = Writer(self.path, version=9, storage_plugin=StoragePlugin.MCAP)
            self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
            self._writer.open()
        except (WriterError, OSError) as error:
            raise BagError(
                f"{self.path} cannot be written: {error}", remedy="name a folder that does not exist"
            ) from error

    def __enter__(self) -> BagWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)

    def declare(self, topic: str, msgtype: str) -> None:
        """Have `topic` in the bag even if nothing is written to it.

        Raises:
            BagError: a type that is not known.
        """
        if msgtype not in self._serializer.types.fielddefs:
            raise BagError(f"{msgtype} is not a message of ROS 2 Jazzy", remedy="hand over its definition")
        self._connections[topic] = self._writer.add_connection(topic, msgtype, typestore=self._serializer.types)

    def add_topic(self, topic: BagTopic) -> None:
        """Have `topic` as another bag carries it: with that bag's definition and its quality of service."""
        known = described(topic)
        self._connections[topic.name] = self._writer.add_connection(
            topic.name, known.msgtype, msgdef=known.text, rihs01=known.rihs01, offered_qos_profiles=known.qos
        )

    def write(self, topic: str, msgtype: str, message: Any, log_time_ns: int) -> None:
        """Write one message: any object with the fields of `msgtype`, arrays as numpy arrays.

        Raises:
            BagError: a type that is not known, or a topic that had another one.
        """
        self.write_raw(topic, msgtype, self._serializer.raw(msgtype, message), log_time_ns)

    def write_raw(self, topic: str, msgtype: str, raw: bytes, log_time_ns: int) -> None:
        """Write one message that is serialized already (CDR)."""
        if topic not in self._connections:
            self.declare(topic, msgtype)
        connection = self._connections[topic]
        if connection.msgtype != msgtype:
            raise BagError(f"{topic} carries {connection.msgtype}, not {msgtype}", remedy="give each topic one type")
        self._writer.write(connection, log_time_ns, raw)

    def write_frame(self, frame: SensorFrame, log_time_ns: int | None = None) -> None:
        """Write one frame on its default topics, logged at its own stamp if no other time is given."""
        for topic, kind, message in compose(frame):
            self.write(topic, kind.value, message, frame.stamp_ns if log_time_ns is None else log_time_ns)
