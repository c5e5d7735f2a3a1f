"""Messages → CDR, by the definitions of ROS 2 and those that are handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from crossmodal_narrator.core.errors import BagError


class Serializer:
    """Knows the messages of ROS 2 Jazzy, and `definitions` (.msg text by full type name) beyond them."""

    def __init__(self, definitions: Mapping[str, str] | None = None) -> None:
        self.types: Typestore = get_typestore(Stores.ROS2_JAZZY)
        added: dict[str, Any] = {}
        for msgtype, text in (definitions or {}).items():
            added.update(get_types_from_msg(text, msgtype))
        self.types.register(added)
        self._added = tuple(added)

    def hashes(self) -> dict[str, str]:
        """RIHS01 of each type that was handed over."""
        return {msgtype: self.types.hash_rihs01(msgtype) for msgtype in self._added}

    def raw(self, msgtype: str, message: Any) -> bytes:
        """Serialize any object with the fields of `msgtype`, arrays as numpy arrays.

        Raises:
            BagError: a type that is not known.
        """
        if msgtype not in self.types.fielddefs:
            raise BagError(f"{msgtype} is not a message of ROS 2 Jazzy", remedy="hand over its definition")
        return bytes(self.types.serialize_cdr(message, msgtype))
