"""A folder that appears when all of it is written: what fails before leaves nothing that looks like a drive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crossmodal_narrator.core.errors import BagError


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Where to make a folder, which takes its name if all goes well, and is gone if not.

    Raises:
        BagError: `folder` exists, or cannot be written.
    """
    if folder.exists():
        raise BagError(f"{folder} exists already", remedy="name a folder that does not")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as making:
            inner = Path(making) / folder.name
            yield inner
            inner.rename(folder)
    except OSError as error:
        raise BagError(
            f"{folder} cannot be written: {error.strerror or error}",
            remedy="free some space, or name a folder elsewhere",
        ) from error
