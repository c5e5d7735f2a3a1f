"""CDR → messages, by the definitions that the bag carries; without them, by those of ROS 2 Jazzy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from rosbags.serde import SerdeError
from rosbags.typesys import Stores, TypesysError, get_types_from_idl, get_types_from_msg, get_typestore

from crossmodal_narrator.bags.storage import Definition
from crossmodal_narrator.core.errors import BagError, FrameError

# What rosbags' parser, and the code that it generates from a definition, raise when one of them is broken.
_UNFIT = (ValueError, LookupError, TypeError, AttributeError, AssertionError, SyntaxError)
_IDL_SEPARATOR = "=" * 80 + "\n"


def full_type(msgtype: str) -> str:
    """`pkg/Name`, as old bags have it, → `pkg/msg/Name`."""
    return msgtype.replace("/", "/msg/", 1) if msgtype.count("/") == 1 else msgtype


class Decoder:
    """Decodes the messages of one bag. Each type stands by itself, so that a broken definition spoils no other."""

    def __init__(self, definitions: Mapping[str, Definition | None]) -> None:
        self._definitions = definitions
        self._readers: dict[str, Callable[[bytes], Any]] = {}

    def decode(self, topic: str, msgtype: str, raw: bytes) -> Any:
        """One message; `topic` serves the errors.

        Raises:
            BagError: nothing says what the type looks like.
            FrameError: the bytes are not a message of that type.
        """
        reader = self._readers.get(msgtype)
        if reader is None:
            reader = self._readers[msgtype] = self._reader(msgtype)
        try:
            return reader(raw)
        except (SerdeError, *_UNFIT) as error:
            raise FrameError(
                f"{topic}: {len(raw)} bytes are not a {msgtype} ({error})",
                remedy="check the recording; the message is left out",
            ) from error

    def _reader(self, msgtype: str) -> Callable[[bytes], Any]:
        definition = self._definitions.get(msgtype)
        name = full_type(msgtype)
        if definition is None:
            store = _standard_types()
        else:
            store = get_typestore(Stores.EMPTY)
            try:
                store.register(parsed_definition(definition, name))
            except (TypesysError, *_UNFIT) as error:
                raise BagError(f"the bag's definition of {msgtype} cannot be read: {error}") from error
        if name not in store.fielddefs:
            raise BagError(
                f"the bag does not say what {msgtype} looks like, and ROS 2 Jazzy has no such type",
                remedy="record it with a recorder that stores definitions (Iron or newer, or MCAP)",
            )
        return lambda raw: store.deserialize_cdr(raw, name)


def parsed_definition(definition: Definition, name: str) -> Any:
    """The types in a definition, as rosbags registers them; `name` is that of the first."""
    if definition.encoding == "ros2msg":
        return get_types_from_msg(definition.text, name)
    types: dict[str, Any] = {}
    sections = definition.text.split(_IDL_SEPARATOR) if definition.text.startswith(_IDL_SEPARATOR) else []
    for section in sections or [definition.text]:
        idl = section.partition("\n")[2] if section.startswith("IDL: ") else section
        types.update(get_types_from_idl(idl) if idl.strip() else {})
    return types


@cache
def _standard_types() -> Any:
    return get_typestore(Stores.ROS2_JAZZY)
