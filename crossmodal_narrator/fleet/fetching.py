"""A bag's files where they can be opened: where they lie, or copied from an object store for a while."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from crossmodal_narrator.core.errors import BagError, FetchError
from crossmodal_narrator.fleet.finding import FoundBag, file_system, is_url
from crossmodal_narrator.fleet.job import LocalBag


@contextmanager
def local_bag(bag: FoundBag, scratch: Path) -> Iterator[LocalBag]:
    """The bag as files; copies lie under `scratch`, and are gone afterwards.

    Raises:
        BagError: a file is no longer there.
        FetchError: it cannot be copied.
    """
    if not is_url(bag.prefix):
        yield _placed(bag, Path(bag.prefix))
        return
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".fetched-") as folder:
        _fetch(bag, Path(folder))
        yield _placed(bag, Path(folder))


def _placed(bag: FoundBag, root: Path) -> LocalBag:
    beside = {PurePosixPath(name).name: root / name for name in bag.beside}
    return LocalBag(name=bag.name, path=root / bag.name, beside=beside)


def _fetch(bag: FoundBag, folder: Path) -> None:
    system, root = file_system(bag.prefix)
    for name in (*bag.files, *bag.beside):
        target = folder / PurePosixPath(name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            system.get_file(f"{root}/{name}", str(target))
        except FileNotFoundError as error:
            raise BagError(f"{name} is no longer there", remedy="begin again, with --resume") from error
        except Exception as error:  # each store has errors of its own, of no common base
            remedy = "see whether the store answers and the disk has room, and go on with --resume"
            raise FetchError(f"{name} cannot be copied: {type(error).__name__}: {error}", remedy=remedy) from error
