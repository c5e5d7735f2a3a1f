"""What the storage formats of rosbag2 have in common, and the merge of their parts into one order of log times."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A message definition as the bag carries it: `encoding` is ros2msg or ros2idl, dependencies are in the text."""

    encoding: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BagTopic:
    """One topic of a bag. `definition` is None where the bag does not carry one.

    `offered_qos` is what its publishers offered, in the YAML that rosbag2 writes; empty where the bag does not say.
    """

    name: str
    msgtype: str
    message_count: int
    serialization_format: str = "cdr"
    definition: Definition | None = None
    offered_qos: str = ""


class RawMessage(NamedTuple):
    """A message as it is stored. A tuple, as there are many."""

    log_time_ns: int
    topic: str
    raw: bytes


# Reads the messages of the wanted topics in log-time order. What cannot be read is told to the list, one line each.
SegmentReader = Callable[[frozenset[str], list[str]], Iterator[RawMessage]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a bag that is read at once; nothing in it is earlier than `start_ns`."""

    start_ns: int
    read: SegmentReader


class Storage(Protocol):
    """One file of a bag, surveyed. It holds no open handle. `damage`: what the survey found that cannot be read."""

    @property
    def path(self) -> Path: ...
    @property
    def topics(self) -> tuple[BagTopic, ...]: ...
    @property
    def start_ns(self) -> int | None: ...
    @property
    def end_ns(self) -> int | None: ...
    @property
    def damage(self) -> tuple[str, ...]: ...

    def segments(self) -> Sequence[Segment]: ...


def merged(segments: Sequence[Segment], wanted: frozenset[str], damage: list[str]) -> Iterator[RawMessage]:
    """The messages of all segments by log time; at equal times in the order of the segments, then of recording.

    A segment is opened only when its time comes, so that a long bag needs the memory of the few that overlap.
    """
    waiting = sorted(enumerate(segments), key=lambda item: (item[1].start_ns, item[0]), reverse=True)
    active: list[tuple[int, int, RawMessage, Iterator[RawMessage]]] = []
    while waiting or active:
        while waiting and (not active or waiting[-1][1].start_ns <= active[0][0]):
            order, segment = waiting.pop()
            _advance(active, order, segment.read(wanted, damage))
        if active:
            _, order, message, rest = heapq.heappop(active)
            yield message
            _advance(active, order, rest)


def _advance(
    active: list[tuple[int, int, RawMessage, Iterator[RawMessage]]], order: int, messages: Iterator[RawMessage]
) -> None:
    message = next(messages, None)
    if message is not None:
        heapq.heappush(active, (message.log_time_ns, order, message, messages))
