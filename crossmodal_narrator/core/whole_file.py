"""A file that is there as a whole, or as it was before, whatever happens in between."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that a user named. What is no file, as /dev/stdout, is written to and stays.

    Raises:
        OSError: it cannot be written; it names `path`.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        with _named(path):
            path.write_bytes(content)
    else:
        replace_whole(path, content)


def replace_whole(path: Path, content: bytes) -> None:
    """Put a new file in the place of whatever `path` is, a link too. Of several that do so at once the last one counts.

    Until then it is called `.NAME.` and something.

    Raises:
        OSError: it cannot be written; it names `path`.
    """
    making = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with _named(path):
            with making.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            making.replace(path)
    finally:
        with suppress(OSError):  # it has the other name by now
            making.unlink()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
