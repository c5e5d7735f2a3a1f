"""A file that is there as a whole, or as it was before."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step. What is no file, as /dev/stdout, is written to and stays.

    Raises:
        OSError: it cannot be written; it names `path`.
    """
    is_no_file = path.is_symlink() or (path.exists() and not path.is_file())
    making = path if is_no_file else path.with_name(f".{path.name}.making")
    try:
        making.write_bytes(content)
        if making != path:
            making.replace(path)
    except OSError as error:
        if making != path:
            with suppress(OSError):
                making.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error
