"""What a topic needs to be written as another bag carries it: definition, hash and offered quality of service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rosbags.interfaces import Qos
from rosbags.typesys import Stores, TypesysError, get_typestore
from rosbags.typesys.store import Typestore

from crossmodal_narrator.bags.definitions import full_type, parsed_definition
from crossmodal_narrator.bags.storage import BagTopic

_UNKNOWN_HASH = "RIHS01_" + "0" * 64  # rosbag2 compares hashes with nothing; it only wants one to be there


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A topic's type in words: `text` is the definition, empty where neither the bag nor ROS 2 Jazzy has it."""

    msgtype: str
    text: str
    rihs01: str
    qos: tuple[Qos, ...]


def described(topic: BagTopic) -> Described:
    """`topic` as its own bag has it."""
    msgtype = full_type(topic.msgtype)
    text, rihs01 = _definition(topic, msgtype)
    return Described(msgtype=msgtype, text=text, rihs01=rihs01, qos=_qos(topic.offered_qos))


def type_hash(topic: BagTopic) -> str:
    """RIHS01 of the definition that the bag carries; that of nothing where it carries none, or none that is sound."""
    return _UNKNOWN_HASH if topic.definition is None else _definition(topic, full_type(topic.msgtype))[1]


def _definition(topic: BagTopic, msgtype: str) -> tuple[str, str]:
    if topic.definition is None:
        jazzy = get_typestore(Stores.ROS2_JAZZY)
        if msgtype not in jazzy.fielddefs:
            return "", _UNKNOWN_HASH
        return jazzy.generate_msgdef(msgtype, ros_version=2)[0], jazzy.hash_rihs01(msgtype)
    store: Typestore = get_typestore(Stores.EMPTY)
    try:
        store.register(parsed_definition(topic.definition, msgtype))
        return topic.definition.text, store.hash_rihs01(msgtype)
    except (TypesysError, ValueError, LookupError, TypeError, AttributeError, AssertionError, SyntaxError):
        return topic.definition.text, _UNKNOWN_HASH


def _qos(offered: str) -> tuple[Qos, ...]:
    """What cannot be understood was of no use to players either."""
    from rosbags.rosbag2.errors import ReaderError
    from rosbags.rosbag2.metadata import parse_qos

    try:
        found: list[Any] = parse_qos(offered)
    except (ReaderError, LookupError, TypeError, AttributeError):
        return ()
    return tuple(found)
