"""A copy of a bag with what was seen and said as topics of it: for RViz, Foxglove, and who listens to a played bag.

The messages of the bag pass untouched, one at a time. What belongs to a scene is written as soon as the sensors that
it draws on have come as far as its stamp, and logged then: as a narrator at its quickest would have published it,
whatever lies between the recorder's clock and the sensors'.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crossmodal_narrator.bags.copying import type_hash
from crossmodal_narrator.bags.digest import ContentDigest
from crossmodal_narrator.bags.manifest import RUN_NAME, RunManifest
from crossmodal_narrator.bags.origin import another_bag, refuse_altered
from crossmodal_narrator.bags.reader import Bag, BagMessage
from crossmodal_narrator.bags.records import SCENES_FILE, TRANSCRIPT_FILE, Record, read_records
from crossmodal_narrator.bags.serializer import Serializer
from crossmodal_narrator.bags.writer import BagWriter
from crossmodal_narrator.core.config import build
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.sync import SyncConfig
from crossmodal_narrator.wire.definitions import PACKAGE, message_definitions
from crossmodal_narrator.wire.from_records import narration_from_record, scene_from_record
from crossmodal_narrator.wire.headers import NS
from crossmodal_narrator.wire.markers import MARKERS, scene_markers, spoken_markers
from crossmodal_narrator.wire.narration import NARRATION_TYPES, narration_to_message
from crossmodal_narrator.wire.scene import SCENE_TYPES, scene_to_message
from crossmodal_narrator.wire.topics import MessageKind

TEXT = "std_msgs/msg/String"
# Plain objects for all messages: what serializes them only asks for their fields.
_PLAIN = SimpleNamespace(**dict.fromkeys((*SCENE_TYPES, *NARRATION_TYPES), SimpleNamespace))
_LOOKS = (MessageKind.POINTS.value, MessageKind.IMAGE.value, MessageKind.COMPRESSED_IMAGE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A message that comes to a bag."""

    topic: str
    msgtype: str
    message: Any


@dataclass(slots=True)
class AnnotationSummary:
    """What was copied and added; `damage`: what of the bag could not be read."""

    copied: int = 0
    scenes: int = 0
    narrations: int = 0
    damage: list[str] = field(default_factory=list)


class Annotation:
    """The replay in `folder` as messages. `namespace`, as /second, stands before the topics.

    Raises:
        BagError: what was seen or said there cannot be read, or is not what the replay wrote.
    """

    def __init__(self, folder: Path, manifest: RunManifest, namespace: str = "") -> None:
        refuse_altered(folder, manifest)
        perception = manifest.configuration["perception"]
        self._frames = build(SyncConfig, perception["sync"], source=RUN_NAME)
        self._folder = folder
        self._namespace = namespace.rstrip("/")
        self.manifest = manifest

    @property
    def topics(self) -> dict[str, str]:
        """Their types by their names."""
        texts = {self._text(language): TEXT for language in self.manifest.languages}
        return {
            f"{self._namespace}/perception/scene": SCENE_TYPES["Scene"],
            f"{self._namespace}/perception/markers": MARKERS,
            f"{self._namespace}/narrator/narration": NARRATION_TYPES["Narration"],
            f"{self._namespace}/narrator/markers": MARKERS,
            **texts,
        }

    def moments(self) -> Iterator[tuple[int, SceneState | None, tuple[Narration, ...]]]:
        """Stamp, scene and what was said of it, in order; the files are read as they are needed.

        Raises:
            BagError: a file cannot be read, or is not what a replay writes.
        """
        ordered = heapq.merge(self._lines(SCENES_FILE, 0), self._lines(TRANSCRIPT_FILE, 1), key=lambda entry: entry[:2])
        for stamp_ns, entries in groupby(ordered, key=lambda entry: entry[0]):
            listed = list(entries)
            seen = [scene_from_record(record) for _, kind, record in listed if kind == 0]
            told = tuple(narration_from_record(record) for _, kind, record in listed if kind == 1)
            yield stamp_ns, seen[-1] if seen else None, told

    def messages(self, scene: SceneState | None, told: tuple[Narration, ...]) -> Iterator[Added]:
        """What is published of a moment."""
        base = self._frames.base_frame
        if scene is not None:
            typed = scene_to_message(scene, _PLAIN, frames=self._frames)
            yield self._added("perception/scene", SCENE_TYPES["Scene"], typed)
            yield self._added("perception/markers", MARKERS, scene_markers(scene, base))
        for narration in told:
            typed = narration_to_message(narration, _PLAIN)
            yield self._added("narrator/narration", NARRATION_TYPES["Narration"], typed)
            text = SimpleNamespace(data=narration.text)
            yield Added(topic=self._text(narration.language), msgtype=TEXT, message=text)
        if told:
            yield self._added("narrator/markers", MARKERS, spoken_markers(told, base))

    def _text(self, language: str) -> str:
        return f"{self._namespace}/narrator/narration/text/{language}"

    def _lines(self, name: str, order: int) -> Iterator[tuple[int, int, Record]]:
        for record in read_records(self._folder / name, ("stamp_ns",)):
            yield record["stamp_ns"], order, record

    def _added(self, name: str, msgtype: str, message: Any) -> Added:
        return Added(topic=f"{self._namespace}/{name}", msgtype=msgtype, message=message)


