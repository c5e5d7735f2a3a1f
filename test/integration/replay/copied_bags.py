"""The messages of a bag in other forms, and what a replay of them gives."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from crossmodal_narrator.bags import BagMessage, open_bag
from crossmodal_narrator.bags.serializer import Serializer
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.wire.sound import SOUND_DEFINITIONS

SAME = ("transcript.jsonl", "scenes.jsonl", "refusals.jsonl")
VEHICLE = "vehicle.yaml"


def replayed(bag: Path, out: Path, *options: str) -> Path:
    assert main(["replay", str(bag), "--out", str(out), "--language", "en,zh", "--quiet", *options]) == 0
    return out


def said_and_seen(replay: Path) -> list[bytes]:
    return [(replay / name).read_bytes() for name in SAME]


def copied(
    bag: Path,
    folder: Path,
    *,
    storage: StoragePlugin = StoragePlugin.MCAP,
    mode: CompressionMode = CompressionMode.NONE,
    kept: Callable[[BagMessage], bool] = lambda message: True,
    renamed: Mapping[str, str] = MappingProxyType({}),
    later_ns: int = 0,
) -> Path:
    """The messages that are `kept`, written as rosbags does, on topics by the names that are given and by a recorder
    whose clock is `later_ns` ahead; what lies beside the bag comes along.
    """
    messages = (
        dataclasses.replace(
            message, topic=renamed.get(message.topic, message.topic), log_time_ns=message.log_time_ns + later_ns
        )
        for message in open_bag(bag).messages()
        if kept(message)
    )
    folder.mkdir()
    if (bag.parent / VEHICLE).exists():
        shutil.copy(bag.parent / VEHICLE, folder / VEHICLE)
    _write(folder / "bag", messages, storage, mode)
    return folder / "bag"


def split(bag: Path, folder: Path, at_ns: Iterable[int], names: Iterable[str]) -> Path:
    """Files that end at those times, without metadata.yaml, so that only their names say their order."""
    folder.mkdir()
    shutil.copy(bag.parent / VEHICLE, folder / VEHICLE)
    (folder / "bag").mkdir()
    starts = [0, *at_ns]
    ends = [*at_ns, 1 << 62]
    for name, start_ns, end_ns in zip(names, starts, ends, strict=True):
        part = (m for m in open_bag(bag).messages() if start_ns <= m.log_time_ns < end_ns)
        _write(folder / "part", part, StoragePlugin.MCAP, CompressionMode.NONE)
        (folder / "part" / "part.mcap").rename(folder / "bag" / f"{name}.mcap")
        shutil.rmtree(folder / "part")
    return folder / "bag"


def _write(folder: Path, messages: Iterable[BagMessage], storage: StoragePlugin, mode: CompressionMode) -> None:
    store = Serializer(SOUND_DEFINITIONS).types
    writer = Writer(folder, version=9, storage_plugin=storage)
    if mode is not CompressionMode.NONE:
        writer.set_compression(mode, CompressionFormat.ZSTD)
    with writer:
        connections = {}
        for message in messages:
            if message.topic not in connections:
                connections[message.topic] = writer.add_connection(message.topic, message.msgtype, typestore=store)
            writer.write(connections[message.topic], message.log_time_ns, message.raw)
