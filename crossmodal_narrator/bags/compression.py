"""Zstandard and LZ4 as bags use them, with a bound on what they may grow to, and with what is left of cut data."""

from __future__ import annotations

from pathlib import Path

from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # Python 3.14
except ImportError:
    from backports import zstd

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
MAX_INFLATED = 1 << 30  # of one chunk or message; recorders write chunks of some megabytes
_STEP = 1 << 22


def inflate(data: memoryview, compression: str, size: int) -> tuple[bytes, str]:
    """The first `size` bytes that `data` decompresses to, and what is wrong, if anything is.

    Data that ends too early gives what is in it. `compression` is "", "zstd" or "lz4".
    """
    if size > MAX_INFLATED:
        return b"", f"says that it holds {size} bytes; at most {MAX_INFLATED} are taken"
    if compression == "":
        content = bytes(data[:size])
    elif compression not in ("zstd", "lz4"):
        return b"", f"is compressed with {compression!r}, which is not known"
    else:
        decompressor = zstd.ZstdDecompressor() if compression == "zstd" else LZ4FrameDecompressor()
        try:
            content = decompressor.decompress(data, max_length=size)
        except (zstd.ZstdError, RuntimeError) as error:  # the latter is LZ4's
            return b"", f"cannot be decompressed ({error})"
    return content, "" if len(content) == size else f"holds {len(content)} of {size} bytes"


def inflate_message(raw: bytes) -> tuple[bytes, str]:
    """A message, decompressed if it was compressed by itself, and what is wrong with it, if anything is.

    CDR starts with a zero byte, so that the two cannot be mistaken.
    """
    if not raw.startswith(ZSTD_MAGIC):
        return raw, ""
    decompressor = zstd.ZstdDecompressor()
    try:
        content = decompressor.decompress(raw, max_length=MAX_INFLATED)
    except zstd.ZstdError as error:
        return b"", f"cannot be decompressed ({error})"
    return content, "" if decompressor.eof else f"is cut short, or exceeds {MAX_INFLATED} bytes"


def inflate_file(source: Path, target: Path) -> str:
    """Decompress a whole file; returns what is wrong with it, if anything is. What came before that is written."""
    with source.open("rb") as compressed, target.open("wb") as plain:
        decompressor = zstd.ZstdDecompressor()
        try:
            while block := compressed.read(_STEP):
                plain.write(decompressor.decompress(block))
        except (zstd.ZstdError, EOFError) as error:
            return f"{source} cannot be decompressed beyond byte {compressed.tell()} ({error})"
        return "" if decompressor.eof else f"{source} is cut short at byte {compressed.tell()}"
