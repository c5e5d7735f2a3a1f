"""What was read of a bag, as one digest: the same for every storage, compression and split of the same messages."""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from crossmodal_narrator.bags.reader import Bag, BagMessage
from crossmodal_narrator.core.errors import BagError

_HEAD = struct.Struct("<qIIQ")  # log time, and the lengths of topic, type and message, so that none runs into the next
_BLOCK = 1 << 20
_BEGIN = 100  # messages: drives of one scenario and one length differ in them


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRead:
    """A topic, and how many messages of it were read."""

    name: str
    msgtype: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BagContent:
    """The messages that were read: sha256 of topics, types, log times and bytes, in the order of reading.

    `begin_sha256` is that of the first hundred, by which a bag is known without reading all of it; manifests of earlier
    versions have none.
    """

    sha256: str
    topics: tuple[TopicRead, ...]  # by name
    begin_sha256: str = ""

    @property
    def count(self) -> int:
        return sum(topic.count for topic in self.topics)


class ContentDigest:
    """Takes the digest of messages while they pass, so that a bag is read once."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._begin_sha256 = ""
        self._count = 0
        self._counts: Counter[tuple[str, str]] = Counter()

    def over(self, messages: Iterable[BagMessage], names: frozenset[str] | None = None) -> Iterator[BagMessage]:
        """The same messages; of those on topics that are not in `names` no digest is taken."""
        for message in messages:
            if names is None or message.topic in names:
                self._take(message)
            yield message

    def _take(self, message: BagMessage) -> None:
        topic, msgtype = message.topic.encode(), message.msgtype.encode()
        self._digest.update(_HEAD.pack(message.log_time_ns, len(topic), len(msgtype), len(message.raw)))
        self._digest.update(topic + msgtype)
        self._digest.update(message.raw)
        self._counts[message.topic, message.msgtype] += 1
        self._count += 1
        if self._count == _BEGIN:
            self._begin_sha256 = self._digest.hexdigest()

    @property
    def content(self) -> BagContent:
        """Of what has passed so far."""
        return BagContent(
            sha256=self._digest.hexdigest(),
            topics=tuple(
                TopicRead(name=name, msgtype=msgtype, count=count)
                for (name, msgtype), count in sorted(self._counts.items())
            ),
            begin_sha256=self._begin_sha256 or self._digest.hexdigest(),
        )


def take_file(digest: hashlib._Hash, path: Path, *, remedy: str) -> None:
    """Take what a file holds into `digest`, a block at a time.

    Raises:
        BagError: it cannot be read; then `remedy`.
    """
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise BagError(f"{path}: {error.strerror}", remedy=remedy) from error


def begin_sha256(bag: Bag, names: Iterable[str]) -> str:
    """As `BagContent` has it, of the messages of these topics."""
    digest = ContentDigest()
    with suppress(BagError):  # who reads the bag tells its damage
        for _ in digest.over(islice(bag.messages(names), _BEGIN)):
            pass
    return digest.content.begin_sha256
