"""What passes between the narrator and the process of a large model: frames of bytes over two pipes.

    frame   = magic "CMN1", kind u8, request u32, length u32, payload     (little-endian)
    request = height u32, width u32, new tokens u32, budget ms u32, prompt (UTF-8, with its length u32), RGB bytes

Where there is no image, height and width are 0.

The payload of every other frame is text. Nothing is ever unpickled, and no length is believed beyond its limit.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

MAX_TEXT_BYTES = 64 * 1024  # of a prompt or an answer
MAX_REQUEST_BYTES = 128 * 1024**2
_MAGIC = b"CMN1"
HEADER = struct.Struct("<4sBII")
_REQUEST = struct.Struct("<5I")


class Kind(IntEnum):
    READY = 1  # the checkpoint is loaded
    REQUEST = 2
    ANSWER = 3
    LATE = 4  # the answer was not finished within its budget
    REFUSED = 5  # the checkpoint (request 0) or the request cannot be taken; the text says why


class FormatError(ValueError):
    """Bytes that are no frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    kind: Kind
    request: int
    payload: bytes = b""

    def packed(self) -> bytes:
        return HEADER.pack(_MAGIC, self.kind, self.request, len(self.payload)) + self.payload

    def text(self) -> str:
        """The payload of every frame but a request.

        Raises:
            FormatError: it is no UTF-8.
        """
        try:
            return self.payload.decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(f"text that is no UTF-8: {error}") from error


def read_header(header: bytes, max_bytes: int) -> tuple[Kind, int, int]:
    """Kind, number of the request, and length of the payload that follows.

    Raises:
        FormatError: no header, or a payload beyond `max_bytes`.
    """
    magic, kind, request, length = HEADER.unpack(header)
    if magic != _MAGIC or kind not in set(Kind):
        raise FormatError(f"bytes that are no frame: {header.hex()}")
    if length > max_bytes:
        raise FormatError(f"a payload of {length} bytes, above the {max_bytes} allowed")
    return Kind(kind), request, length


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    image_rgb: NDArray[np.uint8] | None  # (height, width, 3)
    prompt: str
    max_new_tokens: int
    budget_ms: int  # after which the answer is of no use any more

    def packed(self) -> bytes:
        height, width = (0, 0) if self.image_rgb is None else self.image_rgb.shape[:2]
        prompt = self.prompt.encode("utf-8")
        head = _REQUEST.pack(height, width, self.max_new_tokens, self.budget_ms, len(prompt))
        return head + prompt + (b"" if self.image_rgb is None else np.ascontiguousarray(self.image_rgb).tobytes())

    @staticmethod
    def unpacked(payload: bytes) -> Request:
        """Raise FormatError unless `payload` is a request whose lengths agree."""
        if len(payload) < _REQUEST.size:
            raise FormatError(f"a request of {len(payload)} bytes")
        height, width, tokens, budget_ms, prompt_bytes = _REQUEST.unpack_from(payload)
        start = _REQUEST.size + prompt_bytes
        if len(payload) != start + height * width * 3:
            raise FormatError(f"a request of {len(payload)} bytes for an image of {width}x{height}")
        if bool(height) != bool(width):
            raise FormatError(f"an image of {width}x{height}")
        image = np.frombuffer(payload, np.uint8, offset=start).reshape(height, width, 3) if height else None
        try:
            prompt = payload[_REQUEST.size : start].decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(f"a prompt that is no UTF-8: {error}") from error
        return Request(image_rgb=image, prompt=prompt, max_new_tokens=tokens, budget_ms=budget_ms)