def write_annotated(bag: Bag, annotation: Annotation, out: Path) -> AnnotationSummary:
    """Copy `bag` to a new folder `out`, with the annotation among its messages.

    Raises:
        BagError: it is not the bag that was replayed, has such topics already, or `out` cannot be written.
    """
    _refuse_clashes(bag, annotation)
    with BagWriter(out, definitions=message_definitions()) as writer:
        for topic in bag.topics:
            writer.add_topic(topic)
        for name, msgtype in annotation.topics.items():
            writer.declare(name, msgtype)
        copy = _Copy(bag, annotation, writer)
        copy.run()
    return copy.summary


class _Copy:
    """One copy while it is made."""

    def __init__(self, bag: Bag, annotation: Annotation, writer: BagWriter) -> None:
        self.summary = AnnotationSummary()
        self._bag = bag
        self._annotation = annotation
        self._writer = writer
        self._moments = annotation.moments()
        self._next = next(self._moments, None)
        read = annotation.manifest.bag.topics
        self._read = frozenset(topic.name for topic in read)
        looks = frozenset(topic.name for topic in read if topic.msgtype in _LOOKS)
        no_header = (MessageKind.TRANSFORMS.value,)
        self._drawn_on = looks or frozenset(topic.name for topic in read if topic.msgtype not in no_header)

    def run(self) -> None:
        digest = ContentDigest()
        for message in digest.over(self._messages(), self._read):
            self._writer.write_raw(message.topic, message.msgtype, message.raw, message.log_time_ns)
            self.summary.copied += 1
            if message.topic in self._drawn_on:
                self._add_until(_stamp_ns(message.raw), message.log_time_ns)
        self._add_until(None, self._bag.end_ns)
        found, replayed = digest.content.sha256, self._annotation.manifest.bag.sha256
        if found != replayed:
            raise another_bag(self._bag, f"content {found[:12]}, and not {replayed[:12]}")

    def _messages(self) -> Iterator[BagMessage]:
        try:
            yield from self._bag.messages()
        except BagError as error:
            self.summary.damage.append(str(error))

    def _add_until(self, stamp_ns: int | None, log_time_ns: int) -> None:
        """What is due when the sensors have come to `stamp_ns`; all, if None."""
        while self._next is not None and (stamp_ns is None or self._next[0] <= stamp_ns):
            _, scene, told = self._next
            for added in self._annotation.messages(scene, told):
                self._writer.write(added.topic, added.msgtype, added.message, log_time_ns)
            self.summary.scenes += scene is not None
            self.summary.narrations += len(told)
            self._next = next(self._moments, None)


def _refuse_clashes(bag: Bag, annotation: Annotation) -> None:
    """Raise BagError where the bag has what is to be added, or other definitions of our types than these."""
    there = {topic.name for topic in bag.topics}
    for name in annotation.topics:
        if name in there:
            raise BagError(f"{bag.path} has {name} already", remedy="put another in its place: --namespace /second")
    ours = Serializer(message_definitions()).hashes()
    for topic in bag.topics:
        if topic.definition is not None and topic.msgtype in ours and type_hash(topic) != ours[topic.msgtype]:
            remedy = f"annotate with the version of {PACKAGE} that recorded it"
            raise BagError(f"{bag.path}: {topic.name} has another {topic.msgtype}", remedy=remedy)


def _stamp_ns(raw: bytes) -> int:
    """Of a message that begins with a std_msgs/Header, as CDR has it after its four bytes; 0 of one that is cut."""
    order: Any = "little" if raw[1:2] == b"\x01" else "big"
    sec, nanosec = int.from_bytes(raw[4:8], order, signed=True), int.from_bytes(raw[8:12], order)
    return sec * NS + nanosec if len(raw) >= 12 else 0
