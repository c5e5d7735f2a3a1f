"""Headers of JPEG and PNG: how large an image is, and whether all of it came, before anything is decoded.

Decoders fill the missing part of a cut image with grey and report success, so that a broken link would look like an
empty road; hence the end is looked for here. Sources: ITU-T T.81 (JPEG) annex B, the PNG specification section 5.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from crossmodal_narrator.core.errors import EncodingError, FrameError

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
_START_OF_SCAN = 0xDA
# SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC), which share their range.
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSize:
    width: int
    height: int


def check_compressed(data: memoryview, stated_format: str) -> ImageSize:
    """The size that the header states; the content counts, `stated_format` only serves the message.

    Raises:
        EncodingError: neither JPEG nor PNG.
        FrameError: the image is cut short or its header is broken.
    """
    if bytes(data[:2]) == JPEG_START:
        return _jpeg_size(data)
    if bytes(data[:8]) == PNG_SIGNATURE:
        return _png_size(data)
    raise EncodingError(
        f"compressed image of format {stated_format!r} starts with {bytes(data[:8]).hex() or 'nothing'}",
        remedy="publish JPEG or PNG",
    )


def _jpeg_size(data: memoryview) -> ImageSize:
    size: ImageSize | None = None
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise FrameError(f"JPEG header is broken at byte {at}")
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:  # fill byte, or a marker that stands alone
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in _START_OF_FRAME and at + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = ImageSize(width=width, height=height)
        at += 2 + length
        if marker == _START_OF_SCAN:
            break
    # Within entropy-coded data every 0xFF is followed by 0, so an end marker found there is one. Bytes after it are
    # the padding of drivers that send whole buffers.
    if size is None or bytes(data[at:]).rfind(JPEG_END) < 0:
        raise _cut_short("JPEG", len(data))
    return size


def _png_size(data: memoryview) -> ImageSize:
    if len(data) < 24 or bytes(data[12:16]) != b"IHDR":
        raise _cut_short("PNG", len(data))
    width, height = struct.unpack_from(">II", data, 16)
    at = len(PNG_SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if bytes(data[at + 4 : at + 8]) == b"IEND":
            return ImageSize(width=width, height=height)
        at += 12 + length
    raise _cut_short("PNG", len(data))


def _cut_short(kind: str, length: int) -> FrameError:
    return FrameError(
        f"the {kind} image ends after {length} bytes, before its end marker",
        remedy="check the link to the camera and its largest message size",
    )
